import { minimumJerk } from './motion.ts';
import type { Random } from './random.ts';

/**
 * Blinks: intervals are log-normal (Bentivoglio et al., "Analysis of blink rate patterns in normal subjects", 1997: a
 * median of 17 a minute at rest, 26 in conversation); lids close in about 75 ms and open in twice that.
 */
export const BLINK_INTERVAL_S = { idle: 3.6, listening: 3.2, reacting: 3.2, thinking: 4.2, speaking: 2.8 } as const;

const CLOSE_MS = 75;
const HOLD_MS = 25;
const OPEN_MS = 160;
const SHORTEST_PAUSE_MS = 700;
const DOUBLE = 0.08;

export class Blink {
  readonly #random: Random;
  #startMs = Number.NEGATIVE_INFINITY;
  #depth = 1;
  #nextMs: number;

  constructor(random: Random, startMs: number) {
    this.#random = random;
    this.#nextMs = startMs + random.between(800, 3_000);
  }

  /** A moment at which people like to blink (a phrase ends, the gaze jumps): blinks with this probability. */
  invite(ms: number, probability: number): void {
    if (ms - this.#startMs > SHORTEST_PAUSE_MS && this.#random.chance(probability)) this.#nextMs = Math.min(this.#nextMs, ms);
  }

  /** How far the lids are shut, 0..1. */
  at(ms: number, medianIntervalS: number): number {
    if (ms >= this.#nextMs) {
      this.#startMs = this.#nextMs;
      this.#depth = this.#random.chance(0.15) ? this.#random.between(0.7, 0.9) : 1;
      const pauseS = this.#random.chance(DOUBLE) ? 0.35 : Math.max(SHORTEST_PAUSE_MS / 1000, this.#random.logNormal(medianIntervalS, 0.55));
      this.#nextMs = Math.max(ms, this.#startMs) + pauseS * 1000;
    }
    const t = ms - this.#startMs;
    if (t < CLOSE_MS) return this.#depth * minimumJerk(t / CLOSE_MS);
    return this.#depth * (1 - minimumJerk((t - CLOSE_MS - HOLD_MS) / OPEN_MS));
  }
}
