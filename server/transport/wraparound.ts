/** Sequence numbers (16 bits) and timestamps (32 bits) of RTP wrap around; these continue them as plain numbers. */
export class Unwrapper {
  readonly #modulus: number;
  #last: number | undefined;

  constructor(bits: 16 | 32) {
    this.#modulus = 2 ** bits;
  }

  /** The continuation of `value` that is nearest to the last one. */
  unwrap(value: number): number {
    const last = this.#last;
    if (last === undefined) return (this.#last = value);
    const step = (((value - last) % this.#modulus) + this.#modulus) % this.#modulus;
    return (this.#last = last + (step < this.#modulus / 2 ? step : step - this.#modulus));
  }

  reset(): void {
    this.#last = undefined;
  }
}
