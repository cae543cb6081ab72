import { ellipsoid, fractal, rod, smax, smin, smoothstep } from '../math.ts';
import type { Person } from '../person.ts';

/** Neck, shoulders and the garment, as signed distances. */
export class BodyShape {
  #radius: number;

  constructor(person: Person) {
    this.#radius = person.head.neckRadius;
  }

  skin(x: number, y: number, z: number): number {
    if (y > 1) return Math.max(y - 0.5, 1);
    const ax = Math.abs(x);
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

  /** Above 0: outside the neckline. A wide, shallow scoop. */
  neckline(x: number, y: number, z: number): number {
    const front = smoothstep(-12, -3.5, z);
    const reach = Math.sqrt(x * x * 0.85 + (z + 8.5) * (z + 8.5) * 0.5);
    return (7.1 - reach) * 0.55 + (y + 15.3) * 0.62 + front * 0.35;
  }

  garment(x: number, y: number, z: number, skin: number): number {
    if (y > -11) return Math.max(1, y + 11);
    const fold = 0.22 * (fractal(x * 0.16 + 3, y * 0.11, z * 0.16) - 0.5) * smoothstep(-16, -19, y);
    const opening = this.neckline(x, y, z);
    const d = smax(skin - 0.34 - fold, opening, 0.2);
    const hem = Math.sqrt((skin - 0.3) * (skin - 0.3) + (opening + 0.36) * (opening + 0.36) * 0.55) - 0.33;
    return smin(d, hem, 0.16) * 0.85;
  }
}
