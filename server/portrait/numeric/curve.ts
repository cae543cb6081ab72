export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A line y(x) through ascending `xs`; level beyond its ends. */
export interface Curve {
  readonly xs: Float64Array;
  readonly ys: Float64Array;
}

export const curveThrough = (points: readonly Point[]): Curve => {
  const sorted = [...points].sort((a, b) => a.x - b.x);
  return { xs: Float64Array.from(sorted, (p) => p.x), ys: Float64Array.from(sorted, (p) => p.y) };
};

/** Linear between the curve's points. */
export function curveAt({ xs, ys }: Curve, x: number): number {
  const n = xs.length;
  if (x <= xs[0]!) return ys[0]!;
  if (x >= xs[n - 1]!) return ys[n - 1]!;
  let low = 0;
  let high = n - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (xs[middle]! <= x) low = middle;
    else high = middle;
  }
  const span = xs[high]! - xs[low]!;
  return span === 0 ? ys[low]! : ys[low]! + ((ys[high]! - ys[low]!) * (x - xs[low]!)) / span;
}

/** Gaussian over the samples of a line; its ends are repeated. */
export function smoothLine(values: ArrayLike<number>, sigma: number): Float64Array {
  const radius = Math.max(1, Math.ceil(3 * sigma));
  const weights = Array.from({ length: 2 * radius + 1 }, (_, k) => Math.exp(-0.5 * ((k - radius) / sigma) ** 2));
  return Float64Array.from({ length: values.length }, (_, i) => {
    let sum = 0;
    let total = 0;
    for (let k = -radius; k <= radius; k++) {
      const at = Math.min(values.length - 1, Math.max(0, i + k));
      sum += values[at]! * weights[k + radius]!;
      total += weights[k + radius]!;
    }
    return sum / total;
  });
}

export const range = (from: number, to: number, count: number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => (count === 1 ? from : from + ((to - from) * i) / (count - 1)));
