import type { Point } from './numeric/curve.ts';

/** Turn, scale and shift: target = (a x - b y + tx, b x + a y + ty). */
export interface Similarity {
  readonly a: number;
  readonly b: number;
  readonly tx: number;
  readonly ty: number;
}

export const apply = ({ a, b, tx, ty }: Similarity, { x, y }: Point): Point => ({ x: a * x - b * y + tx, y: b * x + a * y + ty });

export const scaleOf = ({ a, b }: Similarity): number => Math.hypot(a, b);

export function inverse({ a, b, tx, ty }: Similarity): Similarity {
  const square = a * a + b * b;
  return { a: a / square, b: -b / square, tx: -(a * tx + b * ty) / square, ty: (b * tx - a * ty) / square };
}

/** The similarity that maps `from` to `to`, scales by `scale` and turns by `radians`. */
export function similarityAt(from: Point, to: Point, scale: number, radians: number): Similarity {
  const a = scale * Math.cos(radians);
  const b = scale * Math.sin(radians);
  return { a, b, tx: to.x - a * from.x + b * from.y, ty: to.y - b * from.x - a * from.y };
}
