import { createPlane, type Plane, sample } from './plane.ts';

/**
 * Fills pixels of weight 0 from those of weight 1 over ever coarser means (pull-push; Gortler et al. 1996): smooth, and
 * exact where the weight is 1.
 */
export function pullPush(planes: readonly Plane[], weight: Plane): Plane[] {
  const { width, height } = weight;
  if (width <= 4 || height <= 4) {
    const total = weight.data.reduce((a, b) => a + b, 0);
    return planes.map((plane) => {
      const mean = total > 0 ? plane.data.reduce((sum, v, i) => sum + v * weight.data[i]!, 0) / total : 0;
      return { width, height, data: plane.data.map((v, i) => v * weight.data[i]! + mean * (1 - weight.data[i]!)) };
    });
  }
  const w2 = Math.ceil(width / 2);
  const h2 = Math.ceil(height / 2);
  const coarseWeight = createPlane(w2, h2);
  const coarse = planes.map(() => createPlane(w2, h2));
  for (let y = 0; y < h2; y++) {
    for (let x = 0; x < w2; x++) {
      const o = y * w2 + x;
      let total = 0;
      const sums = new Float64Array(planes.length);
      for (let k = 0; k < 4; k++) {
        const i = Math.min(height - 1, y * 2 + (k >> 1)) * width + Math.min(width - 1, x * 2 + (k & 1));
        const w = weight.data[i]!;
        total += w;
        for (let p = 0; p < planes.length; p++) sums[p] = sums[p]! + planes[p]!.data[i]! * w;
      }
      coarseWeight.data[o] = Math.min(1, total);
      if (total > 0) for (let p = 0; p < planes.length; p++) coarse[p]!.data[o] = sums[p]! / total;
    }
  }
  const filled = pullPush(coarse, coarseWeight);
  return planes.map((plane, p) => {
    const up = createPlane(width, height);
    const from = filled[p]!;
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) up.data[y * width + x] = sample(from, x / 2 - 0.25, y / 2 - 0.25);
    const out = createPlane(width, height);
    for (let i = 0; i < out.data.length; i++) {
      const w = weight.data[i]!;
      out.data[i] = w * plane.data[i]! + (1 - w) * up.data[i]!;
    }
    return out;
  });
}
