import { bump, ellipsoid, fractal, rod, smax, smin, smoothstep } from '../math.ts';
import type { Person } from '../person.ts';

/** Neck, shoulders and the garment, as signed distances. */
export class BodyShape {
  readonly #radius: number;
  readonly #kind: Person['garment']['kind'];
  /** Whether the last `garment` was nearest to shirt rather than to jacket. */
  linen = false;

  constructor(person: Person) {
    this.#radius = person.head.neckRadius;
    this.#kind = person.garment.kind;
  }

  skin(x: number, y: number, z: number): number {
    if (y > 1) return Math.max(y - 0.5, 1);
    const ax = Math.sqrt(x * x + 0.35);
    const r = this.#radius;
    let d = rod(x, y, z * 0.96, 0, -5.5, -8.1, 0, -18.5, -9.2, r * 0.95, r * 1.06);
    d = smin(d, rod(ax, y, z, r * 0.9, -6.5, -9, 1.2, -17.6, -4.7, 0.8, 0.7), 1.6);
    const torso = this.#torso(ax, y, z);
    return smin(d, torso, 2.4);
  }

  #torso(ax: number, y: number, z: number): number {
    const s = 0.86 + 0.13 * (this.#radius - 4.4);
    let d = rod(ax, y, z, 3, -17.6, -10, 15.4 * s, -20.9, -9.9, 2.9, 3.7);
    d = smin(d, ellipsoid(ax, y + 29, z + 9, 14.2 * s, 13.6, 7.5), 3);
    d = smin(d, rod(ax, y, z, 4, -13, -10.4, 8.8 * s, -18.1, -10.5, 1.8, 1.9), 4);
    return smin(d, rod(ax, y, z, 1.35, -18.4, -4.25, 11, -17.9, -7.5, 0.5, 0.55), 1.4);
  }

  /** Above 0: outside the neckline. A wide, shallow scoop; a turtleneck has none. */
  neckline(x: number, y: number, z: number): number {
    if (this.#kind === 'turtleneck') return y + 9.6 + 0.06 * z;
    const front = smoothstep(-12, -3.5, z);
    const reach = Math.sqrt(x * x * 0.85 + (z + 8.5) * (z + 8.5) * 0.5);
    if (this.#kind === 'blazer') return (5.4 - reach) * 0.6 + (y + 13.9) * 0.62 + front * (0.65 - 0.55 * Math.abs(x));
    return (7.1 - reach) * 0.55 + (y + 15.3) * 0.62 + front * 0.35;
  }

  garment(x: number, y: number, z: number, skin: number): number {
    this.linen = false;
    if (this.#kind === 'turtleneck') return this.#turtleneck(x, y, z, skin);
    if (y > -10) return Math.max(1, y + 10);
    if (this.#kind === 'blazer') return this.#blazer(x, y, z, skin);
    const fold = 0.22 * (fractal(x * 0.16 + 3, y * 0.11, z * 0.16) - 0.5) * smoothstep(-16, -19, y);
    const opening = this.neckline(x, y, z);
    const d = smax(skin - 0.34 - fold, opening, 0.2);
    const hem = Math.sqrt((skin - 0.3) * (skin - 0.3) + (opening + 0.36) * (opening + 0.36) * 0.55) - 0.33;
    return smin(d, hem, 0.16) * 0.85;
  }

  #turtleneck(x: number, y: number, z: number, skin: number): number {
    if (y > -7) return Math.max(1, y + 7);
    const around = Math.atan2(x, z + 8.8);
    const onNeck = smoothstep(-16.2, -14.4, y);
    const fold = 0.25 * (fractal(x * 0.16 + 3, y * 0.11, z * 0.16) - 0.5) * smoothstep(-16, -19, y);
    const ribs = 0.05 * Math.sin(around * 46) * onNeck;
    const turn = 0.34 * bump((y + 11.2) / 1.5) + 0.16 * bump((y + 14.4 + 0.2 * Math.sin(around * 3)) / 0.8);
    return smax(skin - 0.42 - turn - ribs - fold, this.neckline(x, y, z), 0.3) * 0.8;
  }

  /** Jacket with lapels over a shirt with a collar. */
  #blazer(x: number, y: number, z: number, skin: number): number {
    const ax = Math.abs(x);
    const isFront = z > -9.5;
    const fold = 0.2 * (fractal(x * 0.14 + 3, y * 0.1, z * 0.14) - 0.5) * smoothstep(-16, -19, y);
    const shirt = smax(skin - 0.3 + 0.03 * bump(x / 0.07) * (isFront ? 1 : 0), this.neckline(x, y, z), 0.16);
    // Edge of the jacket: a V from the sides of the neck to below the picture.
    const edge = 4.9 - 0.62 * (-12.6 - y) - ax + (isFront ? 0 : -3);
    const shoulders = smoothstep(9, 13.5, ax);
    const jacket = smax(skin - 0.72 - fold - 0.35 * shoulders, isFront ? edge : y + 12.4, 0.12);
    const notch = smoothstep(0.06, -0.02, Math.abs(y + 15.4 + 0.22 * (ax - 5)) - 0.05) * smoothstep(0.9, 1.2, -edge);
    const width = 2.5 + 0.5 * bump((y + 16.6) / 1.2) - 0.9 * smoothstep(-15.2, -14.6, y);
    const lapel = smax(smax(skin - 1.05, isFront ? edge - 0.02 : 1, 0.08), -edge - width + notch * 1.6, 0.1);
    const collarReach = Math.sqrt(x * x + (z + 8.8) * (z + 8.8));
    const stand = smax(Math.abs(collarReach - this.#radius - 0.62) - 0.17, Math.abs(y + 11.7 + 0.16 * (z + 8.8)) - 0.95, 0.2);
    // Wings of the collar: inner edge, edge from the tip outwards, top under the stand.
    const inward = ((ax - 1) * -3.3 - (y + 13.1) * 1.1) / 3.48;
    const lower = ((ax - 2.1) * 2.2 - (y + 16.4) * 3.1) / 3.8;
    const wing = smax(Math.abs(skin - 0.54) - 0.16, Math.max(inward, lower, y + 11.1), 0.1);
    const collar = isFront ? Math.min(smax(stand, 3.7 - ax, 0.4), wing) : stand;
    const white = Math.min(shirt, collar);
    const cloth = Math.min(jacket, lapel);
    this.linen = white < cloth;
    return Math.min(white, cloth) * 0.7;
  }
}
