import type { Clock } from '../core/clock.ts';

/**
 * A circuit breaker: after some failures in a row an engine is left alone for a while, then tried once. Otherwise every
 * turn of every call would first wait for a server that is known to be down.
 */
export class CircuitBreaker {
  readonly #clock: Clock;
  readonly #failuresToOpen: number;
  readonly #openMs: number;
  #failures = 0;
  #openUntilMs = Number.NEGATIVE_INFINITY;
  #probing = false;

  constructor(options: { clock: Clock; failures: number; openMs: number }) {
    this.#clock = options.clock;
    this.#failuresToOpen = Math.max(1, options.failures);
    this.#openMs = options.openMs;
  }

  /** Whether a request may go out now; when the pause is over, exactly one may. */
  tryEnter(): boolean {
    if (this.#failures < this.#failuresToOpen) return true;
    if (this.#probing || this.#clock.nowMs() < this.#openUntilMs) return false;
    this.#probing = true;
    return true;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#probing = false;
  }

  failed(): void {
    this.#failures++;
    this.#probing = false;
    if (this.#failures >= this.#failuresToOpen) this.#openUntilMs = this.#clock.nowMs() + this.#openMs;
  }

  /** The request was cancelled: it says nothing about the engine. */
  cancelled(): void {
    this.#probing = false;
  }
}
