/**
 * How a value stands among all that one person has shown so far: a histogram that slowly forgets. Constant time and
 * memory, however long the call.
 */
export class OwnRange {
  readonly #low: number;
  readonly #step: number;
  readonly #counts: Float64Array;
  readonly #remembered: number;
  #total = 0;

  /** Bins of `step` from `low` to `high`; after about `remembered` values the older ones count half. */
  constructor({ low, high, step, remembered }: { low: number; high: number; step: number; remembered: number }) {
    this.#low = low;
    this.#step = step;
    this.#counts = new Float64Array(Math.ceil((high - low) / step));
    this.#remembered = remembered;
  }

  /** How many values there are to go by. */
  get total(): number {
    return this.#total;
  }

  add(value: number): void {
    const bin = this.#bin(value);
    this.#counts[bin] = (this.#counts[bin] as number) + 1;
    this.#total++;
    if (this.#total < this.#remembered) return;
    for (let i = 0; i < this.#counts.length; i++) this.#counts[i] = (this.#counts[i] as number) / 2;
    this.#total /= 2;
  }

  /** Share of the values that lie lower, 0..1; a half while nothing is known. */
  rank(value: number): number {
    if (this.#total === 0) return 0.5;
    const bin = this.#bin(value);
    let lower = (this.#counts[bin] as number) / 2;
    for (let i = 0; i < bin; i++) lower += this.#counts[i] as number;
    return lower / this.#total;
  }

  #bin(value: number): number {
    const bin = Math.floor((value - this.#low) / this.#step);
    return Math.min(this.#counts.length - 1, Math.max(0, bin));
  }
}
