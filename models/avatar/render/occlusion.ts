import { clamp, saturate } from '../math.ts';

/** A regular lattice over the scene, in cm. */
interface Lattice {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly step: number;
  readonly nx: number;
  readonly ny: number;
  readonly nz: number;
}

/** Sampled distances of the whole scene: soft shadows march through these instead of the exact shape. */
export const DISTANCE_LATTICE: Lattice = { x: -16.5, y: -20, z: -20, step: 0.3, nx: 111, ny: 110, nz: 80 };

/** Density of hair. */
export const HAIR_LATTICE: Lattice = { x: -15, y: -21, z: -21, step: 0.5, nx: 60, ny: 70, nz: 52 };

export const latticeSize = (l: Lattice): number => l.nx * l.ny * l.nz;

export function sample(field: Float32Array, l: Lattice, x: number, y: number, z: number, outside: number): number {
  let u = (x - l.x) / l.step;
  let v = (y - l.y) / l.step;
  let w = (z - l.z) / l.step;
  const X = Math.floor(u);
  const Y = Math.floor(v);
  const Z = Math.floor(w);
  if (X < 0 || Y < 0 || Z < 0 || X >= l.nx - 1 || Y >= l.ny - 1 || Z >= l.nz - 1) return outside;
  u -= X;
  v -= Y;
  w -= Z;
  const i = (Z * l.ny + Y) * l.nx + X;
  const j = i + l.nx;
  const k = i + l.nx * l.ny;
  const m = k + l.nx;
  const a = (field[i] ?? 0) * (1 - u) + (field[i + 1] ?? 0) * u;
  const b = (field[j] ?? 0) * (1 - u) + (field[j + 1] ?? 0) * u;
  const c = (field[k] ?? 0) * (1 - u) + (field[k + 1] ?? 0) * u;
  const d = (field[m] ?? 0) * (1 - u) + (field[m + 1] ?? 0) * u;
  return (a * (1 - v) + b * v) * (1 - w) + (c * (1 - v) + d * v) * w;
}

/** What stands between a point and a light. */
export class Occlusion {
  readonly #distances: Float32Array;
  readonly #hair: Float32Array | undefined;

  constructor(distances: Float32Array, hair: Float32Array | undefined) {
    this.#distances = distances;
    this.#hair = hair;
  }

  /** Share of light (0..1) that reaches the point along the unit direction past solid shapes. */
  solid(x: number, y: number, z: number, lx: number, ly: number, lz: number, reachCm: number): number {
    let t = 0.3;
    let light = 1;
    for (let i = 0; i < 24 && t < reachCm; i++) {
      const d = sample(this.#distances, DISTANCE_LATTICE, x + lx * t, y + ly * t, z + lz * t, 9);
      if (d < -0.06) return 0;
      light = Math.min(light, 0.5 + (9 * d) / t);
      t += clamp(d, 0.16, 2.4);
    }
    return saturate(light);
  }

  /** Share of light that passes the hair. */
  hair(x: number, y: number, z: number, lx: number, ly: number, lz: number, strength: number, startCm: number): number {
    if (!this.#hair) return 1;
    let sum = 0;
    for (let i = 0; i < 14; i++) {
      const t = startCm + i * 0.65;
      sum += sample(this.#hair, HAIR_LATTICE, x + lx * t, y + ly * t, z + lz * t, 0);
    }
    return Math.exp(-sum * strength);
  }
}
