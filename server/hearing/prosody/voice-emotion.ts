import { type EmotionEstimate, emotionEstimate, NO_EMOTION } from '../../core/emotion.ts';
import { EMOTIONS, type Emotion } from '../../core/speech.ts';
import { MANNER, type Manner } from './manner.ts';

/**
 * How feelings change a voice against its own usual manner, in standard deviations of pitch, liveliness, level and rate:
 * the directions on which Juslin & Laukka ("Communication of emotions in vocal expression and music performance", 2003,
 * 104 studies) and Scherer ("Vocal communication of emotion", 2003) agree.
 */
const PROTOTYPES: Readonly<Record<Emotion, readonly [pitch: number, liveliness: number, level: number, rate: number]>> = {
  neutral: [0, 0, 0, 0],
  happy: [1.3, 1.2, 0.8, 0.6],
  sad: [-1.1, -1.1, -1.4, -1.2],
  angry: [0.8, 0.9, 1.9, 1],
  fearful: [1.5, -0.7, -0.4, 1.2],
  disgusted: [-0.7, -0.2, 0.1, -1.1],
  surprised: [1.9, 1.9, 0.4, -0.1],
};
/** People are mostly calm; and disgust is the one that listeners find in a voice least of all. */
const PRIOR: Readonly<Record<Emotion, number>> = { neutral: 4, happy: 1, sad: 1, angry: 1, fearful: 0.7, disgusted: 0.4, surprised: 0.7 };
const SPREAD = 0.8;
/** Beyond this, a larger deviation is rather a mistake of measurement. */
const MOST_DEVIATION = 3;
/** From a voice alone people name the feeling of a stranger right about six times in ten. */
const MOST_CONFIDENCE = 0.6;
/** Utterances until the usual manner is half known. */
const HALF_KNOWN = 3;
/** Speech until an utterance is half as telling as a long one. */
const HALF_TOLD_MS = 700;
const MEMORY = 0.85;

/** Deviations between people's utterances, before a visitor's own are known: semitones, semitones, dB, syllables per second. */
const USUAL_SPREAD: Manner = { pitch: 1.8, liveliness: 0.9, level: 3.5, rate: 0.8 };
/** Utterances that this counts for. */
const PRIOR_UTTERANCES = 3;

/** The usual manner of one voice, and what an utterance that differs from it tells. */
export class VoiceEmotion {
  readonly #means: Record<keyof Manner, number> = { pitch: 0, liveliness: 0, level: 0, rate: 0 };
  readonly #squares: Record<keyof Manner, number> = { pitch: 0, liveliness: 0, level: 0, rate: 0 };
  /** Forgets, too: at most 1 / (1 - MEMORY). */
  #weight = 0;
  #utterances = 0;

  /** What the manner of an utterance says; nothing for the first one, which there is nothing to compare with. */
  judge(manner: Manner, speechMs: number): EmotionEstimate {
    if (this.#utterances === 0) return NO_EMOTION;
    const deviations = MANNER.map((figure) => {
      const deviation = (manner[figure] - this.#means[figure]) / this.#spread(figure);
      return Math.min(MOST_DEVIATION, Math.max(-MOST_DEVIATION, deviation));
    });
    const weights = Object.fromEntries(
      EMOTIONS.map((emotion) => {
        const apart = PROTOTYPES[emotion].reduce((sum, typical, i) => sum + ((deviations[i] as number) - typical) ** 2, 0);
        return [emotion, PRIOR[emotion] * Math.exp(-apart / (2 * SPREAD * SPREAD * MANNER.length))];
      }),
    );
    const known = this.#utterances / (this.#utterances + HALF_KNOWN);
    const told = speechMs / (speechMs + HALF_TOLD_MS);
    return emotionEstimate(weights, MOST_CONFIDENCE * known * told);
  }

  /** The utterance is over: it is part of the usual manner now. */
  learn(manner: Manner): void {
    this.#utterances++;
    this.#weight = MEMORY * this.#weight + 1;
    for (const figure of MANNER) {
      const away = manner[figure] - this.#means[figure];
      this.#means[figure] += away / this.#weight;
      this.#squares[figure] = MEMORY * this.#squares[figure] + away * (manner[figure] - this.#means[figure]);
    }
  }

  #spread(figure: keyof Manner): number {
    const prior = PRIOR_UTTERANCES * USUAL_SPREAD[figure] ** 2;
    return Math.sqrt((prior + this.#squares[figure]) / (PRIOR_UTTERANCES + this.#weight));
  }
}
