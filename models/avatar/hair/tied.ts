import { clamp, fractal, mix, smoothstep } from '../math.ts';
import type { Person } from '../person.ts';
import { hairline } from '../render/skin.ts';
import type { Lock } from './locks.ts';
import { cross, dot, type SkinField, groupOf, seedOf, sites, SKULL, unit, type Vector } from './skin-field.ts';

/** Hair combed back into a knot on the crown or a tail over the shoulder; `grows` says where on the skin it does. */
export const growTied = (person: Person, field: SkinField, grows: (p: Vector) => boolean, next: () => number): Lock[] =>
  person.hair.style === 'bun'
    ? [...pulledBack(person, field, grows, BUN_TIE, next), ...bun(next)]
    : [...pulledBack(person, field, grows, TAIL_TIE, next), ...ponytail(person, next)];

/** Where hair is tied: high on the crown, and at the back of the head. */
const BUN_TIE: Vector = [0, 10.1, -12];
const TAIL_TIE: Vector = [0, 6.5, -16.2];
const BUN: Vector = [0, 11.45, -12.9];
const BUN_RADIUS = 2.55;

/** Combed tight over the skull to where it is tied. */
function pulledBack(person: Person, field: SkinField, grows: (p: Vector) => boolean, tie: Vector, next: () => number): Lock[] {
  const locks: Lock[] = [];
  const toTie = unit([tie[0] - SKULL[0], tie[1] - SKULL[1], tie[2] - SKULL[2]]);
  for (const { root } of sites(field, 2900, SKULL, grows, next)) {
    const [x, y, z] = root;
    const from: Vector = [x - SKULL[0], y - SKULL[1], z - SKULL[2]];
    const away = Math.acos(clamp(dot(unit(from), toTie), -1, 1));
    const length = Math.max(1, away * 8.4);
    const sway = (fractal(x * 0.5 + 3, y * 0.5, z * 0.5) - 0.5) * 0.5;
    const flow = (p: Vector): Vector => {
      const d = unit([tie[0] - p[0], tie[1] - p[1], tie[2] - p[2]]);
      // Off the forehead the hair first rises, off the temples it first runs back.
      return [d[0] + sway * d[2], d[1], d[2] - sway * d[0]];
    };
    const edge = smoothstep(0.1, 1.6, hairline(person, x, y, z));
    const lift = mix(0.2, 0.52, edge) * (0.8 + 0.4 * next());
    const { path, out } = field.follow(root, 18, length, flow, (t) => lift * smoothstep(0, 0.3, t) * (1 - 0.45 * smoothstep(0.7, 1, t)));
    locks.push({ path, out, width: [0.26, 0.32, 0.16], strands: 0.5 + length / 12, tint: next(), group: groupOf(z), seed: seedOf(next) });
  }
  return locks;
}

/** Long hair wound around itself: bands that run about the knot and dive under one another. */
function bun(next: () => number): Lock[] {
  const points = 26;
  const axis = unit([0.12, 0.72, 0.5]);
  const a = unit([axis[1], -axis[0], 0]);
  const b = cross(axis, a);
  return Array.from({ length: 170 }, () => {
    const path = new Float64Array(points * 3);
    const out = new Float64Array(points * 3);
    const start = next() * 6.283;
    const arc = 2.2 + 2.4 * next();
    const height = 1.7 * next() - 0.85;
    const drift = (next() - 0.5) * 0.5 + 0.35;
    const shell = 1 - 0.12 * next() ** 2;
    for (let i = 0; i < points; i++) {
      const t = i / (points - 1);
      const h = clamp(height + drift * (t - 0.5), -0.97, 0.97);
      // A winding's two ends lie deeper than its middle.
      const r = BUN_RADIUS * shell * (0.9 + 0.1 * Math.sin(Math.PI * t)) * (1 + 0.05 * Math.sin(7 * h + start));
      const turn = start + arc * t;
      const ring = Math.sqrt(1 - h * h);
      for (let k = 0; k < 3; k++) {
        const n = axis[k]! * h * 0.86 + (a[k]! * Math.cos(turn) + b[k]! * Math.sin(turn)) * ring;
        path[i * 3 + k] = BUN[k]! + n * r;
        out[i * 3 + k] = n;
      }
    }
    return { path, out, width: [0.2, 0.3, 0.18], strands: 1.5, tint: next(), group: 'side', seed: seedOf(next) };
  });
}

/** Middle of the tail: from the tie out and down behind the neck, then forward over the left shoulder. */
const TAIL: readonly Vector[] = [
  [0.2, 6.6, -16.3],
  [2.2, 6.6, -18.3],
  [5.2, 3.4, -17.2],
  [7.2, -1.4, -13.8],
  [7.4, -5.8, -9.8],
  [6.5, -9.6, -6.4],
  [5.9, -12.8, -4.4],
  [6.1, -15.8, -3.6],
];

function ponytail(person: Person, next: () => number): Lock[] {
  const points = 40;
  const count = 60;
  return Array.from({ length: count }, (_, n) => {
    const path = new Float64Array(points * 3);
    const out = new Float64Array(points * 3);
    const angle = n * 2.399963;
    const layer = Math.sqrt((n + 0.5) / count);
    const phase = 1.5 * next();
    const reach = (0.72 + 0.28 * Math.sqrt(next())) * clamp(person.hair.lengthCm / 1.2, 0.7, 1);
    for (let i = 0; i < points; i++) {
      const t = i / (points - 1);
      const at = t * reach;
      const middle = alongTail(at);
      const ahead = alongTail(Math.min(1, at + 0.01));
      const along = unit([ahead[0] - middle[0], ahead[1] - middle[1], ahead[2] - middle[2] - 1e-4]);
      const u = unit(cross(along, [0, 0.25, 1]));
      const v = cross(u, along);
      const thick = mix(0.55, 1.85, smoothstep(0, 0.42, t)) * (1 - 0.8 * smoothstep(0.6, 1, t)) * (1 + 0.1 * Math.sin(at * 13 + 2));
      const turn = angle + 0.7 * t;
      const wave = 0.36 * Math.sin(at * 12 + 1.2 + phase) * smoothstep(0.2, 0.6, t);
      for (let k = 0; k < 3; k++) {
        const off = u[k]! * Math.cos(turn) + v[k]! * Math.sin(turn) * 0.8;
        path[i * 3 + k] = middle[k]! + off * thick * layer + u[k]! * wave;
        out[i * 3 + k] = off;
      }
    }
    // Light from behind falls on all of it: darker by nature, it is as bright as the hair of the head.
    return { path, out, width: [0.3, 0.42, 0.12], strands: 6, tint: 0.3 * next(), group: 'side', seed: seedOf(next) };
  });
}

/** A point of the tail's middle, 0 at the tie .. 1 at the tip (Catmull-Rom). */
function alongTail(t: number): Vector {
  const at = clamp(t, 0, 1) * (TAIL.length - 1);
  const k = Math.min(TAIL.length - 2, Math.floor(at));
  const f = at - k;
  const p = (i: number): Vector => TAIL[clamp(k + i, 0, TAIL.length - 1)]!;
  const [p0, p1, p2, p3] = [p(-1), p(0), p(1), p(2)];
  const blend = (c: number): number =>
    p1[c]! +
    0.5 * f * (p2[c]! - p0[c]! + f * (2 * p0[c]! - 5 * p1[c]! + 4 * p2[c]! - p3[c]! + f * (3 * (p1[c]! - p2[c]!) + p3[c]! - p0[c]!)));
  return [blend(0), blend(1), blend(2)];
}
