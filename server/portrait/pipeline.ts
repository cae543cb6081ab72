import type { FacePoints, ImportStage, ImportWarning, PortraitMeasures } from './contract.ts';
import { checkFace, checkLikeness, MIN_EYE_DISTANCE_PX } from './checks.ts';
import { levelledFrame } from './frame.ts';
import { facePointsOf, landmarksThrough, looksLikeFace } from './landmarks/face-points.ts';
import { type FaceLandmarks, findFace } from './landmarks/find-face.ts';
import type { LandmarkEngine, RgbPicture } from './landmarks/landmark-engine.ts';
import { cutOut, wholeSheet } from './matte/matte.ts';
import { portraitError } from './portrait-error.ts';
import { refineEyes } from './refine/eyes.ts';
import { refineMouth } from './refine/mouth.ts';
import { type Assembled, assemble, type Identity, type Likeness } from './rig/assemble.ts';

export interface Portrait extends Assembled {
  readonly likeness: Likeness;
  readonly measures: PortraitMeasures;
  readonly warnings: readonly ImportWarning[];
  readonly points: FacePoints;
}

export interface PortraitOptions {
  readonly identity: Identity;
  readonly points?: FacePoints | undefined;
  /** Opened only when no points are given. */
  readonly openEngine: () => Promise<LandmarkEngine>;
  readonly onStage: (stage: ImportStage, share: number) => void;
}

/** Below this contrast of the outline the person is not cut out of the picture. */
const CUT_OUT_CONTRAST = 2;

/** A decoded photograph becomes a rig and its atlas. Computes for seconds: belongs into a process of its own. */
export async function portrayed(photo: RgbPicture, options: PortraitOptions): Promise<Portrait> {
  const { onStage } = options;
  onStage('landmarks', 0);
  const { points, jitter } = await landmarksOf(photo, options);
  const frame = levelledFrame(photo, points, MIN_EYE_DISTANCE_PX);
  const face = checkFace(frame, jitter);
  onStage('contours', 0);
  const mouth = refineMouth(frame);
  onStage('contours', 0.5);
  const eyes = refineEyes(frame);
  onStage('matte', 0);
  const cut = cutOut(frame);
  const isCutOut = cut.outlineContrast >= CUT_OUT_CONTRAST;
  const matte = isCutOut ? cut : wholeSheet(frame, cut.outlineContrast);
  const { measures, warnings, hasGlasses, eyesMove } = checkLikeness(frame, face, eyes, matte);
  const likeness: Likeness = { frame, mouth, eyes, matte, isCutOut, hasGlasses, eyesMove };
  onStage('mesh', 0);
  const assembled = assemble(likeness, options.identity, (share) =>
    share < 0.5 ? onStage('mesh', share * 2) : onStage('painting', share * 2 - 1),
  );
  return { ...assembled, likeness, measures, warnings, points: options.points ?? facePointsOf(points) };
}

export async function landmarksOf(
  photo: RgbPicture,
  { points, openEngine }: Pick<PortraitOptions, 'points' | 'openEngine'>,
): Promise<FaceLandmarks> {
  if (points) return { points: landmarksThrough(points, photo), jitter: 0 };
  await using engine = await openEngine();
  const found = await findFace(photo, engine);
  if (!looksLikeFace(found.points)) throw portraitError('portrait_no_face', 'No face was found in the picture');
  return found;
}
