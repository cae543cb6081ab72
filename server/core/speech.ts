/** What the stages tell each other about spoken sound. Types only, so the browser may import them too. */

/** One phone of synthesised speech. `symbol` is IPA without length or stress marks; silence is the empty string. */
export interface Phone {
  readonly symbol: string;
  readonly startMs: number;
  readonly endMs: number;
  /** Belongs to a stressed syllable. */
  readonly stressed?: boolean;
  /** Of its sound, 0..1 of the loud phones around it; where it is known, the mouth opens accordingly. */
  readonly loudness?: number;
}

/** One word of a spoken piece, as offsets into the piece's sound and into its text (UTF-16 units). */
export interface WordTiming {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly textStart: number;
  readonly textEnd: number;
}

/** A clause or sentence as sound. All times are relative to the first sample of `pcm`. */
export interface SpokenPiece {
  /** Exactly the text that this piece says; the pieces of a turn joined give the whole reply. */
  readonly text: string;
  /** Mono, SPEECH_RATE_HZ. */
  readonly pcm: Int16Array;
  readonly phones: readonly Phone[];
  readonly words: readonly WordTiming[];
  /** Which engine spoke, e.g. `festival`. */
  readonly engine: string;
}

export type Emotion = 'neutral' | 'happy' | 'sad' | 'angry' | 'fearful' | 'disgusted' | 'surprised';
export const EMOTIONS: readonly Emotion[] = ['neutral', 'happy', 'sad', 'angry', 'fearful', 'disgusted', 'surprised'];

export type Gesture = 'nod' | 'shake' | 'tilt' | 'brows' | 'smile' | 'think';
