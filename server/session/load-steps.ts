import type { PictureStep } from '../core/picture-steps.ts';

export interface LoadStepsOptions {
  /** A picture that takes longer comes too late for its sound. */
  readonly lateAfterMs: number;
}

/**
 * With less time there are first smaller pictures, then fewer: half the pixels take half the time, of the browser, too, and lips
 * that move 25 times a second at three quarters of the size look better than sharp ones that stutter.
 */
const LOAD_STEPS = [
  { rate: 1, scale: 1 },
  { rate: 1, scale: 0.75 },
  { rate: 0.8, scale: 0.75 },
  { rate: 0.6, scale: 0.75 },
  { rate: 0.5, scale: 0.5 },
] as const satisfies readonly PictureStep[];

const WINDOW_MS = 1_000;
/** A window with a larger share of late pictures shows a shortage; a few of them alone are a hiccup. */
const BAD_SHARE = 1 / 3;
const GOOD_SHARE = 0.05;
const LEAST_PICTURES = 4;
const LEAST_LATE = 3;
/** Good windows on end before a better picture is tried; twice as many each time it was too much. */
const PATIENCE = 5;
const MAX_PATIENCE = 60;

/**
 * How good a picture the processor can make for a call, by how long its pictures take. It goes down after one bad second and up
 * after several good ones; where the better picture proves too much again, the next try waits longer.
 */
export class LoadSteps {
  readonly #lateAfterMs: number;
  #step = 0;
  #windowStartMs: number | undefined;
  #made = 0;
  #late = 0;
  #goodWindows = 0;
  #patience = PATIENCE;
  /** Of the last try of a better picture, while it has not failed. */
  #raisedAtMs: number | undefined;

  constructor({ lateAfterMs }: LoadStepsOptions) {
    this.#lateAfterMs = lateAfterMs;
  }

  get current(): PictureStep {
    return LOAD_STEPS[this.#step] ?? LOAD_STEPS[0];
  }

  /** A picture that was ready at `nowMs` took so long, from when it was asked for. True: `current` has changed. */
  took(elapsedMs: number, nowMs: number): boolean {
    this.#windowStartMs ??= nowMs;
    this.#made++;
    if (elapsedMs > this.#lateAfterMs) this.#late++;
    if (nowMs - this.#windowStartMs < WINDOW_MS || this.#made < LEAST_PICTURES) return false;
    const lateShare = this.#late / this.#made;
    const isBad = this.#late >= LEAST_LATE && lateShare > BAD_SHARE;
    this.#windowStartMs = nowMs;
    this.#made = 0;
    this.#late = 0;
    if (isBad) return this.#lower(nowMs);
    this.#goodWindows = lateShare <= GOOD_SHARE ? this.#goodWindows + 1 : 0;
    return this.#goodWindows >= this.#patience && this.#raise(nowMs);
  }

  #lower(nowMs: number): boolean {
    this.#goodWindows = 0;
    if (this.#raisedAtMs !== undefined) {
      const failed = nowMs - this.#raisedAtMs < this.#patience * WINDOW_MS;
      this.#patience = failed ? Math.min(MAX_PATIENCE, this.#patience * 2) : PATIENCE;
      this.#raisedAtMs = undefined;
    }
    if (this.#step === LOAD_STEPS.length - 1) return false;
    this.#step++;
    return true;
  }

  #raise(nowMs: number): boolean {
    if (this.#step === 0) return false;
    this.#raisedAtMs = nowMs;
    this.#goodWindows = 0;
    this.#step--;
    return true;
  }
}
