import type { Frame } from '../frame.ts';
import { curveAt } from '../numeric/curve.ts';
import { clamp } from '../numeric/mathematics.ts';
import type { Eye } from '../refine/eyes.ts';

/** How much of the pixel at (x, y) is eyeball, not lid: 0..1. */
export function holeCoverage(eye: Eye, frame: Frame, x: number, y: number): number {
  const k = frame.unit / 128;
  const { upper, lower } = eye;
  if (x <= upper.xs[0]! || x >= upper.xs.at(-1)!) return 0;
  const u = curveAt(upper, x);
  const l = curveAt(lower, x);
  const depth = Math.min(y - u - 0.6 * k, l - 0.2 * k - y);
  return clamp(depth / (1.1 * k) + 0.5, 0, 1) * clamp((l - u - 1.2 * k) / (1.5 * k), 0, 1);
}

/** The rectangle around an eye that its painters work in, whole frame pixels. */
export function eyeRegion(eye: Eye, frame: Frame): { x: number; y: number; width: number; height: number } {
  const k = frame.unit / 128;
  const x = Math.floor(eye.upper.xs[0]! - 12 * k);
  const width = Math.ceil(eye.upper.xs.at(-1)! + 12 * k) - x;
  const top = Math.min(...eye.upper.ys, eye.iris.y - eye.irisRadius);
  const bottom = Math.max(...eye.lower.ys, eye.iris.y + eye.irisRadius);
  const y = Math.floor(top - 10 * k);
  return { x, y, width, height: Math.ceil(bottom + 10 * k) - y };
}
