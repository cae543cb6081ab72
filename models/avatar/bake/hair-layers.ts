import type { ParameterName } from '../../../server/face/parameters.ts';
import { CAMERA_CM, PX_PER_CM, projectX, projectY, rigDepth, unprojectX, unprojectY } from '../camera.ts';
import type { Scene } from '../geometry/scene.ts';
import { drawStrokes } from '../hair/draw.ts';
import { browStrokes, lashes, lashStrokes, skinDepth } from '../hair/face-hair.ts';
import type { Stroke } from '../hair/strands.ts';
import { smoothstep } from '../math.ts';
import type { Pose } from '../motion.ts';
import type { Person } from '../person.ts';
import type { Picture } from '../render/develop.ts';
import type { Region } from '../render/job.ts';
import { FACE_MORPHS } from './face-mesh.ts';
import { fillGaps } from './fill-gaps.ts';
import type { Exposure } from './film-cache.ts';
import { type Delta, gridMesh, type LayerDraft, type Vertex } from './layer.ts';

const CELL_PX = 24;

/** Mean depth of strokes in coarse cells, spread into empty cells from their neighbours. */
function depthMap(strokes: readonly Stroke[], region: Region): (x: number, y: number) => number {
  const columns = Math.ceil(region.width / CELL_PX) + 1;
  const rows = Math.ceil(region.height / CELL_PX) + 1;
  const sum = new Float64Array(columns * rows);
  const count = new Float64Array(columns * rows);
  for (const s of strokes) {
    const i = Math.floor((s.x0 - region.x) / CELL_PX);
    const j = Math.floor((s.y0 - region.y) / CELL_PX);
    if (i < 0 || j < 0 || i >= columns || j >= rows) continue;
    const weight = Math.exp(s.z * 0.6);
    sum[j * columns + i] = (sum[j * columns + i] ?? 0) + s.z * weight;
    count[j * columns + i] = (count[j * columns + i] ?? 0) + weight;
  }
  const cells = fillGaps(
    Array.from(sum, (v, k) => ((count[k] ?? 0) > 0 ? v / (count[k] ?? 1) : Number.NaN)),
    columns,
  );
  return (x, y) => {
    const u = Math.min(columns - 1.001, Math.max(0, (x - region.x) / CELL_PX - 0.5));
    const v = Math.min(rows - 1.001, Math.max(0, (y - region.y) / CELL_PX - 0.5));
    const i = Math.floor(u);
    const j = Math.floor(v);
    const at = (a: number, b: number): number => cells[Math.min(rows - 1, b) * columns + Math.min(columns - 1, a)] ?? -7;
    const top = at(i, j) * (1 - u + i) + at(i + 1, j) * (u - i);
    const bottom = at(i, j + 1) * (1 - u + i) + at(i + 1, j + 1) * (u - i);
    return top * (1 - v + j) + bottom * (v - j);
  };
}

const hairGrid = (region: Region): [number, number] => [Math.ceil(region.width / 34), Math.ceil(region.height / 34)];

/** Draws one group of head hair; `depth` holds the z (cm) of every vertex of its layer. */
export function exposeHair(strokes: Stroke[], region: Region, scale: number): Exposure {
  const depthAt = depthMap(strokes, region);
  const mesh = gridMesh(region, ...hairGrid(region), () => ({ depth: 0, follow: 1 }));
  return { picture: drawStrokes(strokes, region, scale), depth: Float32Array.from(mesh.vertices, (v) => depthAt(v.x, v.y)) };
}

/** The layer of one group; hair behind z = `nearest` is drawn as if it stood there. Ends that lie on the shoulders follow the head less. */
export function hairLayer(id: string, { picture, depth }: Exposure, region: Region, nearest = Number.NEGATIVE_INFINITY): LayerDraft {
  let i = 0;
  const mesh = gridMesh(region, ...hairGrid(region), (_, y) => {
    const z = Math.max(nearest, depth[i++] ?? 0);
    return { depth: rigDepth(z), follow: 1 - 0.42 * smoothstep(-6, -15.5, unprojectY(y, z)) };
  });
  return { id, picture, region, ...mesh, morphs: {} };
}

/** Displacement of free points on the skin under a pose; `side` -1 for those below the seam of the lips. */
export function skinDeltas(scene: Scene, vertices: readonly Vertex[], zOf: (v: Vertex) => number, pose: Pose, side: 1 | -1 = 1): Delta[] {
  const d = new Float64Array(3);
  return vertices.map((v) => {
    const z = zOf(v);
    scene.motion.displace(pose, unprojectX(v.x, z), unprojectY(v.y, z), z, side, true, d);
    const s = (PX_PER_CM * CAMERA_CM) / (CAMERA_CM - z);
    return [(d[0] ?? 0) * s, -(d[1] ?? 0) * s, (d[2] ?? 0) * PX_PER_CM];
  });
}

