import { ellipsoid, smin } from '../math.ts';
import { Motion, type Pose } from '../motion.ts';
import type { Person } from '../person.ts';
import { BodyShape } from './body.ts';
import { CoverShape } from './cover.ts';
import { glassesDistance } from './glasses.ts';
import { HeadShape } from './head.ts';

export const Part = {
  none: 0,
  skin: 1,
  eye: 2,
  cloth: 3,
  shell: 4,
  accent: 5,
  rubber: 6,
  glass: 7,
  lamp: 8,
  linen: 9,
  frame: 10,
  cover: 11,
} as const;

/** Which solids a picture of one layer contains. `pods` are what sticks out of a robot's head. */
export type Cast = 'head' | 'body' | 'eyes' | 'pods' | 'glasses' | 'cover' | 'all';

/** Anything that rays can be marched against. */
export interface Solids {
  /** Kind of the nearest solid of the last `distance`. */
  readonly part: number;
  distance(x: number, y: number, z: number, cast: Cast, detail: boolean): number;
  /** What may keep the light of the room from a layer, beside itself. */
  surroundings(cast: Cast): Cast;
  setPose(pose: Pose | undefined): void;
}

/** All solids of one person in one pose. `distance` returns cm and leaves the nearest solid's kind in `part`. */
export class Scene implements Solids {
  readonly head: HeadShape;
  readonly body: BodyShape;
  readonly cover: CoverShape;
  readonly motion: Motion;
  part: number = Part.none;
  readonly #person: Person;
  #pose: Pose | undefined;
  #blink = 0;
  #warp = new Float64Array(3);

  constructor(person: Person) {
    this.#person = person;
    this.head = new HeadShape(person);
    this.body = new BodyShape(person);
    this.cover = new CoverShape(person);
    this.motion = new Motion(this.head);
  }

  surroundings(cast: Cast): Cast {
    if (cast === 'head' && this.cover.worn) return 'cover';
    return cast === 'body' || cast === 'cover' ? 'all' : cast;
  }

  setPose(pose: Pose | undefined): void {
    this.#pose = pose && Object.keys(pose).length > 0 ? pose : undefined;
    this.#blink = pose?.eyeBlinkLeft ?? 0;
  }

  headDistance(x: number, y: number, z: number, detail: boolean): number {
    if (!this.#pose) return this.head.distance(x, y, z, detail);
    const bound = Math.sqrt(x * x + (y - 0.5) * (y - 0.5) + (z + 7) * (z + 7)) - 13.4;
    if (bound > 1.5) return bound;
    const w = this.#warp;
    if (!this.motion.reaches(y)) return this.head.half(x, y, z, 1, this.#blink);
    const rough = this.head.distance(x, y, z, false);
    if (rough > 4.5) return rough - 3.5;
    this.motion.undo(this.#pose, x, y, z, 1, w);
    const upper = this.head.half(w[0] ?? 0, w[1] ?? 0, w[2] ?? 0, 1, this.#blink);
    if (Math.abs(w[0] ?? 0) > this.head.curves.mouthHalfWidth + 0.1 && Math.abs(x) > this.head.curves.mouthHalfWidth + 0.1)
      return upper * 0.85;
    this.motion.undo(this.#pose, x, y, z, -1, w);
    const lower = this.head.half(w[0] ?? 0, w[1] ?? 0, w[2] ?? 0, -1, this.#blink);
    return Math.max(Math.min(upper, lower), -this.#cavity(x, y, z)) * 0.85;
  }

  #cavity(x: number, y: number, z: number): number {
    return ellipsoid(x, y - this.head.curves.mouthY + 0.75, z + 2.1, 2.4, 1.75, 2.1);
  }

  /** Whether a point on the posed surface is the inside of the mouth. */
  insideMouth(x: number, y: number, z: number): boolean {
    return this.#cavity(x, y, z) < 0.04;
  }

  eyeDistance(x: number, y: number, z: number): number {
    const c = this.head.curves;
    const dx = Math.abs(x) - c.eyeX;
    const dz = z - c.eyeZ;
    return Math.sqrt(dx * dx + y * y + dz * dz) - c.eyeRadius;
  }

  distance(x: number, y: number, z: number, cast: Cast, detail: boolean): number {
    let d = 1e9;
    this.part = Part.none;
    if (cast === 'head' || cast === 'cover' || cast === 'all') {
      d = this.headDistance(x, y, z, detail);
      this.part = Part.skin;
    }
    if (cast === 'body' || cast === 'all') {
      const skin = this.body.skin(x, y, z);
      if (cast === 'all') d = smin(d, skin, 1.1);
      else d = skin;
      this.part = Part.skin;
      const cloth = this.body.garment(x, y, z, skin);
      if (cloth < d) {
        d = cloth;
        this.part = this.body.linen ? Part.linen : Part.cloth;
      }
    }
    if (this.cover.worn && (cast === 'cover' || cast === 'all')) {
      const cover = this.cover.distance(x, y, z, this.body.skin(x, y, z));
      if (cover < d) {
        d = cover;
        this.part = Part.cover;
      }
    }
    if (cast === 'glasses') {
      d = glassesDistance(this.#person, x, y, z);
      this.part = Part.frame;
    }
    if (cast === 'eyes' || cast === 'all') {
      const e = this.eyeDistance(x, y, z);
      if (e < d) {
        d = e;
        this.part = Part.eye;
      }
    }
    return d;
  }
}
