import type { RgbPicture } from './landmarks/landmark-engine.ts';
import { type Colours, createPlane } from './numeric/plane.ts';
import { scaleOf, type Similarity } from './similarity.ts';

/**
 * The part of a photograph that `toPhoto` maps a `width` x `height` frame to. Catmull-Rom, several samples per pixel where
 * the photograph is finer than the frame; mirrored at the photograph's border.
 */
export function resample(photo: RgbPicture, toPhoto: Similarity, width: number, height: number): Colours {
  const out: Colours = [createPlane(width, height), createPlane(width, height), createPlane(width, height)];
  const perPixel = Math.max(1, Math.min(4, Math.ceil(scaleOf(toPhoto) - 0.15)));
  const value = new Float64Array(3);
  const share = 1 / (perPixel * perPixel);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      for (let s = 0; s < perPixel * perPixel; s++) {
        const fx = x + ((s % perPixel) + 0.5) / perPixel - 0.5;
        const fy = y + (Math.floor(s / perPixel) + 0.5) / perPixel - 0.5;
        const px = toPhoto.a * fx - toPhoto.b * fy + toPhoto.tx;
        const py = toPhoto.b * fx + toPhoto.a * fy + toPhoto.ty;
        if (perPixel > 1) bilinear(photo, px, py, value);
        else cubic(photo, px, py, value);
        for (let c = 0; c < 3; c++) out[c]!.data[i] = out[c]!.data[i]! + value[c]! * share;
      }
      if (perPixel === 1) for (let c = 0; c < 3; c++) out[c]!.data[i] = Math.min(255, Math.max(0, out[c]!.data[i]!));
    }
  }
  return out;
}

const mirrored = (i: number, size: number): number => {
  const folded = i < 0 ? -i - 1 : i;
  const inPeriod = folded % (2 * size);
  return inPeriod < size ? inPeriod : 2 * size - 1 - inPeriod;
};

function bilinear({ width, height, data }: RgbPicture, x: number, y: number, out: Float64Array): void {
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  const fx = x - x0;
  const fy = y - y0;
  const left = mirrored(x0, width);
  const right = mirrored(x0 + 1, width);
  const top = mirrored(y0, height) * width;
  const bottom = mirrored(y0 + 1, height) * width;
  for (let c = 0; c < 3; c++) {
    const upper = data[(top + left) * 3 + c]! * (1 - fx) + data[(top + right) * 3 + c]! * fx;
    const lower = data[(bottom + left) * 3 + c]! * (1 - fx) + data[(bottom + right) * 3 + c]! * fx;
    out[c] = upper * (1 - fy) + lower * fy;
  }
}

const wx = new Float64Array(4);
const wy = new Float64Array(4);

function cubicWeights(f: number, out: Float64Array): void {
  out[0] = ((-0.5 * f + 1) * f - 0.5) * f;
  out[1] = (1.5 * f - 2.5) * f * f + 1;
  out[2] = ((-1.5 * f + 2) * f + 0.5) * f;
  out[3] = (0.5 * f - 0.5) * f * f;
}

function cubic({ width, height, data }: RgbPicture, x: number, y: number, out: Float64Array): void {
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  cubicWeights(x - x0, wx);
  cubicWeights(y - y0, wy);
  out.fill(0);
  for (let j = 0; j < 4; j++) {
    const row = mirrored(y0 + j - 1, height) * width;
    for (let i = 0; i < 4; i++) {
      const at = (row + mirrored(x0 + i - 1, width)) * 3;
      const weight = wx[i]! * wy[j]!;
      for (let c = 0; c < 3; c++) out[c] = out[c]! + data[at + c]! * weight;
    }
  }
}

/** 8 bit RGB of three planes. */
export function toRgb(colours: Colours): RgbPicture {
  const { width, height } = colours[0];
  const data = new Uint8Array(width * height * 3);
  for (let c = 0; c < 3; c++)
    for (let i = 0; i < width * height; i++) data[i * 3 + c] = Math.min(255, Math.max(0, colours[c]!.data[i]! + 0.5));
  return { width, height, data };
}
