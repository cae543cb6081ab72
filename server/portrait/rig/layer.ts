import type { ParameterName } from '../../face/parameters.ts';
import type { RigLayer, RigMorph } from '../../face/rig.ts';

/** Straight alpha: red, green, blue and alpha of each texel, 0..255. */
export interface Texture {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** What part of the frame a texture shows: pixel (x, y) of the frame has its centre there, its corner half a pixel before. */
export interface TextureRegion {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Displacements of a layer's vertices at weight 1, frame pixels. */
export interface Morph {
  readonly dx: ArrayLike<number>;
  readonly dy: ArrayLike<number>;
  readonly dz: ArrayLike<number>;
}

/** A layer before the atlas is packed; everything in frame pixels, `tx` and `ty` say where in the texture's region a vertex's texel lies. */
export interface LayerDraft {
  readonly id: string;
  readonly texture: Texture;
  readonly region: TextureRegion;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly tx: ArrayLike<number>;
  readonly ty: ArrayLike<number>;
  readonly depth: ArrayLike<number>;
  readonly follow: ArrayLike<number>;
  readonly triangles: ArrayLike<number>;
  readonly morphs: Partial<Record<ParameterName, Morph>>;
  readonly opaque?: boolean;
  readonly opacity?: NonNullable<RigLayer['opacity']>;
}

export const createTexture = (width: number, height: number): Texture => ({ width, height, data: new Float32Array(width * height * 4) });

/** A texture of `scale` texels per frame pixel, painted texel by texel: `paint` leaves red, green, blue (0..255) and alpha (0..1). */
export function paintTexture(region: TextureRegion, scale: number, paint: (x: number, y: number, out: Float64Array) => void): Texture {
  const texture = createTexture(Math.max(1, Math.round(region.width * scale)), Math.max(1, Math.round(region.height * scale)));
  const out = new Float64Array(4);
  for (let j = 0, o = 0; j < texture.height; j++) {
    for (let i = 0; i < texture.width; i++, o += 4) {
      out.fill(0);
      paint(region.x + (i + 0.5) / scale, region.y + (j + 0.5) / scale, out);
      texture.data[o] = out[0]!;
      texture.data[o + 1] = out[1]!;
      texture.data[o + 2] = out[2]!;
      texture.data[o + 3] = 255 * Math.min(1, Math.max(0, out[3]!));
    }
  }
  return texture;
}

export interface Grid {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly triangles: Uint32Array;
}

/** A regular grid over a region. */
export function gridOver(region: TextureRegion, columns: number, rows: number): Grid {
  const count = (columns + 1) * (rows + 1);
  const x = new Float64Array(count);
  const y = new Float64Array(count);
  const triangles: number[] = [];
  for (let r = 0, i = 0; r <= rows; r++) {
    for (let c = 0; c <= columns; c++, i++) {
      x[i] = region.x + (region.width * c) / columns;
      y[i] = region.y + (region.height * r) / rows;
      if (r < rows && c < columns) triangles.push(i, i + 1, i + columns + 1, i + 1, i + columns + 2, i + columns + 1);
    }
  }
  return { x, y, triangles: Uint32Array.from(triangles) };
}

/** The same displacement, or one by place, for every vertex. */
export const morphBy = (
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  move: (x: number, y: number, i: number) => readonly [dx: number, dy: number, dz?: number],
): Morph => {
  const n = x.length;
  const morph = { dx: new Float64Array(n), dy: new Float64Array(n), dz: new Float64Array(n) };
  for (let i = 0; i < n; i++) {
    const [dx, dy, dz = 0] = move(x[i]!, y[i]!, i);
    morph.dx[i] = dx;
    morph.dy[i] = dy;
    morph.dz[i] = dz;
  }
  return morph;
};

/** Drops triangles that show nothing, then vertices that no triangle uses. */
export function trimmed(draft: LayerDraft): LayerDraft {
  const { texture, region, tx, ty } = draft;
  const scaleX = texture.width / region.width;
  const scaleY = texture.height / region.height;
  const sums = summedAlpha(texture);
  const triangles: number[] = [];
  for (let t = 0; t < draft.triangles.length; t += 3) {
    const corners = [draft.triangles[t]!, draft.triangles[t + 1]!, draft.triangles[t + 2]!];
    const us = corners.map((v) => (tx[v]! - region.x) * scaleX);
    const vs = corners.map((v) => (ty[v]! - region.y) * scaleY);
    if (sums(Math.min(...us) - 1, Math.min(...vs) - 1, Math.max(...us) + 1, Math.max(...vs) + 1) > 0.5) triangles.push(...corners);
  }
  const kept = [...new Set(triangles)].sort((a, b) => a - b);
  const numberOf = new Map(kept.map((vertex, n) => [vertex, n]));
  const pick = (values: ArrayLike<number>) => Float64Array.from(kept, (i) => values[i]!);
  return {
    ...draft,
    x: pick(draft.x),
    y: pick(draft.y),
    tx: pick(tx),
    ty: pick(ty),
    depth: pick(draft.depth),
    follow: pick(draft.follow),
    triangles: triangles.map((i) => numberOf.get(i)!),
    morphs: Object.fromEntries(
      Object.entries(draft.morphs).map(([name, { dx, dy, dz }]) => [name, { dx: pick(dx), dy: pick(dy), dz: pick(dz) }]),
    ),
  };
}

/** Sum of alpha over rectangles of texels, from a table of sums. */
function summedAlpha({ width, height, data }: Texture): (x0: number, y0: number, x1: number, y1: number) => number {
  const table = new Float64Array((width + 1) * (height + 1));
  for (let y = 0; y < height; y++) {
    let row = 0;
    for (let x = 0; x < width; x++) {
      row += data[(y * width + x) * 4 + 3]!;
      table[(y + 1) * (width + 1) + x + 1] = table[y * (width + 1) + x + 1]! + row;
    }
  }
  const within = (value: number, most: number) => Math.min(most, Math.max(0, value));
  return (x0, y0, x1, y1) => {
    const [l, t, r, b] = [
      within(Math.floor(x0), width),
      within(Math.floor(y0), height),
      within(Math.ceil(x1), width),
      within(Math.ceil(y1), height),
    ];
    const at = (x: number, y: number) => table[y * (width + 1) + x]!;
    return at(r, b) - at(l, b) - at(r, t) + at(l, t);
  };
}

/** Cuts off what no triangle of the layer shows. */
export function cropped(draft: LayerDraft): LayerDraft {
  const { texture, region } = draft;
  const scaleX = texture.width / region.width;
  const scaleY = texture.height / region.height;
  const us = Array.from(draft.tx, (x) => (x - region.x) * scaleX);
  const vs = Array.from(draft.ty, (y) => (y - region.y) * scaleY);
  if (us.length === 0) return draft;
  const least = (values: number[]) => Math.max(0, Math.floor(values.reduce((a, b) => Math.min(a, b))) - 2);
  const most = (values: number[], size: number) => Math.min(size, Math.ceil(values.reduce((a, b) => Math.max(a, b))) + 2);
  const [left, top] = [least(us), least(vs)];
  const width = most(us, texture.width) - left;
  const height = most(vs, texture.height) - top;
  const out = createTexture(width, height);
  for (let y = 0; y < height; y++) {
    const from = ((y + top) * texture.width + left) * 4;
    out.data.set(texture.data.subarray(from, from + width * 4), y * width * 4);
  }
  return {
    ...draft,
    texture: out,
    region: { x: region.x + left / scaleX, y: region.y + top / scaleY, width: width / scaleX, height: height / scaleY },
  };
}

const base64 = (view: Float32Array | Uint16Array): string => Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString('base64');

/** Displacements smaller than this are left out. */
const NEGLIGIBLE_PX = 0.06;

function encodeMorph({ dx, dy, dz }: Morph): RigMorph | undefined {
  const vertices: number[] = [];
  const deltas: number[] = [];
  for (let i = 0; i < dx.length; i++) {
    if (Math.max(Math.abs(dx[i]!), Math.abs(dy[i]!), Math.abs(dz[i]!)) < NEGLIGIBLE_PX) continue;
    vertices.push(i);
    deltas.push(Math.round(dx[i]! * 64) / 64, Math.round(dy[i]! * 64) / 64, Math.round(dz[i]! * 16) / 16);
  }
  return vertices.length === 0 ? undefined : { vertices: base64(Uint16Array.from(vertices)), deltas: base64(Float32Array.from(deltas)) };
}

/** The layer as the rig file holds it; `shift` takes frame to canvas pixels, `place` is where its texture lies in the atlas. */
export function encodeLayer(draft: LayerDraft, shift: number, place: { readonly x: number; readonly y: number }): RigLayer {
  const { texture, region } = draft;
  const scaleX = texture.width / region.width;
  const scaleY = texture.height / region.height;
  const vertices = new Float32Array(draft.x.length * 4);
  for (let i = 0; i < draft.x.length; i++) {
    vertices[i * 4] = draft.x[i]! + shift;
    vertices[i * 4 + 1] = draft.y[i]! + shift;
    vertices[i * 4 + 2] = place.x + (draft.tx[i]! - region.x) * scaleX;
    vertices[i * 4 + 3] = place.y + (draft.ty[i]! - region.y) * scaleY;
  }
  const morphs: Partial<Record<ParameterName, RigMorph>> = {};
  for (const [name, morph] of Object.entries(draft.morphs)) {
    const encoded = encodeMorph(morph);
    if (encoded) morphs[name as ParameterName] = encoded;
  }
  return {
    id: draft.id,
    ...(draft.opaque ? { opaque: true } : {}),
    ...(draft.opacity ? { opacity: draft.opacity } : {}),
    mesh: {
      vertices: base64(vertices),
      indices: base64(Uint16Array.from(draft.triangles)),
      depth: base64(Float32Array.from(draft.depth)),
      follow: base64(Float32Array.from(draft.follow)),
    },
    morphs,
  };
}
