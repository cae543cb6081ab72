import { MEDIA_RATE_HZ, type MediaTime } from '../core/media-time.ts';
import { type FaceParameters, P, PARAMETER_COUNT } from './parameters.ts';

/** Lids, lips, brows, gaze: a blink or a vowel moves many times as much from one frame to the next. */
const STILL = 0.03;
/** A nod moves faster than this, swaying slower. */
const STILL_HEAD = 0.025;
const STILL_BREATH = 0.1;

const LIMITS = new Float32Array(PARAMETER_COUNT).fill(STILL);
for (let i = P.headYaw; i <= P.headZ; i++) LIMITS[i] = STILL_HEAD;
LIMITS[P.breath] = STILL_BREATH;

/**
 * Leaves out frames of a face that only sways and breathes: it looks the same at half the rate. As soon as anything moves
 * (a blink, a glance, the first sound) every frame is shown, from the first one that moves.
 */
export class RestingRate {
  readonly #minUnits: number;
  readonly #shown: FaceParameters = new Float32Array(PARAMETER_COUNT);
  #shownAt: MediaTime = Number.NEGATIVE_INFINITY;

  /** `framesPerS` of a face at rest; that of a moving one, or more, leaves out nothing. */
  constructor(framesPerS: number) {
    // A millisecond less: the times of frames are rounded.
    this.#minUnits = MEDIA_RATE_HZ / framesPerS - MEDIA_RATE_HZ / 1_000;
  }

  /** Whether this frame is to be shown. Asked once for each frame, in order; `atRest` is false for one that speaks or answers. */
  isDue(parameters: FaceParameters, time: MediaTime, atRest: boolean): boolean {
    if (atRest && time - this.#shownAt < this.#minUnits && !this.#moves(parameters)) return false;
    this.#shown.set(parameters);
    this.#shownAt = time;
    return true;
  }

  #moves(parameters: FaceParameters): boolean {
    for (let i = 0; i < PARAMETER_COUNT; i++) {
      if (Math.abs((parameters[i] as number) - (this.#shown[i] as number)) > (LIMITS[i] as number)) return true;
    }
    return false;
  }
}
