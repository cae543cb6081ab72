import { rod, smin } from '../math.ts';
import type { Person } from '../person.ts';

/** Half width and height (cm) of a lens, and how square it is. */
const LENSES = {
  round: { half: 2.2, tall: 2.1, square: 2 },
  rectangular: { half: 2.36, tall: 1.58, square: 3.6 },
} as const;

const RIM_CM = 0.115;

/** Frame of the glasses as signed distance: rims on a gently curved front, a bridge, and arms that go back over the ears. */
export function glassesDistance(person: Person, x: number, y: number, z: number): number {
  if (person.glasses === 'none') return 9;
  const lens = LENSES[person.glasses];
  const ax = Math.abs(x);
  const cx = person.eyes.separation + 0.1;
  const frontZ = 1.55 - 0.035 * ax * ax;
  const u = Math.abs(ax - cx) / lens.half;
  const v = Math.abs(y + 0.12) / lens.tall;
  const p = lens.square;
  const sum = u ** p + v ** p + 1e-9;
  const k = sum ** (1 / p);
  const slope = sum ** (1 / p - 1) * Math.hypot(u ** (p - 1) / lens.half, v ** (p - 1) / lens.tall) + 1e-6;
  const edge = (k - 1) / slope;
  let d = Math.hypot(edge, z - frontZ) - RIM_CM;
  const inner = cx - lens.half;
  const bridgeY = 0.32 + 0.28 * (1 - Math.min(1, ax / inner) ** 2);
  if (ax < inner + 0.3) d = smin(d, Math.hypot(y - bridgeY, z - frontZ - 0.12) - RIM_CM * 0.9, 0.12);
  const outer = cx + lens.half;
  const hingeZ = 1.55 - 0.035 * outer * outer;
  d = smin(d, rod(ax, y, z, outer - 0.05, 0.45, hingeZ, outer + 0.5, 0.5, hingeZ - 0.6, 0.16, 0.14), 0.12);
  return Math.min(d, rod(ax, y, z, outer + 0.5, 0.5, hingeZ - 0.6, 6.8 * person.head.width, 0.3, -8, 0.16, 0.14)) * 0.8;
}

/** Half axes of the lenses, for what is seen in them. */
export const lensOf = (person: Person): { half: number; tall: number; square: number } | undefined =>
  person.glasses === 'none' ? undefined : LENSES[person.glasses];
