import type { ParameterName } from '../../../server/face/parameters.ts';
import { bump, mix, smoothstep } from '../math.ts';
import { AXIS_X as X, type Measures } from './design.ts';
import type { Point } from './vector.ts';

/** Weights of rig parameters. */
export type Weights = Partial<Record<ParameterName, number>>;

const of = (w: Weights, name: ParameterName): number => w[name] ?? 0;
/** Share of the avatar's left half, which is the right one in the picture. */
const leftShare = (x: number): number => smoothstep(-34, 34, x - X);
const sided = (
  w: Weights,
  name:
    | 'mouthSmile'
    | 'mouthFrown'
    | 'mouthStretch'
    | 'mouthDimple'
    | 'mouthPress'
    | 'mouthUpperUp'
    | 'mouthLowerDown'
    | 'browDown'
    | 'browOuterUp'
    | 'cheekSquint'
    | 'noseSneer',
  x: number,
): number => {
  const left = leftShare(x);
  return of(w, `${name}Left`) * left + of(w, `${name}Right`) * (1 - left);
};

/** How far chin and lower lip drop at jawOpen = 1, px. */
const CHIN_DROP = 56;
const LIP_DROP = 76;

/** Displacement of the skin at a canvas point. */
export function skinAt(m: Measures, w: Weights, x: number, y: number): Point {
  let dx = 0;
  let dy = 0;
  const low = smoothstep(m.mouthY - 40, m.chinY - 16, y);
  dy += of(w, 'jawOpen') * CHIN_DROP * low * (1 - 0.12 * Math.min(1, Math.abs(x - X) / m.jaw));
  dx += -of(w, 'jawOpen') * 0.05 * (x - X) * low;
  dx += 15 * (of(w, 'jawLeft') - of(w, 'jawRight')) * low;
  const beside = Math.abs(x - X);
  const cheek = bump((beside - 108) / 62) * bump((y - 570) / 62);
  const smile = sided(w, 'mouthSmile', x);
  dy -= (9 * smile + 9 * sided(w, 'cheekSquint', x)) * cheek;
  dx += 4 * smile * cheek * Math.sign(x - X);
  dx += of(w, 'cheekPuff') * 15 * Math.sign(x - X) * bump((beside - 118) / 60) * bump((y - 620) / 70);
  dy -= sided(w, 'noseSneer', x) * 8 * bump((beside - m.noseHalf) / 26) * bump((y - m.noseY) / 40);
  dy -= of(w, 'mouthShrugLower') * 7 * bump((y - m.chinY + 36) / 44) * bump(beside / 60);
  const brow = bump((y - m.browY) / 44);
  const inner = bump((beside - 40) / 46);
  const outer = bump((beside - m.eyeX - 24) / 52);
  dy +=
    brow *
    (sided(w, 'browDown', x) * (23 * inner + 8 * outer) - of(w, 'browInnerUp') * 22 * inner - sided(w, 'browOuterUp', x) * 15 * outer);
  dx -= brow * sided(w, 'browDown', x) * 8 * inner * Math.sign(x - X);
  return [dx, dy];
}

/** Heights of the lids (px above the eye's middle are negative), u = -1 inner .. 1 outer corner. */
export class Lids {
  readonly #m: Measures;

  constructor(m: Measures) {
    this.#m = m;
  }

  upperRest(u: number): number {
    const v = Math.min(1, Math.max(-1, u));
    const a = 1 - Math.abs((v + 0.08) / (v > -0.08 ? 1.08 : 0.92)) ** 2.15;
    return -this.#m.upperLid * a - this.#m.tilt * v;
  }

  lowerRest(u: number): number {
    const v = Math.min(1, Math.max(-1, u));
    const a = 1 - Math.abs((v - 0.14) / (v > 0.14 ? 0.86 : 1.14)) ** 2.2;
    return this.#m.lowerLid * a - this.#m.tilt * v;
  }

  closed(u: number): number {
    return mix(this.lowerRest(u), this.upperRest(u), 0.12) + 2.5 * (1 - u * u);
  }

  upper(u: number, w: Weights, side: 'Left' | 'Right'): number {
    const open = this.lowerRest(u) - this.upperRest(u);
    return (
      mix(this.upperRest(u), this.closed(u), of(w, `eyeBlink${side}`)) +
      open *
        (0.1 * of(w, `eyeSquint${side}`) -
          0.17 * of(w, `eyeWide${side}`) +
          0.3 * of(w, `eyeLookDown${side}`) -
          0.1 * of(w, `eyeLookUp${side}`) -
          0.2 * of(w, 'gazeY'))
    );
  }

