import type { Frame } from '../frame.ts';
import { curveAt } from '../numeric/curve.ts';
import { clamp, mean, quantile } from '../numeric/mathematics.ts';
import { sample } from '../numeric/plane.ts';
import type { Mouth } from '../refine/mouth.ts';
import type { Colour } from './mouth-layer.ts';

/** Enamel in this light: white against the brightest skin, no darker than the eyes' white would be. */
export function toothColour(frame: Frame, mouth: Mouth): Colour {
  const { landmarks: L } = frame;
  const lights: number[] = [];
  const warmth: number[][] = [[], [], []];
  for (let y = L[30]!.y; y < L[57]!.y; y += 3) {
    for (let x = L[4]!.x; x < L[12]!.x; x += 3) {
      lights.push(sample(frame.luminance, x, y));
      for (let c = 0; c < 3; c++) warmth[c]!.push(sample(frame.colours[c]!, x, y));
    }
  }
  const bright = quantile(lights, 0.88);
  if (mouth.isOpen) {
    const own = ownToothColour(frame, mouth, bright);
    if (own) return own;
  }
  const level = clamp(0.35 * 0.93 * bright + 0.65 * Math.max(0.93 * bright, 192), 140, 212);
  // A hint of the light's own colour.
  const skin = warmth.map((values) => quantile(values, 0.88));
  const grey = mean(skin);
  const tint = skin.map((v) => clamp(1 + 0.12 * (v / grey - 1), 0.94, 1.06));
  return [level * 1.01 * tint[0]!, level * tint[1]!, level * 0.915 * tint[2]!];
}

function ownToothColour(frame: Frame, mouth: Mouth, bright: number): Colour | undefined {
  const found: { light: number; colour: Colour }[] = [];
  for (let x = Math.ceil(mouth.left.x); x < mouth.right.x; x++) {
    const from = curveAt(mouth.innerUpper, x);
    const to = curveAt(mouth.innerLower, x);
    for (let y = Math.ceil(from + 2); y < to - 2; y++) {
      found.push({
        light: sample(frame.luminance, x, y),
        colour: [sample(frame.colours[0], x, y), sample(frame.colours[1], x, y), sample(frame.colours[2], x, y)],
      });
    }
  }
  if (found.length < 40) return undefined;
  const limit = quantile(
    found.map((p) => p.light),
    0.55,
  );
  const teeth = found.filter((p) => p.light > limit && p.light > 0.4 * bright);
  if (teeth.length < 20) return undefined;
  return [0, 1, 2].map((c) =>
    quantile(
      teeth.map((p) => p.colour[c]!),
      0.5,
    ),
  ) as unknown as Colour;
}
