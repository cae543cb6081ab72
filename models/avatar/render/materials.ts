import { Part, type Scene } from '../geometry/scene.ts';
import { bump, fractal, noise } from '../math.ts';
import type { Person } from '../person.ts';
import type { Materials } from './shade.ts';
import { skinSurface, type Surface } from './skin.ts';

/** Skin and clothes of one person. */
export class PersonMaterials implements Materials {
  readonly #person: Person;
  readonly #scene: Scene;

  constructor(person: Person, scene: Scene) {
    this.#person = person;
    this.#scene = scene;
  }

  skin(q: Float64Array, blink: number, s: Surface): void {
    skinSurface(this.#person, this.#scene.head, q[0]!, q[1]!, q[2]!, blink, s);
  }

  /** Fine jersey: a quiet weave and soft broad variation; the hem a shade deeper. */
  other(part: number, x: number, y: number, z: number, n: Float64Array, s: Surface): void {
    const { garment } = this.#person;
    if (part === Part.frame) {
      [s.r, s.g, s.b] = this.#person.glasses === 'round' ? [0.07, 0.032, 0.014] : [0.012, 0.012, 0.014];
      s.roughness = 0.36;
      s.specular = 0.05;
      s.lip = 0;
      return;
    }
    if (part === Part.cover) {
      this.#cover(x, y, z, s);
      return;
    }
    const [r, g, b] = part === Part.linen ? garment.shirt : garment.colour;
    const weave = 0.94 + 0.08 * fractal(x * 1.1, y * 1.1, z * 1.1) + 0.07 * (noise(x * 24, y * 24, z * 24) - 0.5);
    const opening = this.#scene.body.neckline(x, y, z);
    const hem = bump((opening + 0.78) / 0.05);
    const shade = weave * (1 - (garment.kind === 'crew' ? 0.3 * hem : 0));
    s.r = r * shade;
    s.g = g * shade;
    s.b = b * shade;
    s.roughness = 0.8;
    s.specular = 0.02;
    s.lip = 0;
    if (garment.kind === 'crew' && opening > -0.75) {
      const rib = Math.sin(Math.atan2(x, z + 8.5) * 88) * 0.035;
      n[0] = (n[0] ?? 0) + rib * (n[2] ?? 0);
      n[2] = (n[2] ?? 0) - rib * (n[0] ?? 0);
    }
  }

  /** Cloth of a scarf, a turban or a cap: a fine even weave, with the sheen of cotton. */
  #cover(x: number, y: number, z: number, s: Surface): void {
    const { colour } = this.#person.headCover;
    const weave = 0.95 + 0.06 * fractal(x * 1.3, y * 1.3, z * 1.3) + 0.05 * (noise(x * 22, y * 22, z * 22) - 0.5);
    const shade = weave * this.#scene.cover.shade(x, y, z);
    s.r = colour[0] * shade;
    s.g = colour[1] * shade;
    s.b = colour[2] * shade;
    s.roughness = 0.62;
    s.specular = 0.026;
    s.lip = 0;
  }
}
