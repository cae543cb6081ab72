import { HEARING_RATE_HZ } from '../hearing-rate.ts';

/** Half the rate is enough for pitch, and a quarter of the work. */
const RATE_HZ = HEARING_RATE_HZ / 2;
const WINDOW_SAMPLES = 0.04 * RATE_HZ;
const MIN_LAG = Math.floor(RATE_HZ / 400);
const MAX_LAG = Math.ceil(RATE_HZ / 70);
/** Mean square below which there is nothing to find a pitch in (-60 dB). */
const MIN_POWER = 1e-6;
/** A long lag correlates over fewer samples, and octave errors go towards long lags: prefer the shorter. */
const LAG_COST = 0.001;

/** From here on the period is a pitch. */
const SURE_PITCH = 0.5;

export interface Voicing {
  readonly periodicity: number;
  /** 0 where there is none. */
  readonly pitchHz: number;
}

const UNVOICED: Voicing = { periodicity: 0, pitchHz: 0 };

/**
 * Tells periodic sound (vowels) from noise by the normalised autocorrelation of the last 40 ms, 70-400 Hz. Laughs,
 * coughs and clicks are mostly aperiodic. Feed it every frame.
 */
export class VoicingDetector {
  readonly #window = new Float32Array(WINDOW_SAMPLES);

  /** Takes a frame in -1..1; gives the periodicity 0..1 of the 40 ms that end with it, and their pitch. */
  push(frame: Float32Array, wanted = true): Voicing {
    const window = this.#window;
    const added = Math.min(WINDOW_SAMPLES, frame.length >> 1);
    window.copyWithin(0, added);
    const skip = (frame.length >> 1) - added;
    for (let i = 0; i < added; i++) {
      const at = 2 * (skip + i);
      window[WINDOW_SAMPLES - added + i] = (frame[at]! + frame[at + 1]!) / 2;
    }
    return wanted ? this.#voicing() : UNVOICED;
  }

  #voicing(): Voicing {
    const x = this.#window;
    let mean = 0;
    for (const v of x) mean += v;
    mean /= x.length;
    let power = 0;
    for (const v of x) power += (v - mean) ** 2;
    if (power / x.length < MIN_POWER) return UNVOICED;
    let best = 0;
    let bestLag = 0;
    for (let lag = MIN_LAG; lag <= MAX_LAG; lag++) {
      let cross = 0;
      let late = 0;
      let early = 0;
      for (let i = lag; i < x.length; i++) {
        const a = x[i]! - mean;
        const b = x[i - lag]! - mean;
        cross += a * b;
        late += a * a;
        early += b * b;
      }
      const correlation = cross / Math.sqrt(late * early + 1e-12) - LAG_COST * lag;
      if (correlation <= best) continue;
      best = correlation;
      bestLag = lag;
    }
    return { periodicity: best, pitchHz: best >= SURE_PITCH ? RATE_HZ / bestLag : 0 };
  }
}
