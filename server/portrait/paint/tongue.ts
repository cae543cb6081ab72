import { clamp, randomNumbers, smoothstep } from '../numeric/mathematics.ts';
import { type LayerDraft, morphBy, paintTexture } from '../rig/layer.ts';
import { boxOf, type Colour, type Inside, mouthLayer, type Paint, withJaw } from './mouth-layer.ts';

/** Share of the jaw's movement. */
const TONGUE_SHARE = 0.78;

function tonguePaint({ cx, U, light }: Inside, middleY: number, halfWidth: number, halfHeight: number, bright: number): Paint {
  const random = randomNumbers(11);
  const bumps = Float64Array.from({ length: 1024 }, () => random() - 0.5);
  const red: Colour = [203, 108, 106];
  return (px, py, out) => {
    const x = (px - cx) / (halfWidth * U);
    const y = (py - middleY) / (halfHeight * U);
    const r = Math.hypot(x, y);
    if (r > 1.05) return;
    const groove = 1 - 0.14 * Math.exp(-((x / 0.07) ** 2)) * smoothstep(0.7, -0.6, y);
    const bump = 1 + 0.05 * bumps[(Math.floor(px / 1.6) * 31 + Math.floor(py / 1.6) * 57) & 1023]!;
    const lit = (0.62 + 0.42 * Math.sqrt(Math.max(0, 1 - r * r))) * (0.7 + 0.3 * smoothstep(-1, 0.2, y)) * groove * bump * bright;
    const gloss = 26 * Math.exp(-(((x + 0.22) / 0.28) ** 2) - ((y - 0.1) / 0.18) ** 2) * bright * light;
    for (let c = 0; c < 3; c++) out[c] = clamp(red[c]! * light * lit + gloss, 0, 255);
    out[3] = smoothstep(1, 0.9, r);
  };
}

export function tongue(inside: Inside): LayerDraft {
  const { seam, U } = inside;
  const box = boxOf(inside, 0.31, -0.045, 0.27);
  const middle = seam + 0.12 * U;
  return mouthLayer(
    'tongue',
    paintTexture(box, 1, tonguePaint(inside, middle, 0.3, 0.155, 0.78)),
    box,
    [6, 5],
    inside.depth - 0.08 * U,
    (grid) => ({
      ...withJaw(inside, TONGUE_SHARE)(grid),
      viseme_DD: morphBy(grid.x, grid.y, () => [0, -0.02 * U]),
      viseme_nn: morphBy(grid.x, grid.y, () => [0, -0.025 * U]),
      viseme_kk: morphBy(grid.x, grid.y, (_, y) => [0, y < middle ? -0.01 * U : 0.03 * U]),
    }),
  );
}

/** The tip between the teeth: seen on "th", and when the tongue is put out. */
export function tongueTip(inside: Inside): LayerDraft {
  const { seam, U } = inside;
  const box = boxOf(inside, 0.21, 0.005, 0.145);
  const middle = seam + 0.075 * U;
  return mouthLayer(
    'tongueTip',
    paintTexture(box, 1.5, tonguePaint(inside, middle, 0.2, 0.066, 1.06)),
    box,
    [6, 4],
    inside.depth + 0.02 * U,
    (grid) => ({
      ...withJaw(inside, 0.35)(grid),
      tongueOut: morphBy(grid.x, grid.y, (_, y) => [0, 0.2 * U * smoothstep(middle - 0.05 * U, middle + 0.06 * U, y)]),
    }),
    { opacity: { base: 0, gains: { viseme_TH: 1.6, tongueOut: 4 } } },
  );
}