  lower(u: number, w: Weights, side: 'Left' | 'Right'): number {
    const open = this.lowerRest(u) - this.upperRest(u);
    return (
      mix(this.lowerRest(u), this.closed(u), of(w, `eyeBlink${side}`)) +
      open *
        (-0.24 * of(w, `eyeSquint${side}`) + 0.05 * of(w, `eyeWide${side}`) + 0.05 * of(w, `eyeLookDown${side}`) - 0.04 * of(w, 'gazeY'))
    );
  }
}

export type LipRow = 'upperOuter' | 'upperInner' | 'lowerInner' | 'lowerOuter';

/** A point of the lips: s = -1 .. 1 from corner to corner. */
export function lipAt(m: Measures, w: Weights, row: LipRow, s: number): Point {
  const a = Math.min(1, Math.abs(s));
  const p = (1 - a * a) ** 0.72;
  const isUpper = row === 'upperOuter' || row === 'upperInner';
  const isOuter = row === 'upperOuter' || row === 'lowerOuter';
  const bow = 2.4 * bump(s / 0.24) - 2.2 * bump((a - 0.42) / 0.26);
  let x = X + s * m.mouthHalf;
  let y = m.mouthY - m.cornerUp * a ** 2.4 + bow;
  if (row === 'upperOuter') y -= m.upperLip * ((1 - a ** 1.7) ** 0.9 * (1 - 0.24 * bump(a / 0.13)) + 0.12 * bump((a - 0.22) / 0.14));
  if (row === 'lowerOuter') y += m.lowerLip * (1 - a ** 2.1) ** 0.95;
  const corner = a ** 2.2;
  const open = of(w, 'jawOpen');
  if (isUpper) y -= 5 * p * open;
  else y += LIP_DROP * p ** (isOuter ? 0.85 : 1) * open - (isOuter ? 0.16 * m.lowerLip * p * open : 0);
  y += 12 * corner * open;
  x -= 0.09 * (x - X) * open;
  const close = of(w, 'mouthClose');
  y += isUpper ? 4 * p * close : -LIP_DROP * p * close;
  const funnel = of(w, 'mouthFunnel');
  const pucker = of(w, 'mouthPucker');
  const rest = X + s * m.mouthHalf;
  x -= (rest - X) * (0.3 * funnel + 0.4 * pucker);
  y += funnel * p * (isUpper ? -(isOuter ? 13 : 9) : isOuter ? 16 : 11);
  y += pucker * p * (isUpper ? -(isOuter ? 6 : 1) : isOuter ? 7 : 1);
  y += m.cornerUp * corner * (funnel + pucker) * 0.8;
  const smile = sided(w, 'mouthSmile', rest);
  x += Math.sign(s) * corner * 15 * smile;
  y -= smile * (17 * corner - 3 * p);
  if (isOuter) y += smile * p * (isUpper ? 2.5 : -2);
  const frown = sided(w, 'mouthFrown', rest);
  y += frown * (13 * corner - 2 * p);
  const stretch = sided(w, 'mouthStretch', rest);
  x += Math.sign(s) * corner * 14 * stretch;
  y += 3 * corner * stretch;
  x += Math.sign(s) * corner * 6 * sided(w, 'mouthDimple', rest);
  const press = sided(w, 'mouthPress', rest);
  if (isOuter) y += press * p * (isUpper ? 0.4 * m.upperLip : -0.42 * m.lowerLip);
  if (!isUpper) y -= of(w, 'mouthRollLower') * p * (isOuter ? 0.62 * m.lowerLip + 2 : 2);
  if (isUpper) y += of(w, 'mouthRollUpper') * p * (isOuter ? 0.6 * m.upperLip : 0.5);
  y -= of(w, 'mouthShrugLower') * p * (isUpper ? 3 : isOuter ? 7 : 3);
  if (row === 'upperOuter') y -= of(w, 'mouthShrugUpper') * p * 4;
  if (isUpper) y -= sided(w, 'mouthUpperUp', rest) * p * (isOuter ? 12 : 15);
  else y += sided(w, 'mouthLowerDown', rest) * p * (isOuter ? 13 : 15);
  x += 15 * (of(w, 'mouthLeft') - of(w, 'mouthRight')) + (isUpper ? 0 : 12 * p * (of(w, 'jawLeft') - of(w, 'jawRight')));
  return [x, y];
}

export const jawDrop = (w: Weights): number => LIP_DROP * of(w, 'jawOpen');
