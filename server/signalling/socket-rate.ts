import type { Clock } from '../core/clock.ts';

/**
 * A token bucket that holds two seconds' worth: short bursts pass (a client that catches up, or sends a recording at
 * once), a steady excess does not. `perSecond` 0: no limit.
 */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #clock: Clock;
  #level: number;
  #filledAtMs: number;

  constructor(perSecond: number, clock: Clock) {
    this.#perSecond = perSecond;
    this.#clock = clock;
    this.#level = perSecond * 2;
    this.#filledAtMs = clock.nowMs();
  }

  /** Takes `amount` if there is as much; says whether there was. */
  take(amount: number): boolean {
    if (this.#perSecond === 0) return true;
    const nowMs = this.#clock.nowMs();
    this.#level = Math.min(this.#perSecond * 2, this.#level + ((nowMs - this.#filledAtMs) * this.#perSecond) / 1000);
    this.#filledAtMs = nowMs;
    if (this.#level < amount) return false;
    this.#level -= amount;
    return true;
  }
}
