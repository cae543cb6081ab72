/** Scalar maths of the sculptor. Everything is deterministic: randomness is a hash of integers, never Math.random. */

export type Vec3 = readonly [number, number, number];

export const clamp = (x: number, low: number, high: number): number => Math.max(low, Math.min(x, high));
export const saturate = (x: number): number => clamp(x, 0, 1);
export const mix = (a: number, b: number, t: number): number => a + (b - a) * t;

/** Hermite step from 0 at `a` to 1 at `b`; `a` may lie above `b`. */
export function smoothstep(a: number, b: number, x: number): number {
  const t = saturate((x - a) / (b - a));
  return t * t * (3 - 2 * t);
}

/** Gaussian bump exp(-x²): 1 at 0, 0.37 at 1, gone at 2. */
export const bump = (x: number): number => Math.exp(-x * x);

/** Smooth minimum with cubic blend over the width `k` (Quilez). */
export function smin(a: number, b: number, k: number): number {
  const h = k - Math.abs(a - b);
  if (h <= 0) return Math.min(a, b);
  const t = h / k;
  return Math.min(a, b) - (t * t * t * k) / 6;
}

export const smax = (a: number, b: number, k: number): number => -smin(-a, -b, k);

/** Approximate signed distance to an axis-parallel ellipsoid at the origin. */
export function ellipsoid(x: number, y: number, z: number, rx: number, ry: number, rz: number): number {
  const ax = x / rx;
  const ay = y / ry;
  const az = z / rz;
  const k0 = Math.sqrt(ax * ax + ay * ay + az * az);
  const bx = ax / rx;
  const by = ay / ry;
  const bz = az / rz;
  const k1 = Math.sqrt(bx * bx + by * by + bz * bz);
  return (k0 * (k0 - 1)) / (k1 + 1e-6);
}

/** Signed distance to a rod from a (radius ra) to b (radius rb). */
export function rod(
  x: number,
  y: number,
  z: number,
  ax: number,
  ay: number,
  az: number,
  bx: number,
  by: number,
  bz: number,
  ra: number,
  rb: number,
): number {
  const ux = bx - ax;
  const uy = by - ay;
  const uz = bz - az;
  const px = x - ax;
  const py = y - ay;
  const pz = z - az;
  const h = saturate((px * ux + py * uy + pz * uz) / (ux * ux + uy * uy + uz * uz));
  const dx = px - ux * h;
  const dy = py - uy * h;
  const dz = pz - uz * h;
  return Math.sqrt(dx * dx + dy * dy + dz * dz) - mix(ra, rb, h);
}

function scramble(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

/** Uniform 0..1 from an integer key. */
export const random = (key: number): number => (scramble(key | 0) & 0xffffff) / 16777216;

/** A stream of uniform numbers from one seed. */
export function randomStream(seed: number): () => number {
  let key = scramble(seed + 0x9e3779b9) | 0;
  return () => {
    key = (key + 0x6d2b79f5) | 0;
    return random(key);
  };
}

const lattice = (x: number, y: number, z: number): number =>
  (scramble(Math.imul(x, 73856093) ^ Math.imul(y, 19349663) ^ Math.imul(z, 83492791)) & 0xffffff) / 16777216;

/** Value noise 0..1 on the unit lattice. */
export function noise(x: number, y: number, z: number): number {
  const X = Math.floor(x);
  const Y = Math.floor(y);
  const Z = Math.floor(z);
  let u = x - X;
  let v = y - Y;
  let w = z - Z;
  u = u * u * (3 - 2 * u);
  v = v * v * (3 - 2 * v);
  w = w * w * (3 - 2 * w);
  const near = mix(mix(lattice(X, Y, Z), lattice(X + 1, Y, Z), u), mix(lattice(X, Y + 1, Z), lattice(X + 1, Y + 1, Z), u), v);
  const far = mix(
    mix(lattice(X, Y, Z + 1), lattice(X + 1, Y, Z + 1), u),
    mix(lattice(X, Y + 1, Z + 1), lattice(X + 1, Y + 1, Z + 1), u),
    v,
  );
  return mix(near, far, w);
}

/** Three octaves of value noise, 0..1. */
export const fractal = (x: number, y: number, z: number): number =>
  (noise(x, y, z) * 0.5 + noise(x * 2.03, y * 2.03, z * 2.03) * 0.25 + noise(x * 4.1, y * 4.1, z * 4.1) * 0.125) / 0.875;

export function normalize(x: number, y: number, z: number): [number, number, number] {
  const s = 1 / (Math.sqrt(x * x + y * y + z * z) + 1e-12);
  return [x * s, y * s, z * s];
}
