/** A reading that is further off than this is right, and the clock was wrong. */
const JUMP_MS = 100;
const SETTLES_WITHIN_MS = 250;

/**
 * Media time at the loudspeaker, without the jitter of its reading: the browser tells it packet by packet, and a face that
 * followed every reading would twitch. Runs with the local clock and is drawn gently towards what is read.
 */
export class SteadyClock {
  #offsetMs: number | undefined;
  #lastMs = 0;

  /** `readMs`: media time by the sound now. Undefined as long as nothing has been read. */
  at(nowMs: number, readMs: number | undefined): number | undefined {
    if (readMs !== undefined) {
      const error = readMs - nowMs - (this.#offsetMs ?? Number.NEGATIVE_INFINITY);
      if (Math.abs(error) > JUMP_MS) this.#offsetMs = readMs - nowMs;
      else this.#offsetMs = (this.#offsetMs ?? 0) + error * (1 - Math.exp((this.#lastMs - nowMs) / SETTLES_WITHIN_MS));
    }
    this.#lastMs = nowMs;
    return this.#offsetMs === undefined ? undefined : nowMs + this.#offsetMs;
  }
}
