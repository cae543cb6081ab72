import type { ParameterName } from '../../../server/face/parameters.ts';
import { ARKIT } from '../../../server/face/parameters.ts';
import { type Delta, gridMesh, type LayerDraft, type Vertex } from '../bake/layer.ts';
import type { Region } from '../render/job.ts';
import { AXIS_X as X, type Design, type Measures } from './design.ts';
import { skinAt, type Weights } from './motion.ts';
import type { Point } from './vector.ts';

/** A layer whose picture is still a drawing: `svg` in the coordinates of its region. */
export interface DrawnLayer extends Omit<LayerDraft, 'picture'> {
  readonly svg: string;
  /** Texels per unit of the region. */
  readonly scale: number;
}

const MOVED: readonly ParameterName[] = [...ARKIT, 'gazeX', 'gazeY'];

/** Depth (px towards the camera) of the face as an egg, and of the hair over it. */
export const faceDepth = (m: Measures, x: number, y: number): number =>
  24 + 228 * Math.sqrt(Math.max(0, 1 - ((x - X) / (m.cheek + 26)) ** 2 - ((y - 430) / 345) ** 2));
export const hairDepth = (m: Measures, x: number, y: number): number =>
  36 + 242 * Math.sqrt(Math.max(0, 1 - ((x - X) / (m.cheek + 72)) ** 2 - ((y - 430) / 420) ** 2));

/** A grid that rides on the skin. */
export function skinLayer(
  d: Design,
  id: string,
  svg: string,
  region: Region,
  cells: readonly [number, number],
  options: {
    readonly raise?: number;
    readonly scale?: number;
    readonly depth?: (x: number, y: number) => number;
    readonly only?: RegExp;
    readonly share?: number;
  } = {},
): DrawnLayer {
  const { raise = 0, scale = 1, depth = (x, y) => faceDepth(d.m, x, y), only, share = 1 } = options;
  const mesh = gridMesh(region, cells[0], cells[1], (x, y) => ({ depth: depth(x, y) + raise, follow: 1 }));
  const morphs: Partial<Record<ParameterName, readonly Delta[]>> = {};
  for (const name of ARKIT) {
    if (only && !only.test(name)) continue;
    morphs[name] = mesh.vertices.map((v): Delta => {
      const [dx, dy] = skinAt(d.m, { [name]: 1 }, v.x, v.y);
      return [dx * share, dy * share, 0];
    });
  }
  return { id, svg, region, scale, ...mesh, morphs };
}

/**
 * A ribbon across rows of points, drawn unrolled: `svg` has one unit per pixel of `width` x `height`, row k lies at
 * `levels[k]` of the height. Morphs come from evaluating `rows` with one weight at a time.
 */
export function ribbon(
  id: string,
  svg: string,
  size: readonly [number, number],
  scale: number,
  columns: readonly number[],
  levels: readonly number[],
  rows: (w: Weights, u: number) => readonly Point[],
  depth: (x: number, y: number) => number,
  extra: Partial<DrawnLayer> = {},
): DrawnLayer {
  const [width, height] = size;
  const at = (w: Weights): Point[] => {
    const grid = columns.map((u) => rows(w, u));
    return levels.flatMap((_, k) => grid.map((column) => column[k]!));
  };
  const rest = at({});
  const first = columns[0]!;
  const span = columns.at(-1)! - first;
  const vertices = rest.map(([x, y], i): Vertex => {
    const k = Math.floor(i / columns.length);
    const u = columns[i % columns.length]!;
    return { x, y, tx: ((u - first) / span) * width, ty: levels[k]! * height, depth: depth(x, y), follow: 1 };
  });
  const triangles: number[] = [];
  for (let k = 0; k + 1 < levels.length; k++) {
    for (let i = 0; i + 1 < columns.length; i++) {
      const a = k * columns.length + i;
      const b = a + columns.length;
      triangles.push(a, a + 1, b, a + 1, b + 1, b);
    }
  }
  const morphs: Partial<Record<ParameterName, readonly Delta[]>> = {};
  for (const name of MOVED) {
    const moved = at({ [name]: 1 });
    morphs[name] = moved.map(([x, y], i): Delta => [x - rest[i]![0], y - rest[i]![1], 0]);
  }
  return { id, svg, region: { x: 0, y: 0, width, height }, scale, vertices, triangles, morphs, ...extra };
}

/** `count` even steps, both ends included. */
export const steps = (from: number, to: number, count: number): number[] =>
  Array.from({ length: count + 1 }, (_, i) => from + ((to - from) * i) / count);
