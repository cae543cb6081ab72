import { type Cast, Part, type Solids } from '../geometry/scene.ts';
import { mix, noise, random, saturate, smoothstep } from '../math.ts';
import { ambient, STUDIO } from './lights.ts';
import type { Occlusion } from './occlusion.ts';
import type { Surface } from './skin.ts';

/** What one pixel's shading gives: irradiance (to be blurred under skin), diffuse colour, shine; RGB each. */
export const SHADE_SIZE = 9;

const ggx = (nh: number, a: number): number => {
  const a2 = a * a;
  const f = nh * nh * (a2 - 1) + 1;
  return a2 / (Math.PI * f * f);
};

/** Colours what was hit. `q` is its neutral point; the normal `n` may be bent. */
export interface Materials {
  skin(q: Float64Array, blink: number, s: Surface): void;
  other(part: number, x: number, y: number, z: number, n: Float64Array, s: Surface): void;
}

export class Shader {
  readonly #materials: Materials;
  readonly #scene: Solids;
  readonly #light: Occlusion;
  readonly #surface: Surface = { r: 0, g: 0, b: 0, roughness: 0, specular: 0, lip: 0 };
  readonly #dome = new Float64Array(3);
  readonly #n = new Float64Array(3);

  constructor(materials: Materials, scene: Solids, light: Occlusion) {
    this.#materials = materials;
    this.#scene = scene;
    this.#light = light;
  }

  /** Normal by four taps of the exact distance. */
  normal(x: number, y: number, z: number, cast: Cast, eps: number, detail: boolean, out: Float64Array): void {
    const s = this.#scene;
    const a = s.distance(x + eps, y - eps, z - eps, cast, detail);
    const b = s.distance(x - eps, y - eps, z + eps, cast, detail);
    const c = s.distance(x - eps, y + eps, z - eps, cast, detail);
    const d = s.distance(x + eps, y + eps, z + eps, cast, detail);
    const nx = a - b - c + d;
    const ny = -a - b + c + d;
    const nz = -a + b - c + d;
    const l = 1 / (Math.hypot(nx, ny, nz) + 1e-9);
    out[0] = nx * l;
    out[1] = ny * l;
    out[2] = nz * l;
  }

  /** Nearness of other surfaces along the normal: 1 open .. 0 buried. */
  ambientOcclusion(x: number, y: number, z: number, n: Float64Array, cast: Cast): number {
    let sum = 0;
    let total = 0;
    let weight = 1;
    for (let i = 1; i <= (cast === 'head' ? 5 : 7); i++) {
      const h = 0.1 * i * i;
      const d = this.#scene.distance(x + (n[0] ?? 0) * h, y + (n[1] ?? 0) * h, z + (n[2] ?? 0) * h, cast, false);
      sum += weight * saturate((h - d) / h);
      total += weight;
      weight *= 0.8;
    }
    return saturate(1 - (sum / total) * 1.1) ** 1.15;
  }

