/** One channel of a picture, row by row; values are what its maker says (mostly 0..255 or 0..1). */
export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** Red, green, blue of a picture as three planes, 0..255. */
export type Colours = readonly [Plane, Plane, Plane];

export const createPlane = (width: number, height: number, fill = 0): Plane => ({
  width,
  height,
  data: fill === 0 ? new Float32Array(width * height) : new Float32Array(width * height).fill(fill),
});

export const copyPlane = (plane: Plane): Plane => ({ ...plane, data: plane.data.slice() });

/** A plane whose values come from `value(x, y)`. */
export function planeOf(width: number, height: number, value: (x: number, y: number) => number): Plane {
  const plane = createPlane(width, height);
  for (let y = 0, i = 0; y < height; y++) for (let x = 0; x < width; x++, i++) plane.data[i] = value(x, y);
  return plane;
}

/** Value by value over one to four planes of one size; the last argument is the pixel's index. */
export function mapPlanes(planes: readonly Plane[], value: (a: number, b: number, c: number, d: number, index: number) => number): Plane {
  const first = planes[0]!;
  const out = createPlane(first.width, first.height);
  const a = first.data;
  const b = (planes[1] ?? first).data;
  const c = (planes[2] ?? first).data;
  const d = (planes[3] ?? first).data;
  for (let i = 0; i < out.data.length; i++) out.data[i] = value(a[i]!, b[i]!, c[i]!, d[i]!, i);
  return out;
}

/** Bilinear; pixel (0, 0) has its centre at (0, 0); the border goes on outside. */
export function sample(plane: Plane, x: number, y: number): number {
  const { width, height, data } = plane;
  const cx = Math.min(width - 1, Math.max(0, x));
  const cy = Math.min(height - 1, Math.max(0, y));
  const x0 = Math.min(width - 2, Math.floor(cx));
  const y0 = Math.min(height - 2, Math.floor(cy));
  const fx = cx - x0;
  const fy = cy - y0;
  const i = y0 * width + x0;
  return (data[i]! * (1 - fx) + data[i + 1]! * fx) * (1 - fy) + (data[i + width]! * (1 - fx) + data[i + width + 1]! * fx) * fy;
}

export const luminance = ([r, g, b]: Colours): Plane => mapPlanes([r, g, b], (R, G, B) => 0.299 * R + 0.587 * G + 0.114 * B);

/** From this deviation on three box means are a Gaussian to within a few percent, and cost the same however wide. */
const WIDE_SIGMA = 2.5;

/** Gaussian with the border repeated; `sigmaY` defaults to `sigmaX`. */
export function blur(plane: Plane, sigmaX: number, sigmaY = sigmaX): Plane {
  if (sigmaX >= WIDE_SIGMA && sigmaX === sigmaY) {
    // Three boxes of radius r have the variance (2r + 1)² / 4 - 1/4.
    const ideal = (Math.sqrt(4 * sigmaX * sigmaX + 1) - 1) / 2;
    const low = Math.floor(ideal);
    const radii = [low, low, low].map((r, i) => (ideal - low > (i + 0.5) / 3 ? r + 1 : r));
    return radii.reduce((smooth, radius) => boxMean(smooth, radius), plane);
  }
  return filterColumns(filterRows(plane, gaussian(sigmaX)), gaussian(sigmaY));
}

function gaussian(sigma: number): Float32Array {
  if (sigma <= 0) return Float32Array.of(1);
  const radius = Math.max(1, Math.ceil(3 * sigma));
  const kernel = Float32Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-0.5 * ((i - radius) / sigma) ** 2));
  const total = kernel.reduce((a, b) => a + b, 0);
  return kernel.map((weight) => weight / total);
}

function filterRows(plane: Plane, kernel: Float32Array): Plane {
  const { width, height, data } = plane;
  const radius = kernel.length >> 1;
  const out = createPlane(width, height);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let x = 0; x < width; x++) {
      let sum = 0;
      if (x >= radius && x < width - radius) for (let k = 0; k < kernel.length; k++) sum += data[row + x + k - radius]! * kernel[k]!;
      else for (let k = 0; k < kernel.length; k++) sum += data[row + Math.min(width - 1, Math.max(0, x + k - radius))]! * kernel[k]!;
      out.data[row + x] = sum;
    }
  }
  return out;
}

