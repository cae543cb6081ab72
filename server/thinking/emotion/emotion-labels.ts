import { type EmotionEstimate, emotionEstimate } from '../../core/emotion.ts';
import type { Emotion } from '../../core/speech.ts';

/** What public classifiers call the seven, in lower case. */
const EMOTION_OF: Readonly<Record<string, Emotion>> = {
  neutral: 'neutral',
  calm: 'neutral',
  happy: 'happy',
  happiness: 'happy',
  joy: 'happy',
  love: 'happy',
  amusement: 'happy',
  sad: 'sad',
  sadness: 'sad',
  grief: 'sad',
  angry: 'angry',
  anger: 'angry',
  annoyance: 'angry',
  fear: 'fearful',
  fearful: 'fearful',
  nervousness: 'fearful',
  disgust: 'disgusted',
  disgusted: 'disgusted',
  contempt: 'disgusted',
  surprise: 'surprised',
  surprised: 'surprised',
};

/**
 * What a classifier's logits say about the seven, as sure as it is of its best; labels that are none of them count for
 * nothing. `mostConfidence`: how far such a model is believed at best.
 */
export function estimateOfLogits(logits: ArrayLike<number>, labels: readonly string[], mostConfidence: number): EmotionEstimate {
  const most = Math.max(...Array.from(logits));
  const weights: Partial<Record<Emotion, number>> = {};
  labels.forEach((label, i) => {
    const emotion = EMOTION_OF[label.trim().toLowerCase()];
    const logit = logits[i];
    if (emotion && logit !== undefined) weights[emotion] = (weights[emotion] ?? 0) + Math.exp(logit - most);
  });
  const { scores } = emotionEstimate(weights, 1);
  return emotionEstimate(scores, mostConfidence * Math.max(...Object.values(scores)));
}
