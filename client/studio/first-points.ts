import type { FacePoints } from '../../server/core/face-points.ts';

/** Where the few points that are needed lie on a mean face; the middle of the eyes is the origin, their distance the unit. */
const PLACES = {
  irisRight: [-0.5, 0],
  irisLeft: [0.5, 0],
  noseTip: [0, 0.59],
  mouthRight: [-0.43, 1.06],
  mouthLeft: [0.43, 1.06],
  chin: [0, 1.74],
} as const;

/** To begin with, when nothing found the face: a face in the middle of the picture. */
export function firstPoints(width: number, height: number): FacePoints {
  const unit = Math.min(width, height) * 0.2;
  const place = ([x, y]: readonly [number, number]) => ({ x: Math.round(width / 2 + x * unit), y: Math.round(height * 0.42 + y * unit) });
  return Object.fromEntries(Object.entries(PLACES).map(([name, at]) => [name, place(at)]));
}
