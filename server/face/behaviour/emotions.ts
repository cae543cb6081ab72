import { EMOTIONS, type Emotion } from '../../core/speech.ts';
import { ARKIT, type ArkitName, type FaceParameters, P } from '../parameters.ts';
import { Spring } from './motion.ts';

export type EmotionTable = Readonly<Record<Emotion, Partial<Readonly<Record<ArkitName, number>>>>>;

/** For rigs that declare no emotions of their own; after Ekman & Friesen's action units. */
export const DEFAULT_EMOTIONS: EmotionTable = {
  neutral: {},
  happy: {
    mouthSmileLeft: 0.55,
    mouthSmileRight: 0.5,
    cheekSquintLeft: 0.4,
    cheekSquintRight: 0.4,
    eyeSquintLeft: 0.2,
    eyeSquintRight: 0.2,
    browOuterUpLeft: 0.1,
    browOuterUpRight: 0.1,
  },
  sad: { browInnerUp: 0.6, mouthFrownLeft: 0.45, mouthFrownRight: 0.45, eyeSquintLeft: 0.15, eyeSquintRight: 0.15, mouthShrugLower: 0.2 },
  angry: {
    browDownLeft: 0.65,
    browDownRight: 0.65,
    eyeSquintLeft: 0.3,
    eyeSquintRight: 0.3,
    mouthPressLeft: 0.3,
    mouthPressRight: 0.3,
    noseSneerLeft: 0.2,
    noseSneerRight: 0.2,
  },
  fearful: {
    browInnerUp: 0.7,
    browOuterUpLeft: 0.3,
    browOuterUpRight: 0.3,
    eyeWideLeft: 0.6,
    eyeWideRight: 0.6,
    mouthStretchLeft: 0.35,
    mouthStretchRight: 0.35,
  },
  disgusted: {
    noseSneerLeft: 0.6,
    noseSneerRight: 0.6,
    browDownLeft: 0.35,
    browDownRight: 0.35,
    mouthUpperUpLeft: 0.25,
    mouthUpperUpRight: 0.25,
    mouthFrownLeft: 0.2,
    mouthFrownRight: 0.2,
  },
  surprised: { browInnerUp: 0.7, browOuterUpLeft: 0.6, browOuterUpRight: 0.6, eyeWideLeft: 0.6, eyeWideRight: 0.6, jawOpen: 0.15 },
};

/** Feelings come within a third of a second and fade over more than one. */
const ATTACK_PER_S = 9;
const DECAY_PER_S = 2.6;

/** Weights that part the lips: they give way to speech, above all to its closures. */
const PARTING: ReadonlySet<ArkitName> = new Set<ArkitName>([
  'jawOpen',
  'mouthFunnel',
  'mouthLowerDownLeft',
  'mouthLowerDownRight',
  'mouthUpperUpLeft',
  'mouthUpperUpRight',
  'mouthPucker',
  'tongueOut',
]);
/** What speech leaves of an emotion's mouth. */
const MOUTH_WHILE_SPEAKING = 0.6;

export class EmotionBlend {
  #table: EmotionTable;
  #entries: readonly {
    readonly emotion: number;
    readonly parameter: number;
    readonly weight: number;
    readonly kind: 'face' | 'mouth' | 'parting';
  }[] = [];
  readonly #levels = EMOTIONS.map(() => new Spring());
  #emotion: Emotion = 'neutral';
  #intensity = 0;

  constructor(table: EmotionTable) {
    this.#table = table;
    this.setTable(table);
  }

  setTable(table: EmotionTable): void {
    this.#table = Object.values(table).some((weights) => Object.keys(weights).length > 0) ? table : DEFAULT_EMOTIONS;
    this.#entries = EMOTIONS.flatMap((emotion, index) =>
      ARKIT.filter((name) => this.#table[emotion][name]).map((name) => ({
        emotion: index,
        parameter: P[name],
        weight: this.#table[emotion][name] as number,
        kind: PARTING.has(name) ? ('parting' as const) : /^(mouth|jaw)/.test(name) ? ('mouth' as const) : ('face' as const),
      })),
    );
  }

  set(emotion: Emotion, intensity: number): void {
    this.#emotion = emotion;
    this.#intensity = Math.min(1, Math.max(0, intensity));
  }

  /** Adds the emotion to `out`. `speech` 0..1 says how much the mouth is speaking, `closure` how tightly its lips are shut. */
  advance(seconds: number, speech: number, closure: number, out: FaceParameters): void {
    this.#levels.forEach((level, index) => {
      const goal = EMOTIONS[index] === this.#emotion ? this.#intensity : 0;
      level.advance(seconds, goal, goal > level.value ? ATTACK_PER_S : DECAY_PER_S);
    });
    for (const { emotion, parameter, weight, kind } of this.#entries) {
      const level = (this.#levels[emotion] as Spring).value;
      if (level < 1e-4) continue;
      let share = 1;
      if (kind !== 'face') share -= (1 - MOUTH_WHILE_SPEAKING) * speech;
      if (kind === 'parting') share *= 1 - closure;
      out[parameter] = (out[parameter] as number) + weight * level * share;
    }
  }
}
