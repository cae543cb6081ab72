/** A round trip that takes so much longer than the shortest one waits in a queue that the call itself makes, more likely than not. */
const QUEUE_MS = 250;
/** Browsers measure every two or three seconds, and are asked every second: these are two measurements at least. */
const LONG_SAMPLES = 4;

/**
 * Tells a link that is too narrow upwards, which the server cannot see: its own packets are not late. Anything that makes round
 * trips longer for good looks the same; sending less is no mistake then.
 */
export class QueueWatch {
  #shortestMs = Number.POSITIVE_INFINITY;
  #longSamples = 0;

  /** True as long as a queue stands. */
  sees(roundTripMs: number | undefined): boolean {
    if (roundTripMs === undefined) return false;
    this.#shortestMs = Math.min(this.#shortestMs, roundTripMs);
    this.#longSamples = roundTripMs - this.#shortestMs > QUEUE_MS ? this.#longSamples + 1 : 0;
    return this.#longSamples >= LONG_SAMPLES;
  }

  /** Another way: its round trips have nothing to do with those before. */
  restart(): void {
    this.#shortestMs = Number.POSITIVE_INFINITY;
    this.#longSamples = 0;
  }
}
