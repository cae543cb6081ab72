import type { DrawList } from '../evaluator.ts';
import type { LoadedRig } from '../load-rig.ts';
import { blueOf, lumaOf, redOf } from './colour.ts';
import type { RgbaImage } from './planes.ts';

/**
 * What the fast rasterisers must look like: floating point, per pixel, in RGB, one step after the other, converted to
 * I420 at the end. Slow; for tests. Draws at the rig's own canvas size.
 */
export function referenceFrame(rig: LoadedRig, atlas: RgbaImage, list: DrawList): Uint8Array {
  const { width, height } = rig.canvas;
  const picture = new Float32Array(width * height * 3);
  const masks = new Map<number, Float32Array>();
  for (const layer of rig.layers) if (layer.mask >= 0) masks.set(layer.mask, new Float32Array(width * height));
  list.layers.forEach(({ layer, vertices, opacity }, index) => {
    if (opacity === 0) return;
    const maskIn = masks.get(layer.mask);
    const maskOut = masks.get(index);
    for (let t = 0; t < layer.indices.length; t += 3) {
      const corner = (k: number) => {
        const at = (layer.indices[t + k] as number) * 4;
        return [...vertices.subarray(at, at + 4)] as unknown as Corner;
      };
      const corners: [Corner, Corner, Corner] = [corner(0), corner(1), corner(2)];
      fillTriangle(corners, width, height, (pixel, u, v) => {
        const [r, g, b, a] = sample(atlas, u, v);
        const share = opacity * (maskIn?.[pixel] ?? 1);
        const rest = 1 - a * share;
        [r, g, b].forEach((c, k) => {
          picture[pixel * 3 + k] = c * share + (picture[pixel * 3 + k] as number) * rest;
        });
        if (maskOut) maskOut[pixel] = a * share + (maskOut[pixel] as number) * rest;
      });
    }
  });
  return toI420(picture, width, height);
}

type Corner = readonly [x: number, y: number, u: number, v: number];

/** Visits the pixels whose centres lie inside; centres on an edge belong to the triangle on their right, or below. */
function fillTriangle(
  corners: [Corner, Corner, Corner],
  width: number,
  height: number,
  visit: (pixel: number, u: number, v: number) => void,
): void {
  let [a, b, c] = corners;
  const cross = (p: Corner, q: Corner, x: number, y: number) => (q[0] - p[0]) * (y - p[1]) - (q[1] - p[1]) * (x - p[0]);
  let area = cross(a, b, c[0], c[1]);
  if (area === 0) return;
  if (area < 0) {
    [b, c] = [c, b];
    area = -area;
  }
  // With y down and a positive area, edges that run up are left edges, and level ones that run right are top edges.
  const inside = (p: Corner, q: Corner, value: number) => value > 0 || (value === 0 && (q[1] < p[1] || (q[1] === p[1] && q[0] > p[0])));
  const xs = corners.map((p) => p[0]);
  const ys = corners.map((p) => p[1]);
  for (let y = Math.max(0, Math.floor(Math.min(...ys))); y < Math.min(height, Math.ceil(Math.max(...ys)) + 1); y++) {
    for (let x = Math.max(0, Math.floor(Math.min(...xs))); x < Math.min(width, Math.ceil(Math.max(...xs)) + 1); x++) {
      const wc = cross(a, b, x + 0.5, y + 0.5);
      const wa = cross(b, c, x + 0.5, y + 0.5);
      const wb = cross(c, a, x + 0.5, y + 0.5);
      if (!inside(a, b, wc) || !inside(b, c, wa) || !inside(c, a, wb)) continue;
      visit(y * width + x, (a[2] * wa + b[2] * wb + c[2] * wc) / area, (a[3] * wa + b[3] * wb + c[3] * wc) / area);
    }
  }
}

/** Bilinear, premultiplied: r, g, b 0..255 times alpha, alpha 0..1. */
function sample(atlas: RgbaImage, u: number, v: number): [number, number, number, number] {
  const x = Math.min(atlas.width - 1, Math.max(0, u - 0.5));
  const y = Math.min(atlas.height - 1, Math.max(0, v - 0.5));
  const out: [number, number, number, number] = [0, 0, 0, 0];
  for (const [dx, dy] of [
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
  ] as const) {
    const weight = (dx ? x % 1 : 1 - (x % 1)) * (dy ? y % 1 : 1 - (y % 1));
    const at = (Math.min(atlas.height - 1, Math.floor(y) + dy) * atlas.width + Math.min(atlas.width - 1, Math.floor(x) + dx)) * 4;
    const alpha = (atlas.data[at + 3] as number) / 255;
    for (let k = 0; k < 3; k++) out[k] = (out[k] as number) + (atlas.data[at + k] as number) * alpha * weight;
    out[3] += alpha * weight;
  }
  return out;
}

function toI420(picture: Float32Array, width: number, height: number): Uint8Array {
  const frame = new Uint8Array((width * height * 3) / 2);
  const chromaWidth = width >> 1;
  const uAt = width * height;
  const vAt = uAt + uAt / 4;
  for (let i = 0; i < uAt; i++)
    frame[i] = Math.round(lumaOf(picture[i * 3] as number, picture[i * 3 + 1] as number, picture[i * 3 + 2] as number));
  for (let y = 0; y < height; y += 2) {
    for (let x = 0; x < width; x += 2) {
      const mean = (k: number) =>
        [0, 1, width, width + 1].reduce((sum, d) => sum + (picture[(y * width + x + d) * 3 + k] as number), 0) / 4;
      const [r, g, b] = [mean(0), mean(1), mean(2)];
      const at = (y >> 1) * chromaWidth + (x >> 1);
      frame[uAt + at] = Math.round(blueOf(r, g, b));
      frame[vAt + at] = Math.round(redOf(r, g, b));
    }
  }
  return frame;
}

/** Peak signal-to-noise ratio of two 8-bit planes, dB. */
export function psnrDb(a: Uint8Array, b: Uint8Array): number {
  let squares = 0;
  for (let i = 0; i < a.length; i++) squares += ((a[i] as number) - (b[i] as number)) ** 2;
  return squares === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10((255 * 255 * a.length) / squares);
}