  /** Shades the point whose material is `part`; (qx, qy, qz) is where it lies on the neutral head. Writes SHADE_SIZE numbers. */
  shade(x: number, y: number, z: number, part: number, cast: Cast, q: Float64Array, blink: number, key: number, out: Float64Array): void {
    const n = this.#n;
    this.normal(x, y, z, cast, 0.014, true, n);
    const gx = n[0] ?? 0;
    const gy = n[1] ?? 0;
    const gz = n[2] ?? 0;
    // The neck runs on under the jaw; where it lies inside the head it must stay skin, for a turn of the head bares it.
    const ao = Math.max(cast === 'body' ? 0.42 : 0, this.ambientOcclusion(x, y, z, n, this.#scene.surroundings(cast)));
    const s = this.#surface;
    const skin = part === Part.skin;
    let nx = gx;
    let ny = gy;
    let nz = gz;
    let px = gx;
    let py = gy;
    let pz = gz;
    if (skin) {
      this.#materials.skin(q, blink, s);
      const f = 16;
      const e = 0.4;
      const bx = noise(x * f + e, y * f, z * f) - noise(x * f - e, y * f, z * f);
      const by = noise(x * f, y * f + e, z * f) - noise(x * f, y * f - e, z * f);
      const bz = noise(x * f, y * f, z * f + e) - noise(x * f, y * f, z * f - e);
      px -= bx * 0.17;
      py -= by * 0.17;
      pz -= bz * 0.17;
      nx -= bx * 0.035;
      ny -= by * 0.035;
      nz -= bz * 0.035;
    } else this.#materials.other(part, x, y, z, n, s);
    if (!skin) {
      nx = n[0] ?? 0;
      ny = n[1] ?? 0;
      nz = n[2] ?? 0;
      px = nx;
      py = ny;
      pz = nz;
    }
    const nl1 = 1 / Math.hypot(nx, ny, nz);
    nx *= nl1;
    ny *= nl1;
    nz *= nl1;
    const pl = 1 / Math.hypot(px, py, pz);
    px *= pl;
    py *= pl;
    pz *= pl;
    let er = 0;
    let eg = 0;
    let eb = 0;
    let sr = 0;
    let sg = 0;
    let sb = 0;
    const vl = 1 / Math.hypot(x, y, 120 - z);
    const vx = -x * vl;
    const vy = -y * vl;
    const vz = (120 - z) * vl;
    const nv = saturate(nx * vx + ny * vy + nz * vz);
    const wrap = skin ? 0.1 : 0.03;
    // The lattice holds the neutral face: a posed point is shadowed as the neutral point that it came from.
    const ox = (q[0] ?? x) + gx * 0.12;
    const oy = (q[1] ?? y) + gy * 0.12;
    const oz = (q[2] ?? z) + gz * 0.12;
    let dice = key;
    for (const box of STUDIO) {
      const side = Math.ceil(Math.sqrt(box.samples));
      for (let j = 0; j < box.samples; j++) {
        const a = (((j % side) + random(dice++)) / side) * 2 - 1;
        const b = ((Math.floor(j / side) + random(dice++)) / Math.ceil(box.samples / side)) * 2 - 1;
        let lx = box.centre[0] + box.across[0] * a + box.up[0] * b - x;
        let ly = box.centre[1] + box.across[1] * a + box.up[1] * b - y;
        let lz = box.centre[2] + box.across[2] * a + box.up[2] * b - z;
        const ll = 1 / Math.hypot(lx, ly, lz);
        lx *= ll;
        ly *= ll;
        lz *= ll;
        const nl = nx * lx + ny * ly + nz * lz;
        if (nl <= -wrap) continue;
        let lit = this.#light.solid(ox, oy, oz, lx, ly, lz, box.rim ? 14 : 20);
        if (lit <= 0) continue;
        lit *= this.#light.hair(x, y, z, lx, ly, lz, box.rim ? 0.1 : 0.16, 0.5);
        const diffuse = (saturate((nl + wrap) / (1 + wrap)) * lit) / box.samples;
        const edge = skin ? 1 - smoothstep(0, 0.45, nl * lit) : 0;
        er += box.colour[0] * diffuse * mix(1, 1.1, edge);
        eg += box.colour[1] * diffuse * mix(1, 0.93, edge);
        eb += box.colour[2] * diffuse * mix(1, 0.86, edge);
        if (nl <= 0) continue;
        let hx = lx + vx;
        let hy = ly + vy;
        let hz = lz + vz;
        const hl = 1 / Math.hypot(hx, hy, hz);
        hx *= hl;
        hy *= hl;
        hz *= hl;
        const nh = saturate(px * hx + py * hy + pz * hz);
        const vh = saturate(vx * hx + vy * hy + vz * hz);
        const fresnel = Math.min(s.specular + (1 - s.specular) * (1 - vh) ** 5, 0.14);
        const rough = s.roughness * s.roughness;
        const lobe = 0.82 * ggx(nh, rough * 1.15 + 0.02) + 0.18 * ggx(nh, rough * 0.4);
        const shine = (fresnel * lobe * Math.min(1, nl * 4) * nl * Math.PI * 0.34 * lit) / (4 * Math.max(0.3, nv) * box.samples);
        sr += box.colour[0] * shine;
        sg += box.colour[1] * shine;
        sb += box.colour[2] * shine;
      }
    }
    ambient(ny, nz, this.#dome);
    const dome = this.#dome;
    const veil = 0.4 + 0.6 * this.#light.hair(x, y, z, nx * 0.8, ny * 0.8 + 0.2, nz * 0.8 + 0.25, 0.14, 0.4);
    const direct = 0.4 * mix(0.62, 1, ao);
    const aoR = ao ** 0.72;
    const aoB = ao ** 1.12;
    out[0] = er * direct + (dome[0] ?? 0) * aoR * veil * 0.98;
    out[1] = eg * direct + (dome[1] ?? 0) * ao * veil * 0.98;
    out[2] = eb * direct + (dome[2] ?? 0) * aoB * veil * 0.98;
    out[3] = s.r;
    out[4] = s.g;
    out[5] = s.b;
    const sheen = mix(0.4, 1, ao) * (s.lip > 0.5 ? 1.2 : 1);
    out[6] = sr * sheen;
    out[7] = sg * sheen;
    out[8] = sb * sheen;
  }
}
