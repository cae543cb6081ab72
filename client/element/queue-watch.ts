/** A round trip that takes so much longer than the shortest one waits in a queue that the call itself makes, more likely than not. */
const QUEUE_MS = 250;
/** Browsers measure every two or three seconds: a machine that was busy for a moment has time to recover. */
const LONG_MEASUREMENTS = 3;

/**
 * Tells a link that is too narrow upwards, which the server cannot see: its own packets are not late. Anything that makes round
 * trips longer for good looks the same; sending less is no mistake then.
 */
export class QueueWatch {
  #shortestMs = Number.POSITIVE_INFINITY;
  #lastMs: number | undefined;
  #longMeasurements = 0;

  /** Takes the newest measurement, as often as it is read. True as long as a queue stands. */
  sees(roundTripMs: number | undefined): boolean {
    // Between two measurements browsers give the last one again.
    if (roundTripMs !== undefined && roundTripMs !== this.#lastMs) {
      this.#lastMs = roundTripMs;
      this.#shortestMs = Math.min(this.#shortestMs, roundTripMs);
      this.#longMeasurements = roundTripMs - this.#shortestMs > QUEUE_MS ? this.#longMeasurements + 1 : 0;
    }
    return this.#longMeasurements >= LONG_MEASUREMENTS;
  }

  /** Another way: its round trips have nothing to do with those before. */
  restart(): void {
    this.#shortestMs = Number.POSITIVE_INFINITY;
    this.#lastMs = undefined;
    this.#longMeasurements = 0;
  }
}
