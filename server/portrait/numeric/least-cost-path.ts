import { type Plane, createPlane } from './plane.ts';

/**
 * The cheapest way through `cost` from its first column to its last, one row per column, with `bend` x (rows moved)²
 * paid between neighbours and at most `reach` rows moved (dynamic programming). Returns the row of each column.
 */
export function leastCostPath(cost: Plane, bend: number, reach = 2): Int32Array {
  const { width, height, data } = cost;
  const total = createPlane(width, height);
  const from = new Int8Array(width * height);
  for (let y = 0; y < height; y++) total.data[y * width] = data[y * width]!;
  for (let x = 1; x < width; x++) {
    for (let y = 0; y < height; y++) {
      let best = Number.POSITIVE_INFINITY;
      let step = 0;
      for (let d = -reach; d <= reach; d++) {
        const row = y + d;
        if (row < 0 || row >= height) continue;
        const way = total.data[row * width + x - 1]! + bend * d * d;
        if (way < best) {
          best = way;
          step = d;
        }
      }
      total.data[y * width + x] = best + data[y * width + x]!;
      from[y * width + x] = step;
    }
  }
  const path = new Int32Array(width);
  let row = 0;
  for (let y = 1; y < height; y++) if (total.data[y * width + width - 1]! < total.data[row * width + width - 1]!) row = y;
  for (let x = width - 1; x >= 0; x--) {
    path[x] = row;
    row += from[row * width + x]!;
  }
  return path;
}
