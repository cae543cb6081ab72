import type { AvatarControls } from '../core/avatar-controls.ts';
import type { MediaTime } from '../core/media-time.ts';
import type { Emotion, Gesture, Phone } from '../core/speech.ts';
import type { EmotionTable } from './behaviour/emotions.ts';
import type { FaceParameters } from './parameters.ts';

/** What the face is doing, as the conversation sees it. `reacting` is the visible answer to the end of the visitor's speech. */
export type FaceMode = 'idle' | 'listening' | 'reacting' | 'thinking' | 'speaking';

/** What the listening face hears of the visitor's voice, about 30 times a second. Ranks are within the visitor's own range, 0..1. */
export interface HeardProsody {
  readonly isSpeech: boolean;
  /** Undefined where the sound has no pitch, or the voice is not known yet. */
  readonly pitchRank: number | undefined;
  readonly loudnessRank: number;
  readonly silenceMs: number;
}

/**
 * Turns the conversation into face frames. Pure in media time: the same calls give the same frames, whatever the clock
 * on the wall says. Frames are asked for in increasing media time.
 */
export interface Performer {
  /** The frame to show at `time`. The array is reused by the next call. */
  frameAt(time: MediaTime): FaceParameters;
  /**
   * The lips follow these phones from `startsAt` on, as people of that language (BCP 47) shape them. Pieces of one turn
   * arrive in order.
   */
  speak(turnId: string, startsAt: MediaTime, phones: readonly Phone[], language?: string): void;
  /**
   * The turn's sound ends at `at`: the mouth eases shut within 80 ms, and what was to be shown later is not shown. The
   * turn may go on later, by `speak`.
   */
  cancelSpeech(turnId: string, at: MediaTime): void;
  setMode(mode: FaceMode, at: MediaTime): void;
  /** Feels so from `at` on, which may lie ahead. It grows within half a second, lessens, and fades when nothing is said any more. */
  setEmotion(emotion: Emotion, intensity: number, at: MediaTime): void;
  gesture(gesture: Gesture, at: MediaTime): void;
  setControls(controls: AvatarControls, at: MediaTime): void;
  /** The visitor seems to feel so: a listening face answers gently, e.g. with concern where he is angry. */
  empathise(emotion: Emotion, intensity: number, at: MediaTime): void;
  hear(prosody: HeardProsody, at: MediaTime): void;
  /** The visitor has paused; 0..1 that he has finished. */
  judgePause(turnEndProbability: number): void;
  /** Another avatar has other emotions. */
  setEmotionTable(emotions: EmotionTable): void;
}
