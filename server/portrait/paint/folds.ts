import { type Frame, partOf } from '../frame.ts';
import type { Point } from '../numeric/curve.ts';
import { clamp, smoothstep } from '../numeric/mathematics.ts';
import { blur, sample } from '../numeric/plane.ts';
import type { Mouth } from '../refine/mouth.ts';
import { type LayerDraft, paintTexture, type Texture, type TextureRegion } from '../rig/layer.ts';

/** A shadow that an expression throws on the skin, faded in with it. */
export interface FoldPatch {
  readonly id: string;
  readonly texture: Texture;
  readonly region: TextureRegion;
  readonly opacity: NonNullable<LayerDraft['opacity']>;
}

/** How dark a fold gets, and what is left of the skin's light in it. */
const DEPTH = 0.42;
const LIGHT_LEFT = 0.42;

/** Nasolabial folds of a smile, furrows between drawn brows, lines of a raised forehead. */
export function foldPatches(frame: Frame, mouth: Mouth): FoldPatch[] {
  const { landmarks: L, unit: U } = frame;
  const out: FoldPatch[] = [];
  if (!mouth.isOpen) {
    for (const side of ['Right', 'Left'] as const) {
      const s = side === 'Right' ? -1 : 1;
      const wing = L[side === 'Right' ? 31 : 35]!;
      const corner = side === 'Right' ? mouth.left : mouth.right;
      const path = bezier(
        { x: wing.x + s * 0.09 * U, y: wing.y - 0.08 * U },
        { x: (wing.x + corner.x) / 2 + s * 0.19 * U, y: (wing.y + corner.y) / 2 - 0.07 * U },
        { x: corner.x + s * 0.15 * U, y: corner.y + 0.05 * U },
      );
      out.push(
        fold(frame, `foldSmile${side}`, { [`mouthSmile${side}`]: 0.85 }, boundsOf(path, 0.12 * U), (x, y) => {
          const { distance, along } = nearest(path, x, y);
          return Math.exp(-((distance / (0.052 * U)) ** 2)) * Math.sin(Math.PI * clamp(0.05 + 0.9 * along, 0, 1)) * 0.45;
        }),
      );
    }
  }
  const between = { x: (L[21]!.x + L[22]!.x) / 2, y: (L[21]!.y + L[22]!.y) / 2 + 0.06 * U };
  const root: TextureRegion = { x: between.x - 0.22 * U, y: between.y - 0.26 * U, width: 0.44 * U, height: 0.46 * U };
  out.push(
    fold(frame, 'furrows', { browDownLeft: 0.42, browDownRight: 0.42 }, root, (x, y) => {
      const fade = Math.exp(-(((y - between.y) / (0.12 * U)) ** 2));
      return [-0.075, 0.08].reduce((sum, at) => {
        const line = between.x + at * U + 0.1 * at * (y - between.y);
        return sum + Math.exp(-(((x - line) / (0.034 * U)) ** 2)) * fade * 0.42;
      }, 0);
    }),
  );
  const browTop = Math.min(...L.slice(17, 27).map((p) => p.y));
  const forehead: TextureRegion = { x: between.x - 0.62 * U, y: browTop - 0.56 * U, width: 1.24 * U, height: 0.5 * U };
  out.push(
    fold(frame, 'foreheadLines', { browInnerUp: 0.55, browOuterUpLeft: 0.18, browOuterUpRight: 0.18 }, forehead, (x, y) =>
      [0.17, 0.29, 0.41].reduce((sum, up, i) => {
        const across = (x - between.x) / (0.6 * U);
        const line = browTop - up * U + 0.09 * U * across * across - 0.02 * U;
        const strength = [0.6, 0.8, 0.55][i]!;
        return sum + strength * Math.exp(-(((y - line) / (0.026 * U)) ** 2)) * Math.exp(-(((x - between.x) / (0.42 * U)) ** 4)) * 0.5;
      }, 0),
    ),
  );
  return out;
}

function fold(
  frame: Frame,
  id: string,
  gains: FoldPatch['opacity']['gains'],
  region: TextureRegion,
  strength: (x: number, y: number) => number,
): FoldPatch {
  const x0 = clamp(Math.floor(region.x), 0, frame.width - 4);
  const y0 = clamp(Math.floor(region.y), 0, frame.height - 4);
  const box = {
    x: x0,
    y: y0,
    width: clamp(Math.ceil(region.width), 4, frame.width - x0),
    height: clamp(Math.ceil(region.height), 4, frame.height - y0),
  };
  const soft = partOf(frame, box).colours.map((plane) => blur(plane, (3 * frame.unit) / 128));
  const shown = { x: box.x, y: box.y, width: box.width, height: box.height };
  const texture = paintTexture(shown, 0.75, (x, y, out) => {
    // Towards the patch's border it must be clear.
    const edge = Math.min(x - box.x, y - box.y, box.x + box.width - x, box.y + box.height - y) / frame.unit;
    for (let c = 0; c < 3; c++) out[c] = sample(soft[c]!, x - box.x, y - box.y) * (c === 0 ? LIGHT_LEFT * 1.12 : LIGHT_LEFT);
    out[3] = DEPTH * strength(x, y) * smoothstep(0.05, 0.11, edge);
  });
  return { id, texture, region: shown, opacity: { base: 0, gains } };
}

const STEPS = 24;

function bezier(a: Point, b: Point, c: Point): Point[] {
  return Array.from({ length: STEPS + 1 }, (_, i) => {
    const t = i / STEPS;
    const [p, q, r] = [(1 - t) ** 2, 2 * t * (1 - t), t ** 2];
    return { x: p * a.x + q * b.x + r * c.x, y: p * a.y + q * b.y + r * c.y };
  });
}

function nearest(path: readonly Point[], x: number, y: number): { distance: number; along: number } {
  let best = Number.POSITIVE_INFINITY;
  let along = 0;
  path.forEach((p, i) => {
    const d = Math.hypot(x - p.x, y - p.y);
    if (d < best) {
      best = d;
      along = i / STEPS;
    }
  });
  return { distance: best, along };
}

function boundsOf(path: readonly Point[], room: number): TextureRegion {
  const xs = path.map((p) => p.x);
  const ys = path.map((p) => p.y);
  const x = Math.min(...xs) - room;
  const y = Math.min(...ys) - room;
  return { x, y, width: Math.max(...xs) + room - x, height: Math.max(...ys) + room - y };
}
