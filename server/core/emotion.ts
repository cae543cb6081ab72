import { EMOTIONS, type Emotion } from './speech.ts';

/** What somebody seems to feel: a share for each emotion (they sum to 1), and how far that may be believed, 0..1. */
export interface EmotionEstimate {
  readonly scores: Readonly<Record<Emotion, number>>;
  readonly confidence: number;
}

/** An emotion, how strong it is and how sure, each 0..1. */
export interface Feeling {
  readonly emotion: Emotion;
  readonly intensity: number;
  readonly confidence: number;
}

/** Shares out of weights of any size; without any weight it is neutral, and nobody knows. */
export function emotionEstimate(weights: Partial<Readonly<Record<Emotion, number>>>, confidence: number): EmotionEstimate {
  const positive = EMOTIONS.map((emotion) => Math.max(0, weights[emotion] ?? 0));
  const total = positive.reduce((sum, weight) => sum + weight, 0);
  if (!(total > 0)) return NO_EMOTION;
  const scores = Object.fromEntries(EMOTIONS.map((emotion, i) => [emotion, (positive[i] as number) / total]));
  return { scores: scores as Record<Emotion, number>, confidence: Math.min(1, Math.max(0, confidence)) };
}

export const NO_EMOTION: EmotionEstimate = {
  scores: { neutral: 1, happy: 0, sad: 0, angry: 0, fearful: 0, disgusted: 0, surprised: 0 },
  confidence: 0,
};

/** The likeliest emotion; the first of EMOTIONS where several are. */
export const likeliest = ({ scores }: EmotionEstimate): Emotion =>
  EMOTIONS.reduce((best, emotion) => (scores[emotion] > scores[best] ? emotion : best));

/**
 * Several opinions as one: a linear pool in which each counts by its confidence. Witnesses that agree are believed more
 * than each alone; where they contradict each other, less.
 */
export function fuseEmotions(estimates: readonly EmotionEstimate[]): EmotionEstimate {
  const known = estimates.filter(({ confidence }) => confidence > 0);
  const trust = known.reduce((sum, { confidence }) => sum + confidence, 0);
  if (trust === 0) return NO_EMOTION;
  const pooled = Object.fromEntries(
    EMOTIONS.map((emotion) => [emotion, known.reduce((sum, { scores, confidence }) => sum + confidence * scores[emotion], 0) / trust]),
  ) as Record<Emotion, number>;
  const own = known.reduce((sum, estimate) => sum + estimate.confidence * estimate.scores[likeliest(estimate)], 0) / trust;
  const agreement = Math.max(...Object.values(pooled)) / own;
  const doubt = known.reduce((left, { confidence }) => left * (1 - confidence), 1);
  return emotionEstimate(pooled, (1 - doubt) * agreement);
}

/** What an estimate amounts to: the likeliest emotion, as strong as its share is. */
export function feelingOf(estimate: EmotionEstimate): Feeling {
  const emotion = likeliest(estimate);
  const intensity = emotion === 'neutral' ? 0 : estimate.scores[emotion];
  return { emotion, intensity, confidence: estimate.confidence };
}
