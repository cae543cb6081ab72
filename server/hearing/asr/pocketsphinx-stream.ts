import { coreError, toVisavisError } from '../../core/errors.ts';
import { SoundQueue } from '../../core/sound-queue.ts';
import { SAMPLES_PER_MS } from '../hearing-rate.ts';
import type { AsrStream, AsrStreamOptions, Recognition } from './asr.ts';
import { DECODE_SLICE_SAMPLES, type Decoder } from './decoder.ts';
import type { DecoderPool } from './decoder-pool.ts';

const NOTHING: Recognition = { text: '', words: [] };

/**
 * Speech that goes on after it was settled is decoded again from its beginning, ten times faster than it was spoken, if it
 * is no longer than this: the words before the pause then help with those behind it. What is longer stays as it was settled.
 */
const REPLAYED_SAMPLES = 8_000 * SAMPLES_PER_MS;

/** One utterance: sound waits here until a decoder is free, then goes through it slice by slice. */
export class PocketSphinxStream implements AsrStream {
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
        if (this.#isDecoding && this.#waiting.samples > 0) {
          await this.#decode(decoder, this.#waiting.take(DECODE_SLICE_SAMPLES));
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
    this.#decodedSamples += slice.length;
    if (this.#decodedSamples <= REPLAYED_SAMPLES) this.#decoded.push(slice);
    else this.#decoded = [];
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
