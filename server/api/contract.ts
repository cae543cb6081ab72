import type { FileInfo } from './cached-file.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Needs an API key, or a visitor on this machine while there is none; signalling/ sees to it. */
    operatorOnly?: boolean;
  }
  interface FastifyRequest {
    /** Whoever asks may do what is for the operator only. */
    readonly isOperator?: boolean;
  }
}

/** What there is to choose from besides avatars, as the pages and other programs ask for it. main.ts gives it, from the stages. */
export interface ApiInfo {
  voices(): readonly VoiceInfo[] | Promise<readonly VoiceInfo[]>;
  engines(): readonly EngineInfo[] | Promise<readonly EngineInfo[]>;
}

/** What a browser needs that draws an avatar itself. Rejects with a VisavisError of status 404 for an avatar that is not there. */
export interface AvatarFiles {
  /** The avatar.json in that content encoding. */
  rig(name: string, encoding: 'br' | 'gzip'): Promise<FileInfo>;
  /** Its texture; `light`: a small version of it for narrow links. */
  atlas(name: string, light: boolean): Promise<FileInfo>;
}

export interface VoiceInfo {
  /** Folder name under `voices/`; what a call's `voice` says. */
  readonly name: string;
  readonly title: string;
  /** BCP 47. */
  readonly languages: readonly string[];
  readonly engine: string;
  readonly available: boolean;
  readonly isDefault: boolean;
}

export interface EngineInfo {
  readonly stage: 'vad' | 'asr' | 'turn' | 'llm' | 'tts' | 'face' | 'encoder' | 'transport';
  /** E.g. `pocketsphinx`. */
  readonly id: string;
  /** For people, e.g. `PocketSphinx (basic English)`. */
  readonly name?: string;
  readonly state: 'running' | 'standby' | 'missing' | 'failed';
  /** Why it is missing, or why it was chosen. */
  readonly reason?: string;
}
