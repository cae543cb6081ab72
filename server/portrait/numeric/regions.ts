import { createPlane, type Plane } from './plane.ts';

/** A set of pixels: 1 inside, 0 outside. */
export interface Region {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

export function regionOf(plane: Plane, inside: (value: number, index: number) => boolean): Region {
  const data = new Uint8Array(plane.data.length);
  for (let i = 0; i < data.length; i++) data[i] = inside(plane.data[i]!, i) ? 1 : 0;
  return { width: plane.width, height: plane.height, data };
}

/** The part of a region that hangs together with (x, y); empty when that pixel lies outside. Four neighbours. */
export function componentAt(region: Region, x: number, y: number): Region {
  const { width, height, data } = region;
  const out = new Uint8Array(data.length);
  const start = Math.round(y) * width + Math.round(x);
  if (!data[start]) return { width, height, data: out };
  const stack = [start];
  out[start] = 1;
  while (stack.length > 0) {
    const i = stack.pop()!;
    const px = i % width;
    for (const [next, possible] of [
      [i - 1, px > 0],
      [i + 1, px < width - 1],
      [i - width, i >= width],
      [i + width, i < data.length - width],
    ] as const) {
      if (possible && data[next] && !out[next]) {
        out[next] = 1;
        stack.push(next);
      }
    }
  }
  return { width, height, data: out };
}

/** Fills what the border cannot reach. */
export function fillHoles(region: Region): Region {
  const { width, height } = region;
  const padded = { width: width + 2, height: height + 2, data: new Uint8Array((width + 2) * (height + 2)).fill(1) };
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) padded.data[(y + 1) * (width + 2) + x + 1] = region.data[y * width + x] ? 0 : 1;
  const outside = componentAt(padded, 0, 0);
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) data[y * width + x] = outside.data[(y + 1) * (width + 2) + x + 1] ? 0 : 1;
  return { width, height, data };
}

/** Euclidean distance of each pixel to the nearest pixel of the region (Felzenszwalb & Huttenlocher, 2012). */
export function distanceTo(region: Region): Plane {
  const { width, height, data } = region;
  const out = createPlane(width, height);
  const far = width * width + height * height;
  const envelope = new LowerEnvelope(Math.max(width, height));
  for (let i = 0; i < data.length; i++) out.data[i] = data[i] ? 0 : far;
  for (let x = 0; x < width; x++) envelope.apply(out.data, x, width, height);
  for (let y = 0; y < height; y++) envelope.apply(out.data, y * width, 1, width);
  for (let i = 0; i < out.data.length; i++) out.data[i] = Math.sqrt(out.data[i]!);
  return out;
}

/** The lower envelope of the parabolas (q - p)² + f(p) over one line of squared distances. */
class LowerEnvelope {
  readonly #values: Float64Array;
  readonly #vertex: Int32Array;
  readonly #from: Float64Array;

  constructor(longest: number) {
    this.#values = new Float64Array(longest);
    this.#vertex = new Int32Array(longest);
    this.#from = new Float64Array(longest + 1);
  }

  /** Replaces the `n` values at `start`, `start + stride`, … */
  apply(data: Float32Array, start: number, stride: number, n: number): void {
    const values = this.#values;
    const vertex = this.#vertex;
    const from = this.#from;
    for (let i = 0, at = start; i < n; i++, at += stride) values[i] = data[at]!;
    let k = 0;
    vertex[0] = 0;
    from[0] = Number.NEGATIVE_INFINITY;
    from[1] = Number.POSITIVE_INFINITY;
    for (let q = 1; q < n; q++) {
      for (;;) {
        const v = vertex[k]!;
        const crossing = (values[q]! + q * q - values[v]! - v * v) / (2 * (q - v));
        if (crossing > from[k]!) {
          vertex[++k] = q;
          from[k] = crossing;
          from[k + 1] = Number.POSITIVE_INFINITY;
          break;
        }
        k--;
      }
    }
    k = 0;
    for (let q = 0, at = start; q < n; q++, at += stride) {
      while (from[k + 1]! < q) k++;
      const v = vertex[k]!;
      data[at] = (q - v) * (q - v) + values[v]!;
    }
  }
}

export const invert = ({ width, height, data }: Region): Region => ({ width, height, data: data.map((inside) => (inside ? 0 : 1)) });

export const dilate = (region: Region, radius: number): Region => regionOf(distanceTo(region), (d) => d <= radius);
export const erode = (region: Region, radius: number): Region => regionOf(distanceTo(invert(region)), (d) => d > radius);

/** The region with its notches filled: whatever a disc of this radius that stays outside cannot reach. Beyond the border nothing belongs to it. */
export function closed(region: Region, radius: number): Region {
  const { width, height } = region;
  const border = Math.ceil(radius) + 1;
  const wide = width + 2 * border;
  const padded = { width: wide, height: height + 2 * border, data: new Uint8Array(wide * (height + 2 * border)) };
  for (let y = 0; y < height; y++) padded.data.set(region.data.subarray(y * width, (y + 1) * width), (y + border) * wide + border);
  const filled = erode(dilate(padded, radius), radius);
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const from = (y + border) * wide + border;
    data.set(filled.data.subarray(from, from + width), y * width);
  }
  return { width, height, data };
}

export const areaOf = ({ data }: Region): number => data.reduce((sum, inside) => sum + inside, 0);
