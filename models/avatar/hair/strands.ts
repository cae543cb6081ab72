import { CAMERA_CM, projectX, projectY, PX_PER_CM } from '../camera.ts';
import { clamp, mix, randomStream, smoothstep } from '../math.ts';
import type { Person } from '../person.ts';
import { STUDIO } from '../render/lights.ts';
import { HAIR_LATTICE, latticeSize, type Occlusion, sample } from '../render/occlusion.ts';
import type { HairGroup, Lock } from './locks.ts';

/** One hair (or brow or lash hair): x, y, z per point. */
export interface Strand {
  readonly points: Float64Array;
  readonly widthCm: number;
  readonly tint: number;
  readonly group: HairGroup | 'brow' | 'lash';
  /** 0 coloured .. 1 white. */
  readonly grey: number;
}

const FLYAWAYS = 0.025;

/** Fills locks with strands: spread at the root, gathered towards the tip, each a little its own way. */
export function growStrands(
  person: Person,
  locks: readonly Lock[],
  total: number = person.hair.strands,
  grey: number = person.hair.grey,
): Strand[] {
  const share = locks.reduce((sum, lock) => sum + lock.strands, 0);
  const length = person.hair.style === 'coils' ? 0.97 : 0.84;
  const strands: Strand[] = [];
  for (const lock of locks) {
    const next = randomStream(lock.seed);
    const count = Math.max(1, Math.round((total * lock.strands) / share));
    const LAST = lock.path.length / 3 - 1;
    for (let s = 0; s < count; s++) {
      const angle = next() * Math.PI * 2;
      const radius = Math.sqrt(next());
      const wild = next() < FLYAWAYS ? 1.6 : 1;
      const ox = Math.cos(angle) * radius;
      const oy = Math.sin(angle) * radius * 0.62;
      const reach = length + (1 - length) * Math.sqrt(next());
      const start = next() * 0.035;
      const wobble = next() * 6.28;
      const drift = (next() - 0.5) * 0.5 * wild;
      const tint = 0.4 * next() + 0.6 * lock.tint;
      const points = new Float64Array(LAST * 3 + 3);
      for (let i = 0; i <= LAST; i++) {
        const t = mix(start, reach, i / LAST);
        const at = t * LAST;
        const k = Math.min(LAST - 1, Math.floor(at));
        const f = at - k;
        const value = (a: Float64Array, c: number): number => mix(a[k * 3 + c] ?? 0, a[k * 3 + 3 + c] ?? 0, f);
        const tx = (lock.path[k * 3 + 3] ?? 0) - (lock.path[k * 3] ?? 0);
        const ty = (lock.path[k * 3 + 4] ?? 0) - (lock.path[k * 3 + 1] ?? 0);
        const tz = (lock.path[k * 3 + 5] ?? 0) - (lock.path[k * 3 + 2] ?? 0);
        const nx = value(lock.out, 0);
        const ny = value(lock.out, 1);
        const nz = value(lock.out, 2);
        let bx = ty * nz - tz * ny;
        let by = tz * nx - tx * nz;
        let bz = tx * ny - ty * nx;
        const bl = 1 / (Math.hypot(bx, by, bz) + 1e-6);
        bx *= bl;
        by *= bl;
        bz *= bl;
        const [w0, w1, w2] = lock.width;
        const w = (t < 0.4 ? mix(w0, w1, smoothstep(0, 0.4, t)) : mix(w1, w2, smoothstep(0.45, 1, t))) * mix(1, wild, t);
        const across = ox * w + drift * t + Math.sin(t * 9 + wobble) * 0.05 * t;
        const outward = oy * w * (t < 0.12 ? t / 0.12 : 1) + Math.cos(t * 8 + wobble) * 0.045 * t;
        points[i * 3] = value(lock.path, 0) + bx * across + nx * outward;
        points[i * 3 + 1] = value(lock.path, 1) + by * across + ny * outward;
        points[i * 3 + 2] = value(lock.path, 2) + bz * across + nz * outward;
      }
      strands.push({ points, widthCm: 0.03, tint, group: lock.group, grey: next() < grey ? 0.65 + 0.35 * next() : 0.3 * grey });
    }
  }
  return strands;
}

