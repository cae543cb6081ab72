import { VAD_FRAME_MS } from '../hearing-rate.ts';

export interface SpeechDetectorOptions {
  /** Probability above which a silent visitor speaks. */
  readonly speechThreshold: number;
  /** Probability below which a speaking visitor is silent. */
  readonly silenceThreshold: number;
  /** Gaps up to this long do not end a running stretch of speech. */
  readonly bridgeMs: number;
  /** Periodicity from which a frame counts as voiced. */
  readonly voicedThreshold: number;
}

export interface FrameReading {
  readonly probability: number;
  /** 0..1, see VoicingDetector. */
  readonly periodicity: number;
  /** See `levelDb`. */
  readonly levelDb: number;
}

export interface SpeechState {
  readonly isSpeech: boolean;
  /** From the first to the last speech frame of the running stretch, short gaps included; 0 in silence. */
  readonly speechMs: number;
  /** Since the last speech frame, or since the beginning. */
  readonly silenceMs: number;
  /**
   * Since the sound fell well below the level of the speech before it; 0 while it has not. The energy knows of an end two or
   * three frames before the VAD does, but not whether it is one: a stop consonant is as quiet.
   */
  readonly quietMs: number;
  /** Voiced share of the running stretch's speech frames, 0..1. */
  readonly voicedShare: number;
}

/** A frame is quiet so far below the loud frames before it. Syllables of running speech stay above. */
const QUIET_DROP_DB = 18;
/** The level of the speech is that of its loudest frames, forgotten at this pace. */
const LEVEL_DECAY_DB_PER_FRAME = 0.25;
const LEAST_DB = -100;

/** From probabilities per frame to stretches of speech: two thresholds, so that it does not flutter, and bridged gaps. */
export class SpeechDetector {
  readonly #options: SpeechDetectorOptions;
  #isSpeech = false;
  #stretchMs = 0;
  #silenceMs = 0;
  #quietMs = 0;
  #speechLevelDb = LEAST_DB;
  #speechFrames = 0;
  #voicedFrames = 0;

  constructor(options: SpeechDetectorOptions) {
    this.#options = options;
  }

  push({ probability, periodicity, levelDb: frameDb }: FrameReading): SpeechState {
    const { speechThreshold, silenceThreshold, bridgeMs, voicedThreshold } = this.#options;
    this.#isSpeech = this.#isSpeech ? probability >= Math.min(silenceThreshold, speechThreshold) : probability >= speechThreshold;
    if (this.#isSpeech) {
      const gapMs = this.#stretchMs > 0 ? this.#silenceMs : 0;
      this.#stretchMs += gapMs + VAD_FRAME_MS;
      this.#silenceMs = 0;
      this.#speechFrames++;
      if (periodicity >= voicedThreshold) this.#voicedFrames++;
    } else {
      this.#silenceMs += VAD_FRAME_MS;
      if (this.#silenceMs > bridgeMs) {
        this.#stretchMs = this.#speechFrames = this.#voicedFrames = 0;
        this.#speechLevelDb = LEAST_DB;
      }
    }
    this.#quietMs = this.#isQuiet(frameDb) ? this.#quietMs + VAD_FRAME_MS : 0;
    return {
      isSpeech: this.#isSpeech,
      speechMs: this.#stretchMs,
      silenceMs: this.#silenceMs,
      quietMs: this.#quietMs,
      voicedShare: this.#speechFrames === 0 ? 0 : this.#voicedFrames / this.#speechFrames,
    };
  }

  #isQuiet(frameDb: number): boolean {
    if (this.#isSpeech) this.#speechLevelDb = Math.max(frameDb, this.#speechLevelDb - LEVEL_DECAY_DB_PER_FRAME);
    // Once it is quiet it stays so until somebody speaks.
    return frameDb < this.#speechLevelDb - QUIET_DROP_DB || (!this.#isSpeech && this.#quietMs > 0);
  }
}

/** Level of a frame in dB of full scale, not below -100. */
export function levelDb(frame: Float32Array): number {
  let power = 0;
  for (const v of frame) power += v * v;
  return 10 * Math.log10(Math.max(1e-10, power / Math.max(1, frame.length)));
}
