import { FACE_POINTS, type FacePoint, type FacePoints } from '../contract.ts';
import type { Point } from '../numeric/curve.ts';
import { thinPlate } from '../numeric/thin-plate.ts';
import { portraitError } from '../portrait-error.ts';
import { eyeLine } from './find-face.ts';
import { MEAN_FACE } from './mean-face.ts';

/** Which of the 68 points (or the mean of which) a point placed by hand is. */
const MEMBERS: Readonly<Record<FacePoint, readonly number[]>> = {
  eyeRightOuter: [36],
  eyeRightInner: [39],
  eyeLeftInner: [42],
  eyeLeftOuter: [45],
  irisRight: [37, 38, 40, 41],
  irisLeft: [43, 44, 46, 47],
  browRight: [19],
  browLeft: [24],
  noseTip: [30],
  mouthRight: [48],
  mouthLeft: [54],
  lipTop: [51],
  lipBottom: [57],
  chin: [8],
  faceRight: [1],
  faceLeft: [15],
};

/** Without these the rest cannot be guessed. */
const NEEDED: readonly FacePoint[] = ['mouthRight', 'mouthLeft', 'chin'];

const meanOf = (points: readonly Point[], members: readonly number[]): Point => ({
  x: members.reduce((sum, i) => sum + points[i]!.x, 0) / members.length,
  y: members.reduce((sum, i) => sum + points[i]!.y, 0) / members.length,
});

const MEAN_POINTS: readonly Point[] = MEAN_FACE.map(([x, y]) => ({ x, y }));

/** The points that a person would place, from the 68. */
export const facePointsOf = (landmarks: readonly Point[]): FacePoints =>
  Object.fromEntries(
    FACE_POINTS.map((name) => {
      const { x, y } = meanOf(landmarks, MEMBERS[name]);
      return [name, { x: Math.round(x * 10) / 10, y: Math.round(y * 10) / 10 }];
    }),
  );

/** The same points in a picture of another size. */
export const scaledPoints = (points: FacePoints, factor: number): FacePoints =>
  Object.fromEntries(Object.entries(points).map(([name, { x, y }]) => [name, { x: x * factor, y: y * factor }]));

/** The 68 points, by bending the mean face through those placed by hand. @throws VisavisError `points_invalid` */
export function landmarksThrough(points: FacePoints, photo: { readonly width: number; readonly height: number }): Point[] {
  for (const name of NEEDED) if (!points[name]) throw portraitError('points_invalid', `The point ${name} is missing`);
  const eyes = (['Right', 'Left'] as const).map((side) => {
    const [outer, inner, iris] = [points[`eye${side}Outer`], points[`eye${side}Inner`], points[`iris${side}`]];
    if (!iris && !(outer && inner))
      throw portraitError('points_invalid', `The ${side.toLowerCase()} eye needs its iris, or both of its corners`);
    return iris ?? { x: (outer!.x + inner!.x) / 2, y: (outer!.y + inner!.y) / 2 };
  });
  const placed = FACE_POINTS.filter((name) => points[name]);
  for (const name of placed) {
    const { x, y } = points[name]!;
    if (!(Number.isFinite(x) && Number.isFinite(y) && x >= 0 && y >= 0 && x < photo.width && y < photo.height)) {
      throw portraitError('points_invalid', `The point ${name} lies outside the picture (${photo.width} x ${photo.height})`);
    }
  }
  if (!(eyes[0]!.x < eyes[1]!.x && points.mouthRight!.x < points.mouthLeft!.x && points.chin!.y > (eyes[0]!.y + eyes[1]!.y) / 2)) {
    throw portraitError('points_invalid', 'The points do not make an upright face: the person’s right is on the left of the picture');
  }
  // An eye of which only the iris is known keeps its mean width around it.
  const from = placed.map((name) => meanOf(MEAN_POINTS, MEMBERS[name]));
  const bend = thinPlate(
    from,
    placed.map((name) => points[name]!),
    1e-4,
  );
  return MEAN_POINTS.map(bend);
}

/** Whether the 68 points could be a face at all: eyes above mouth above chin, in the picture's own proportions. */
export function looksLikeFace(landmarks: readonly Point[]): boolean {
  const { right, left, length, angle } = eyeLine(landmarks);
  const down = (p: Point) => ((p.y - (right.y + left.y) / 2) * Math.cos(angle) - (p.x - (right.x + left.x) / 2) * Math.sin(angle)) / length;
  const mouth = down(meanOf(landmarks, [48, 54]));
  const chin = down(landmarks[8]!);
  return length > 4 && mouth > 0.5 && mouth < 2 && chin > mouth && chin < 3.2;
}