function filterColumns(plane: Plane, kernel: Float32Array): Plane {
  const { width, height, data } = plane;
  const radius = kernel.length >> 1;
  const out = createPlane(width, height);
  for (let y = 0; y < height; y++) {
    const row = out.data.subarray(y * width, (y + 1) * width);
    for (let k = 0; k < kernel.length; k++) {
      const from = Math.min(height - 1, Math.max(0, y + k - radius)) * width;
      const weight = kernel[k]!;
      for (let x = 0; x < width; x++) row[x] = row[x]! + data[from + x]! * weight;
    }
  }
  return out;
}

/** Mean over a square of side 2 radius + 1, with the border repeated. */
export const boxMean = (plane: Plane, radius: number): Plane => boxColumns(boxRows(plane, radius), radius);

function boxRows({ width, height, data }: Plane, radius: number): Plane {
  const out = createPlane(width, height);
  const share = 1 / (2 * radius + 1);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    const first = data[row]!;
    const last = data[row + width - 1]!;
    let sum = first * (radius + 1);
    for (let x = 1; x <= radius; x++) sum += x < width ? data[row + x]! : last;
    for (let x = 0; x < width; x++) {
      out.data[row + x] = sum * share;
      const enters = x + radius + 1;
      const leaves = x - radius;
      sum += (enters < width ? data[row + enters]! : last) - (leaves > 0 ? data[row + leaves]! : first);
    }
  }
  return out;
}

function boxColumns({ width, height, data }: Plane, radius: number): Plane {
  const out = createPlane(width, height);
  const share = 1 / (2 * radius + 1);
  const sums = new Float64Array(width);
  const row = (y: number) => Math.min(height - 1, Math.max(0, y)) * width;
  for (let y = -radius; y <= radius; y++) {
    const from = row(y);
    for (let x = 0; x < width; x++) sums[x] = sums[x]! + data[from + x]!;
  }
  for (let y = 0; y < height; y++) {
    const to = y * width;
    const enters = row(y + radius + 1);
    const leaves = row(y - radius);
    for (let x = 0; x < width; x++) {
      out.data[to + x] = sums[x]! * share;
      sums[x] = sums[x]! + data[enters + x]! - data[leaves + x]!;
    }
  }
  return out;
}

/** Length of the gradient after a Gaussian of `sigma`, per pixel. */
export function gradientMagnitude(plane: Plane, sigma: number): Plane {
  const smooth = sigma > 0 ? blur(plane, sigma) : plane;
  const { width, height, data } = smooth;
  return planeOf(width, height, (x, y) => {
    const gx = (data[y * width + Math.min(width - 1, x + 1)]! - data[y * width + Math.max(0, x - 1)]!) / 2;
    const gy = (data[Math.min(height - 1, y + 1) * width + x]! - data[Math.max(0, y - 1) * width + x]!) / 2;
    return Math.sqrt(gx * gx + gy * gy);
  });
}

/** Part of a plane; the rectangle is clipped by the caller. */
export function cropPlane(plane: Plane, x0: number, y0: number, width: number, height: number): Plane {
  return planeOf(width, height, (x, y) => plane.data[(y + y0) * plane.width + x + x0]!);
}

/** A quarter as many pixels per step: the mean of `factor` x `factor` blocks. */
export function shrink(plane: Plane, factor: number): Plane {
  const width = Math.floor(plane.width / factor);
  const height = Math.floor(plane.height / factor);
  return planeOf(width, height, (x, y) => {
    let sum = 0;
    for (let j = 0; j < factor; j++) for (let i = 0; i < factor; i++) sum += plane.data[(y * factor + j) * plane.width + x * factor + i]!;
    return sum / (factor * factor);
  });
}
