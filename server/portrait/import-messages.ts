import type { FacePoints, ImportLimits, ImportReport, ImportStage } from './contract.ts';
import type { Identity } from './rig/assemble.ts';

/** What the importing process asks its child, and what comes back. */
export interface ImportRequest {
  readonly bytes: Uint8Array;
  readonly limits: ImportLimits;
  readonly engine: string;
  readonly points: FacePoints | undefined;
  readonly identity: Identity;
  /** The compiled rasteriser, which draws the proof that the avatar works. */
  readonly program: Uint8Array<ArrayBuffer>;
}

export interface StageProgress {
  readonly stage: ImportStage;
  readonly share: number;
  /** JPEG. */
  readonly preview?: Uint8Array;
}

export interface FoundPortrait {
  readonly avatarJson: string;
  readonly atlasPng: Uint8Array;
  readonly posterJpg: Uint8Array;
  readonly previewPng: Uint8Array;
  readonly report: Omit<ImportReport, 'name' | 'folder' | 'title' | 'elapsedMs'>;
}
