import type { Gesture } from '../../core/speech.ts';
import { type FaceParameters, P, type ParameterName } from '../parameters.ts';
import { minimumJerk } from './motion.ts';

type Curve = (seconds: number) => Partial<Record<ParameterName, number>>;

interface GestureForm {
  readonly durationMs: number;
  readonly curve: Curve;
}

/** Rises, stays and falls within `lengthS`. */
const hold = (t: number, riseS: number, lengthS: number, fallS: number): number =>
  minimumJerk(t / riseS) * (1 - minimumJerk((t - lengthS + fallS) / fallS));
/** Swings that swell and fade. */
const swing = (t: number, hz: number, lengthS: number): number =>
  Math.sin(2 * Math.PI * hz * t) * hold(t, lengthS * 0.3, lengthS, lengthS * 0.5);

const FORMS: Readonly<Record<Gesture, GestureForm>> = {
  nod: { durationMs: 900, curve: (t) => ({ headPitch: -0.5 * swing(t, 1.9, 0.9), headY: 0.12 * swing(t, 1.9, 0.9) }) },
  shake: { durationMs: 1_100, curve: (t) => ({ headYaw: 0.5 * swing(t, 1.7, 1.1) }) },
  tilt: { durationMs: 1_800, curve: (t) => ({ headRoll: 0.55 * hold(t, 0.4, 1.8, 0.7), headYaw: 0.1 * hold(t, 0.4, 1.8, 0.7) }) },
  brows: {
    durationMs: 900,
    curve: (t) => {
      const up = hold(t, 0.16, 0.9, 0.4);
      return {
        browInnerUp: 0.5 * up,
        browOuterUpLeft: 0.6 * up,
        browOuterUpRight: 0.55 * up,
        eyeWideLeft: 0.15 * up,
        eyeWideRight: 0.15 * up,
      };
    },
  },
  smile: {
    durationMs: 2_400,
    curve: (t) => {
      const up = hold(t, 0.35, 2.4, 0.9);
      return { mouthSmileLeft: 0.55 * up, mouthSmileRight: 0.5 * up, cheekSquintLeft: 0.3 * up, cheekSquintRight: 0.3 * up };
    },
  },
  think: {
    durationMs: 1_600,
    curve: (t) => {
      const up = hold(t, 0.3, 1.6, 0.5);
      return {
        browDownLeft: 0.2 * up,
        browInnerUp: 0.25 * up,
        mouthPressLeft: 0.25 * up,
        mouthPressRight: 0.2 * up,
        headPitch: 0.15 * up,
        headRoll: -0.15 * up,
      };
    },
  },
};

/** Small signs that the listener is with the visitor, and the visible answer to the end of the visitor's speech. */
const REACTION: GestureForm = {
  durationMs: 700,
  // Steep at the start: it must be seen within one frame.
  curve: (t) => {
    const up = hold(t, 0.1, 0.7, 0.45);
    return {
      browInnerUp: 0.22 * up,
      browOuterUpLeft: 0.32 * up,
      browOuterUpRight: 0.3 * up,
      eyeWideLeft: 0.14 * up,
      eyeWideRight: 0.14 * up,
      headPitch: 0.1 * up,
    };
  },
};
/** A word that carries the sentence: people raise their brows on it (Flecha-García, "Eyebrow raises in dialogue and their relation to discourse structure", 2010). */
const EMPHASIS: GestureForm = {
  durationMs: 520,
  curve: (t) => {
    const up = hold(t, 0.14, 0.52, 0.26);
    return { browInnerUp: 0.2 * up, browOuterUpLeft: 0.3 * up, browOuterUpRight: 0.28 * up };
  },
};
const MICRO_NOD: GestureForm = { durationMs: 700, curve: (t) => ({ headPitch: -0.2 * swing(t, 1.8, 0.7) }) };

export class Gestures {
  #running: { readonly form: GestureForm; readonly startMs: number; readonly strength: number }[] = [];

  start(gesture: Gesture, ms: number, strength = 1): void {
    this.#running.push({ form: FORMS[gesture], startMs: ms, strength });
  }

  react(ms: number): void {
    this.#running.push({ form: REACTION, startMs: ms, strength: 1 });
  }

  emphasise(ms: number, strength: number): void {
    this.#running.push({ form: EMPHASIS, startMs: ms, strength });
  }

  microNod(ms: number, strength: number): void {
    this.#running.push({ form: MICRO_NOD, startMs: ms, strength });
  }

  apply(ms: number, out: FaceParameters): void {
    this.#running = this.#running.filter(({ form, startMs }) => ms < startMs + form.durationMs);
    for (const { form, startMs, strength } of this.#running) {
      if (ms < startMs) continue;
      for (const [name, value] of Object.entries(form.curve((ms - startMs) / 1000))) {
        const parameter = P[name as ParameterName];
        out[parameter] = (out[parameter] as number) + value * strength;
      }
    }
  }
}
