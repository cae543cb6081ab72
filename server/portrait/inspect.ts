import sharp from 'sharp';
import { toVisavisError } from '../core/errors.ts';
import { checkFace, faceWarnings, MIN_EYE_DISTANCE_PX } from './checks.ts';
import { type FacePoints, type ImportWarning, PORTRAIT_CHECKS, type PortraitCheck, type PortraitInspection } from './contract.ts';
import { levelledFrame } from './frame.ts';
import type { ImportRequest } from './import-messages.ts';
import { openLandmarkEngine } from './landmarks/engines.ts';
import { facePointsOf, scaledPoints } from './landmarks/face-points.ts';
import type { FaceLandmarks } from './landmarks/find-face.ts';
import { landmarksOf } from './pipeline.ts';
import { readPhotograph } from './photograph.ts';

const SHOWN_PX = 1024;

/** Which check an error is about. */
const CHECK_OF: Readonly<Record<string, PortraitCheck['id']>> = {
  portrait_no_face: 'face',
  portrait_several_faces: 'face',
  landmarks_missing: 'face',
  points_invalid: 'face',
  portrait_too_small: 'size',
  portrait_cut: 'room',
  portrait_tilted: 'upright',
  portrait_turned: 'pose',
  portrait_hidden: 'visible',
  portrait_dark: 'light',
  portrait_burnt: 'light',
  portrait_blurred: 'sharpness',
};
const CHECK_OF_WARNING: Partial<Record<ImportWarning['code'], PortraitCheck['id']>> = {
  small: 'size',
  tight: 'room',
  turned: 'pose',
  dim: 'light',
  soft: 'sharpness',
};
/** Checks that need the one before them. */
const AFTER_FACE = PORTRAIT_CHECKS.slice(PORTRAIT_CHECKS.indexOf('size'));
/** What the levelled frame cannot be made without. */
const OF_FRAME: readonly PortraitCheck['id'][] = ['size', 'room', 'upright'];

type Found = Omit<PortraitInspection, 'width' | 'height' | 'picture' | 'usable'>;

/** Looks at a photograph and says what is good and what is wrong with it; see `inspectPortrait`. Belongs into a process of its own. */
export async function inspected({ bytes, limits, engine, points }: ImportRequest): Promise<PortraitInspection> {
  const photo = await readPhotograph(bytes, limits);
  const toFull = photo.fullWidth / photo.width;
  let usedEngine: string | undefined;
  const openEngine = async () => {
    const opened = await openLandmarkEngine(engine);
    usedEngine = opened.id;
    return opened;
  };
  const given = points && scaledPoints(points, 1 / toFull);
  const look = async (): Promise<Found> => {
    let landmarks: FaceLandmarks;
    try {
      landmarks = await landmarksOf(photo, { points: given, openEngine });
    } catch (error) {
      return { engine: usedEngine, points: points ?? {}, checks: checksOf(error, AFTER_FACE) };
    }
    const found: FacePoints = points ?? scaledPoints(facePointsOf(landmarks.points), toFull);
    try {
      const frame = levelledFrame(photo, landmarks.points, MIN_EYE_DISTANCE_PX);
      const measures = checkFace(frame, landmarks.jitter);
      return { engine: usedEngine, points: found, checks: checksWith(faceWarnings(frame, measures)) };
    } catch (error) {
      const at = CHECK_OF[toVisavisError(error, 'portrait').code];
      const isFrame = at !== undefined && OF_FRAME.includes(at);
      const later = PORTRAIT_CHECKS.slice(PORTRAIT_CHECKS.indexOf(isFrame ? 'pose' : (at ?? 'face')) + (isFrame ? 0 : 1));
      return { engine: usedEngine, points: found, checks: checksOf(error, later) };
    }
  };
  const found = await look();
  const picture = await sharp(photo.data, { raw: { width: photo.width, height: photo.height, channels: 3 } })
    .resize({ width: SHOWN_PX, height: SHOWN_PX, fit: 'inside', withoutEnlargement: true })
    .jpeg({ quality: 84 })
    .toBuffer();
  return {
    ...found,
    width: photo.fullWidth,
    height: photo.fullHeight,
    usable: found.checks.every(({ state }) => state !== 'bad' && state !== 'unknown'),
    picture,
  };
}

function checksOf(error: unknown, unknown: readonly PortraitCheck['id'][]): PortraitCheck[] {
  const { code, message, hint } = toVisavisError(error, 'portrait');
  const at = CHECK_OF[code];
  // Anything else is no property of the photograph.
  if (at === undefined) throw error;
  return PORTRAIT_CHECKS.map((id) => {
    if (id === at) return { id, state: code === 'landmarks_missing' ? 'unknown' : 'bad', code, message, ...(hint ? { hint } : {}) };
    return { id, state: unknown.includes(id) ? 'unknown' : 'good' };
  });
}

function checksWith(warnings: readonly ImportWarning[]): PortraitCheck[] {
  return PORTRAIT_CHECKS.map((id) => {
    const warning = warnings.find(({ code }) => CHECK_OF_WARNING[code] === id);
    return warning ? { id, state: 'doubtful', code: warning.code, message: warning.message } : { id, state: 'good' };
  });
}
