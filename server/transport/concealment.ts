import { HEARING_RATE_HZ } from '../core/media-time.ts';

/**
 * What is heard where a packet is missing: the last pitch period goes on, phase-true, and fades away; when sound comes
 * back, both are cross-faded. In the manner of ITU-T G.711 appendix I, at 16 kHz. Nothing here ever jumps: a click would
 * be speech to a VAD.
 */
const perMs = HEARING_RATE_HZ / 1000;
/** 400 Hz to 57 Hz. */
const MIN_LAG = 40;
const MAX_LAG = 280;
/** Window of the correlation: 20 ms hold at least one period of any voice. */
const WINDOW = 20 * perMs;
const HISTORY = WINDOW + MAX_LAG + MAX_LAG / 4;
const VOICED_CORRELATION = 0.5;
/** A voice may go on for a while, noise is told from it by fading sooner. */
const VOICED = { holdMs: 20, fadeMs: 60 };
const UNVOICED = { holdMs: 5, fadeMs: 25 };
const RETURN_MS = 5;
const NOTHING = new Float32Array(1);

export class Concealer {
  readonly #history = new Float32Array(HISTORY);
  #period: Float32Array | undefined;
  #phase = 0;
  #concealed = 0;
  #hold = 0;
  #fade = 1;
  /** What the first made-up samples are off by, so that they join what was heard. */
  #offset = 0;

  /** Sound as it was decoded; returned as it should be heard (joined to what was made up before it). */
  heard(pcm: Int16Array): Int16Array {
    if (this.#period) {
      const joinable = Math.min(pcm.length, RETURN_MS * perMs);
      for (let i = 0; i < joinable; i++) {
        const share = (i + 1) / (joinable + 1);
        pcm[i] = limit(pcm[i]! * share + this.#next() * (1 - share));
      }
      this.#period = undefined;
    }
    this.#remember(pcm);
    return pcm;
  }

  /** Sound for a frame that was lost. */
  conceal(samples: number): Int16Array {
    if (!this.#period) this.#begin();
    const pcm = new Int16Array(samples);
    for (let i = 0; i < samples; i++) pcm[i] = limit(this.#next());
    this.#remember(pcm);
    return pcm;
  }

  /** The sender is silent. What was made up before dies away instead of breaking off. */
  silence(samples: number): Int16Array {
    const last = this.#history[HISTORY - 1]!;
    if (!this.#period && Math.abs(last) > 1) this.#begin();
    const pcm = this.heard(new Int16Array(samples));
    // Whatever follows begins from here, faded in.
    this.#period = NOTHING;
    this.#phase = 0;
    this.#offset = 0;
    return pcm;
  }

  #begin(): void {
    const history = this.#history;
    const { lag, correlation } = pitch(history);
    const voice = correlation >= VOICED_CORRELATION ? VOICED : UNVOICED;
    this.#hold = voice.holdMs * perMs;
    this.#fade = voice.fadeMs * perMs;
    this.#concealed = 0;
    this.#phase = 0;
    // The end of the period is bent towards what came before its start, so that repeating it is seamless.
    const period = history.slice(HISTORY - lag);
    const bend = Math.floor(lag / 4);
    for (let i = 0; i < bend; i++) {
      const share = (i + 1) / (bend + 1);
      const at = lag - bend + i;
      period[at] = period[at]! * (1 - share) + history[HISTORY - lag - bend + i]! * share;
    }
    // The last sample was heard as it was, not bent.
    this.#offset = history[HISTORY - 1]! - period[lag - 1]!;
    this.#period = period;
  }

  #next(): number {
    const period = this.#period!;
    const sample = period[this.#phase]! + this.#offset;
    this.#offset *= 0.9;
    this.#phase = (this.#phase + 1) % period.length;
    const faded = this.#concealed++ - this.#hold;
    return faded <= 0 ? sample : sample * Math.max(0, 1 - faded / this.#fade);
  }

  #remember(pcm: Int16Array): void {
    const history = this.#history;
    const tail = pcm.length > HISTORY ? pcm.subarray(pcm.length - HISTORY) : pcm;
    history.copyWithin(0, tail.length);
    history.set(tail, HISTORY - tail.length);
  }
}

const limit = (sample: number) => Math.max(-32_768, Math.min(32_767, Math.round(sample)));

/** Best normalised autocorrelation of the last 20 ms: first every fourth lag and sample, then around the best. */
function pitch(history: Float32Array): { lag: number; correlation: number } {
  let best = { lag: MIN_LAG, correlation: -1 };
  for (let lag = MIN_LAG; lag <= MAX_LAG; lag += 4) {
    const correlation = correlate(history, lag, 4);
    if (correlation > best.correlation) best = { lag, correlation };
  }
  const from = Math.max(MIN_LAG, best.lag - 4);
  const to = Math.min(MAX_LAG, best.lag + 4);
  best = { lag: best.lag, correlation: -1 };
  for (let lag = from; lag <= to; lag++) {
    const correlation = correlate(history, lag, 1);
    if (correlation > best.correlation) best = { lag, correlation };
  }
  return best;
}

function correlate(history: Float32Array, lag: number, step: number): number {
  let cross = 0;
  let energy = 1;
  let laggedEnergy = 1;
  for (let i = HISTORY - WINDOW; i < HISTORY; i += step) {
    const now = history[i]!;
    const before = history[i - lag]!;
    cross += now * before;
    energy += now * now;
    laggedEnergy += before * before;
  }
  return cross / Math.sqrt(energy * laggedEnergy);
}
