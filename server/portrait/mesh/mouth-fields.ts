import type { Frame } from '../frame.ts';
import { curveAt, type Point } from '../numeric/curve.ts';
import { clamp, mix, smoothstep } from '../numeric/mathematics.ts';
import type { Mouth } from '../refine/mouth.ts';
import type { FaceMesh } from './face-mesh.ts';
import { type Field, masked } from './field.ts';
import { ThinSheet } from './thin-sheet.ts';

/** Elementary movements of the mouth; what blend shapes and visemes are mixed of. One unit is what its comment says. */
export interface MouthFields {
  /** Chin and lower lip down by one eye distance. */
  readonly jaw: Field;
  /** Parted lips of the photograph meet. */
  readonly close: Field;
  /** Upper lip up, lower lip down by one eye distance. */
  readonly up: Field;
  readonly low: Field;
  /** Corners apart by one eye distance each; corners up by one eye distance. */
  readonly wide: Field;
  readonly corner: Field;
  /** Lips narrowed to three fifths. */
  readonly pucker: Field;
  /** The middle of both lips parted by one eye distance each. */
  readonly round: Field;
  /** Lips pressed together. */
  readonly press: Field;
  /** Lower lip rolled over its teeth; upper lip over its. */
  readonly rollLower: Field;
  readonly rollUpper: Field;
  /** Lips pushed forward like a trumpet. */
  readonly funnel: Field;
  /** Mouth and chin to the right of the picture by one eye distance. */
  readonly side: Field;
  readonly jawSide: Field;
  /** Chin and lower lip pushed up. */
  readonly shrug: Field;
}

