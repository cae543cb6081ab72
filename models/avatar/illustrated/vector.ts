/** Paths as an illustrator draws them: smooth outlines and tapered strokes, as SVG path data. */

export type Point = readonly [number, number];

const n = (v: number): string => String(Math.round(v * 10) / 10);
const pair = ([x, y]: Point): string => `${n(x)} ${n(y)}`;

/** Smooth curve through all points (Catmull-Rom as Béziers). */
export function spline(points: readonly Point[], closed = false, tension = 1): string {
  const count = points.length;
  const at = (i: number): Point => (closed ? points[(i + count) % count]! : points[Math.min(count - 1, Math.max(0, i))]!);
  let path = `M${pair(at(0))}`;
  for (let i = 0; i < (closed ? count : count - 1); i++) {
    const [a, b, c, d] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    const k = tension / 6;
    const first: Point = [b[0] + (c[0] - a[0]) * k, b[1] + (c[1] - a[1]) * k];
    const second: Point = [c[0] - (d[0] - b[0]) * k, c[1] - (d[1] - b[1]) * k];
    path += `C${pair(first)} ${pair(second)} ${pair(c)}`;
  }
  return closed ? `${path}Z` : path;
}

/** Closed outline from its right half (top to bottom), mirrored about x = `axis`. */
export const mirrored = (right: readonly Point[], axis: number): Point[] => [
  ...right,
  ...right
    .slice(1, -1)
    .reverse()
    .map(([x, y]): Point => [2 * axis - x, y]),
];

/** Point at `t` (0..1) of the smooth curve through evenly spaced points. */
export function along(points: readonly Point[], t: number): Point {
  const last = points.length - 1;
  const at = Math.min(Math.max(t, 0), 1) * last;
  const k = Math.min(last - 1, Math.floor(at));
  const f = at - k;
  const [a, b, c, d] = [points[Math.max(0, k - 1)]!, points[k]!, points[k + 1]!, points[Math.min(last, k + 2)]!];
  return [catmull(a[0], b[0], c[0], d[0], f), catmull(a[1], b[1], c[1], d[1], f)];
}

const catmull = (p: number, q: number, r: number, s: number, f: number): number =>
  q + 0.5 * f * (r - p + f * (2 * p - 5 * q + 4 * r - s + f * (3 * (q - r) + s - p)));

export const sample = (points: readonly Point[], count: number, from = 0, to = 1): Point[] =>
  Array.from({ length: count }, (_, i) => along(points, from + ((to - from) * i) / (count - 1)));

/** A stroke whose width (px) changes along it: 0 at the ends makes it a brush stroke. */
export function brush(line: readonly Point[], width: (t: number) => number): string {
  const left: Point[] = [];
  const right: Point[] = [];
  const last = line.length - 1;
  for (let i = 0; i <= last; i++) {
    const a = line[Math.max(0, i - 1)]!;
    const b = line[Math.min(last, i + 1)]!;
    const l = Math.hypot(b[0] - a[0], b[1] - a[1]) || 1;
    const half = width(i / last) / 2;
    const nx = (-(b[1] - a[1]) / l) * half;
    const ny = ((b[0] - a[0]) / l) * half;
    const [x, y] = line[i]!;
    left.push([x + nx, y + ny]);
    right.push([x - nx, y - ny]);
  }
  return `${spline(left)}L${pair(right[last]!)}${spline(right.reverse()).slice(`M${pair(right[0]!)}`.length)}Z`;
}

/** Widest in the middle, pointed at both ends. */
export const tapered =
  (width: number, power = 0.7) =>
  (t: number): number =>
    width * Math.sin(Math.PI * t) ** power;

/** Thick at the start, pointed at the end. */
export const tail =
  (width: number) =>
  (t: number): number =>
    width * Math.min(1, (1 - t) * 1.6) ** 0.8 * Math.min(1, 0.35 + t * 4);

export const fill = (path: string, colour: string, opacity = 1, extra = ''): string =>
  `<path d="${path}" fill="${colour}"${opacity < 1 ? ` fill-opacity="${opacity.toFixed(3)}"` : ''}${extra ? ` ${extra}` : ''}/>`;

/** A line between guide lines of as many points each: 0 is the first guide, 1 the last; smooth across them. */
export function between(guides: readonly (readonly Point[])[], t: number): Point[] {
  const points = guides[0]!.length;
  return Array.from({ length: points }, (_, i) =>
    along(
      guides.map((guide) => guide[i]!),
      t,
    ),
  );
}
