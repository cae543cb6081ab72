import { z } from 'zod';
import { coreError, toVisavisError } from '../../core/errors.ts';
import { SAMPLES_PER_MS } from '../hearing-rate.ts';
import { hearingError } from '../hearing-error.ts';
import { type AsrEngine, type AsrStream, type AsrStreamOptions, defineAsr, type Recognition } from './asr.ts';
import { DECODE_SLICE_SAMPLES, Decoder } from './decoder.ts';
import { DecoderPool } from './decoder-pool.ts';
import { type Domain, openDomain, type PreparedDomain } from './domain.ts';
import { cachedDomain } from './domain-cache.ts';
import { findModel, loadPocketSphinx } from './pocketsphinx-library.ts';

const NOTHING: Recognition = { text: '', words: [] };

/** One utterance: sound waits here until a decoder is free, then goes through it slice by slice. */
class PocketSphinxStream implements AsrStream {
  readonly #options: AsrStreamOptions;
  readonly #pool: DecoderPool;
  readonly #pending: Int16Array[] = [];
  readonly #done: Promise<Recognition>;
  #pendingSamples = 0;
  #finishing = false;
  #aborted = false;
  #wake: (() => void) | undefined;

  constructor(options: AsrStreamOptions, pool: DecoderPool) {
    this.#options = options;
    this.#pool = pool;
    this.#done = this.#run();
    this.#done.catch((error) => {
      if (!this.#aborted) options.onFailure(error);
    });
  }

  get behindMs(): number {
    return this.#pendingSamples / SAMPLES_PER_MS;
  }

  push(pcm: Int16Array): void {
    if (this.#finishing || this.#aborted) return;
    this.#pending.push(pcm);
    this.#pendingSamples += pcm.length;
    this.#wake?.();
  }

  finish(): Promise<Recognition> {
    this.#finishing = true;
    this.#wake?.();
    return this.#done;
  }

  abort(): void {
    this.#aborted = true;
    this.#wake?.();
  }

  async #run(): Promise<Recognition> {
    const decoder = await this.#pool.take(this.#options.callId);
    let isBroken = true;
    try {
      decoder.start();
      let heard = decoder.hypothesis();
      while (!this.#aborted) {
        const slice = this.#takeSlice();
        if (!slice) {
          if (this.#finishing) break;
          await new Promise<void>((resolve) => (this.#wake = resolve));
          this.#wake = undefined;
          continue;
        }
        await decoder.process(slice);
        this.#pendingSamples -= slice.length;
        const hypothesis = decoder.hypothesis();
        if (hypothesis === heard || this.#aborted) continue;
        heard = hypothesis;
        this.#options.onPartial(decoder.recognition());
      }
      await decoder.end();
      isBroken = false;
      if (this.#aborted) throw coreError('aborted', 'The utterance was dropped');
      return decoder.hypothesis() ? decoder.recognition() : NOTHING;
    } catch (error) {
      throw toVisavisError(error, 'hearing');
    } finally {
      this.#pool.giveBack(decoder, isBroken);
    }
  }

  /** All that waits, up to a slice. */
  #takeSlice(): Int16Array | undefined {
    if (this.#pending.length === 0) return undefined;
    if (this.#pending.length === 1 || this.#pending[0]!.length >= DECODE_SLICE_SAMPLES) {
      const first = this.#pending[0]!;
      if (first.length <= DECODE_SLICE_SAMPLES) return this.#pending.shift();
      this.#pending[0] = first.subarray(DECODE_SLICE_SAMPLES);
      return first.slice(0, DECODE_SLICE_SAMPLES);
    }
    const slice = new Int16Array(Math.min(DECODE_SLICE_SAMPLES, this.#pendingSamples));
    let filled = 0;
    while (filled < slice.length) {
      const first = this.#pending[0]!;
      const taken = first.subarray(0, slice.length - filled);
      slice.set(taken, filled);
      filled += taken.length;
      if (taken.length === first.length) this.#pending.shift();
      else this.#pending[0] = first.subarray(taken.length);
    }
    return slice;
  }
}

interface PocketSphinxOptions {
  readonly decoders: number;
  readonly maxDecoders: number;
  readonly domainWeight: number;
  readonly domainTopics: number;
  readonly domainNewWords: number;
  readonly domainCacheDir: string;
}

class PocketSphinx implements AsrEngine {
  readonly #options: PocketSphinxOptions;
  readonly #dictionaryFile: string;
  readonly #pool: DecoderPool;
  #domain: Domain | undefined;
  #generation = 0;

  constructor(options: PocketSphinxOptions, dictionaryFile: string, load: () => Promise<Decoder>) {
    this.#options = options;
    this.#dictionaryFile = dictionaryFile;
    this.#pool = new DecoderPool({
      ready: options.decoders,
      max: Math.max(1, options.decoders, options.maxDecoders),
      load,
      refresh: (decoder) => this.#refresh(decoder),
    });
  }

  open(options: AsrStreamOptions): AsrStream {
    return new PocketSphinxStream(options, this.#pool);
  }

  expectCalls(count: number): void {
    // Half of the callers speaking at once is much; more decoders are loaded when even more do.
    this.#pool.ready = Math.max(this.#options.decoders, 1 + Math.floor(count / 2));
  }

  refuses(language: string): string | undefined {
    return /^en(-|$)/i.test(language) ? undefined : `PocketSphinx understands English only, not "${language}"`;
  }

  async setDomain(sentences: readonly string[]): Promise<PreparedDomain> {
    const { domainTopics: maxTopics, domainNewWords: maxNewWords, domainCacheDir } = this.#options;
    const prepared = await cachedDomain(sentences, { dictionaryFile: this.#dictionaryFile, maxTopics, maxNewWords }, domainCacheDir);
    await this.restoreDomain(prepared);
    return prepared;
  }

  async restoreDomain(prepared: unknown): Promise<void> {
    const old = this.#domain;
    this.#domain = await openDomain(prepared as PreparedDomain, ++this.#generation);
    // Not awaited: an utterance that comes first brings its decoder up to date itself.
    void this.#pool.refreshIdle().then(() => old?.[Symbol.asyncDispose]());
  }

  async close(): Promise<void> {
    this.#pool.close();
    await this.#domain?.[Symbol.asyncDispose]();
  }

  async #refresh(decoder: Decoder): Promise<void> {
    const domain = this.#domain;
    if (!domain || this.#options.domainWeight === 0) await decoder.useGenericModel();
    else if (decoder.domainGeneration !== domain.generation) await decoder.setDomain(domain, this.#options.domainWeight);
  }
}

export default defineAsr({
  id: 'pocketsphinx',
  optionsSchema: z.object({
    decoders: z.number().int().min(0).default(1),
    maxDecoders: z.number().int().min(0).default(8),
    domainWeight: z.number().min(0).max(1).default(0.5),
    domainTopics: z.number().int().min(0).default(200),
    domainNewWords: z.number().int().min(0).default(2_000),
    domainCacheDir: z.string().default(''),
  }),
  async isAvailable() {
    try {
      loadPocketSphinx();
    } catch {
      return { available: false, reason: 'The library of PocketSphinx is missing (Debian: libpocketsphinx3)' };
    }
    return (await findModel())
      ? { available: true }
      : { available: false, reason: 'The English model is missing (Debian: pocketsphinx-en-us)' };
  },
  async create(options) {
    const lib = loadPocketSphinx();
    const files = await findModel();
    if (!files) throw hearingError('engine_missing', 'The English model of PocketSphinx is missing');
    return new PocketSphinx(options, files.dictionaryFile, () => Decoder.load(lib, files));
  },
});
