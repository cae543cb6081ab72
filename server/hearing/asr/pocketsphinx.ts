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

/** Sound that waits to be decoded. */
class SoundQueue {
  readonly #pieces: Int16Array[] = [];
  #samples = 0;

  get samples(): number {
    return this.#samples;
  }

  push(pcm: Int16Array): void {
    this.#pieces.push(pcm);
    this.#samples += pcm.length;
  }

  putBack(pieces: readonly Int16Array[]): void {
    this.#pieces.unshift(...pieces);
    for (const { length } of pieces) this.#samples += length;
  }

  /** All that waits, up to a slice; undefined when nothing does. */
  takeSlice(): Int16Array | undefined {
    if (this.#samples === 0) return undefined;
    const slice = new Int16Array(Math.min(DECODE_SLICE_SAMPLES, this.#samples));
    let filled = 0;
    while (filled < slice.length) {
      const first = this.#pieces[0]!;
      const taken = first.subarray(0, slice.length - filled);
      slice.set(taken, filled);
      filled += taken.length;
      if (taken.length === first.length) this.#pieces.shift();
      else this.#pieces[0] = first.subarray(taken.length);
    }
    this.#samples -= slice.length;
    return slice;
  }
}

/**
 * Speech that goes on after it was settled is decoded again from its beginning, ten times faster than it was spoken, if it
 * is no longer than this: the words before the pause then help with those behind it. What is longer stays as it was settled.
 */
const REPLAYED_SAMPLES = 8_000 * SAMPLES_PER_MS;

/** One utterance: sound waits here until a decoder is free, then goes through it slice by slice. */
class PocketSphinxStream implements AsrStream {
  readonly #options: AsrStreamOptions;
  readonly #pool: DecoderPool;
  readonly #waiting = new SoundQueue();
  readonly #done: Promise<Recognition>;
  #paused = false;
  #finishing = false;
  #aborted = false;
  #wake: (() => void) | undefined;
  /** The decoder's utterance, of which a stream has several where speech goes on after it was settled. */
  #isDecoding = true;
  #decoded: Int16Array[] = [];
  #decodedSamples = 0;
  #samplesToReplay = 0;
  #known: Recognition = NOTHING;
  /** What earlier utterances of the decoder have settled, and how much sound that was. */
  #settled: Recognition = NOTHING;
  #settledSamples = 0;

  constructor(options: AsrStreamOptions, pool: DecoderPool) {
    this.#options = options;
    this.#pool = pool;
    this.#done = this.#run();
    this.#done.catch((error) => {
      if (!this.#aborted) options.onFailure(error);
    });
  }

  get behindMs(): number {
    return this.#isDecoding ? this.#waiting.samples / SAMPLES_PER_MS : 0;
  }

  push(pcm: Int16Array): void {
    if (this.#finishing || this.#aborted) return;
    this.#waiting.push(pcm);
    this.#wake?.();
  }

  settle(): void {
    this.#paused = true;
    this.#wake?.();
  }

  resume(): void {
    this.#paused = false;
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
        if (!this.#isDecoding && !this.#paused && this.#waiting.samples > 0) this.#goOn(decoder);
        // Behind a settled last word there is only silence.
        const slice = this.#isDecoding ? this.#waiting.takeSlice() : undefined;
        if (slice) {
          await this.#decode(decoder, slice);
          const hypothesis = decoder.hypothesis();
          if (hypothesis === heard || this.#samplesToReplay > 0) continue;
          heard = hypothesis;
          this.#tell(decoder);
        } else if (this.#isDecoding && (this.#paused || this.#finishing)) {
          await decoder.end();
          this.#isDecoding = false;
          this.#tell(decoder);
        } else if (this.#finishing) break;
        else {
          await new Promise<void>((resolve) => (this.#wake = resolve));
          this.#wake = undefined;
        }
      }
      if (this.#isDecoding) await decoder.end();
      isBroken = false;
      if (this.#aborted) throw coreError('aborted', 'The utterance was dropped');
      return this.#known;
    } catch (error) {
      throw toVisavisError(error, 'hearing');
    } finally {
      this.#pool.giveBack(decoder, isBroken);
    }
  }

  async #decode(decoder: Decoder, slice: Int16Array): Promise<void> {
    await decoder.process(slice);
    this.#decoded.push(slice);
    this.#decodedSamples += slice.length;
    this.#samplesToReplay = Math.max(0, this.#samplesToReplay - slice.length);
  }

  /** The pause was none: the decoder begins again, with what it had heard or behind it. */
  #goOn(decoder: Decoder): void {
    if (this.#decodedSamples <= REPLAYED_SAMPLES) {
      this.#waiting.putBack(this.#decoded);
      this.#samplesToReplay = this.#decodedSamples;
    } else {
      this.#settled = this.#known;
      this.#settledSamples += this.#decodedSamples;
    }
    this.#decoded = [];
    this.#decodedSamples = 0;
    decoder.start();
    this.#isDecoding = true;
  }

  #tell(decoder: Decoder): void {
    const { text, words, ...expected } = decoder.hypothesis() ? decoder.recognition() : NOTHING;
    const offsetMs = this.#settledSamples / SAMPLES_PER_MS;
    const later = words.map((word) => ({ ...word, startMs: word.startMs + offsetMs, endMs: word.endMs + offsetMs }));
    this.#known = {
      ...expected,
      text: [this.#settled.text, text].filter(Boolean).join(' '),
      words: [...this.#settled.words, ...later],
    };
    if (!this.#aborted && !this.#finishing) this.#options.onPartial(this.#known);
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
