/**
 * Fourth-order Butterworth high-pass (two biquads of R. Bristow-Johnson's "Audio EQ cookbook"): without it the features
 * measure mains hum and handling noise, not the mouth.
 */
export class HighPass {
  readonly #sections: readonly Biquad[];

  constructor(cutoffHz: number, sampleRateHz: number) {
    this.#sections = [0.5412, 1.3066].map((quality) => new Biquad(cutoffHz, quality, sampleRateHz));
  }

  next(sample: number): number {
    let value = sample;
    for (const section of this.#sections) value = section.next(value);
    return value;
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
