import { clamp } from './mathematics.ts';
import { createPlane, type Plane } from './plane.ts';

const STEP = 0.35;

/**
 * The convex cut: minimises sum(cost x u) + sum(edge x |grad u|) over u in 0..1 by the primal-dual method of Chambolle
 * and Pock (2011). Negative costs want 1. `start`: a guess to begin with.
 */
export function totalVariationCut(cost: Plane, edge: Plane, iterations = 300, start?: Plane): Plane {
  const { width, height } = cost;
  const n = width * height;
  const u = createPlane(width, height);
  for (let i = 0; i < n; i++) u.data[i] = start ? start.data[i]! : cost.data[i]! < 0 ? 1 : 0;
  const over = u.data.slice();
  const px = new Float32Array(n);
  const py = new Float32Array(n);
  for (let iteration = 0; iteration < iterations; iteration++) {
    for (let y = 0, i = 0; y < height; y++) {
      for (let x = 0; x < width; x++, i++) {
        const ax = px[i]! + (x < width - 1 ? STEP * (over[i + 1]! - over[i]!) : 0);
        const ay = py[i]! + (y < height - 1 ? STEP * (over[i + width]! - over[i]!) : 0);
        const most = edge.data[i]!;
        const square = ax * ax + ay * ay;
        const scale = square > most * most ? most / Math.sqrt(square) : 1;
        px[i] = ax * scale;
        py[i] = ay * scale;
      }
    }
    for (let y = 0, i = 0; y < height; y++) {
      for (let x = 0; x < width; x++, i++) {
        const divergence = px[i]! - (x > 0 ? px[i - 1]! : 0) + py[i]! - (y > 0 ? py[i - width]! : 0);
        const before = u.data[i]!;
        const now = clamp(before + STEP * (divergence - cost.data[i]!), 0, 1);
        u.data[i] = now;
        over[i] = 2 * now - before;
      }
    }
  }
  return u;
}
