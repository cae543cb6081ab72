import type { Frame } from '../frame.ts';
import { curveAt } from '../numeric/curve.ts';
import { smoothstep } from '../numeric/mathematics.ts';
import type { Eyes } from '../refine/eyes.ts';
import type { Mouth } from '../refine/mouth.ts';

/**
 * The person's sheet as a grid of rows and columns, finer where the face moves. One row lies on the inner lips; between
 * the corners of the mouth it exists twice, and the two copies part when the mouth opens: the slit.
 */
export interface FaceMesh {
  readonly count: number;
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Belongs to the lower lip's side of the slit, and everything below it. */
  readonly isBelow: Uint8Array;
  readonly triangles: Uint32Array;
  /** Neighbours along rows and columns, in pairs. */
  readonly edges: Uint32Array;
  /** Vertices of the slit from corner to corner, corners included. */
  readonly upperLip: readonly number[];
  readonly lowerLip: readonly number[];
  readonly mouthCentre: { readonly x: number; readonly y: number };
  /** Half the distance of the mouth's corners. */
  readonly mouthHalf: number;
}

type Segment = readonly [from: number, to: number, step: number];

/** Places of grid lines: each segment is divided evenly, in steps of about its own. */
function gridLines(segments: readonly Segment[]): number[] {
  const out: number[] = [];
  for (const [from, to, step] of segments) {
    if (to <= from) continue;
    const n = Math.max(1, Math.round((to - from) / step));
    for (let i = 0; i < n; i++) out.push(from + ((to - from) * i) / n);
  }
  out.push(segments.at(-1)![1]);
  return out;
}

export function buildFaceMesh(frame: Frame, mouth: Mouth, eyes: Eyes): FaceMesh {
  const { landmarks: L, unit: U, width, height } = frame;
  const k = U / 128;
  const { left, right } = mouth;
  const centreX = (left.x + right.x) / 2;
  const seamY = (curveAt(mouth.innerUpper, centreX) + curveAt(mouth.innerLower, centreX)) / 2;
  const chin = L[8]!.y;
  const eyeTop = Math.min(...eyes.map((eye) => Math.min(...eye.upper.ys)));
  const eyeBottom = Math.max(...eyes.map((eye) => Math.max(...eye.lower.ys)));
  const faceLeft = Math.max(20 * k, Math.min(L[0]!.x, left.x - 30 * k));
  const faceRight = Math.min(width - 20 * k, Math.max(L[16]!.x, right.x + 30 * k));
  const columns = gridLines([
    [0, faceLeft, 40 * k],
    [faceLeft, left.x, 7.4 * k],
    [left.x, right.x, 4.6 * k],
    [right.x, faceRight, 7.4 * k],
    [faceRight, width - 1, 40 * k],
  ]);
  const lidTop = eyeTop - 8 * k;
  const lidBottom = eyeBottom + 6 * k;
  const rows = gridLines([
    [0, Math.max(1, lidTop - 80 * k), 32 * k],
    [Math.max(1, lidTop - 80 * k), lidTop - 16 * k, 9 * k],
    [lidTop - 16 * k, lidTop, 5 * k],
    [lidTop, lidBottom, 3.4 * k],
    [lidBottom, seamY - 34 * k, 9 * k],
    [seamY - 34 * k, seamY, 4.2 * k],
    [seamY, seamY + 36 * k, 4.2 * k],
    [seamY + 36 * k, chin + 16 * k, 8 * k],
    [chin + 16 * k, Math.min(height - 30 * k, chin + 90 * k), 14 * k],
    [Math.min(height - 30 * k, chin + 90 * k), height - 1, 44 * k],
  ]);
  const slit = rows.reduce((best, y, j) => (Math.abs(y - seamY) < Math.abs(rows[best]! - seamY) ? j : best), 0);

  const strictly = columns.map((x) => x > left.x + 0.01 && x < right.x - 0.01);
  const inner = columns.flatMap((_, i) => (strictly[i] ? [i] : []));
  const count = rows.length * columns.length + inner.length;
  const x = new Float64Array(count);
  const y = new Float64Array(count);
  const isBelow = new Uint8Array(count);
  // How far the inner lips lie from the straight row; it fades out beyond the corners and away from the mouth.
  const bend = columns.map((cx) => {
    const at = Math.min(right.x, Math.max(left.x, cx));
    const outside = Math.max(left.x - cx, cx - right.x, 0);
    const fade = Math.exp(-outside / (0.16 * U));
    const up = (curveAt(mouth.innerUpper, at) - seamY) * fade;
    const low = (curveAt(mouth.innerLower, at) - seamY) * fade;
    return outside > 0.01 || at === left.x || at === right.x ? ([(up + low) / 2, (up + low) / 2] as const) : ([up, low] as const);
  });
  const near = (distance: number) => 1 - smoothstep(0, 0.42 * U, Math.abs(distance));
  rows.forEach((ry, j) => {
    columns.forEach((cx, i) => {
      const at = j * columns.length + i;
      x[at] = cx;
      y[at] = ry + near(ry - seamY) * (j <= slit ? bend[i]![0] : bend[i]![1]);
      isBelow[at] = j > slit ? 1 : 0;
    });
  });
  const lowerOf = new Map<number, number>();
  inner.forEach((i, n) => {
    const at = rows.length * columns.length + n;
    x[at] = columns[i]!;
    y[at] = seamY + bend[i]![1];
    isBelow[at] = 1;
    lowerOf.set(i, at);
  });
  const vertex = (j: number, i: number) => j * columns.length + i;
  /** The slit's row as what lies below it sees it. */
  const fromBelow = (j: number, i: number) => (j === slit ? (lowerOf.get(i) ?? vertex(j, i)) : vertex(j, i));
  // Where the mesh folds over itself, later triangles cover earlier ones: below the mouth they run upwards, so that a chin
  // which comes down lies over the neck.
  const above: number[] = [];
  const below: number[][] = [];
  const edges: number[] = [];
  for (let j = 0; j < rows.length; j++) {
    const triangles = j < slit ? above : [];
    if (j >= slit) below.unshift(triangles);
    for (let i = 0; i < columns.length; i++) {
      if (i + 1 < columns.length) {
        edges.push(vertex(j, i), vertex(j, i + 1));
        if (j === slit && (lowerOf.has(i) || lowerOf.has(i + 1))) edges.push(fromBelow(j, i), fromBelow(j, i + 1));
      }
      if (j + 1 === rows.length) continue;
      edges.push(fromBelow(j, i), vertex(j + 1, i));
      if (i + 1 === columns.length) continue;
      const [a, b, c, d] = [fromBelow(j, i), fromBelow(j, i + 1), vertex(j + 1, i), vertex(j + 1, i + 1)];
      triangles.push(a, b, c, b, d, c);
    }
  }
  const first = inner[0]! - 1;
  const last = inner.at(-1)! + 1;
  const whole = Array.from({ length: last - first + 1 }, (_, n) => first + n);
  return {
    count,
    x,
    y,
    isBelow,
    triangles: Uint32Array.from([...above, ...below.flat()]),
    edges: Uint32Array.from(edges),
    upperLip: whole.map((i) => vertex(slit, i)),
    lowerLip: whole.map((i) => fromBelow(slit, i)),
    mouthCentre: { x: centreX, y: seamY },
    mouthHalf: (right.x - left.x) / 2,
  };
}
