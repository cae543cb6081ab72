import { clamp, mix, randomNumbers, smoothstep } from '../numeric/mathematics.ts';
import { type LayerDraft, paintTexture } from '../rig/layer.ts';
import { boxOf, type Inside, mouthLayer, type Paint, withJaw } from './mouth-layer.ts';

/** Share of the jaw's movement. */
const LOWER_TEETH_SHARE = 0.93;
/** Widths of teeth from the middle outwards, and their heights, in eye distances. */
const UPPER_TEETH = {
  widths: [0.13, 0.103, 0.118, 0.108, 0.104, 0.12],
  heights: [0.165, 0.148, 0.16, 0.14, 0.125, 0.12],
  lifts: [0, 0.011, 0.003, 0.014, 0.022, 0.03],
};
const LOWER_TEETH = {
  widths: [0.082, 0.09, 0.1, 0.1, 0.1, 0.11],
  heights: [0.13, 0.132, 0.138, 0.12, 0.11, 0.1],
  lifts: [0, -0.002, -0.006, 0.004, 0.012, 0.02],
};
/** Half the width of the dental arch as seen from the front. */
const ARCH_HALF = 0.44;

/** Which tooth stands at `x` (eye distances from the middle): its number, and -1..1 across it. */
function toothAt(x: number, widths: readonly number[]): { tooth: number; across: number } {
  // Seen from the front the arch turns away: equal widths look narrower.
  let rest = ARCH_HALF * Math.asin(clamp(Math.abs(x) / ARCH_HALF, 0, 1));
  for (let i = 0; i < widths.length; i++) {
    if (rest < widths[i]!) return { tooth: i, across: (rest / widths[i]!) * 2 - 1 };
    rest -= widths[i]!;
  }
  return { tooth: -1, across: 0 };
}

/** Enamel of one arch. `edge`: where its teeth end, `sign` +1 when they grow upwards from there. */
function archPaint(inside: Inside, teeth: typeof UPPER_TEETH, edgeY: number, sign: 1 | -1, shade: number): Paint {
  const { cx, U, white } = inside;
  const random = randomNumbers(sign + 5);
  const hue = teeth.widths.map(() => 1 + (random() - 0.5) * 0.03);
  return (px, py, out) => {
    const x = (px - cx) / U;
    const up = (sign * (edgeY - py)) / U;
    const { tooth, across } = toothAt(x, teeth.widths);
    const far = Math.abs(x) / ARCH_HALF;
    if (tooth < 0 || far >= 1) return;
    const round = (tooth === 2 && sign > 0 ? 0.022 * across * across : 0.006 * Math.abs(across) ** 2.5) + 0.004 * Math.abs(across) ** 8;
    const height = up - teeth.lifts[tooth]! - round;
    const gumLine = teeth.heights[tooth]! - 0.028 * across * across;
    const soft = 0.006;
    const cover = smoothstep(-soft, soft, height);
    if (cover <= 0) return;
    const v = clamp(height / teeth.heights[tooth]!, 0, 1);
    const gap = 1 - 0.5 * smoothstep(0.82, 1, Math.abs(across)) * (0.45 + 0.55 * smoothstep(0, 0.35, v));
    const bulge = 0.9 + 0.1 * (1 - across * across);
    const along = sign > 0 ? mix(0.94, 1.03, Math.sin(Math.PI * clamp(v * 0.85 + 0.1, 0, 1))) : mix(1, 0.86, v);
    const turned = 1 - 0.62 * smoothstep(0.25, 1, far) ** 1.2;
    const gloss = 16 * Math.exp(-(((across + 0.2) / 0.3) ** 2) - ((v - 0.42) / 0.16) ** 2) * (1 - far);
    const light = gap * bulge * along * turned * shade * hue[tooth]!;
    const translucent = 1 - 0.07 * smoothstep(0.16, 0, v);
    const warm = [1, 1 - 0.025 * v, 1 - 0.07 * v];
    const gum = smoothstep(gumLine - 0.006, gumLine + 0.01, height);
    const gumColour = [0.66, 0.34, 0.33];
    for (let c = 0; c < 3; c++) {
      const enamel = white[c]! * warm[c]! * light * translucent + gloss * shade;
      out[c] = clamp(mix(enamel, white[c]! * gumColour[c]! * turned * shade * (0.92 - 0.2 * Math.abs(across) ** 3), gum), 0, 255);
    }
    out[3] = cover;
  };
}

export function upperTeeth(inside: Inside): LayerDraft {
  const edge = inside.seam + 0.022 * inside.U;
  const box = boxOf(inside, ARCH_HALF, -0.22, 0.035);
  return mouthLayer(
    'teethUpper',
    paintTexture(box, 1.5, archPaint(inside, UPPER_TEETH, edge, 1, 0.98)),
    box,
    [10, 2],
    inside.depth,
    () => ({}),
  );
}

export function lowerTeeth(inside: Inside): LayerDraft {
  const edge = inside.seam - 0.012 * inside.U;
  const box = boxOf(inside, ARCH_HALF * 0.9, -0.03, 0.19);
  return mouthLayer(
    'teethLower',
    paintTexture(box, 1.5, archPaint(inside, LOWER_TEETH, edge, -1, 0.74)),
    box,
    [8, 2],
    inside.depth - 0.02 * inside.U,
    withJaw(inside, LOWER_TEETH_SHARE),
  );
}
