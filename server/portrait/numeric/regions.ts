import { createPlane, type Plane } from './plane.ts';

/** A set of pixels: 1 inside, 0 outside. */
export interface Region {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

export const regionOf = (plane: Plane, inside: (value: number, index: number) => boolean): Region => ({
  width: plane.width,
  height: plane.height,
  data: Uint8Array.from(plane.data, (value, i) => (inside(value, i) ? 1 : 0)),
});

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
  const line = new Float64Array(Math.max(width, height));
  for (let i = 0; i < data.length; i++) out.data[i] = data[i] ? 0 : far;
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) line[y] = out.data[y * width + x]!;
    lowerEnvelope(line, height, (y, value) => {
      out.data[y * width + x] = value;
    });
  }
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) line[x] = out.data[y * width + x]!;
    lowerEnvelope(line, width, (x, value) => {
      out.data[y * width + x] = Math.sqrt(value);
    });
  }
  return out;
}

function lowerEnvelope(f: Float64Array, n: number, put: (at: number, value: number) => void): void {
  const vertex = new Int32Array(n);
  const from = new Float64Array(n + 1);
  const values = f.slice(0, n);
  let k = 0;
  from[0] = Number.NEGATIVE_INFINITY;
  from[1] = Number.POSITIVE_INFINITY;
  const crossing = (q: number, v: number) => (values[q]! + q * q - (values[v]! + v * v)) / (2 * q - 2 * v);
  for (let q = 1; q < n; q++) {
    let s = crossing(q, vertex[k]!);
    while (s <= from[k]!) s = crossing(q, vertex[--k]!);
    vertex[++k] = q;
    from[k] = s;
    from[k + 1] = Number.POSITIVE_INFINITY;
  }
  k = 0;
  for (let q = 0; q < n; q++) {
    while (from[k + 1]! < q) k++;
    const v = vertex[k]!;
    put(q, (q - v) ** 2 + values[v]!);
  }
}

export const invert = ({ width, height, data }: Region): Region => ({ width, height, data: data.map((inside) => (inside ? 0 : 1)) });

export const dilate = (region: Region, radius: number): Region => regionOf(distanceTo(region), (d) => d <= radius);
export const erode = (region: Region, radius: number): Region => regionOf(distanceTo(invert(region)), (d) => d > radius);
export const areaOf = ({ data }: Region): number => data.reduce((sum, inside) => sum + inside, 0);
