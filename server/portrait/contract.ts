import type { Point } from './numeric/curve.ts';

/** What of a face a person can place by hand. Right and left are the person's own: their right eye is on the picture's left. */
export const FACE_POINTS = [
  'eyeRightOuter',
  'eyeRightInner',
  'eyeLeftInner',
  'eyeLeftOuter',
  'irisRight',
  'irisLeft',
  'browRight',
  'browLeft',
  'noseTip',
  'mouthRight',
  'mouthLeft',
  'lipTop',
  'lipBottom',
  'chin',
  'faceRight',
  'faceLeft',
] as const;

export type FacePoint = (typeof FACE_POINTS)[number];

/** Pixels of the upright picture (EXIF orientation applied), y down. */
export type FacePoints = Partial<Readonly<Record<FacePoint, Point>>>;

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
  readonly limits?: Partial<ImportLimits>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ImportProgress) => void;
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

/** What can be said of a photograph before it is imported: for a page that shows the points to drag. */
export interface PortraitInspection {
  /** Size of the upright picture. */
  readonly width: number;
  readonly height: number;
  readonly engine: string;
  readonly points: FacePoints;
}