export function mouthFields(frame: Frame, mouth: Mouth, mesh: FaceMesh): MouthFields {
  const { landmarks: L, unit: U } = frame;
  const { count, x, y, isBelow, mouthCentre: centre, mouthHalf: half } = mesh;
  const chin = L[8]!;
  const eyeY = (L[36]!.y + L[45]!.y) / 2;
  const nose = L[33]!;
  // A smile is wider than the mouth that speaks.
  const speakingHalf = Math.min(half, 0.43 * U);

  const s = new Float64Array(count);
  const depthInLip = new Float64Array(count);
  const inLip = new Uint8Array(count);
  const gap = new Float64Array(count);
  const outside = new Float64Array(count);
  const lowest = curveAt(mouth.outerLower, centre.x);
  for (let i = 0; i < count; i++) {
    const at = clamp(x[i]!, mouth.left.x, mouth.right.x);
    const [iu, il, ou, ol] = [
      curveAt(mouth.innerUpper, at),
      curveAt(mouth.innerLower, at),
      curveAt(mouth.outerUpper, at),
      curveAt(mouth.outerLower, at),
    ];
    s[i] = (x[i]! - centre.x) / half;
    gap[i] = Math.max(0, il - iu);
    depthInLip[i] = isBelow[i] ? clamp((y[i]! - il) / Math.max(ol - il, 2), 0, 1) : clamp((iu - y[i]!) / Math.max(iu - ou, 2), 0, 1);
    inLip[i] = Math.abs(s[i]!) <= 1.001 && (isBelow[i] ? y[i]! <= ol + 1 : y[i]! >= ou - 1) ? 1 : 0;
    const over = isBelow[i] ? Math.max(0, y[i]! - ol) : Math.max(0, ou - y[i]!);
    outside[i] = Math.hypot(Math.max(0, Math.abs(x[i]! - centre.x) - half), over);
  }
  const widestGap = Math.max(...mouth.innerLower.ys.map((v, i) => v - mouth.innerUpper.ys[i]!), 0);

  const hull = jawHull(L, centre, U);
  const isFixed = new Uint8Array(count);
  const isChin = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const isAbove = y[i]! < (Math.abs(x[i]! - nose.x) < 0.3 * U ? nose.y - 0.02 * U : eyeY + 0.3 * U);
    const lipBottom = Math.max(curveAt(mouth.outerLower, clamp(x[i]!, mouth.left.x, mouth.right.x)), Math.abs(s[i]!) < 1 ? lowest : 0);
    isChin[i] =
      isBelow[i] &&
      ((x[i]! - chin.x) / (0.36 * U)) ** 2 + ((y[i]! - (chin.y - 0.17 * U)) / (0.19 * U)) ** 2 < 1 &&
      y[i]! > lipBottom + 0.13 * U
        ? 1
        : 0;
    const still = (!hull(x[i]!, y[i]!) || isAbove) && !inLip[i];
    isFixed[i] = still || inLip[i] || isChin[i] ? 1 : 0;
    if (still) isChin[i] = 0;
  }
  const sheet = new ThinSheet(mesh, isFixed);

  type Value = (i: number, q: number, a: number) => number;
  const field = (dx: Value, dy: Value, chinDx = 0, chinDy = 0, dz?: Value): Field => {
    const valuesX = new Float64Array(count);
    const valuesY = new Float64Array(count);
    const valuesZ = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      const q = depthInLip[i]!;
      const a = Math.abs(s[i]!);
      if (inLip[i]) {
        valuesX[i] = dx(i, q, a);
        valuesY[i] = dy(i, q, a);
        if (dz) valuesZ[i] = dz(i, q, a);
      } else if (isChin[i]) {
        valuesX[i] = chinDx;
        valuesY[i] = chinDy;
      }
    }
    return { dx: sheet.spread(valuesX), dy: sheet.spread(valuesY), dz: dz ? sheet.spread(valuesZ) : valuesZ };
  };
  const none: Value = () => 0;
  const full = (a: number) => Math.max(0, 1 - a ** 2.3) ** 0.85;
  const middle = (a: number) => Math.max(0, 1 - (a / 0.72) ** 2);
  const soft = (a: number) => Math.max(0, 1 - a * a) ** 1.1;
  const lip = (i: number, upper: number, lower: number) => (isBelow[i] ? lower : upper);
  /** Rounding stays with the lips: cheeks and the folds beside the nose must not follow it. */
  const local = (f: Field): Field => masked(mesh, f, (i) => 1 - smoothstep(0.08 * U, 0.5 * U, outside[i]!));

  const cornerDrop = (a: number) => 0.26 * (1 - full(a)) * Math.min(1, a);
  return {
    jaw: field(
      (i, _q, a) => -0.1 * U * s[i]! * a,
      (i, q, a) => U * lip(i, mix(0.02 * full(a) + cornerDrop(a), 0.09 * (1 - full(a)), q), cornerDrop(a) + 0.96 * full(a)),
      0,
      U,
    ),
    close: field(none, (i, q) => lip(i, 0.4 * gap[i]! * mix(1, 0.35, q), -0.6 * gap[i]! * mix(1, 0.55, q)), 0, -0.25 * widestGap),
    up: field(none, (i, q, a) => lip(i, -U * full(a) * mix(1, 0.72, q), 0)),
    low: field(none, (i, q, a) => lip(i, 0, U * full(a) * mix(1, 0.72, q))),
    wide: field((i, q) => U * s[i]! * mix(1, 0.9, q), none),
    corner: field(
      (i, _q, a) => 0.55 * U * s[i]! * a,
      (_i, _q, a) => -U * a ** 2.2,
    ),
    pucker: local(
      field(
        (i, q) => -speakingHalf * s[i]! * mix(0.4, 0.34, q),
        (i, q, a) => lip(i, U * mix(0, -0.035, q) * soft(a), U * mix(0, 0.035, q) * soft(a)),
        0,
        0,
        (_i, _q, a) => 0.14 * U * soft(a),
      ),
    ),
    round: local(field(none, (i, q, a) => lip(i, -U * middle(a) * mix(1, 0.8, q), U * middle(a) * mix(1, 0.8, q)))),
    press: field(none, (i, q, a) => lip(i, U * mix(0, 0.04, q) * full(a), U * mix(0, -0.045, q) * full(a))),
    rollLower: field(none, (i, q, a) => lip(i, 0, U * mix(-0.055, -0.075, q) * full(a)), 0, -0.02 * U),
    rollUpper: field(none, (i, q, a) => lip(i, U * mix(0.004, 0.045, q) * full(a), 0)),
    funnel: local(
      field(
        (i) => -0.1 * speakingHalf * s[i]!,
        (i, q, a) =>
          lip(i, U * mix(-0.05, -0.09, q) * Math.max(0, 1 - a * a) ** 0.55, U * mix(0.05, 0.09, q) * Math.max(0, 1 - a * a) ** 0.55),
        0,
        0,
        (_i, _q, a) => 0.12 * U * soft(a),
      ),
    ),
    side: field((_i, _q, a) => U * (1 - 0.4 * a), none, 0.35 * U, 0),
    jawSide: field((i, q, a) => lip(i, 0.1 * U * full(a) * q, U * (1 - 0.6 * a)), none, U, 0),
    shrug: field(none, (i, _q, a) => lip(i, -0.35 * U * full(a), -0.7 * U * full(a)), 0, -U),
  };
}

/** How far below the chin the skin gives way: room enough for a jaw that drops by `JAW_DROP` to press it together, not fold it. */
const GIVING_NECK = 0.66;

/** The jaw's contour, pushed outwards below the chin: what may move with the mouth. Hair stays, and most of the neck. */
function jawHull(L: readonly Point[], centre: { x: number; y: number }, U: number): (x: number, y: number) => boolean {
  const points = L.slice(0, 17).map((p, i) => {
    const beside = smoothstep(0.22, 0.75, Math.abs(i - 8) / 8);
    const [dx, dy] = [p.x - centre.x, p.y - centre.y];
    const radius = Math.hypot(dx, dy);
    return { angle: Math.atan2(dx, dy), radius: mix(radius + GIVING_NECK * U, 0.96 * radius, beside) };
  });
  const sorted = points.sort((a, b) => a.angle - b.angle);
  const curve = { xs: Float64Array.from(sorted, (p) => p.angle), ys: Float64Array.from(sorted, (p) => p.radius) };
  return (x, y) => Math.hypot(x - centre.x, y - centre.y) < curveAt(curve, Math.atan2(x - centre.x, y - centre.y));
}
