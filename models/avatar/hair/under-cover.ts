import type { CoverShape } from '../geometry/cover.ts';
import { mix, smoothstep } from '../math.ts';
import type { Strand } from './strands.ts';

/** Hair this far (cm) below the rim hangs as it would without a cover. */
const FREE_CM = 6.5;
/** Middle and half axes of the head inside a cover, as seen from above. */
const HEAD = { z: -7.9, rx: 7.05, rz: 8.6 };

/** Short hair shows so far (cm) below the rim: it ends at the upper half of the ears. */
const SHORT_CM = 2.6;

/**
 * What hangs out below the rim of a cap: each strand from where it last leaves the cover to its tip, gathered at the rim.
 * Of short hair the sides alone reach so far, and they are cut round the ears.
 */
export function belowCover(strands: readonly Strand[], cover: CoverShape, isShort: boolean): Strand[] {
  const seen: Strand[] = [];
  for (const strand of strands) {
    const points = isShort ? trimmed(strand, cover) : strand.points;
    const above = (k: number): number => (points[k + 1] ?? 0) - cover.rim(points[k] ?? 0, points[k + 2] ?? 0);
    let first = points.length;
    while (first > 0 && above(first - 3) < 0.5) first -= 3;
    if (points.length - first < 6) continue;
    const rest = points.slice(first);
    for (let k = 0; k < rest.length; k += 3) {
      const x = rest[k] ?? 0;
      const z = (rest[k + 2] ?? 0) - HEAD.z;
      const pressed = Math.min(1, 1 / Math.hypot(x / HEAD.rx, z / HEAD.rz));
      const share = mix(pressed, 1, smoothstep(0, FREE_CM, -above(first + k)));
      rest[k] = x * share;
      rest[k + 2] = HEAD.z + z * share;
    }
    seen.push({ ...strand, points: rest });
  }
  return seen;
}

/** A strand up to where it is cut; no two are quite as long. */
function trimmed({ points, tint }: Strand, cover: CoverShape): Float64Array {
  const drop = SHORT_CM * (0.8 + 0.4 * tint);
  let end = 0;
  while (end < points.length && cover.rim(points[end] ?? 0, points[end + 2] ?? 0) - (points[end + 1] ?? 0) < drop) end += 3;
  return points.subarray(0, end);
}
