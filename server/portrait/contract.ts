import type { FacePoints } from '../core/face-points.ts';

export { FACE_POINTS, type FacePoint, type FacePoints } from '../core/face-points.ts';

export interface ImportLimits {
  readonly maxBytes: number;
  readonly maxPixels: number;
  /** Of the import's process; 0 where it cannot be measured. */
  readonly maxMemoryMb: number;
  readonly timeoutMs: number;
}

export const IMPORT_LIMITS: ImportLimits = { maxBytes: 32 * 2 ** 20, maxPixels: 64e6, maxMemoryMb: 2_048, timeoutMs: 90_000 };

export const IMPORT_STAGES = ['reading', 'landmarks', 'contours', 'matte', 'mesh', 'painting', 'writing'] as const;
export type ImportStage = (typeof IMPORT_STAGES)[number];

export interface ImportProgress {
  readonly stage: ImportStage;
  /** Of the whole import, 0..1, never falling. */
  readonly fraction: number;
  /** JPEG of how far the picture has come, where this stage has something to show. */
  readonly preview?: Uint8Array;
}

export interface ImportOptions {
  /** The avatar's folder name: lower-case letters, digits, hyphens. */
  readonly name: string;
  /** The folder that gets `<name>/`. */
  readonly outDir: string;
  readonly title?: string;
  /** Who agreed to what; kept with the avatar. */
  readonly consent?: string;
  readonly licence?: string;
  /** What the picture was called, for the avatar's origin. */
  readonly source?: string;
  /** Placed by hand: used instead of the landmark engine. */
  readonly points?: FacePoints;
  /** Which landmark engine finds the face; `off` for none. */
  readonly engine?: string;
  readonly replace?: boolean;
  /** For a picture that no camera took. */
  readonly generated?: GeneratedPicture | undefined;
  readonly limits?: Partial<ImportLimits>;
  /** How far the import's process steps back behind others, 0 .. 19. */
  readonly niceness?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ImportProgress) => void;
}

/** Where a generated picture comes from; kept with the avatar. */
export interface GeneratedPicture {
  /** The server or model, e.g. `stable-diffusion-webui`. */
  readonly by: string;
  readonly prompt: string;
  /** What a person had asked for, in their words. */
  readonly words?: string | undefined;
  readonly seed?: number | undefined;
}

/** Said of a picture that can be used, but is not what one would wish for. */
export interface ImportWarning {
  readonly code: 'small' | 'turned' | 'soft' | 'dim' | 'busy_background' | 'eyes_uncertain' | 'glasses' | 'tight';
  readonly message: string;
}

export interface PortraitMeasures {
  /** Distance of the eyes in the photograph. */
  readonly eyeDistancePx: number;
  /** Nose against the middle of the face, in face widths; right of the picture is positive. */
  readonly yaw: number;
  readonly rollDeg: number;
  /** Disagreement of the landmarks over jittered crops, in 1/128 of the eye distance; 0 for points placed by hand. */
  readonly landmarkJitter: number;
  /** How well the iris circles fit; below 16 they are guesses. */
  readonly irisScore: number;
  /** Gradient on the outline against the background's; below 2 the person is not cut out. */
  readonly outlineContrast: number;
  readonly noseRootEdge: number;
  readonly sharpness: number;
  readonly faceLuminance: number;
}

export interface ImportReport {
  readonly name: string;
  readonly folder: string;
  readonly title: string;
  readonly warnings: readonly ImportWarning[];
  readonly measures: PortraitMeasures;
  /** The points that were used, so that a person can correct them. */
  readonly points: FacePoints;
  readonly mouthOpen: boolean;
  readonly cutOut: boolean;
  readonly triangles: number;
  readonly layers: number;
  /** The neutral frame against the photograph, luma, dB. */
  readonly psnrDb: number;
  readonly elapsedMs: number;
}

export const PORTRAIT_CHECKS = ['picture', 'face', 'size', 'room', 'upright', 'pose', 'visible', 'light', 'sharpness'] as const;

/** One thing that a photograph must have. `unknown`: it could not be looked at, because an earlier check failed. */
export interface PortraitCheck {
  readonly id: (typeof PORTRAIT_CHECKS)[number];
  readonly state: 'good' | 'doubtful' | 'bad' | 'unknown';
  /** Code of the error or warning. */
  readonly code?: string;
  readonly message?: string;
  /** What to do about it. */
  readonly hint?: string;
}

/** What can be said of a photograph before it is imported: for a page that lists the checks and shows the points to drag. */
export interface PortraitInspection {
  /** Size of the upright picture. */
  readonly width: number;
  readonly height: number;
  /** Landmark engine; undefined where none is installed, or it is off: the points must be placed by hand. */
  readonly engine: string | undefined;
  /** Nothing is bad. */
  readonly usable: boolean;
  readonly checks: readonly PortraitCheck[];
  /** What was found, to be corrected; empty where no face was found. */
  readonly points: FacePoints;
  /** The upright picture, small (JPEG), as it was read. */
  readonly picture: Uint8Array;
}
