import type { z } from 'zod';
import { type Availability, type EngineDefinition, scanEngines } from '../../core/engine-folder.ts';

/** Times are milliseconds from the first sample that the stream was given. */
export interface RecognisedWord {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
}

export interface Recognition {
  /** Lower-case words with single spaces, or what the engine writes. */
  readonly text: string;
  /** Empty when the engine knows no times. */
  readonly words: readonly RecognisedWord[];
  /** log10 P(the sentence ends after these words), if the engine has a language model. */
  readonly sentenceEndLog10?: number | undefined;
  /** log10 P of the frequent word that is likeliest to follow, if the engine has a language model. */
  readonly continuationLog10?: number | undefined;
}

export interface AsrStreamOptions {
  readonly callId: string;
  /** BCP 47. */
  readonly language: string;
  /** Called whenever the words so far have changed. */
  readonly onPartial: (recognition: Recognition) => void;
  /** The stream has failed: `finish` will reject with the same error. */
  readonly onFailure: (error: Error) => void;
}

/** The recognition of one utterance. */
export interface AsrStream {
  /** Mono PCM at HEARING_RATE_HZ, any length. Returns at once: the engine keeps it until it gets to it. */
  push(pcm: Int16Array): void;
  /** The speaker has paused and may be done: an engine that gives partials seldom gives one now. */
  pause?(): void;
  /** The pause gets long. An engine whose last word takes time makes it now and gives it as a partial; `finish` is then immediate. */
  settle?(): void;
  /** The speaker went on after `settle`: what was settled is open again. */
  resume?(): void;
  /** Sound that was pushed and is not in the partial yet. */
  readonly behindMs: number;
  /** No more sound follows: the last word about the utterance. Rejects with a hearing error. */
  finish(): Promise<Recognition>;
  /** Gives up; `finish` is not called, or rejects with `aborted`. */
  abort(): void;
}

export interface AsrEngine {
  open(options: AsrStreamOptions): AsrStream;
  /** So many calls are open now: the engine may keep more ready for them, or less. */
  expectCalls?(count: number): void;
  /** Undefined when the engine understands the language, else why not. */
  refuses(language: string): string | undefined;
  /** Sentences that visitors may say or ask about. Streams that are open keep the model they began with. */
  setDomain?(sentences: readonly string[]): Promise<unknown>;
  /** Takes what an earlier process of this engine gave from `setDomain` (plain data), which saves preparing it again. */
  restoreDomain?(prepared: unknown): Promise<void>;
  close(): Promise<void>;
}

export interface AsrDefinition<Schema extends z.ZodType = z.ZodType> extends EngineDefinition {
  readonly optionsSchema: Schema;
  isAvailable(options: z.output<Schema>): Promise<Availability>;
  create(options: z.output<Schema>): Promise<AsrEngine>;
}

export const defineAsr = <Schema extends z.ZodType>(definition: AsrDefinition<Schema>): AsrDefinition<Schema> => definition;

export const scanAsrs = () => scanEngines<AsrDefinition>(import.meta.dirname);
