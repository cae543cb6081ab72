import { createPicture, type Picture } from '../render/develop.ts';
import type { Region } from '../render/job.ts';
import type { Stroke } from './strands.ts';

/** Draws strokes far to near as anti-aliased lines. */
export function drawStrokes(strokes: Stroke[], region: Region, scale: number): Picture {
  const width = Math.round(region.width * scale);
  const height = Math.round(region.height * scale);
  const picture = createPicture(width, height);
  const px = picture.rgba;
  strokes.sort((a, b) => a.z - b.z);
  for (const s of strokes) {
    const x0 = (s.x0 - region.x) * scale;
    const y0 = (s.y0 - region.y) * scale;
    const dx = (s.x1 - region.x) * scale - x0;
    const dy = (s.y1 - region.y) * scale - y0;
    const w = s.widthPx * scale;
    const half = Math.max(w * 0.5, 0.34);
    const alpha = s.alpha * Math.min(1, w / 0.66 + 0.12);
    const left = Math.max(0, Math.floor(Math.min(x0, x0 + dx) - half - 1));
    const right = Math.min(width - 1, Math.ceil(Math.max(x0, x0 + dx) + half + 1));
    const top = Math.max(0, Math.floor(Math.min(y0, y0 + dy) - half - 1));
    const bottom = Math.min(height - 1, Math.ceil(Math.max(y0, y0 + dy) + half + 1));
    const length2 = dx * dx + dy * dy + 1e-6;
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        const ax = x + 0.5 - x0;
        const ay = y + 0.5 - y0;
        const t = (ax * dx + ay * dy) / length2;
        if (t < -0.02 || t > 1) continue;
        const distance = Math.hypot(ax - dx * t, ay - dy * t);
        const cover = Math.min(1, half + 0.5 - distance);
        if (cover <= 0) continue;
        const a = cover * alpha;
        const o = (y * width + x) * 4;
        const keep = 1 - a;
        px[o] = (px[o] ?? 0) * keep + s.r * a;
        px[o + 1] = (px[o + 1] ?? 0) * keep + s.g * a;
        px[o + 2] = (px[o + 2] ?? 0) * keep + s.b * a;
        px[o + 3] = (px[o + 3] ?? 0) * keep + a;
      }
    }
  }
  for (let i = 0; i < px.length; i += 4) {
    const a = px[i + 3] ?? 0;
    if (a <= 0) continue;
    for (let c = 0; c < 3; c++) px[i + c] = (px[i + c] ?? 0) / a;
    px[i + 3] = Math.min(1, a * 1.02);
  }
  return picture;
}
