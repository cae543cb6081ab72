import { type AvatarControls, CONTROL_NAMES, type ControlName, USUAL_CONTROLS } from '../../core/avatar-controls.ts';
import { type FaceParameters, P } from '../parameters.ts';
import { Spring } from './motion.ts';

/** A knob that is turned is followed within half a second. */
const FOLLOW_PER_S = 7;
/** What the head tilts by, and the brows go up by, at 1. */
const TILT_ROLL = 0.75;
const INNER_BROW = 0.55;
const OUTER_BROW = 0.65;

/** The avatar controller on the face: 0.5 is usual where less and more make sense, 0 where only more does. */
export class Controls {
  readonly #levels = Object.fromEntries(CONTROL_NAMES.map((name) => [name, new Spring(USUAL_CONTROLS[name])])) as Record<
    ControlName,
    Spring
  >;
  #goal: AvatarControls = USUAL_CONTROLS;

  set(controls: AvatarControls): void {
    this.#goal = controls;
  }

  advance(seconds: number): void {
    for (const name of CONTROL_NAMES) this.#levels[name].advance(seconds, this.#goal[name], FOLLOW_PER_S);
  }

  /** Blinks at half the usual rate to twice as often. */
  get blinkFactor(): number {
    return 4 ** (this.#levels.blink_rate.value - 0.5);
  }

  /** Of emotions: none, usual, half as strong again. */
  get expressionGain(): number {
    return gain(this.#levels.expression_intensity.value, 0, 1.5);
  }

  /** Of the mouth's opening in speech: a mumble, usual, well articulated. */
  get mouthGain(): number {
    return gain(this.#levels.mouth_openness.value, 0.6, 1.3);
  }

  /** `side`: 1 to the avatar's left shoulder, -1 to its right. */
  apply(out: FaceParameters, side: 1 | -1): void {
    const brows = this.#levels.eyebrow_raise.value;
    out[P.headRoll] = (out[P.headRoll] as number) + side * TILT_ROLL * this.#levels.head_tilt.value;
    out[P.browInnerUp] = (out[P.browInnerUp] as number) + INNER_BROW * brows;
    out[P.browOuterUpLeft] = (out[P.browOuterUpLeft] as number) + OUTER_BROW * brows;
    out[P.browOuterUpRight] = (out[P.browOuterUpRight] as number) + OUTER_BROW * brows;
  }
}

/** 1 in the middle of the knob, `low` and `high` at its ends. */
const gain = (x: number, low: number, high: number): number => (x < 0.5 ? low + (1 - low) * 2 * x : 1 + (high - 1) * (2 * x - 1));