/** Where all locks meet, at the parting, shadows would otherwise be bottomless. */
const DENSEST = 0.75;

/** Strand density for shadows, normalised so that a full head of hair is about 1 per cell. */
export function hairDensity(strands: readonly Strand[]): Float32Array {
  const l = HAIR_LATTICE;
  const field = new Float32Array(latticeSize(l));
  const weight = 36_000 / Math.max(1, strands.length) / 26;
  for (const strand of strands) {
    for (let i = 0; i < strand.points.length; i += 3) {
      const x = Math.floor(((strand.points[i] ?? 0) - l.x) / l.step);
      const y = Math.floor(((strand.points[i + 1] ?? 0) - l.y) / l.step);
      const z = Math.floor(((strand.points[i + 2] ?? 0) - l.z) / l.step);
      if (x < 0 || y < 0 || z < 0 || x >= l.nx || y >= l.ny || z >= l.nz) continue;
      const k = (z * l.ny + y) * l.nx + x;
      field[k] = Math.min(DENSEST, (field[k] ?? 0) + weight);
    }
  }
  return field;
}

/** A shaded piece of a strand on the canvas. */
export interface Stroke {
  readonly group: Strand['group'];
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
  readonly z: number;
  readonly widthPx: number;
  readonly alpha: number;
  readonly r: number;
  readonly g: number;
  readonly b: number;
}

/** How much of each soft-box, and last of the sky, arrives in each cell of HAIR_LATTICE. */
function lightVolumes(light: Occlusion): Float32Array[] {
  const l = HAIR_LATTICE;
  const sources: readonly (readonly [number, number, number, boolean])[] = STUDIO.map((box) => [...box.centre, box.rim]);
  const volumes = [...sources, null].map(() => new Float32Array(latticeSize(l)));
  for (let k = 0; k < l.nz; k++) {
    for (let j = 0; j < l.ny; j++) {
      for (let i = 0; i < l.nx; i++) {
        const x = l.x + i * l.step;
        const y = l.y + j * l.step;
        const z = l.z + k * l.step;
        const cell = (k * l.ny + j) * l.nx + i;
        sources.forEach(([sx, sy, sz, rim], n) => {
          const dl = 1 / Math.hypot(sx - x, sy - y, sz - z);
          const lx = (sx - x) * dl;
          const ly = (sy - y) * dl;
          const lz = (sz - z) * dl;
          const solid = light.solid(x + lx * 0.5, y + ly * 0.5, z + lz * 0.5, lx, ly, lz, 18);
          (volumes[n] as Float32Array)[cell] = light.hair(x, y, z, lx, ly, lz, rim ? 0.15 : 0.3, 0.4) * (0.25 + 0.75 * solid);
        });
        (volumes[sources.length] as Float32Array)[cell] = 0.05 + 0.95 * light.hair(x, y, z, x * 0.05, 0.5, 0.62, 0.3, 0.3);
      }
    }
  }
  return volumes;
}

