import { mix, type Vec3 } from '../math.ts';

/** A rectangular soft-box: centre and half-extents in cm, colour in linear RGB. */
export interface SoftBox {
  readonly centre: Vec3;
  readonly across: Vec3;
  readonly up: Vec3;
  readonly colour: Vec3;
  readonly samples: number;
  readonly rim: boolean;
}

/** The studio of the whole family; never varied. Key warm upper left, cool fill right, two rims from behind. */
export const STUDIO: readonly SoftBox[] = [
  { centre: [-46, 40, 62], across: [17, 0, 11], up: [0, 17, -9], colour: [3.15, 2.83, 2.46], samples: 9, rim: false },
  { centre: [60, 6, 52], across: [12, 0, -14], up: [0, 28, 0], colour: [0.36, 0.42, 0.52], samples: 5, rim: false },
  { centre: [48, 28, -46], across: [9, 0, 9], up: [0, 16, 0], colour: [3.0, 2.95, 2.95], samples: 5, rim: true },
  { centre: [-50, 30, -46], across: [9, 0, -9], up: [0, 16, 0], colour: [1.7, 1.95, 2.3], samples: 5, rim: true },
];

/** Dome of the room: warm floor bounce, cool ceiling. */
export function ambient(ny: number, nz: number, out: Float64Array): void {
  const up = Math.max(0, Math.min(1, ny * 0.5 + 0.5));
  const facing = 0.35 + 0.65 * Math.max(0, Math.min(1, 0.62 + 0.38 * nz));
  out[0] = mix(0.2, 0.36, up) * facing;
  out[1] = mix(0.162, 0.38, up) * facing;
  out[2] = mix(0.15, 0.425, up) * facing;
}
