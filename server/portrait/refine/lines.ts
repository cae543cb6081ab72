import { type Curve, curveAt, smoothLine } from '../numeric/curve.ts';
import { leastCostPath } from '../numeric/least-cost-path.ts';
import { planeOf } from '../numeric/plane.ts';

export interface FollowOptions {
  /** How far from the base line is looked, pixels. */
  readonly reach: number;
  /** Pixels per row that is tried. */
  readonly step: number;
  readonly bend: number;
  /** Cost of being `reach` away from the base. */
  readonly prior: number;
  /** Smoothing of the found offsets, samples. */
  readonly smooth: number;
}

/** The line near `base` along which `cost(x, y)` is least. */
export function followLine(base: Curve, cost: (x: number, y: number) => number, options: FollowOptions): Curve {
  const { reach, step, bend, prior, smooth } = options;
  const rows = 2 * Math.round(reach / step) + 1;
  const offset = (row: number) => (row - (rows - 1) / 2) * step;
  const { xs, ys } = base;
  const costs = planeOf(xs.length, rows, (i, row) => cost(xs[i]!, ys[i]! + offset(row)) + prior * (offset(row) / reach) ** 2);
  const path = smoothLine(Array.from(leastCostPath(costs, bend), offset), smooth);
  return { xs, ys: ys.map((y, i) => y + path[i]!) };
}

/** Calls `visit` for every pixel that lies between two lines, for whole x from `x0` to `x1`. */
export function eachBetween(upper: Curve, lower: Curve, x0: number, x1: number, visit: (x: number, y: number) => void): void {
  for (let x = Math.ceil(x0); x <= x1; x++) {
    const bottom = Math.floor(curveAt(lower, x));
    for (let y = Math.ceil(curveAt(upper, x)); y <= bottom; y++) visit(x, y);
  }
}

export const shifted = ({ xs, ys }: Curve, by: number): Curve => ({ xs, ys: ys.map((y) => y + by) });

/** Line of the same samples with `value(x, y, i)`. */
export const remapped = ({ xs, ys }: Curve, value: (x: number, y: number, i: number) => number): Curve => ({
  xs,
  ys: ys.map((y, i) => value(xs[i]!, y, i)),
});

export const resampled = (curve: Curve, xs: Float64Array): Curve => ({ xs, ys: xs.map((x) => curveAt(curve, x)) });
