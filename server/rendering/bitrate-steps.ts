import { MEDIA_RATE_HZ, type MediaTime } from '../core/media-time.ts';

const LOWER_AFTER_S = 1;
const RAISE_AFTER_S = 4;
const WORTH_IT = 0.15;

/**
 * For encoders that must start anew to take another bitrate: each restart costs a key frame, so it is done only for a
 * change that is worth it, sooner down (a congested network cannot wait) than up.
 */
export class BitrateSteps {
  #current: number;
  #wanted: number;
  #since: MediaTime | undefined;

  constructor(bitrateBps: number) {
    this.#current = bitrateBps;
    this.#wanted = bitrateBps;
  }

  get currentBps(): number {
    return this.#current;
  }

  want(bitrateBps: number): void {
    this.#wanted = bitrateBps;
  }

  /** Asked before each frame: true when the encoder should now be made anew at `currentBps`. */
  shouldRestart(now: MediaTime): boolean {
    this.#since ??= now;
    const change = this.#wanted / this.#current - 1;
    if (Math.abs(change) < WORTH_IT) return false;
    const heldForS = (now - this.#since) / MEDIA_RATE_HZ;
    if (heldForS < (change < 0 ? LOWER_AFTER_S : RAISE_AFTER_S)) return false;
    this.#current = this.#wanted;
    this.#since = now;
    return true;
  }
}
