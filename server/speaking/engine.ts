import path from 'node:path';
import type { z } from 'zod';
import type { Config } from '../core/config-schema.ts';
import type { Phone, WordTiming } from '../core/speech.ts';

/** Where the engines that come with the server are; plug-in directories add to them. */
export const OWN_ENGINES = path.join(import.meta.dirname, 'tts');

/** The `speaking` section of the configuration; engines read their own keys of it. */
export type SpeakingConfig = Config['speaking'];

export interface SynthesisRequest<VoiceOptions> {
  /** What to say, without markup. Any Unicode text; what the engine cannot say is left out. */
  readonly text: string;
  /** BCP 47. */
  readonly language: string;
  /** 1 is the voice's own speed. */
  readonly rate: number;
  /** The voice's options, validated by the engine's `optionsSchema`. */
  readonly voice: VoiceOptions;
  readonly signal: AbortSignal;
}

/** Speech as the engine made it: at its own rate and level, with its own silences. Text without words gives no samples. */
export interface Synthesis {
  /** Mono. */
  readonly pcm: Int16Array;
  readonly sampleRateHz: number;
  /** In order, without gaps, from 0 to the end of the sound; silence is a phone with an empty symbol. */
  readonly phones: readonly Phone[];
  /** In order; offsets into the request's text. Together they cover all that can be said of it. */
  readonly words: readonly WordTiming[];
}

export type Availability = { readonly available: true } | { readonly available: false; readonly why: string };

/** One engine in the voice child. It is shared by all calls and takes concurrent requests. */
export interface TtsEngine<VoiceOptions = unknown> extends AsyncDisposable {
  /** Loads what the first request would otherwise wait for. */
  warm?(voice: VoiceOptions): Promise<void>;
  /** Rejects with `aborted` soon after the signal, and with a retryable error when the engine broke down. */
  synthesize(request: SynthesisRequest<VoiceOptions>): Promise<Synthesis>;
  close(): Promise<void>;
}

/** A voice, as the voice process found it. */
export type VoiceState = Availability & { readonly isRemote?: boolean };

export interface TtsDefinition<Options extends z.ZodType = z.ZodType> {
  /** Names the engine in `voice.json`. */
  readonly id: string;
  /** Options of a voice of this engine. */
  readonly optionsSchema: Options;
  /** Another machine speaks, and may ask money for it: nothing is spoken ahead of need. */
  readonly isRemote?: boolean;
  /** Whether a voice with these options can speak here, and if not, why. Must not load anything large. */
  isAvailable(voice: z.output<Options>, config: SpeakingConfig): Promise<Availability>;
  create(config: SpeakingConfig): Promise<TtsEngine<z.output<Options>>>;
}

/** Declares an engine. A file of `tts/` (or of the plug-in directory) default-exports one; nothing else needs to know of it. */
export const defineTts = <Options extends z.ZodType>(definition: TtsDefinition<Options>): TtsDefinition<Options> => definition;