/** Lights hair with two highlights (Kajiya and Kay; Marschner's shifts) under voxel shadow. */
export function shadeHair(person: Person, strands: readonly Strand[], light: Occlusion): Stroke[] {
  const volumes = lightVolumes(light);
  const [cr, cg, cb] = person.hair.colour;
  // Coils scatter light every way: their shine is dull.
  const gloss = person.hair.style === 'coils' ? 0.25 : 1;
  const tip = person.hair.tipColour ?? [cr * 1.75, cg * 1.7, cb * 1.55];
  const strokes: Stroke[] = [];
  for (const { points, tint, widthCm, group, grey } of strands) {
    const last = points.length / 3 - 1;
    for (let i = 0; i < last; i++) {
      const x = points[i * 3] ?? 0;
      const y = points[i * 3 + 1] ?? 0;
      const z = points[i * 3 + 2] ?? 0;
      const X = points[i * 3 + 3] ?? 0;
      const Y = points[i * 3 + 4] ?? 0;
      const Z = points[i * 3 + 5] ?? 0;
      const t = i / last;
      const before = Math.max(0, i - 1) * 3;
      const after = Math.min(last, i + 2) * 3;
      let tx = (points[after] ?? 0) - (points[before] ?? 0);
      let ty = (points[after + 1] ?? 0) - (points[before + 1] ?? 0);
      let tz = (points[after + 2] ?? 0) - (points[before + 2] ?? 0);
      const tl = 1 / (Math.hypot(tx, ty, tz) + 1e-9);
      tx *= tl;
      ty *= tl;
      tz *= tl;
      const vl = 1 / Math.hypot(x, y, CAMERA_CM - z);
      const vx = -x * vl;
      const vy = -y * vl;
      const vz = (CAMERA_CM - z) * vl;
      const k = smoothstep(0.25, 1, t);
      const shade = 0.62 + 0.74 * tint;
      const br = mix(mix(cr, tip[0], k), 0.27, grey) * shade;
      const bg = mix(mix(cg, tip[1], k), 0.268, grey) * shade;
      const bb = mix(mix(cb, tip[2], k), 0.266, grey) * shade;
      let r = 0;
      let g = 0;
      let b = 0;
      for (const [n, box] of STUDIO.entries()) {
        const dx = box.centre[0] - x;
        const dy = box.centre[1] - y;
        const dz = box.centre[2] - z;
        const dl = 1 / Math.hypot(dx, dy, dz);
        const lx = dx * dl;
        const ly = dy * dl;
        const lz = dz * dl;
        const through = sample(volumes[n] as Float32Array, HAIR_LATTICE, x, y, z, 1);
        if (through < 0.01) continue;
        const along = tx * lx + ty * ly + tz * lz;
        const sine = Math.sqrt(Math.max(0, 1 - along * along));
        const first = highlight(tx, ty, tz, vx, vy, vz, lx, ly, lz, -0.1, 85) * smoothstep(0, 0.3, t) * (0.5 + tint) * gloss;
        const second = highlight(tx, ty, tz, vx, vy, vz, lx, ly, lz, 0.13, 20) * mix(0.45, 1, smoothstep(0, 0.2, t));
        const power = through * (box.rim ? 1.2 : 1);
        r += box.colour[0] * (br * (sine * 0.42 + second * 0.8) + 0.07 * first) * power;
        g += box.colour[1] * (bg * (sine * 0.42 + second * 0.8) + 0.062 * first) * power;
        b += box.colour[2] * (bb * (sine * 0.42 + second * 0.8) + 0.054 * first) * power;
      }
      const dome = sample(volumes[STUDIO.length] as Float32Array, HAIR_LATTICE, x, y, z, 1);
      r += br * 0.4 * dome;
      g += bg * 0.41 * dome;
      b += bb * 0.45 * dome;
      strokes.push({
        group,
        x0: projectX(x, z),
        y0: projectY(y, z),
        x1: projectX(X, Z),
        y1: projectY(Y, Z),
        z: (z + Z) / 2,
        widthPx: widthCm * PX_PER_CM * mix(1, 0.5, t),
        alpha: (t < 0.05 ? 0.55 : 0.86) * (t > 0.9 ? clamp((1 - t) * 10, 0.2, 1) : 1),
        r: r * 0.44,
        g: g * 0.44,
        b: b * 0.44,
      });
    }
  }
  return strokes;
}

function highlight(
  tx: number,
  ty: number,
  tz: number,
  vx: number,
  vy: number,
  vz: number,
  lx: number,
  ly: number,
  lz: number,
  shift: number,
  power: number,
): number {
  const sx = tx + vx * shift;
  const sy = ty + vy * shift;
  const sz = tz + vz * shift;
  const hx = lx + vx;
  const hy = ly + vy;
  const hz = lz + vz;
  const th = (sx * hx + sy * hy + sz * hz) / (Math.hypot(sx, sy, sz) * Math.hypot(hx, hy, hz) + 1e-9);
  return Math.max(0, 1 - th * th) ** (power / 2);
}
