import type { Texture } from './layer.ts';

/** Texels around each picture, filled with its edge against bleeding. */
const MARGIN = 3;
const LEAST_WIDTH = 1024;

export interface Atlas {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
  readonly places: readonly { readonly x: number; readonly y: number }[];
}

/** Packs textures on shelves, tallest first. */
export function packAtlas(textures: readonly Texture[]): Atlas {
  const area = textures.reduce((sum, t) => sum + (t.width + 2 * MARGIN) * (t.height + 2 * MARGIN), 0);
  const widest = Math.max(...textures.map((t) => t.width + 2 * MARGIN));
  const two = [...textures]
    .sort((a, b) => b.width - a.width)
    .slice(0, 2)
    .reduce((sum, t) => sum + t.width + 2 * MARGIN, 0);
  const width = Math.ceil(Math.max(LEAST_WIDTH, widest, area > 1.5e6 ? two : 0) / 4) * 4;
  const places = textures.map(() => ({ x: 0, y: 0 }));
  const shelves: { y: number; height: number; used: number }[] = [];
  let bottom = 0;
  const order = textures.map((_, i) => i).sort((a, b) => textures[b]!.height - textures[a]!.height);
  for (const i of order) {
    const w = textures[i]!.width + 2 * MARGIN;
    const h = textures[i]!.height + 2 * MARGIN;
    let shelf = shelves.find((s) => s.height >= h && s.used + w <= width);
    if (!shelf) {
      shelf = { y: bottom, height: h, used: 0 };
      shelves.push(shelf);
      bottom += h;
    }
    places[i] = { x: shelf.used + MARGIN, y: shelf.y + MARGIN };
    shelf.used += w;
  }
  const height = Math.max(16, Math.ceil(bottom / 4) * 4);
  const rgba = new Uint8Array(width * height * 4);
  textures.forEach((texture, n) => {
    copyInto(rgba, width, bled(texture), places[n]!);
  });
  return { width, height, rgba, places };
}

function copyInto(rgba: Uint8Array, atlasWidth: number, { width, height, data }: Texture, place: { x: number; y: number }): void {
  for (let y = -MARGIN; y < height + MARGIN; y++) {
    for (let x = -MARGIN; x < width + MARGIN; x++) {
      const from = (Math.min(height - 1, Math.max(0, y)) * width + Math.min(width - 1, Math.max(0, x))) * 4;
      const to = ((place.y + y) * atlasWidth + place.x + x) * 4;
      for (let c = 0; c < 4; c++) rgba[to + c] = Math.min(255, Math.max(0, data[from + c]! + 0.5));
    }
  }
}

/** Grows colour into clear texels, so that samples between them do not darken at an edge. */
function bled(texture: Texture): Texture {
  const { width, height } = texture;
  const data = texture.data.slice();
  const known = new Uint8Array(width * height);
  let edge: number[] = [];
  for (let i = 0; i < known.length; i++) if (data[i * 4 + 3]! > 1) known[i] = 1;
  for (let i = 0; i < known.length; i++) if (!known[i] && neighbours(i, width, height).some((j) => known[j])) edge.push(i);
  for (let step = 0; step < 4 && edge.length > 0; step++) {
    const next = new Set<number>();
    for (const i of edge) {
      const around = neighbours(i, width, height);
      const sources = around.filter((j) => known[j] === 1);
      for (let c = 0; c < 3; c++) data[i * 4 + c] = sources.reduce((sum, j) => sum + data[j * 4 + c]!, 0) / sources.length;
      for (const j of around) if (!known[j]) next.add(j);
    }
    for (const i of edge) known[i] = 1;
    edge = [...next].filter((i) => !known[i]);
  }
  return { width, height, data };
}

function neighbours(i: number, width: number, height: number): number[] {
  const x = i % width;
  const out: number[] = [];
  if (x > 0) out.push(i - 1);
  if (x < width - 1) out.push(i + 1);
  if (i >= width) out.push(i - width);
  if (i < width * (height - 1)) out.push(i + width);
  return out;
}
