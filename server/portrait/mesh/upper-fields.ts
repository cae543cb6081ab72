import type { Frame } from '../frame.ts';
import { curveAt, curveThrough, type Point } from '../numeric/curve.ts';
import { clamp, smoothstep } from '../numeric/mathematics.ts';
import type { Eye, Eyes } from '../refine/eyes.ts';
import type { FaceMesh } from './face-mesh.ts';
import { type Field, zeroField } from './field.ts';

/** Elementary movements of brows, lids, cheeks and nose; of the person's right side first. */
export interface UpperFields {
  readonly browUp: readonly [Field, Field];
  /** The inner ends up. */
  readonly browInner: readonly [Field, Field];
  readonly browOuter: readonly [Field, Field];
  readonly browDown: readonly [Field, Field];
  readonly blink: readonly [Field, Field];
  /** Upper lid up by one opening. */
  readonly lift: readonly [Field, Field];
  /** Lower lid up by one opening. */
  readonly squint: readonly [Field, Field];
  readonly cheek: readonly [Field, Field];
  readonly sneer: readonly [Field, Field];
  readonly puff: Field;
  /** Shoulders up by a breath. */
  readonly breath: Field;
}

/** Share of the opening that the lower lid rises when the eye shuts. */
export const LOWER_LID_SHARE = 0.14;
/** How far below the upper lid's margin its lashes are carried along rigidly, in 1/128 of the eye distance. */
const RIGID_LASHES = 3.5;

export function upperFields(frame: Frame, eyes: Eyes, mesh: FaceMesh): UpperFields {
  const { landmarks: L, unit: U } = frame;
  const k = U / 128;
  const { count, x, y } = mesh;
  const field = (move: (x: number, y: number) => readonly [number, number]): Field => {
    const out = zeroField(mesh);
    for (let i = 0; i < count; i++) [out.dx[i], out.dy[i]] = move(x[i]!, y[i]!) as [number, number];
    return out;
  };
  const both = (make: (side: 0 | 1) => Field): [Field, Field] => [make(0), make(1)];
  const browPoints = [L.slice(17, 22), L.slice(22, 27)] as const;
  const noseX = L[27]!.x;
  /** The brows' movements must not add up over the root of the nose. */
  const root = (px: number) => 1 - 0.55 * Math.exp(-(((px - noseX) / (0.14 * U)) ** 2));

  const brow = (side: 0 | 1, dy: (inward: number) => number, dx: (inward: number) => number = () => 0): Field => {
    const points = browPoints[side];
    const line = curveThrough(points);
    const [x0, x1] = [points[0]!.x, points.at(-1)!.x];
    const eye = eyes[side];
    return field((px, py) => {
      const along = clamp((px - x0) / (x1 - x0), -0.2, 1.2);
      const inward = side === 0 ? along : 1 - along;
      const beside = 1 - smoothstep(0, 0.3 * U, Math.max(x0 - px, px - x1));
      const below = py - curveAt(line, px);
      const lid = curveAt(eye.upper, clamp(px, eye.upper.xs[0]!, eye.upper.xs.at(-1)!));
      // Down to the lid's margin, up into the forehead.
      const reach =
        below > 0
          ? 1 - smoothstep(0.09 * U, Math.max(0.19 * U, lid - curveAt(line, px) + 0.01 * U), below)
          : 1 - smoothstep(0.06 * U, 0.62 * U, -below);
      const share = beside * reach * root(px);
      return [(side === 0 ? 1 : -1) * dx(clamp(inward, 0, 1)) * share, dy(inward) * share];
    });
  };

  return {
    browUp: both((side) => brow(side, (t) => -0.11 * U * (0.75 + 0.25 * clamp(t, 0, 1)))),
    browInner: both((side) => brow(side, (t) => -0.11 * U * clamp(t, 0, 1.2) ** 1.5)),
    browOuter: both((side) => brow(side, (t) => -0.09 * U * (1 - clamp(t, 0, 1)))),
    browDown: both((side) =>
      brow(
        side,
        (t) => 0.075 * U * (0.35 + 0.65 * clamp(t, 0, 1.1)),
        (t) => 0.04 * U * t,
      ),
    ),
    blink: both((side) => field(blinkOf(eyes[side], browPoints[side], k, U))),
    lift: both((side) => field(liftOf(eyes[side], k, U))),
    squint: both((side) => field(squintOf(eyes[side], U))),
    cheek: both((side) => field(cheekOf(L, side, noseX, U))),
    sneer: both((side) => {
      const wing = L[side === 0 ? 31 : 35]!;
      return field((px, py) => [
        0,
        -0.06 * U * bell((px - wing.x) / (0.13 * U), (py - wing.y + 0.04 * U) / (0.16 * U)) * (py < wing.y + 0.2 * U ? 1 : 0),
      ]);
    }),
    puff: field((px, py) => {
      let dx = 0;
      for (const side of [0, 1] as const) {
        const c = { x: L[side === 0 ? 4 : 12]!.x * 0.55 + L[side === 0 ? 48 : 54]!.x * 0.45, y: L[48]!.y * 0.5 + L[54]!.y * 0.5 };
        dx += (side === 0 ? -1 : 1) * 0.07 * U * bell((px - c.x) / (0.2 * U), (py - c.y) / (0.24 * U));
      }
      return [dx, 0];
    }),
    breath: field((_px, py) => [0, -0.02 * U * smoothstep(L[8]!.y + 0.35 * U, L[8]!.y + 1.1 * U, py)]),
  };
}

