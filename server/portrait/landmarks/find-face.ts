import type { Point } from '../numeric/curve.ts';
import { mean, median } from '../numeric/mathematics.ts';
import { portraitError } from '../portrait-error.ts';
import { resample, toRgb } from '../resample.ts';
import { apply, similarityAt } from '../similarity.ts';
import { FACE_CROP_PX, type FoundFace, type LandmarkEngine, type RgbPicture } from './landmark-engine.ts';

export interface FaceLandmarks {
  /** The 68 points of the iBUG scheme, photograph pixels. */
  readonly points: readonly Point[];
  /** Mean deviation over jittered crops, in 1/128 of the eye distance. */
  readonly jitter: number;
}

/** Detection looks at no more than this side; faces smaller than what it can see there are too small anyway. */
const DETECT_PX = 1024;
const SURE = 0.5;
/** A second face of this share of the first one's area is somebody, not a poster far behind. */
const SECOND_AREA = 0.12;
const SECOND_SCORE = 0.6;
/** Landmarks that disagree so much are looked for on their head, too. */
const UPSIDE_DOWN_JITTER = 6;

/** Crops that the points are taken on: scale, turn (radians), shift (shares of the face's side). The median is kept. */
const JITTERS: readonly (readonly [scale: number, turn: number, dx: number, dy: number])[] = [
  [1, 0, 0, 0],
  [1.05, 0, 0.01, -0.01],
  [0.95, 0, -0.01, 0.01],
  [1, 0.045, 0.012, 0.012],
  [1, -0.045, -0.012, -0.012],
  [1.09, 0.025, -0.02, 0.008],
  [0.92, -0.025, 0.02, -0.008],
  [1.03, -0.02, 0, 0.02],
  [0.98, 0.02, 0, -0.02],
];

/** The one face of a photograph. @throws VisavisError `portrait_no_face`, `portrait_several_faces`, `portrait_tilted` */
export async function findFace(photo: RgbPicture, engine: LandmarkEngine): Promise<FaceLandmarks> {
  const faces = await detect(photo, engine);
  const [face] = faces;
  if (!face) {
    const turned = await detect(turnedOver(photo), engine);
    if (turned[0]) throw portraitError('portrait_tilted', 'The face is upside down');
    throw portraitError('portrait_no_face', 'No face was found in the picture');
  }
  const others = faces.slice(1).filter((f) => f.score >= SECOND_SCORE && area(f) >= SECOND_AREA * area(face));
  if (others.length > 0) throw portraitError('portrait_several_faces', `The picture shows ${others.length + 1} faces`);
  const first = await locate(photo, engine, squareAround(face), 0, JITTERS[0]!);
  const upright = eyeLine(first);
  // On the levelled face the network errs least; its box is moved to where the first look found the face.
  const box = { ...squareAround(face), centre: centreOf(first) };
  const looks: Point[][] = [];
  for (const jitter of JITTERS) looks.push(await locate(photo, engine, box, upright.angle, jitter));
  const points = first.map((_, i) => ({ x: median(looks.map((l) => l[i]!.x)), y: median(looks.map((l) => l[i]!.y)) }));
  const deviations = points.map((p, i) => Math.sqrt(mean(looks.map((l) => (l[i]!.x - p.x) ** 2 + (l[i]!.y - p.y) ** 2))));
  const jitter = (mean(deviations) * 128) / eyeLine(points).length;
  if (jitter > UPSIDE_DOWN_JITTER && (await detect(turnedOver(photo), engine)).some((f) => f.score >= face.score)) {
    throw portraitError('portrait_tilted', 'The face is upside down');
  }
  return { points, jitter };
}

async function detect(photo: RgbPicture, engine: LandmarkEngine): Promise<readonly FoundFace[]> {
  const shrunk = Math.max(1, Math.max(photo.width, photo.height) / DETECT_PX);
  const picture =
    shrunk === 1
      ? photo
      : toRgb(resample(photo, { a: shrunk, b: 0, tx: 0, ty: 0 }, Math.floor(photo.width / shrunk), Math.floor(photo.height / shrunk)));
  const faces = await engine.detect(picture);
  return faces
    .filter(({ score }) => score >= SURE)
    .map((f) => ({ score: f.score, x: f.x * shrunk, y: f.y * shrunk, width: f.width * shrunk, height: f.height * shrunk }))
    .sort((a, b) => area(b) - area(a));
}

interface Square {
  readonly centre: Point;
  readonly side: number;
}

const area = (face: FoundFace): number => face.width * face.height;
const squareAround = ({ x, y, width, height }: FoundFace): Square => ({
  centre: { x: x + width / 2, y: y + height / 2 },
  side: Math.max(width, height),
});

async function locate(
  photo: RgbPicture,
  engine: LandmarkEngine,
  { centre, side }: Square,
  angle: number,
  [scale, turn, dx, dy]: (typeof JITTERS)[number],
): Promise<Point[]> {
  const half = FACE_CROP_PX / 2;
  const to = { x: centre.x + dx * side, y: centre.y + dy * side };
  const toPhoto = similarityAt({ x: half - 0.5, y: half - 0.5 }, to, (side * scale) / FACE_CROP_PX, angle + turn);
  const crop = toRgb(resample(photo, toPhoto, FACE_CROP_PX, FACE_CROP_PX));
  return (await engine.locate(crop)).map((p) => apply(toPhoto, { x: p.x - 0.5, y: p.y - 0.5 }));
}

/** Middle of the box that the detector draws around a face with these points. */
function centreOf(points: readonly Point[]): Point {
  const xs = points.map((p) => p.x);
  const ys = points.map((p) => p.y);
  const height = Math.max(...ys) - Math.min(...ys);
  return { x: (Math.min(...xs) + Math.max(...xs)) / 2, y: (Math.min(...ys) + Math.max(...ys)) / 2 - 0.1 * height };
}

/** From the middle of the person's right eye to that of the left one. */
export function eyeLine(points: readonly Point[]): {
  readonly right: Point;
  readonly left: Point;
  readonly length: number;
  readonly angle: number;
} {
  const middle = (from: number): Point => {
    const eye = points.slice(from, from + 6);
    return { x: mean(eye.map((p) => p.x)), y: mean(eye.map((p) => p.y)) };
  };
  const right = middle(36);
  const left = middle(42);
  return { right, left, length: Math.hypot(left.x - right.x, left.y - right.y), angle: Math.atan2(left.y - right.y, left.x - right.x) };
}

function turnedOver({ width, height, data }: RgbPicture): RgbPicture {
  const out = new Uint8Array(data.length);
  const last = width * height - 1;
  for (let i = 0; i <= last; i++) for (let c = 0; c < 3; c++) out[(last - i) * 3 + c] = data[i * 3 + c]!;
  return { width, height, data: out };
}
