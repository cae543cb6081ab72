import { blueOf, lumaOf, redOf } from './colour.ts';

/** A decoded picture with straight alpha, four bytes per pixel. */
export interface RgbaImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/**
 * An atlas as the rasteriser wants it: colour as limited-range YUV times alpha, two bytes per texel.
 * `luma` [Y*a, a] at width x height; `chroma` [U*a, V*a] and `alpha` [a, 0] at half of it. Width and height are even.
 */
export interface AtlasPlanes {
  readonly width: number;
  readonly height: number;
  readonly luma: Uint8Array;
  readonly chroma: Uint8Array;
  readonly alpha: Uint8Array;
}

export const planeSize = (atlas: { width: number; height: number }, scale: number) => ({
  width: Math.max(4, 2 * Math.round((atlas.width * scale) / 2)),
  height: Math.max(4, 2 * Math.round((atlas.height * scale) / 2)),
});

/**
 * Reduces the atlas by `scale` (<= 1) with an area filter, so that a face drawn smaller than its canvas does not alias,
 * and converts it. Filters premultiplied colour: what is invisible must not bleed into what is seen.
 */
export function atlasPlanes(atlas: RgbaImage, scale: number): AtlasPlanes {
  const { width, height } = planeSize(atlas, Math.min(1, scale));
  const planes = {
    width,
    height,
    luma: new Uint8Array(width * height * 2),
    chroma: new Uint8Array((width * height) / 2),
    alpha: new Uint8Array((width * height) / 2),
  };
  const upper = new Float32Array(width * 4);
  reduceRows(atlas, planes, (row, y) => {
    writeLuma(row, planes.luma, y * width * 2);
    if (y & 1) writeChroma(upper, row, planes.chroma, planes.alpha, (y >> 1) * width);
    else upper.set(row);
  });
  return planes;
}

/** The reduced atlas as premultiplied colour, for rasterisers that convert the finished picture instead of the texels. */
export function premultipliedAtlas(atlas: RgbaImage, scale: number): RgbaImage {
  const { width, height } = planeSize(atlas, Math.min(1, scale));
  const data = new Uint8Array(width * height * 4);
  reduceRows(atlas, { width, height }, (row, y) => {
    for (let i = 0, o = y * width * 4; i < row.length; i++, o++) {
      const value = row[i] as number;
      data[o] = Math.round((i & 3) === 3 ? value * 255 : value);
    }
  });
  return { width, height, data };
}

/** Visits the rows of the reduced atlas, from the top: premultiplied colour, 0..255 times alpha, and alpha 0..1. The row is reused. */
function reduceRows(atlas: RgbaImage, size: { width: number; height: number }, visit: (row: Float32Array, y: number) => void): void {
  const columns = areaWeights(atlas.width, size.width);
  const rows = areaWeights(atlas.height, size.height);
  const source = new Float32Array(size.width * 4);
  const row = new Float32Array(size.width * 4);
  let loaded = -1;
  for (let y = 0; y < size.height; y++) {
    row.fill(0);
    const end = rows.start[y + 1] as number;
    for (let k = rows.start[y] as number, line = rows.first[y] as number; k < end; k++, line++) {
      if (line !== loaded) filterRow(atlas, line, columns, source);
      loaded = line;
      const weight = rows.weights[k] as number;
      for (let i = 0; i < row.length; i++) row[i] = (row[i] as number) + (source[i] as number) * weight;
    }
    visit(row, y);
  }
}

interface AreaWeights {
  /** First source index of each target. */
  readonly first: Int32Array;
  /** Where each target's weights start; one more at the end. */
  readonly start: Int32Array;
  readonly weights: Float32Array;
}

/** Shares of the source pixels that each target pixel covers; they sum to 1. */
function areaWeights(from: number, to: number): AreaWeights {
  const first = new Int32Array(to);
  const start = new Int32Array(to + 1);
  const weights: number[] = [];
  const ratio = from / to;
  for (let i = 0; i < to; i++) {
    const low = i * ratio;
    const high = Math.min(from, (i + 1) * ratio);
    first[i] = Math.floor(low);
    start[i] = weights.length;
    for (let k = Math.floor(low); k < high - 1e-9; k++) weights.push((Math.min(high, k + 1) - Math.max(low, k)) / (high - low));
  }
  start[to] = weights.length;
  return { first, start, weights: Float32Array.from(weights) };
}

