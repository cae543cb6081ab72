import type { Point } from '../numeric/curve.ts';

/** 8 bit RGB, row by row. */
export interface RgbPicture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

export interface FoundFace {
  /** 0..1 */
  readonly score: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Finds faces and the 68 points of the iBUG scheme (Sagonas et al. 2013: 0-16 jaw, 17-26 brows, 27-35 nose, 36-47 eyes,
 * 48-67 lips, counted from the picture's left).
 */
export interface LandmarkEngine extends AsyncDisposable {
  readonly id: string;
  /** Every face of the picture, surest first. */
  detect(picture: RgbPicture): Promise<readonly FoundFace[]>;
  /** The points of the one face that fills this square picture, in its pixels. */
  locate(face: RgbPicture): Promise<readonly Point[]>;
}

export interface LandmarkEngineFile {
  readonly id: string;
  /** Whether what the engine needs is installed; loads nothing. */
  isInstalled(): boolean;
  open(): Promise<LandmarkEngine>;
}

/** Square side that `locate` is given, pixels. */
export const FACE_CROP_PX = 224;
