import type { EarEvent } from './contract.ts';
import type { RecognisedWord } from './asr/asr.ts';

/** What the main process and the ear process say to each other. Positions are samples since the call began. */
export interface EarInit {
  /** The `hearing` section of the configuration. */
  readonly config: Readonly<Record<string, unknown>>;
  /** What an earlier ear process prepared from the knowledge. */
  domain?: unknown;
}

/** The `info` of a ready ear process. */
export interface EarInfo {
  readonly vad: string | undefined;
  readonly vadMissing?: string | undefined;
  readonly asr: string | undefined;
  readonly asrMissing?: string | undefined;
}

/** What was going on when the last ear process was lost. */
export interface OpenEar {
  readonly kind: 'open';
  readonly ear: string;
  readonly callId: string;
  readonly language: string;
  /** The first sample that will be pushed. */
  readonly fromSample: number;
  /** Speech before this is finished with: it begins no utterance. */
  readonly ignoreBeforeSample: number;
  /** Number of the last utterance that was announced. */
  readonly lastUtterance: number;
  /** The utterance that goes on, with the words that were said before `fromSample`. */
  readonly resume?: { readonly utteranceId: string; readonly startMs: number; readonly words: readonly RecognisedWord[] } | undefined;
}

export type ToEar =
  | OpenEar
  | { readonly kind: 'sound'; readonly pieces: readonly { readonly ear: string; readonly atSample: number; readonly pcm: Int16Array }[] }
  | { readonly kind: 'end' | 'drop'; readonly ear: string; readonly utteranceId: string }
  | { readonly kind: 'close'; readonly ear: string };

/** Like EarEvent, with what the main process keeps for the case of a loss, and the pitch, of which it makes the rest. */
export type EarReport =
  | Exclude<EarEvent, { type: 'vad' | 'prosody' | 'feeling' | 'partial' }>
  | (Extract<EarEvent, { type: 'vad' }> & { readonly pitchHz: number })
  | (Extract<EarEvent, { type: 'partial' }> & { readonly words: readonly RecognisedWord[] });

export interface FromEar {
  readonly kind: 'heard';
  readonly reports: readonly { readonly ear: string; readonly report: EarReport }[];
}
