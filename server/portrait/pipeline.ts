import type { FacePoints, ImportStage, ImportWarning, PortraitMeasures } from './contract.ts';
import { checkFace, checkLikeness, MIN_EYE_DISTANCE_PX } from './checks.ts';
import { type Frame, levelledFrame } from './frame.ts';
import { facePointsOf, landmarksThrough, looksLikeFace } from './landmarks/face-points.ts';
import { type FaceLandmarks, findFace } from './landmarks/find-face.ts';
import type { LandmarkEngine, RgbPicture } from './landmarks/landmark-engine.ts';
import { cutOut, wholeSheet } from './matte/matte.ts';
import type { Curve, Point } from './numeric/curve.ts';
import type { Plane } from './numeric/plane.ts';
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
  /** Gets what a stage has made, as far as one can look at it; the next stage waits for it, because stages leave no time in between. */
  readonly onPicture?: (picture: StagePicture) => Promise<void>;
}

/** The levelled frame with what is known of the face so far. */
export interface StagePicture {
  readonly stage: ImportStage;
  readonly frame: Frame;
  /** Contours of eyes and lips, frame pixels. */
  readonly lines: readonly (readonly Point[])[];
  /** How much each pixel belongs to the person. */
  readonly alpha?: Plane;
}

/** Below this contrast of the outline the person is not cut out of the picture. */
const CUT_OUT_CONTRAST = 2;

const pointsOf = ({ xs, ys }: Curve): Point[] => Array.from(xs, (x, i) => ({ x, y: ys[i]! }));

/** A decoded photograph becomes a rig and its atlas. Computes for seconds: belongs into a process of its own. */
export async function portrayed(photo: RgbPicture, options: PortraitOptions): Promise<Portrait> {
  const { onStage, onPicture = () => Promise.resolve() } = options;
  onStage('landmarks', 0);
  const { points, jitter } = await landmarksOf(photo, options);
  const frame = levelledFrame(photo, points, MIN_EYE_DISTANCE_PX);
  const face = checkFace(frame, jitter);
  await onPicture({ stage: 'landmarks', frame, lines: frame.landmarks.map((point) => [point]) });
  onStage('contours', 0);
  const mouth = refineMouth(frame);
  onStage('contours', 0.5);
  const eyes = refineEyes(frame);
  const lines = [mouth.outerUpper, mouth.innerUpper, mouth.innerLower, mouth.outerLower, ...eyes.flatMap((eye) => [eye.upper, eye.lower])];
  await onPicture({ stage: 'contours', frame, lines: lines.map(pointsOf) });
  onStage('matte', 0);
  const cut = cutOut(frame);
  const isCutOut = cut.outlineContrast >= CUT_OUT_CONTRAST;
  const matte = isCutOut ? cut : wholeSheet(frame, cut.outlineContrast);
  const { measures, warnings, hasGlasses, eyesMove } = checkLikeness(frame, face, eyes, matte);
  const likeness: Likeness = { frame, mouth, eyes, matte, isCutOut, hasGlasses, eyesMove };
  await onPicture({ stage: 'matte', frame, lines: [], alpha: matte.alpha });
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
