/**
 * Fourth-order Butterworth high-pass (two biquads of R. Bristow-Johnson's "Audio EQ cookbook"): without it the features
 * measure mains hum and handling noise, not the mouth.
 */
export class HighPass {
  readonly #first: Biquad;
  readonly #second: Biquad;

  constructor(cutoffHz: number, sampleRateHz: number) {
    this.#first = new Biquad(cutoffHz, 0.5412, sampleRateHz);
    this.#second = new Biquad(cutoffHz, 1.3066, sampleRateHz);
  }

  next(sample: number): number {
    return this.#second.next(this.#first.next(sample));
  }
}

class Biquad {
  readonly #b0: number;
  readonly #b1: number;
  readonly #a1: number;
  readonly #a2: number;
  #s1 = 0;
  #s2 = 0;

  constructor(cutoffHz: number, quality: number, sampleRateHz: number) {
    const w = (2 * Math.PI * cutoffHz) / sampleRateHz;
    const alpha = Math.sin(w) / (2 * quality);
    const a0 = 1 + alpha;
    this.#b0 = (1 + Math.cos(w)) / 2 / a0;
    this.#b1 = -(1 + Math.cos(w)) / a0;
    this.#a1 = (-2 * Math.cos(w)) / a0;
    this.#a2 = (1 - alpha) / a0;
  }

  /** Transposed direct form II. */
  next(x: number): number {
    const y = this.#b0 * x + this.#s1;
    this.#s1 = this.#b1 * x - this.#a1 * y + this.#s2;
    this.#s2 = this.#b0 * x - this.#a2 * y;
    return y;
  }
}
