import { PX_PER_CM } from '../camera.ts';
import { Part } from '../geometry/scene.ts';
import { saturate } from '../math.ts';
import type { Film } from './job.ts';

/** A picture in linear light: RGBA float, straight alpha. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgba: Float32Array;
}

export const createPicture = (width: number, height: number): Picture => ({ width, height, rgba: new Float32Array(width * height * 4) });

/** Scattering under skin: widths (cm) and the weight of each per colour. */
const SCATTER = [
  { sigmaCm: 0.035, r: 0.36, g: 0.62, b: 0.8 },
  { sigmaCm: 0.13, r: 0.32, g: 0.3, b: 0.18 },
  { sigmaCm: 0.34, r: 0.32, g: 0.08, b: 0.02 },
] as const;

/** Blurs the irradiance of skin along one axis, not across depth steps. */
function blurAxis(film: Film, from: Float32Array, to: Float32Array, sigma: number, vertical: boolean): void {
  const { width, height, depth, part } = film;
  const reach = Math.ceil(sigma * 2.5);
  const kernel = Array.from({ length: reach + 1 }, (_, j) => Math.exp((-0.5 * j * j) / (sigma * sigma)));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      if (part[i] !== Part.skin) continue;
      let r = 0;
      let g = 0;
      let b = 0;
      let total = 0;
      const z = depth[i] ?? 0;
      for (let j = -reach; j <= reach; j++) {
        const X = vertical ? x : x + j;
        const Y = vertical ? y + j : y;
        if (X < 0 || Y < 0 || X >= width || Y >= height) continue;
        const k = Y * width + X;
        if (part[k] !== Part.skin) continue;
        const dz = (depth[k] ?? 0) - z;
        const w = (kernel[Math.abs(j)] ?? 0) * Math.exp(-dz * dz * 1.2);
        r += (from[k * 3] ?? 0) * w;
        g += (from[k * 3 + 1] ?? 0) * w;
        b += (from[k * 3 + 2] ?? 0) * w;
        total += w;
      }
      to[i * 3] = r / total;
      to[i * 3 + 1] = g / total;
      to[i * 3 + 2] = b / total;
    }
  }
}

/** Film to picture: scatters light under skin, multiplies by colour, adds shine. Alpha is 1 where something was hit. */
export function develop(film: Film, scale: number): Picture {
  const { width, height, shade, part } = film;
  const count = width * height;
  const light = new Float32Array(count * 3);
  for (let i = 0; i < count; i++) for (let k = 0; k < 3; k++) light[i * 3 + k] = shade[i * 9 + k] ?? 0;
  const scattered = new Float32Array(count * 3);
  const a = new Float32Array(count * 3);
  const b = new Float32Array(count * 3);
  for (const layer of SCATTER) {
    const sigma = Math.max(0.4, layer.sigmaCm * PX_PER_CM * scale);
    blurAxis(film, light, a, sigma, false);
    blurAxis(film, a, b, sigma, true);
    const weights = [layer.r, layer.g, layer.b];
    for (let i = 0; i < count * 3; i++) scattered[i] = (scattered[i] ?? 0) + (b[i] ?? 0) * (weights[i % 3] ?? 0);
  }
  const picture = createPicture(width, height);
  for (let i = 0; i < count; i++) {
    if (part[i] === Part.none) continue;
    const skin = part[i] === Part.skin;
    for (let k = 0; k < 3; k++) {
      const e = skin ? (scattered[i * 3 + k] ?? 0) : (light[i * 3 + k] ?? 0);
      picture.rgba[i * 4 + k] = e * (shade[i * 9 + 3 + k] ?? 0) + (shade[i * 9 + 6 + k] ?? 0);
    }
    picture.rgba[i * 4 + 3] = 1;
  }
  return picture;
}

/** Filmic curve to display values 0..1. */
export function toneMap(linear: number, exposure: number): number {
  const v = Math.max(0, linear * exposure);
  const filmic = (v * (2.2 * v + 0.04)) / (v * (2.05 * v + 0.52) + 0.12);
  return saturate(filmic * 1.04) ** (1 / 2.2);
}

/** Colours texels that only an outline touches from their shaded neighbours, and sets alpha. */
export function applyCoverage(picture: Picture, share: Float32Array): void {
  const { width, height, rgba } = picture;
  const shaded = Uint8Array.from({ length: width * height }, (_, i) => ((rgba[i * 4 + 3] ?? 0) > 0 ? 1 : 0));
  for (let i = 0; i < share.length; i++) {
    rgba[i * 4 + 3] = share[i] ?? 0;
    if (shaded[i] || (share[i] ?? 0) === 0) continue;
    let n = 0;
    const sum = [0, 0, 0];
    for (let k = 0; k < 9; k++) {
      const x = (i % width) + (k % 3) - 1;
      const y = Math.floor(i / width) + Math.floor(k / 3) - 1;
      if (x < 0 || y < 0 || x >= width || y >= height || !shaded[y * width + x]) continue;
      for (let c = 0; c < 3; c++) sum[c] = (sum[c] ?? 0) + (rgba[(y * width + x) * 4 + c] ?? 0);
      n++;
    }
    for (let c = 0; c < 3; c++) rgba[i * 4 + c] = (sum[c] ?? 0) / Math.max(1, n);
  }
}

/** Halves (or thirds …) a supersampled picture, weighting colour by alpha. */
export function reduce(picture: Picture, factor: number): Picture {
  if (factor === 1) return picture;
  const width = Math.floor(picture.width / factor);
  const height = Math.floor(picture.height / factor);
  const out = createPicture(width, height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let r = 0;
      let g = 0;
      let b = 0;
      let alpha = 0;
      for (let j = 0; j < factor; j++) {
        for (let i = 0; i < factor; i++) {
          const k = ((y * factor + j) * picture.width + x * factor + i) * 4;
          const w = picture.rgba[k + 3] ?? 0;
          r += (picture.rgba[k] ?? 0) * w;
          g += (picture.rgba[k + 1] ?? 0) * w;
          b += (picture.rgba[k + 2] ?? 0) * w;
          alpha += w;
        }
      }
      const o = (y * width + x) * 4;
      const s = alpha > 0 ? 1 / alpha : 0;
      out.rgba[o] = r * s;
      out.rgba[o + 1] = g * s;
      out.rgba[o + 2] = b * s;
      out.rgba[o + 3] = alpha / (factor * factor);
    }
  }
  return out;
}
