import type { ParameterName } from '../../../server/face/parameters.ts';
import type { RigLayer, RigMorph } from '../../../server/face/rig.ts';
import type { Picture } from '../render/develop.ts';
import type { Region } from '../render/job.ts';
import type { Placement } from './atlas.ts';

/** One vertex of a layer before encoding: canvas position, where its texel lies (canvas px of the picture), depth px, follow. */
export interface Vertex {
  x: number;
  y: number;
  tx: number;
  ty: number;
  depth: number;
  follow: number;
}

/** Displacement of one vertex at weight 1: canvas px and depth px. */
export type Delta = readonly [number, number, number];

/** A layer before the atlas is packed. */
export interface LayerDraft {
  readonly id: string;
  readonly picture: Picture;
  /** What part of the canvas the picture shows; texels per canvas px follow from its width. */
  readonly region: Region;
  readonly vertices: readonly Vertex[];
  readonly triangles: readonly number[];
  readonly morphs: Partial<Record<ParameterName, readonly Delta[]>>;
  readonly opaque?: boolean;
  readonly mask?: string;
  readonly opacity?: RigLayer['opacity'];
}

const base64 = (view: Float32Array | Uint16Array): string => Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString('base64');

/** Displacements smaller than this (px) are left out. */
const NEGLIGIBLE_PX = 0.1;

function encodeMorph(deltas: readonly Delta[]): RigMorph | undefined {
  const vertices: number[] = [];
  const values: number[] = [];
  deltas.forEach((delta, i) => {
    if (Math.max(Math.abs(delta[0]), Math.abs(delta[1]), Math.abs(delta[2])) < NEGLIGIBLE_PX) return;
    vertices.push(i);
    values.push(Math.round(delta[0] * 64) / 64, Math.round(delta[1] * 64) / 64, Math.round(delta[2] * 16) / 16);
  });
  if (vertices.length === 0) return undefined;
  return { vertices: base64(Uint16Array.from(vertices)), deltas: base64(Float32Array.from(values)) };
}

export function encodeLayer(draft: LayerDraft, place: Placement): RigLayer {
  const scaleX = draft.picture.width / draft.region.width;
  const scaleY = draft.picture.height / draft.region.height;
  const flat: number[] = [];
  for (const v of draft.vertices) {
    flat.push(v.x, v.y, place.x + (v.tx - draft.region.x) * scaleX, place.y + (v.ty - draft.region.y) * scaleY);
  }
  const morphs: Partial<Record<ParameterName, RigMorph>> = {};
  for (const [name, deltas] of Object.entries(draft.morphs)) {
    const morph = encodeMorph(deltas);
    if (morph) morphs[name as ParameterName] = morph;
  }
  return {
    id: draft.id,
    ...(draft.opaque ? { opaque: true } : {}),
    ...(draft.mask ? { mask: draft.mask } : {}),
    ...(draft.opacity ? { opacity: draft.opacity } : {}),
    mesh: {
      vertices: base64(Float32Array.from(flat)),
      indices: base64(Uint16Array.from(draft.triangles)),
      depth: base64(Float32Array.from(draft.vertices, (v) => v.depth)),
      follow: base64(Float32Array.from(draft.vertices, (v) => v.follow)),
    },
    morphs,
  };
}

/** Regular grid over a region. `place` gives depth and follow of a canvas point. */
export function gridMesh(
  region: Region,
  columns: number,
  rows: number,
  place: (x: number, y: number) => { depth: number; follow: number },
): { vertices: Vertex[]; triangles: number[] } {
  const vertices: Vertex[] = [];
  const triangles: number[] = [];
  for (let r = 0; r <= rows; r++) {
    for (let c = 0; c <= columns; c++) {
      const x = region.x + (region.width * c) / columns;
      const y = region.y + (region.height * r) / rows;
      vertices.push({ x, y, tx: x, ty: y, ...place(x, y) });
      if (r === rows || c === columns) continue;
      const i = r * (columns + 1) + c;
      triangles.push(i, i + 1, i + columns + 1, i + 1, i + columns + 2, i + columns + 1);
    }
  }
  return { vertices, triangles };
}

/** Drops triangles whose texels are all clear, then vertices that no triangle uses. */
export function trim(draft: LayerDraft): LayerDraft {
  const { picture, region } = draft;
  const scaleX = picture.width / region.width;
  const scaleY = picture.height / region.height;
  const triangles: number[] = [];
  for (let t = 0; t < draft.triangles.length; t += 3) {
    const corners = [0, 1, 2].map((k) => draft.vertices[draft.triangles[t + k] ?? 0]);
    const xs = corners.map((v) => ((v?.tx ?? 0) - region.x) * scaleX);
    const ys = corners.map((v) => ((v?.ty ?? 0) - region.y) * scaleY);
    const x0 = Math.max(0, Math.floor(Math.min(...xs)) - 1);
    const x1 = Math.min(picture.width - 1, Math.ceil(Math.max(...xs)) + 1);
    const y0 = Math.max(0, Math.floor(Math.min(...ys)) - 1);
    const y1 = Math.min(picture.height - 1, Math.ceil(Math.max(...ys)) + 1);
    let visible = false;
    for (let y = y0; y <= y1 && !visible; y++) {
      for (let x = x0; x <= x1 && !visible; x++) visible = (picture.rgba[(y * picture.width + x) * 4 + 3] ?? 0) > 0.004;
    }
    if (visible) triangles.push(...draft.triangles.slice(t, t + 3));
  }
  const renumber = new Map<number, number>();
  const vertices: Vertex[] = [];
  const kept: number[] = [];
  const compact = triangles.map((i) => {
    let n = renumber.get(i);
    if (n === undefined) {
      n = vertices.length;
      renumber.set(i, n);
      const v = draft.vertices[i];
      if (v) vertices.push(v);
      kept.push(i);
    }
    return n;
  });
  const morphs: Partial<Record<ParameterName, readonly Delta[]>> = {};
  for (const [name, deltas] of Object.entries(draft.morphs)) {
    morphs[name as ParameterName] = kept.map((i) => deltas[i] ?? [0, 0, 0]);
  }
  return { ...draft, vertices, triangles: compact, morphs };
}
