import type { EmotionEstimate } from '../core/emotion.ts';

/** Where a frame stands in the visitor's own range, 0..1. */
export interface VoiceRanks {
  /** Undefined where the frame has no pitch, or the voice is not known yet. */
  readonly pitchRank: number | undefined;
  readonly loudnessRank: number;
}

/** Times are milliseconds of the call's own microphone stream: 0 is the first sample that was pushed. */
export interface EarOptions {
  readonly callId: string;
  /** BCP 47, e.g. `en`. */
  readonly language: string;
}

export type EarEvent =
  /** One VAD frame (32 ms). Drives the floor. */
  | {
      readonly type: 'vad';
      readonly atMs: number;
      readonly probability: number;
      readonly isSpeech: boolean;
      /** Length of the running stretch of speech (short gaps bridged), 0 in silence. */
      readonly speechMs: number;
      /** Since the last speech frame. */
      readonly silenceMs: number;
      /** Since the sound fell well below the level of the speech before it, 0 while it has not: known before `silenceMs`, and less sure. */
      readonly quietMs: number;
      /** Share of voiced (periodic) frames in the running stretch, 0..1: laughs and coughs are low. */
      readonly voicedShare: number;
      readonly levelDb: number;
    }
  /** How a frame of speech sounds within this visitor's own range; right behind its `vad`. */
  | ({ readonly type: 'prosody'; readonly atMs: number } & VoiceRanks)
  /** What the way in which something is said tells about feelings, at each of its pauses and at its end. */
  | { readonly type: 'feeling'; readonly atMs: number; readonly estimate: EmotionEstimate }
  /** A new utterance is being recognised (its sound begins at `startMs`). */
  | { readonly type: 'utterance'; readonly utteranceId: string; readonly startMs: number; readonly atMs: number }
  | { readonly type: 'partial'; readonly utteranceId: string; readonly atMs: number; readonly text: string }
  /**
   * What the partial says about the end of the turn, from the words alone. Sent at 96 ms of silence, and again when the
   * partial changes during that silence.
   */
  | {
      readonly type: 'turn';
      readonly utteranceId: string;
      readonly atMs: number;
      readonly text: string;
      /** Silence to wait for before the avatar may speak. */
      readonly holdMs: number;
      readonly reason: 'complete' | 'hanging' | 'unfinished' | 'no-words';
    }
  | {
      readonly type: 'final';
      readonly utteranceId: string;
      readonly atMs: number;
      readonly text: string;
      readonly startMs: number;
      readonly endMs: number;
    }
  /** Recognition cannot go on (engine missing, lost twice): typed chat still works. `recovered` ends it. */
  | { readonly type: 'unavailable'; readonly reason: string }
  | { readonly type: 'recovered' };

export interface Ear extends AsyncDisposable {
  /** Mono PCM at HEARING_RATE_HZ, any length. Never blocks; what the child cannot take is dropped and counted. */
  push(pcm: Int16Array): void;
  /** The floor has decided that the turn is over: finish the running utterance; a `final` follows (empty text if nothing was recognised). */
  endUtterance(): void;
  /** The words so far do not count (a false start); nothing follows. */
  dropUtterance(): void;
  onEvent(listener: (event: EarEvent) => void): void;
  close(): Promise<void>;
}

export interface Hearing extends AsyncDisposable {
  open(options: EarOptions): Promise<Ear>;
  /** Sentences of the knowledge domain, from which the recogniser's language model is built. */
  setDomain(sentences: readonly string[]): Promise<void>;
  /** Which engines work here: ids, or why not. */
  describe(): { readonly vad: string; readonly asr: string | undefined; readonly asrMissing?: string };
  close(): Promise<void>;
}
