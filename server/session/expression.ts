import { type AvatarControls, CONTROL_NAMES, USUAL_CONTROLS } from '../core/avatar-controls.ts';
import { type EmotionEstimate, feelingOf } from '../core/emotion.ts';
import type { MediaTime } from '../core/media-time.ts';
import { rms } from '../core/rms.ts';
import type { Emotion } from '../core/speech.ts';
import type { Performer } from '../face/contract.ts';
import type { Mark } from './turn.ts';

export interface ExpressionOptions {
  readonly performer: Performer;
  /** What words say about feelings. */
  readonly toneOf: (text: string) => EmotionEstimate;
  /** Speech level that is neither loud nor quiet, dB RMS of full scale. */
  readonly usualDb: number;
}

export interface Saying {
  readonly text: string;
  readonly pcm: Int16Array;
  readonly startsAt: MediaTime;
  /** With the media time of the word that each belongs to. */
  readonly marks: readonly { readonly mark: Mark; readonly at: MediaTime }[];
}

type Controls = Partial<AvatarControls>;

/** Words must be so sure before the face follows them without being told to. */
const SURE_TONE = 0.4;
/** What is read between the lines is shown less than what a model marks. */
const TONE_SHARE = 0.8;

/** What a feeling does to the controller at full strength; the rest is as usual. */
const BY_EMOTION: Readonly<Record<Emotion, Controls>> = {
  neutral: {},
  happy: { expression_intensity: 0.65, mouth_openness: 0.55, head_tilt: 0.15, eyebrow_raise: 0.15 },
  sad: { blink_rate: 0.4, head_tilt: 0.3, mouth_openness: 0.42 },
  angry: { blink_rate: 0.3, expression_intensity: 0.6, mouth_openness: 0.6 },
  fearful: { blink_rate: 0.75, mouth_openness: 0.45, eyebrow_raise: 0.3 },
  disgusted: { mouth_openness: 0.45, head_tilt: 0.1 },
  surprised: { blink_rate: 0.4, expression_intensity: 0.6, mouth_openness: 0.6, eyebrow_raise: 0.45 },
};
const QUESTION: Controls = { eyebrow_raise: 0.25, head_tilt: 0.2 };
const LIVELIER = { expression_intensity: 0.3, mouth_openness: 0.3 };
const EXCLAMATION = 0.35;
/** A piece that is so much louder than usual is said with all the energy there is. */
const ENERGY_DB = 12;

/**
 * What the face adds to the avatar's words. Each knob of the controller is turned by whoever has a say, in this order: the
 * API for this call, the language model, rules on emotion, energy and text, and the usual values.
 */
export class Expression {
  readonly #options: ExpressionOptions;
  #overrides: Controls = {};
  #wished: Controls = {};
  #guessed: Controls = {};
  #isMarked = false;
  #feeling: { emotion: Emotion; intensity: number } = { emotion: 'neutral', intensity: 0 };

  constructor(options: ExpressionOptions) {
    this.#options = options;
  }

  /** Set through the API, and kept until they are set otherwise. */
  override(controls: Controls, at: MediaTime): void {
    this.#overrides = controls;
    this.#show(at);
  }

  /** The turn begins: what an earlier one wished for does not matter any more. */
  begin(): void {
    this.#wished = {};
    this.#guessed = {};
    this.#isMarked = false;
    this.#feeling = { emotion: 'neutral', intensity: 0 };
  }

  /** Words are on their way, with what was marked on them. */
  say({ text, pcm, startsAt, marks }: Saying): void {
    const { performer } = this.#options;
    this.#isMarked ||= marks.some(({ mark }) => 'emotion' in mark);
    if (!this.#isMarked) this.#readTone(text, startsAt);
    this.#guessed = guess(this.#feeling, this.#energy(pcm), text);
    this.#show(startsAt);
    for (const { mark, at } of marks) {
      if ('gesture' in mark) performer.gesture(mark.gesture, at);
      else if ('controls' in mark) this.#wished = { ...this.#wished, ...mark.controls };
      else {
        performer.setEmotion(mark.emotion, mark.intensity, at);
        this.#feeling = mark;
        this.#guessed = guess(mark, this.#energy(pcm), text);
      }
      if (!('gesture' in mark)) this.#show(at);
    }
  }

  /** The turn is over. */
  rest(at: MediaTime): void {
    this.begin();
    this.#show(at);
  }

  #readTone(text: string, at: MediaTime): void {
    const { emotion, intensity, confidence } = feelingOf(this.#options.toneOf(text));
    if (emotion === 'neutral' || confidence < SURE_TONE) return;
    this.#feeling = { emotion, intensity: TONE_SHARE * intensity * confidence };
    this.#options.performer.setEmotion(emotion, this.#feeling.intensity, at);
  }

  /** 0..1, 0.5 is usual. */
  #energy(pcm: Int16Array): number {
    if (pcm.length === 0) return 0.5;
    const db = 20 * Math.log10(Math.max(1e-6, rms(pcm) / 32_768));
    return clamp(0.5 + (db - this.#options.usualDb) / (2 * ENERGY_DB));
  }

  #show(at: MediaTime): void {
    this.#options.performer.setControls({ ...USUAL_CONTROLS, ...this.#guessed, ...this.#wished, ...this.#overrides }, at);
  }
}

/** The rules. */
function guess({ emotion, intensity }: { emotion: Emotion; intensity: number }, energy: number, text: string): Controls {
  const towards = BY_EMOTION[emotion];
  const isQuestion = /[?؟]["”’)\s]*$/u.test(text);
  const lively = energy - 0.5 + (/!/.test(text) ? EXCLAMATION : 0);
  const entries = CONTROL_NAMES.map((name) => {
    const usual = USUAL_CONTROLS[name];
    const felt = usual + ((towards[name] ?? usual) - usual) * clamp(intensity);
    const asked = isQuestion ? Math.max(felt, QUESTION[name] ?? 0) : felt;
    return [name, clamp(asked + (name === 'expression_intensity' || name === 'mouth_openness' ? LIVELIER[name] * lively : 0))] as const;
  });
  return Object.fromEntries(entries);
}

const clamp = (x: number): number => Math.min(1, Math.max(0, x));
