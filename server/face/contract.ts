import type { MediaTime } from '../core/media-time.ts';
import type { Emotion, Gesture, Phone } from '../core/speech.ts';
import type { EmotionTable } from './behaviour/emotions.ts';
import type { FaceParameters } from './parameters.ts';

/** What the face is doing, as the conversation sees it. `reacting` is the visible answer to the end of the visitor's speech. */
export type FaceMode = 'idle' | 'listening' | 'reacting' | 'thinking' | 'speaking';

/**
 * Turns the conversation into face frames. Pure in media time: the same calls give the same frames, whatever the clock
 * on the wall says. Frames are asked for in increasing media time.
 */
export interface Performer {
  /** The frame to show at `time`. The array is reused by the next call. */
  frameAt(time: MediaTime): FaceParameters;
  /** The lips follow these phones from `startsAt` on. Pieces of one turn arrive in order. */
  speak(turnId: string, startsAt: MediaTime, phones: readonly Phone[]): void;
  /** The turn's sound ends at `at`: the mouth eases shut within 80 ms. The turn may go on later, by `speak`. */
  cancelSpeech(turnId: string, at: MediaTime): void;
  setMode(mode: FaceMode, at: MediaTime): void;
  setEmotion(emotion: Emotion, intensity: number, at: MediaTime): void;
  gesture(gesture: Gesture, at: MediaTime): void;
  /** Another avatar has other emotions. */
  setEmotionTable(emotions: EmotionTable): void;
}
