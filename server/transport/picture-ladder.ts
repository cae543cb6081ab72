import { frameRateAt, PICTURE_STEPS } from '../core/picture-steps.ts';

/**
 * What to do with less: first fewer bits for the same picture, then fewer pictures, then a smaller one, and in the end none,
 * so that the sound goes on. Steps up wait and want a margin; every change costs a key frame.
 */
export interface PictureTarget {
  /** 0: no picture. */
  readonly videoBps: number;
  readonly framesPerS: number;
  /** Of width and height. */
  readonly scale: number;
}

export interface PictureLadderOptions {
  readonly framesPerS: number;
  readonly minVideoBps: number;
  readonly maxVideoBps: number;
  readonly startVideoBps: number;
}

/** The bitrate from which on each of PICTURE_STEPS is worth its bits. The last one holds down to `minVideoBps`. */
const FROM_BPS = [350_000, 250_000, 180_000, 130_000, 0];
const OFF = PICTURE_STEPS.length;

const UP_MARGIN = 1.15;
const UP_AFTER_MS = 3_000;
const DOWN_AFTER_MS = 250;
/** Smaller changes of the bitrate are not worth a key frame. */
const WORTH_LESS = 0.92;
const WORTH_MORE = 1.2;
/** Without a picture nothing shows that there is room for one; so it is tried now and then, ever less often. */
const RETRY_MS = 5_000;
const MAX_RETRY_MS = 60_000;

export class PictureLadder {
  readonly #options: PictureLadderOptions;
  #step = 0;
  #videoBps: number;
  #changedAtMs: number | undefined;
  #retryMs = RETRY_MS;

  constructor(options: PictureLadderOptions) {
    this.#options = options;
    this.#videoBps = options.startVideoBps;
  }

  get current(): PictureTarget {
    const step = PICTURE_STEPS[this.#step];
    if (!step) return { videoBps: 0, framesPerS: 0, scale: PICTURE_STEPS[OFF - 1]!.scale };
    return { videoBps: this.#videoBps, framesPerS: frameRateAt(step, this.#options.framesPerS), scale: step.scale };
  }

  /** The new target when `availableBps` for the picture calls for one. */
  update(availableBps: number, nowMs: number): PictureTarget | undefined {
    this.#changedAtMs ??= nowMs;
    const sinceMs = nowMs - this.#changedAtMs;
    const bps = Math.min(this.#options.maxVideoBps, Math.round(availableBps));
    const lower = this.#stepFor(bps);
    const higher = this.#stepFor(bps / UP_MARGIN);
    if (lower > this.#step && sinceMs >= DOWN_AFTER_MS) return this.#change(lower, bps, nowMs);
    if (higher < this.#step && sinceMs >= UP_AFTER_MS) return this.#change(higher, bps, nowMs);
    if (this.#step === OFF) return undefined;
    if (bps < this.#videoBps * WORTH_LESS && sinceMs >= DOWN_AFTER_MS) return this.#change(this.#step, bps, nowMs);
    if (bps > this.#videoBps * WORTH_MORE && sinceMs >= UP_AFTER_MS) return this.#change(this.#step, bps, nowMs);
    return undefined;
  }

  /** Whether a picture should be tried although the estimate does not show room for it. */
  retry(congested: boolean, nowMs: number): boolean {
    if (this.#step !== OFF || congested || nowMs - (this.#changedAtMs ?? nowMs) < this.#retryMs) return false;
    this.#retryMs = Math.min(MAX_RETRY_MS, this.#retryMs * 2);
    return true;
  }

  #stepFor(bps: number): number {
    if (bps < this.#options.minVideoBps) return OFF;
    return FROM_BPS.findIndex((fromBps) => bps >= fromBps);
  }

  #change(step: number, bps: number, nowMs: number): PictureTarget {
    if (step < OFF && this.#step < OFF && nowMs - (this.#changedAtMs ?? nowMs) > MAX_RETRY_MS) this.#retryMs = RETRY_MS;
    this.#step = step;
    this.#videoBps = step === OFF ? 0 : bps;
    this.#changedAtMs = nowMs;
    return this.current;
  }
}
