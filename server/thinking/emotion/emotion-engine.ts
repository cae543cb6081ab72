import { existsSync } from 'node:fs';
import path from 'node:path';
import { SupervisedChild } from '../../core/child.ts';
import { after, type Clock } from '../../core/clock.ts';
import type { Config } from '../../core/config-schema.ts';
import { type EmotionEstimate, fuseEmotions, likeliest, NO_EMOTION } from '../../core/emotion.ts';
import { toVisavisError } from '../../core/errors.ts';
import { primaryLanguage } from '../../core/language.ts';
import type { Log } from '../../core/log.ts';
import type { Picture } from '../contract.ts';
import type { EmotionChildInit } from './emotion-child.ts';
import { emotionInWords } from './lexicon.ts';

export interface EmotionEngineOptions {
  readonly config: Pick<Config['thinking'], 'emotionModelDir' | 'emotionModelLanguages' | 'emotionPictureModelFile' | 'emotionTimeoutMs'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Where the classifier has spoken, the word lists are a second opinion of this weight. */
const SECOND_OPINION = 0.5;

/**
 * Feelings in words and pictures: word lists always, classifiers where their files are configured and there. Those run in
 * a process of their own; one that fails, or is late, is done without.
 */
export class EmotionEngine implements AsyncDisposable {
  readonly #options: EmotionEngineOptions;
  readonly #child: SupervisedChild | undefined;
  readonly #files: EmotionChildInit;
  /** A model that cannot be loaded is told about once. */
  readonly started: Promise<boolean>;

  constructor(options: EmotionEngineOptions) {
    this.#options = options;
    const { config, log, clock } = options;
    this.#files = {
      textFolder: present(config.emotionModelDir, 'model.onnx', log),
      pictureFile: present(config.emotionPictureModelFile, '', log),
    };
    if (this.#files.textFolder === undefined && this.#files.pictureFile === undefined) {
      this.started = Promise.resolve(false);
      return;
    }
    const child = new SupervisedChild({
      name: 'emotion',
      modulePath: path.join(import.meta.dirname, 'emotion-child.ts'),
      init: this.#files,
      execArgv: ['--disable-warning=ExperimentalWarning'],
      maxInFlight: 32,
      clock,
    });
    this.#child = child;
    this.started = child.start().then(
      () => true,
      async (error: unknown) => {
        const { code, message } = toVisavisError(error, 'thinking');
        log.warn({ code, reason: message }, 'the emotion models do not work; feelings are read from words alone');
        await child.close();
        return false;
      },
    );
  }

  /** Never fails. */
  async ofText(text: string, language: string): Promise<EmotionEstimate> {
    const words = emotionInWords(text);
    const { emotionModelLanguages } = this.#options.config;
    if (this.#files.textFolder === undefined || !emotionModelLanguages.includes(primaryLanguage(language))) return words;
    const model = await this.#ask({ kind: 'text', text });
    if (!model) return words;
    const second = likeliest(words) === 'neutral' ? NO_EMOTION : { ...words, confidence: SECOND_OPINION * words.confidence };
    return fuseEmotions([model, second]);
  }

  /** Undefined without a model for pictures. Never fails. */
  get ofPicture(): ((picture: Picture) => Promise<EmotionEstimate>) | undefined {
    if (this.#files.pictureFile === undefined) return undefined;
    return async (picture) => (await this.#ask({ kind: 'picture', picture })) ?? NO_EMOTION;
  }

  async close(): Promise<void> {
    await this.#child?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Undefined when the answer is late, or there is none. */
  async #ask(question: { kind: 'text'; text: string } | { kind: 'picture'; picture: Picture }): Promise<EmotionEstimate | undefined> {
    const abort = new AbortController();
    using _ = after(this.#options.clock, this.#options.config.emotionTimeoutMs, () => abort.abort());
    return this.#child?.ask<EmotionEstimate>(question, { signal: abort.signal }).catch(() => undefined);
  }
}

function present(configured: string | undefined, file: string, log: Log): string | undefined {
  if (!configured) return undefined;
  if (existsSync(path.join(configured, file))) return path.resolve(configured);
  log.warn({ file: path.join(configured, file) }, 'a configured emotion model is not there');
  return undefined;
}
