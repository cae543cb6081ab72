import type { Picture } from '../render/develop.ts';
import { toneMap } from '../render/develop.ts';

/** Where a picture lies in the atlas, texels. */
export interface Placement {
  readonly x: number;
  readonly y: number;
}

/** Clear texels around each picture, filled with its edge colours against bleeding. */
const MARGIN = 3;

/** Shelf packing, tallest first. Throws when the pictures don't fit the side. */
export function pack(pictures: readonly Picture[], side: number): { places: Placement[]; height: number } {
  const order = pictures.map((_, i) => i).sort((a, b) => (pictures[b]?.height ?? 0) - (pictures[a]?.height ?? 0));
  const places: Placement[] = pictures.map(() => ({ x: 0, y: 0 }));
  const shelves: { y: number; height: number; used: number }[] = [];
  let bottom = 0;
  for (const i of order) {
    const picture = pictures[i];
    if (!picture) continue;
    const w = picture.width + 2 * MARGIN;
    const h = picture.height + 2 * MARGIN;
    let shelf = shelves.find((s) => s.height >= h && s.used + w <= side);
    if (!shelf) {
      shelf = { y: bottom, height: h, used: 0 };
      shelves.push(shelf);
      bottom += h;
    }
    places[i] = { x: shelf.used + MARGIN, y: shelf.y + MARGIN };
    shelf.used += w;
  }
  if (bottom > side) throw new Error(`atlas overflow: ${bottom} rows of ${side}`);
  return { places, height: Math.ceil(bottom / 4) * 4 };
}

/** Grows colour outwards into clear texels so that bilinear samples at an edge see no black. */
function bleed(picture: Picture): Float32Array {
  const { width, height } = picture;
  const rgba = picture.rgba.slice();
  let frontier: number[] = [];
  const known = new Uint8Array(width * height);
  for (let i = 0; i < known.length; i++) if ((rgba[i * 4 + 3] ?? 0) > 0.004) known[i] = 1;
  for (let step = 0; step < 6; step++) {
    frontier = [];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const i = y * width + x;
        if (known[i]) continue;
        let r = 0;
        let g = 0;
        let b = 0;
        let n = 0;
        for (let dy = -1; dy <= 1; dy++) {
          for (let dx = -1; dx <= 1; dx++) {
            const X = x + dx;
            const Y = y + dy;
            if (X < 0 || Y < 0 || X >= width || Y >= height || !known[Y * width + X]) continue;
            const k = (Y * width + X) * 4;
            r += rgba[k] ?? 0;
            g += rgba[k + 1] ?? 0;
            b += rgba[k + 2] ?? 0;
            n++;
          }
        }
        if (n === 0) continue;
        rgba[i * 4] = r / n;
        rgba[i * 4 + 1] = g / n;
        rgba[i * 4 + 2] = b / n;
        frontier.push(i);
      }
    }
    for (const i of frontier) known[i] = 1;
    if (frontier.length === 0) break;
  }
  return rgba;
}

/** Tone-maps every picture into one straight-alpha RGBA image. */
export function compose(
  pictures: readonly Picture[],
  places: readonly Placement[],
  side: number,
  height: number,
  exposure: number,
): Uint8ClampedArray {
  const out = new Uint8ClampedArray(side * height * 4);
  pictures.forEach((picture, n) => {
    const place = places[n] ?? { x: 0, y: 0 };
    const rgba = bleed(picture);
    for (let y = -MARGIN; y < picture.height + MARGIN; y++) {
      for (let x = -MARGIN; x < picture.width + MARGIN; x++) {
        const X = place.x + x;
        const Y = place.y + y;
        if (X < 0 || Y < 0 || X >= side || Y >= height) continue;
        const sx = Math.min(picture.width - 1, Math.max(0, x));
        const sy = Math.min(picture.height - 1, Math.max(0, y));
        const k = (sy * picture.width + sx) * 4;
        const o = (Y * side + X) * 4;
        for (let c = 0; c < 3; c++) out[o + c] = toneMap(rgba[k + c] ?? 0, exposure) * 255 + 0.5;
        out[o + 3] = (rgba[k + 3] ?? 0) * 255 + 0.5;
      }
    }
  });
  return out;
}
