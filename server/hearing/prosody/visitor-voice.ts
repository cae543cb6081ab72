import type { EmotionEstimate } from '../../core/emotion.ts';
import type { VoiceRanks } from '../contract.ts';
import { SAMPLES_PER_MS, VAD_FRAME_SAMPLES } from '../hearing-rate.ts';
import { MannerGauge } from './manner.ts';
import { OwnRange } from './own-range.ts';
import { VoiceEmotion } from './voice-emotion.ts';

/** One VAD frame, as the ear process measured it. */
export interface VoiceFrame {
  readonly isSpeech: boolean;
  readonly levelDb: number;
  /** 0: no pitch. */
  readonly pitchHz: number;
}

const FRAME_MS = VAD_FRAME_SAMPLES / SAMPLES_PER_MS;
/** Semitones above 55 Hz. */
const semitones = (hz: number): number => 12 * Math.log2(hz / 55);
/** A second and a half of voiced sound, until ranks mean anything. */
const KNOWN_FRAMES = 45;
/** Two minutes of speech. */
const REMEMBERED_FRAMES = 4_000;

/** The voice of one visitor over a whole call: what is usual for it, and how it sounds now. */
export class VisitorVoice {
  readonly #pitches = new OwnRange({ low: 0, high: 40, step: 0.5, remembered: REMEMBERED_FRAMES });
  readonly #levels = new OwnRange({ low: -80, high: 0, step: 1, remembered: REMEMBERED_FRAMES });
  readonly #emotion = new VoiceEmotion();
  #gauge = new MannerGauge(FRAME_MS);

  /** Undefined for a frame without speech. */
  hear({ isSpeech, levelDb, pitchHz }: VoiceFrame): VoiceRanks | undefined {
    if (!isSpeech) return undefined;
    const pitch = pitchHz > 0 ? semitones(pitchHz) : undefined;
    this.#gauge.add(levelDb, pitch);
    this.#levels.add(levelDb);
    const loudnessRank = this.#levels.rank(levelDb);
    if (pitch === undefined) return { pitchRank: undefined, loudnessRank };
    this.#pitches.add(pitch);
    return { pitchRank: this.#pitches.total < KNOWN_FRAMES ? undefined : this.#pitches.rank(pitch), loudnessRank };
  }

  /** What the running utterance tells so far; undefined while it is too short. */
  judge(): EmotionEstimate | undefined {
    const { manner, speechMs } = this.#gauge;
    return manner && this.#emotion.judge(manner, speechMs);
  }

  /** The utterance is over. */
  endUtterance(): void {
    const { manner } = this.#gauge;
    if (manner) this.#emotion.learn(manner);
    this.#gauge = new MannerGauge(FRAME_MS);
  }
}
