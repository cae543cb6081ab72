import type { Point } from './curve.ts';
import { solveDense } from './linear-system.ts';

/** The smoothest map of the plane that takes each `from` to its `to` (Bookstein's thin-plate spline, 1989). */
export function thinPlate(from: readonly Point[], to: readonly Point[], stiffness = 0): (p: Point) => Point {
  const n = from.length;
  const kernel = (a: Point, b: Point) => {
    const square = (a.x - b.x) ** 2 + (a.y - b.y) ** 2;
    return square === 0 ? 0 : square * Math.log(square);
  };
  const matrix = from.map((a, i) => [...from.map((b, j) => kernel(a, b) + (i === j ? stiffness : 0)), 1, a.x, a.y]);
  matrix.push([...new Array<number>(n).fill(1), 0, 0, 0], [...from.map((p) => p.x), 0, 0, 0], [...from.map((p) => p.y), 0, 0, 0]);
  const weights = solveDense(matrix, [...to.map((p) => [p.x, p.y]), [0, 0], [0, 0], [0, 0]]);
  return (p) => {
    const [w0, wx, wy] = [weights[n]!, weights[n + 1]!, weights[n + 2]!];
    let x = w0[0]! + wx[0]! * p.x + wy[0]! * p.y;
    let y = w0[1]! + wx[1]! * p.x + wy[1]! * p.y;
    for (let i = 0; i < n; i++) {
      const k = kernel(p, from[i]!);
      x += weights[i]![0]! * k;
      y += weights[i]![1]! * k;
    }
    return { x, y };
  };
}
