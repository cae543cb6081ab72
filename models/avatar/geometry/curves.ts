import { bump, clamp, mix, smoothstep } from '../math.ts';
import type { Person } from '../person.ts';

/**
 * The analytic lines of the face, right half (x > 0) mirrored: they cut the geometry, colour it, carry lashes and
 * brows, and place the rig's vertices. `u` runs -1 (inner corner) .. 1 (outer corner) on the eye, -1..1 across the mouth.
 */
export class FaceCurves {
  readonly eyeX: number;
  readonly eyeZ: number;
  readonly eyeRadius: number;
  readonly eyeHalfWidth: number;
  readonly mouthHalfWidth: number;
  readonly mouthY: number;
  #opening: number;
  #tilt: number;
  #fold: number;
  #lips: Person['mouth'];
  #brows: Person['brows'];

  constructor(person: Person) {
    this.eyeX = person.eyes.separation;
    this.eyeRadius = person.eyes.radius;
    this.eyeZ = -person.eyes.radius - 0.12;
    this.eyeHalfWidth = person.eyes.halfWidth;
    this.mouthHalfWidth = person.mouth.halfWidth;
    this.mouthY = person.mouth.height;
    this.#opening = person.eyes.opening;
    this.#tilt = person.eyes.tilt;
    this.#fold = person.eyes.fold;
    this.#lips = person.mouth;
    this.#brows = person.brows;
  }

  eyeU(absX: number): number {
    return (absX - this.eyeX) / this.eyeHalfWidth;
  }

  /** y of the open upper lid's margin: highest a little inside the middle. */
  upperLid(u: number): number {
    const v = clamp(u, -1, 1);
    const a = 1 - Math.abs((v + 0.06) / (v > -0.06 ? 1.06 : 0.94)) ** 2.25;
    return 0.64 * this.#opening * a * (1 - 0.22 * this.#fold * smoothstep(0.1, -0.9, v)) + this.#tilt * v;
  }

  /** y of the open lower lid's margin: lowest outside the middle. */
  lowerLid(u: number): number {
    const v = clamp(u, -1, 1);
    const a = 1 - Math.abs((v - 0.16) / (v > 0.16 ? 0.84 : 1.16)) ** 2.4;
    return -0.5 * this.#opening * a + this.#tilt * v;
  }

  /** Where the lids meet: most of the way down. */
  closedLid(u: number): number {
    return mix(this.lowerLid(u), this.upperLid(u), 0.13);
  }

  upperLidAt(u: number, blink: number): number {
    return mix(this.upperLid(u), this.closedLid(u), blink);
  }

  lowerLidAt(u: number, blink: number): number {
    return mix(this.lowerLid(u), this.closedLid(u), blink);
  }

  /** y of the upper lid's crease; with a fold it lies on the lid's own margin. */
  crease(u: number): number {
    return this.upperLid(u) + (0.36 - 0.1 * u * u) * (1 - 0.85 * this.#fold);
  }

  /** y of the line between the closed lips: level corners with the faintest lift, a soft bow in the middle. */
  seam(x: number): number {
    const u = x / this.mouthHalfWidth;
    const a = Math.abs(u);
    const outside = Math.max(0, a - 1);
    return this.mouthY - 0.075 * bump(u / 0.3) + 0.05 * bump((a - 0.45) / 0.28) + this.#lips.corner * Math.min(a, 1) ** 3 - outside * 0.05;
  }

  /** Height of the red of the upper lip above the seam: cupid's bow. */
  upperLip(x: number): number {
    const a = Math.abs(x / this.mouthHalfWidth);
    if (a >= 1) return 0;
    return this.#lips.upper * ((1 - a ** 1.55) ** 0.85 * (1 - 0.2 * bump(a / 0.11)) + 0.13 * bump((a - 0.19) / 0.13));
  }

  lowerLip(x: number): number {
    const a = Math.abs(x / this.mouthHalfWidth);
    if (a >= 1) return 0;
    return this.#lips.lower * (1 - a ** 2) ** 0.95;
  }

  /** Middle line of the brow, s = 0 at the nose .. 1 at the tail, and its half thickness. */
  brow(s: number): { x: number; y: number; half: number } {
    const arch = 0.62 * this.#brows.arch;
    return {
      x: mix(1.35, 5.35, s),
      y: 1.92 + this.#brows.height + arch * Math.sin(s ** 1.12 * 2.3) - 0.36 * s * s,
      half: mix(0.3, 0.07, s ** 1.5) * this.#brows.thickness * mix(0.7, 1, smoothstep(0, 0.2, s)),
    };
  }
}