const bell = (a: number, b: number): number => Math.exp(-(a * a + b * b));

/** Margins of an eye's lids at x; undefined beyond its corners. */
function lidsAt(eye: Eye, px: number): { upper: number; lower: number; opening: number } | undefined {
  const { upper, lower } = eye;
  if (px <= upper.xs[0]! || px >= upper.xs.at(-1)!) return undefined;
  const u = curveAt(upper, px);
  const l = curveAt(lower, px);
  return { upper: u, lower: l, opening: Math.max(0, l - u) };
}

/** The upper lid comes down to the line where the lids meet, carrying its lashes; the skin up to the brow gives way. */
function blinkOf(eye: Eye, brow: readonly Point[], k: number, U: number) {
  const browLine = curveThrough(brow);
  return (px: number, py: number): readonly [number, number] => {
    const lids = lidsAt(eye, px);
    if (!lids) return [0, 0];
    const { upper, lower, opening } = lids;
    const down = opening * (1 - LOWER_LID_SHARE) + 1.6 * k * Math.min(1, opening / (5 * k));
    const up = -opening * LOWER_LID_SHARE;
    if (py < upper) {
      const room = Math.max(upper - curveAt(browLine, px) - 0.1 * U, 0.13 * U);
      const above = upper - py;
      const share = above < RIGID_LASHES * k ? 1 : (1 - smoothstep(0, 1, (above - RIGID_LASHES * k) / room)) ** 1.35;
      // Further up the skin follows in one soft bow: near the corners it must not be torn off its surroundings.
      const along = (px - eye.upper.xs[0]!) / (eye.upper.xs.at(-1)! - eye.upper.xs[0]!);
      const bow = Math.sin(Math.PI * clamp(along, 0, 1)) ** 0.8;
      return [0, share * down * (above < RIGID_LASHES * k ? 1 : 1 - (1 - bow) * smoothstep(RIGID_LASHES * k, 3 * RIGID_LASHES * k, above))];
    }
    if (py > lower) return [0, (1 - smoothstep(2 * k, 0.2 * U, py - lower)) * up];
    return [0, down + (up - down) * clamp((py - upper) / Math.max(opening, 0.5), 0, 1)];
  };
}

function liftOf(eye: Eye, k: number, U: number) {
  return (px: number, py: number): readonly [number, number] => {
    const lids = lidsAt(eye, px);
    if (!lids) return [0, 0];
    const { upper, lower, opening } = lids;
    if (py < upper) return [0, -opening * (1 - smoothstep(RIGID_LASHES * k, 0.22 * U, upper - py))];
    return [0, py > lower ? 0 : -opening * (1 - clamp((py - upper) / Math.max(opening, 0.5), 0, 1))];
  };
}

function squintOf(eye: Eye, U: number) {
  return (px: number, py: number): readonly [number, number] => {
    const lids = lidsAt(eye, px);
    if (!lids) return [0, 0];
    const { upper, lower, opening } = lids;
    if (py > lower) return [0, -opening * (1 - smoothstep(2, 0.2 * U, py - lower))];
    return [0, py < upper ? 0 : -opening * clamp((py - upper) / Math.max(opening, 0.5), 0, 1)];
  };
}

function cheekOf(L: readonly Point[], side: 0 | 1, noseX: number, U: number) {
  const [mouth, eye] = [L[side === 0 ? 48 : 54]!, L[side === 0 ? 36 : 45]!];
  const c = { x: mouth.x * 0.45 + eye.x * 0.55 + (side === 0 ? -0.02 : 0.02) * U, y: mouth.y * 0.45 + eye.y * 0.55 };
  return (px: number, py: number): readonly [number, number] => {
    const besideNose = 1 - Math.exp(-(((px - noseX) / (0.2 * U)) ** 4));
    return [0, -0.07 * U * bell((px - c.x) / (0.22 * U), (py - c.y) / (0.2 * U)) * besideNose];
  };
}
