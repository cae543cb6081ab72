import type { SerialisedError } from '../core/errors.ts';
import type { AvatarFacts } from '../rendering/avatar-index.ts';
import type { SpeakingClip } from '../rendering/speaking-clip.ts';
import type { Complaint } from './contract.ts';
import type { Drawing } from './draw-brief.ts';

/** What the drawing process is asked. */
export type DrawingRequest =
  | { readonly kind: 'draw'; readonly drawings: readonly Drawing[] }
  | { readonly kind: 'facts'; readonly avatarsDir: string; readonly names: readonly string[] }
  | { readonly kind: 'complaints'; readonly avatarsDir: string; readonly name: string }
  | { readonly kind: 'keep'; readonly folder: string; readonly outDir: string; readonly name: string; readonly title: string | undefined }
  | { readonly kind: 'clip'; readonly avatarsDir: string; readonly name: string; readonly clip: Omit<SpeakingClip, 'avatar'> };

/** And what it answers. */
export interface DrawingAnswers {
  readonly draw: undefined;
  readonly facts: readonly FoundFacts[];
  readonly complaints: readonly Complaint[];
  /** The new folder. */
  readonly keep: string;
  /** Its length, ms. */
  readonly clip: number;
}

export interface FoundFacts {
  readonly name: string;
  readonly facts?: AvatarFacts;
  readonly problem?: SerialisedError;
}

/** While it draws: which of the drawings, what of it, and how far, 0..1; `done` when its folder is written. */
export interface DrawingPart {
  readonly index: number;
  readonly what: string;
  readonly share: number;
}