/** One source row, premultiplied (0..255 times alpha 0..1) and filtered horizontally. */
function filterRow(atlas: RgbaImage, line: number, columns: AreaWeights, out: Float32Array): void {
  const { data } = atlas;
  const base = line * atlas.width * 4;
  for (let x = 0, o = 0; o < out.length; x++, o += 4) {
    let r = 0;
    let g = 0;
    let b = 0;
    let a = 0;
    const end = columns.start[x + 1] as number;
    for (let k = columns.start[x] as number, i = base + (columns.first[x] as number) * 4; k < end; k++, i += 4) {
      const share = (columns.weights[k] as number) * ((data[i + 3] as number) / 255);
      r += (data[i] as number) * share;
      g += (data[i + 1] as number) * share;
      b += (data[i + 2] as number) * share;
      a += share;
    }
    out[o] = r;
    out[o + 1] = g;
    out[o + 2] = b;
    out[o + 3] = a;
  }
}

function writeLuma(row: Float32Array, luma: Uint8Array, at: number): void {
  for (let i = 0, o = at; i < row.length; i += 4, o += 2) {
    const a = row[i + 3] as number;
    // The matrix is linear but for its offset, and the offset is premultiplied with the rest.
    luma[o] = Math.round(lumaOf(row[i] as number, row[i + 1] as number, row[i + 2] as number) - 16 + 16 * a);
    luma[o + 1] = Math.round(a * 255);
  }
}

function writeChroma(upper: Float32Array, lower: Float32Array, chroma: Uint8Array, alpha: Uint8Array, at: number): void {
  for (let i = 0, o = at; i < upper.length; i += 8, o += 2) {
    const mean = (c: number) =>
      ((upper[i + c] as number) + (upper[i + c + 4] as number) + (lower[i + c] as number) + (lower[i + c + 4] as number)) / 4;
    const r = mean(0);
    const g = mean(1);
    const b = mean(2);
    const a = mean(3);
    chroma[o] = Math.round(blueOf(r, g, b) - 128 + 128 * a);
    chroma[o + 1] = Math.round(redOf(r, g, b) - 128 + 128 * a);
    alpha[o] = Math.round(a * 255);
  }
}

export const INVISIBLE = 0;
export const OPAQUE = 1;
export const BLENDED = 2;

/**
 * What a triangle's texels need: nothing, a plain copy, or a blend. Looked up in summed-area tables of the alpha, over
 * the triangle's box and the neighbours that the bilinear taps of the luma and the half-size chroma plane reach.
 */
export class AlphaIndex {
  readonly #width: number;
  readonly #height: number;
  readonly #solid: Uint32Array;
  readonly #clear: Uint32Array;

  constructor(planes: AtlasPlanes) {
    const { width, height, luma } = planes;
    this.#width = width;
    this.#height = height;
    this.#solid = new Uint32Array((width + 1) * (height + 1));
    this.#clear = new Uint32Array((width + 1) * (height + 1));
    for (let y = 0; y < height; y++) {
      let solid = 0;
      let clear = 0;
      for (let x = 0; x < width; x++) {
        const alpha = luma[(y * width + x) * 2 + 1] as number;
        if (alpha === 255) solid++;
        else if (alpha === 0) clear++;
        const below = (y + 1) * (width + 1) + x + 1;
        this.#solid[below] = (this.#solid[below - width - 1] as number) + solid;
        this.#clear[below] = (this.#clear[below - width - 1] as number) + clear;
      }
    }
  }

  /** Texel coordinates of a triangle's box in the planes. */
  kind(minU: number, minV: number, maxU: number, maxV: number): number {
    const clamp = (value: number, max: number) => Math.min(max, Math.max(0, value));
    const x0 = clamp(2 * Math.floor((minU - 2) / 2), this.#width - 1);
    const y0 = clamp(2 * Math.floor((minV - 2) / 2), this.#height - 1);
    const x1 = clamp(2 * Math.ceil((maxU + 2) / 2), this.#width);
    const y1 = clamp(2 * Math.ceil((maxV + 2) / 2), this.#height);
    const area = (x1 - x0) * (y1 - y0);
    if (this.#count(this.#solid, x0, y0, x1, y1) === area) return OPAQUE;
    return this.#count(this.#clear, x0, y0, x1, y1) === area ? INVISIBLE : BLENDED;
  }

  #count(table: Uint32Array, x0: number, y0: number, x1: number, y1: number): number {
    const at = (x: number, y: number) => table[y * (this.#width + 1) + x] as number;
    return at(x1, y1) - at(x0, y1) - at(x1, y0) + at(x0, y0);
  }
}
