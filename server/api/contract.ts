import type { FileInfo } from './cached-file.ts';

/** What there is to choose from, as the pages and other programs ask for it. main.ts gives it, from the stages. */
export interface ApiInfo {
  avatars(): readonly AvatarInfo[] | Promise<readonly AvatarInfo[]>;
  /** The still picture of one of them. @throws VisavisError with status 404 when there is none */
  poster(name: string): Promise<PosterInfo>;
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

export interface AvatarInfo {
  /** Folder name under `avatars/`; what a call's `avatar` says. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  readonly description?: string;
  /** `poster` gives a picture of it. */
  readonly hasPoster: boolean;
  /** The one that calls get which ask for none. */
  readonly isDefault: boolean;
}

export interface PosterInfo {
  /** JPEG. */
  readonly data: Uint8Array<ArrayBuffer>;
  /** Unix time. */
  readonly changedMs: number;
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