const BROW_MORPHS = FACE_MORPHS.filter((name) => /^(brow|noseSneer)/.test(name));

/** The two brows; they ride on the skin. */
export function browLayers(person: Person, scene: Scene): LayerDraft[] {
  return ([1, -1] as const).map((sign) => {
    const inner = scene.head.curves.brow(0);
    const x0 = projectX(sign * (inner.x - 0.5), 0);
    const x1 = projectX(sign * 6.1, 0);
    const region: Region = {
      x: Math.min(x0, x1),
      y: projectY(inner.y + 1.5, 0),
      width: Math.abs(x1 - x0),
      height: projectY(inner.y - 0.7, 0) - projectY(inner.y + 1.5, 0),
    };
    const picture = drawStrokes(browStrokes(person, scene, sign), region, 2);
    const z = (v: { x: number; y: number }): number => skinDepth(scene, v.x, v.y);
    const mesh = gridMesh(region, 9, 5, (x, y) => ({ depth: rigDepth(z({ x, y })), follow: 1 }));
    const morphs: Partial<Record<ParameterName, readonly Delta[]>> = {};
    for (const name of BROW_MORPHS) morphs[name] = skinDeltas(scene, mesh.vertices, z, { [name]: 1 });
    return { id: sign > 0 ? 'browLeft' : 'browRight', picture, region, ...mesh, morphs };
  });
}

/** How far a closed lid's lashes point down, relative to how far they point up when open. */
const LASH_TURN = -0.8;

/** Lashes of one eye: the upper ones turn over with the lid. */
export function lashLayers(person: Person, scene: Scene, sign: 1 | -1): LayerDraft[] {
  const c = scene.head.curves;
  const side = sign > 0 ? 'Left' : 'Right';
  const z = c.eyeZ + c.eyeRadius * 0.93;
  const x0 = projectX(sign * (c.eyeX - c.eyeHalfWidth * 1.1), z);
  const x1 = projectX(sign * (c.eyeX + c.eyeHalfWidth * 1.42), z);
  const local = (v: Vertex): [number, number] => [c.eyeU(unprojectX(v.x, z) * sign), unprojectY(v.y, z)];
  const box = (top: number, bottom: number): Region => ({
    x: Math.min(x0, x1),
    y: projectY(top, z),
    width: Math.abs(x1 - x0),
    height: projectY(bottom, z) - projectY(top, z),
  });
  const layer = (upper: boolean): LayerDraft => {
    const region = upper ? box(1.6, -0.3) : box(0.25, -1.1);
    const picture: Picture = drawStrokes(
      lashStrokes(lashes(person, scene, sign, upper), (upper ? 0.6 : 0.35) + 0.5 * person.skin.makeup),
      region,
      2,
    );
    const mesh = gridMesh(region, 16, 8, () => ({ depth: rigDepth(z + 0.4), follow: 1 }));
    const move = (dy: (u: number, y: number, open: number) => number): Delta[] =>
      mesh.vertices.map((v) => {
        const [u, y] = local(v);
        return [0, -dy(u, y, c.upperLid(u) - c.lowerLid(u)) * PX_PER_CM, 0];
      });
    const morphs: Partial<Record<ParameterName, readonly Delta[]>> = upper
      ? {
          [`eyeBlink${side}`]: move((u, y) => c.closedLid(u) - 0.03 + LASH_TURN * (y - c.upperLid(u)) - y),
          [`eyeWide${side}`]: move((_, __, open) => 0.17 * open),
          [`eyeSquint${side}`]: move((_, __, open) => -0.14 * open),
          [`eyeLookUp${side}`]: move((_, __, open) => 0.13 * open),
          [`eyeLookDown${side}`]: move((u, y, open) => -0.3 * open - 0.45 * Math.max(0, y - c.upperLid(u))),
          gazeY: move((u, y, open) => 0.215 * open + 0.2 * Math.max(0, y - c.upperLid(u))),
        }
      : {
          [`eyeBlink${side}`]: move((u) => c.closedLid(u) - c.lowerLid(u)),
          [`eyeSquint${side}`]: move((_, __, open) => 0.2 * open),
          [`eyeWide${side}`]: move((_, __, open) => -0.05 * open),
          gazeY: move((_, __, open) => 0.05 * open),
        };
    return { id: `lashes${upper ? 'Upper' : 'Lower'}${side}`, picture, region, ...mesh, morphs };
  };
  return [layer(false), layer(true)];
}
