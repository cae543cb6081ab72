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
/** People do not hold a face: it lessens while they go on, and goes when they are done. */
const PEAK_MS = 1_500;
const LESSENS_TO = 0.65;
const LESSENING_MS = 4_000;
const FADING_MS = 2_500;

/** What a listener shows who notices a feeling: joy and surprise are shared, everything else concerns him. */
const SYMPATHY: Readonly<Record<Emotion, { readonly shows: Emotion; readonly share: number }>> = {
  neutral: { shows: 'neutral', share: 0 },
  happy: { shows: 'happy', share: 0.5 },
  surprised: { shows: 'surprised', share: 0.3 },
  sad: { shows: 'sad', share: 0.4 },
  fearful: { shows: 'sad', share: 0.3 },
  angry: { shows: 'sad', share: 0.25 },
  disgusted: { shows: 'sad', share: 0.15 },
};
const SYMPATHY_MS = 6_000;
/** Who speaks shows his own feelings. */
const SYMPATHY_WHILE_SPEAKING = 0.3;

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
const TALKING_PER_S = 10;

interface Felt {
  readonly emotion: Emotion;
  readonly intensity: number;
  readonly sinceMs: number;
}

export interface EmotionSurroundings {
  /** A turn of the avatar is going on. */
  readonly isSpeaking: boolean;
  /** How much the mouth is speaking, 0..1. */
  readonly speech: number;
  /** How tightly a p, b or m shuts the lips, 0..1. */
  readonly closure: number;
  /** How expressive the face is; 1 is usual. */
  readonly gain: number;
}

export class EmotionBlend {
  #table: EmotionTable;
  #entries: readonly {
    readonly emotion: number;
    readonly parameter: number;
    readonly weight: number;
    readonly kind: 'face' | 'mouth' | 'parting';
  }[] = [];
  readonly #levels = EMOTIONS.map(() => new Spring());
  #own: Felt = { emotion: 'neutral', intensity: 0, sinceMs: 0 };
  #sympathy: Felt = { emotion: 'neutral', intensity: 0, sinceMs: 0 };
  #spokeMs = 0;
  /** How much the mouth is speaking, without its syllables: a smile does not flicker with them. */
  readonly #talking = new Spring();

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

  set(emotion: Emotion, intensity: number, ms: number): void {
    this.#own = { emotion, intensity: clamp(intensity), sinceMs: ms };
  }

  /** The visitor feels so. */
  sympathise(emotion: Emotion, intensity: number, ms: number): void {
    const { shows, share } = SYMPATHY[emotion];
    this.#sympathy = { emotion: shows, intensity: share * clamp(intensity), sinceMs: ms };
  }

  /** Adds what is felt to `out`. */
  advance(ms: number, seconds: number, { isSpeaking, speech, closure, gain }: EmotionSurroundings, out: FaceParameters): void {
    if (isSpeaking) this.#spokeMs = ms;
    const own = this.#own.intensity * this.#lasting(ms);
    const shared = this.#sympathy.intensity * fading(ms - this.#sympathy.sinceMs, SYMPATHY_MS) * (isSpeaking ? SYMPATHY_WHILE_SPEAKING : 1);
    this.#levels.forEach((level, index) => {
      const emotion = EMOTIONS[index];
      const goal = Math.max(emotion === this.#own.emotion ? own : 0, emotion === this.#sympathy.emotion ? shared : 0);
      level.advance(seconds, goal, goal > level.value ? ATTACK_PER_S : DECAY_PER_S);
    });
    const talking = this.#talking.advance(seconds, speech > 0 ? 1 : 0, TALKING_PER_S);
    for (const { emotion, parameter, weight, kind } of this.#entries) {
      const level = (this.#levels[emotion] as Spring).value;
      if (level < 1e-4) continue;
      let share = gain;
      if (kind !== 'face') share *= 1 - (1 - MOUTH_WHILE_SPEAKING) * talking;
      if (kind === 'parting') share *= 1 - closure;
      out[parameter] = (out[parameter] as number) + weight * level * share;
    }
  }

  /** What is left of a feeling of one's own. */
  #lasting(ms: number): number {
    const lessened = LESSENS_TO + (1 - LESSENS_TO) * fading(ms - this.#own.sinceMs, LESSENING_MS);
    return lessened * fading(ms - Math.max(this.#own.sinceMs, this.#spokeMs), FADING_MS);
  }
}

const clamp = (x: number): number => Math.min(1, Math.max(0, x));
/** 1 for a moment, then ever less. */
const fading = (ms: number, decayMs: number): number => (ms <= PEAK_MS ? 1 : Math.exp(-(ms - PEAK_MS) / decayMs));
