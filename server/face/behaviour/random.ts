/** A small seeded generator (mulberry32): the same seed gives the same face. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** Uniform in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    return hashToUnit(this.#state);
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** Log-normal with the given median; `spread` is the standard deviation of its logarithm. */
  logNormal(median: number, spread: number): number {
    const normal = Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
    return median * Math.exp(spread * normal);
  }
}

function hashToUnit(x: number): number {
  let t = Math.imul(x ^ (x >>> 15), x | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}

/**
 * Smooth noise in -1..1 that never repeats: random values at whole numbers, joined by quintic curves. It is a function
 * of time alone, so it needs no state and frames may be skipped.
 */
export class Noise {
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed >>> 0;
  }

  at(x: number): number {
    const cell = Math.floor(x);
    const t = x - cell;
    const ease = t * t * t * (t * (6 * t - 15) + 10);
    const from = this.#knot(cell);
    return from + (this.#knot(cell + 1) - from) * ease;
  }

  #knot(cell: number): number {
    return 2 * hashToUnit((Math.imul(cell, 0x9e3779b1) ^ this.#seed) >>> 0) - 1;
  }
}
