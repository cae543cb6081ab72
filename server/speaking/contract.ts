import type { SpokenPiece } from '../core/speech.ts';

export interface VoiceSummary {
  readonly id: string;
  readonly title: string;
  readonly language: string;
  readonly engine: string;
  readonly sex?: 'female' | 'male';
  readonly available: boolean;
  readonly why?: string;
}

export interface SpeakOptions {
  /** Id of a voice in `voices/`. */
  readonly voice: string;
  /** BCP 47; a voice of another language is replaced by the best one for this language. */
  readonly language?: string;
  /** 1 is the voice's own speed. */
  readonly rate?: number;
  readonly signal: AbortSignal;
}

export interface Speaking extends AsyncDisposable {
  /**
   * Speaks a text that is still being written: cut at the first clause, then at sentences, each piece synthesised when it is
   * complete and the reader asks for it. When an engine fails another one goes on from the same piece. Throws only when every
   * engine failed (`synthesis_failed`), the voice does not exist (`voice_unknown`), or on abort.
   */
  speak(text: AsyncIterable<string>, options: SpeakOptions): AsyncIterable<SpokenPiece>;
  voices(): readonly VoiceSummary[];
  /** The voice to use for a language when nobody chose one; of the wished sex, where there is one. */
  defaultVoice(language: string, sex?: 'female' | 'male'): string;
  close(): Promise<void>;
}
