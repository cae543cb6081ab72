import type { HeadShape } from '../geometry/head.ts';
import { clamp } from '../math.ts';
import type { HairGroup } from './locks.ts';

export type Vector = [number, number, number];

/** The skin as hair follows it that grows from it. */
export class SkinField {
  readonly #head: HeadShape;

  constructor(head: HeadShape) {
    this.#head = head;
  }

  distance(p: Vector): number {
    return this.#head.distance(p[0], p[1], p[2], false);
  }

  normal(p: Vector): Vector {
    const e = 0.05;
    const n: Vector = [
      this.distance([p[0] + e, p[1], p[2]]) - this.distance([p[0] - e, p[1], p[2]]),
      this.distance([p[0], p[1] + e, p[2]]) - this.distance([p[0], p[1] - e, p[2]]),
      this.distance([p[0], p[1], p[2] + e]) - this.distance([p[0], p[1], p[2] - e]),
    ];
    return unit(n);
  }

  /** Where a ray from the middle of the skull leaves the skin. */
  root(direction: Vector, from: Vector): Vector | undefined {
    let t = 16;
    for (let i = 0; i < 60; i++) {
      const p: Vector = [from[0] + direction[0] * t, from[1] + direction[1] * t, from[2] + direction[2] * t];
      const d = this.distance(p);
      if (d < 0.01) return p;
      t -= Math.max(0.01, d * 0.8);
      if (t < 1) return undefined;
    }
    return undefined;
  }

  /** Moves along the skin from `root` in steps of `flow`, at `height(t)` above it. */
  follow(
    root: Vector,
    points: number,
    lengthCm: number,
    flow: (p: Vector) => Vector,
    height: (t: number) => number,
  ): { path: Float64Array; out: Float64Array } {
    const path = new Float64Array(points * 3);
    const out = new Float64Array(points * 3);
    const step = lengthCm / (points - 1);
    let p: Vector = [...root];
    for (let i = 0; i < points; i++) {
      const n = this.normal(p);
      path.set(p, i * 3);
      out.set(n, i * 3);
      const f = flow(p);
      const along = f[0] * n[0] + f[1] * n[1] + f[2] * n[2];
      const t = unit([f[0] - n[0] * along, f[1] - n[1] * along, f[2] - n[2] * along]);
      p = [p[0] + t[0] * step, p[1] + t[1] * step, p[2] + t[2] * step];
      const lift = height((i + 1) / (points - 1)) - this.distance(p);
      const limit = step * 0.85;
      const move = clamp(lift, -limit, limit);
      p = [p[0] + n[0] * move, p[1] + n[1] * move, p[2] + n[2] * move];
    }
    return { path, out };
  }
}

export const unit = (v: Vector): Vector => {
  const l = 1 / (Math.hypot(...v) + 1e-9);
  return [v[0] * l, v[1] * l, v[2] * l];
};

export const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
export const cross = (a: Vector, b: Vector): Vector => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];

export const seedOf = (next: () => number): number => Math.floor(next() * 1e9);

/** Middle of the skull, from which roots are sown. */
export const SKULL: Vector = [0, 2, -7.5];
/** Evenly spread directions (Fibonacci), a little disturbed. */
function directions(count: number, next: () => number): Vector[] {
  return Array.from({ length: count }, (_, i) => {
    const y = 1 - (2 * (i + 0.5)) / count + (next() - 0.5) * (2 / Math.sqrt(count));
    const a = i * 2.399963 + (next() - 0.5) * 0.5;
    const r = Math.sqrt(Math.max(0, 1 - y * y));
    return unit([Math.cos(a) * r, y, Math.sin(a) * r]);
  });
}

export const groupOf = (z: number): HairGroup => (z < -10.5 ? 'back' : 'front');

interface Site {
  readonly root: Vector;
  readonly normal: Vector;
}

export function* sites(field: SkinField, count: number, from: Vector, grows: (p: Vector) => boolean, next: () => number): Generator<Site> {
  for (const direction of directions(count, next)) {
    const root = field.root(direction, from);
    if (root && grows(root)) yield { root, normal: field.normal(root) };
  }
}
