import { bump, ellipsoid, fractal, mix, rod, smax, smin, smoothstep } from '../math.ts';
import type { Person } from '../person.ts';

/** Section of folded cloth, about -1 .. 1: broad rolls with narrow valleys between them. */
function fold(t: number): number {
  const s = Math.sin(t + 0.5 * Math.sin(t * 0.43 + 1.3));
  return 0.75 * (1 - 2 * (0.5 - 0.5 * s) ** 1.7) + 0.25 * Math.sin(t * 2.3 + 1);
}

/** What covers the head, as a signed distance (cm). All of it is cloth of one colour; `shade` darkens seams and hems. */
export class CoverShape {
  readonly #kind: Person['headCover']['kind'];
  readonly #width: number;
  readonly #chinY: number;
  readonly #neckRadius: number;
  readonly #jawWidth: number;

  constructor(person: Person) {
    this.#kind = person.headCover.kind;
    this.#width = person.head.width;
    this.#chinY = -8.62 - person.head.chinDrop;
    this.#neckRadius = person.head.neckRadius;
    this.#jawWidth = person.head.jawWidth;
  }

  get worn(): boolean {
    return this.#kind !== 'none';
  }

  /** `bodySkin` is the distance to neck and shoulders at this point: a scarf lies on them. */
  distance(x: number, y: number, z: number, bodySkin: number): number {
    switch (this.#kind) {
      case 'hijab':
        return this.#hijab(x, y, z, bodySkin);
      case 'turban':
        return this.#turban(x, y, z);
      case 'cap':
        return this.#cap(x, y, z);
      default:
        return 1e9;
    }
  }

  /** Height (cm) above which hair lies under the cover; what hangs below it stays in sight. */
  rim(x: number, z: number): number {
    // It rises to the back, or the camera would look into the cap from below.
    if (this.#kind === 'cap') return 4.5 + 0.06 * Math.max(0, 1 - z) - 0.02 * x * x;
    // From the forehead down over the upper half of the ears to the nape.
    return 4.85 - 0.03 * x * x - 0.33 * Math.max(0, -1 - z);
  }

  /** Share of light that the cloth itself gives back: stitches and hems are darker. */
  shade(x: number, y: number, z: number): number {
    if (this.#kind === 'cap') return this.#capStitches(x, y, z);
    if (this.#kind === 'turban') return 1;
    const beyond = this.#openingEdge(x, y) - this.#band(x, y);
    return mix(0.5, 1, smoothstep(-0.1, 0.02, beyond)) * (1 - 0.14 * bump((beyond - 0.5) / 0.05));
  }

  /** Distance (cm, roughly) outside the oval that the face looks through. */
  #openingEdge(x: number, y: number): number {
    const top = 5.3;
    const bottom = this.#chinY - 0.75;
    const middle = 0.2;
    const upper = y > middle;
    const v = upper ? (y - middle) / (top - middle) : (y - middle) / (bottom - middle);
    const half = 5.32 * this.#width * (upper ? 1 : mix(1, this.#jawWidth, v * v));
    // Fuller than an ellipse at the temples, not at the jaw.
    const n = upper ? 2.35 : mix(2.35, 2, v);
    const k = (Math.abs(x / half) ** n + Math.abs(v) ** n) ** (1 / n);
    return (k - 1) * 5.4;
  }

  /** Width (cm) of the cap under the scarf that shows around the forehead, and less down to the cheeks. */
  #band(x: number, y: number): number {
    return 0.95 * smoothstep(-2.5, 4, y + 0.1 * x);
  }

  #hijab(x: number, y: number, z: number, bodySkin: number): number {
    const bound = Math.sqrt(x * x + (y + 4) * (y + 4) + (z + 8) * (z + 8)) - 24;
    if (bound > 3) return bound;
    const ax = Math.sqrt(x * x + 0.01);
    const w = this.#width;
    let d = ellipsoid(ax, y - 2.75, z + 8.1, 8 * w, 8.95, 10.25);
    d = smin(d, ellipsoid(ax, y + 2.2, z + 7.2, 7.6 * w, 9.4, 8.6), 2);
    d = smin(d, ellipsoid(ax, y - this.#chinY - 2.1, z + 5.3, 6.1 * w, 4.7, 5.7), 2.4);
    const r = this.#neckRadius + 2.5;
    d = smin(d, rod(ax, y, z, 0, -4.5, -8.3, 0, -16.4, -7.8, r, r + 1.2), 3.4);
    if (y < -2) {
      // The drape: cloth on the shoulders, longer in front.
      const reach = Math.sqrt(x * x * 0.8 + (z + 8) * (z + 8) * 0.9) + 0.35 * (y + 16) + 0.5 * (fractal(x * 0.16 + 5, 1, z * 0.16) - 0.5);
      d = smin(d, smax(smax(bodySkin - 1.05, reach - 12, 0.5), y + 7, 1), 3.2);
    }
    if (d > 1.8) return d * 0.8;

    const edge = this.#openingEdge(x, y);
    const low = smoothstep(-5, -11, y);
    // Around the face the folds run along the opening; below the chin they hang from side to side like hammocks.
    const wander = 2.6 * (fractal(x * 0.17 + 11, y * 0.17, z * 0.1) - 0.5);
    const around = edge * 1.9 + 0.5 * x + 0.16 * y + wander * 1.3;
    const aside = (x + 1.6) * (x + 1.6);
    const swag = (y + (0.06 * aside) / (1 + 0.012 * aside) + 0.3 * x) * 1.6 + wander * 1.4;
    // Folds that end at the outline would fray it.
    const inner = mix(1, 0.3, smoothstep(4.2, 7, ax));
    const beyond = edge - this.#band(x, y);
    const calm = smoothstep(0.1, 1.3, beyond);
    // Tight over the crown, looser down the cheeks.
    const hood = fold(around) * mix(0.2, 0.32, smoothstep(7, -3, y)) * calm;
    d -= mix(hood, fold(swag) * 0.42 * calm * inner, low);
    // The end that is laid over from the left cheek to the right shoulder: one sheet more, with a clear edge.
    const over = 0.83 * (y + 9.2) + 0.5 * (x + 1.2) + 0.4 * Math.sin(x * 0.45 + y * 0.3);
    d -= 0.34 * smoothstep(0.16, -0.16, over) * smoothstep(-5.5, -8.5, y) * calm * inner;
    // The hem is turned in and stands a little proud.
    d -= 0.09 * bump((beyond - 0.28) / 0.24);
    const scarf = smax(d, -beyond, 0.3);
    const cap = smax(d + 0.26, -edge, 0.24);
    return Math.min(scarf, cap) * 0.7;
  }

  #turban(x: number, y: number, z: number): number {
    const bound = Math.sqrt(x * x + (y - 6) * (y - 6) + (z + 8) * (z + 8)) - 14;
    if (bound > 3) return bound;
    const w = this.#width;
    let d = ellipsoid(x, y - 5.3, z + 7.9, 8.55 * w, 7.2, 9.9);
    d = smin(d, ellipsoid(x, y - 7.1, z + 8.3, 7.2 * w, 6.1, 8.6), 1.6);
    if (d > 1.6) return d * 0.8;
    // The lengths from the left come last: one sheet more, that ends over the forehead.
    const rows = d - this.#wound(x, y, z, 0);
    const over = smax(d - this.#wound(x, y, z, 1) - 0.2 * smoothstep(-4, 1, z), x - 0.3 * (y - 5) - 1.3, 0.15);
    return smax(smin(rows, over, 0.06), this.rim(x, z) - y, 0.75) * 0.6;
  }

  /** Height (cm) of lengths of cloth that are laid over one another and rise to the middle of the forehead. */
  #wound(x: number, y: number, z: number, left: 0 | 1): number {
    const aside = Math.sqrt((x + 0.2) ** 2 + 0.3);
    const lean = (left ? 0.4 : 0.5) * aside * smoothstep(-13, -3, z) + 0.05 * x;
    const turn = (y - 4.1 - lean - 0.12 * (z + 1)) / 2 + 0.5 * left + 0.4 * (fractal(x * 0.3, y * 0.3, z * 0.3) - 0.5);
    const s = turn - Math.floor(turn);
    // Each is full at its lower edge and slips under the next one above.
    const full = smoothstep(0, 0.24, s) * Math.cos((Math.PI / 2) * s) ** 0.7;
    const pleats = 0.035 * Math.sin(turn * 18.85 + 3 * fractal(x * 0.5, y * 0.5, z * 0.5)) * full;
    return 0.5 * (full - 0.5) + pleats;
  }

  #cap(x: number, y: number, z: number): number {
    const bound = Math.sqrt(x * x + (y - 6) * (y - 6) + (z + 6) * (z + 6)) - 15;
    if (bound > 3) return bound;
    const w = this.#width;
    const around = Math.atan2(x, z + 7.9);
    const panel = around / (Math.PI / 3);
    const seam = (panel - Math.round(panel)) * Math.hypot(x, z + 7.9) * (Math.PI / 3);
    let crown = ellipsoid(x, y - 4.3, z + 7.9, 7.55 * w, 7.4, 9.5);
    crown += 0.06 * bump(seam / 0.09) * smoothstep(0.8, 2, Math.hypot(x, z + 7.9));
    crown -= 0.1 * (fractal(x * 0.35, y * 0.35, z * 0.35) - 0.5);
    crown = smax(crown, this.rim(x, z) - y, 0.16);
    crown = smin(crown, ellipsoid(x, y - 11.7, z + 7.9, 0.75, 0.36, 0.75), 0.1);
    // The peak: a sheet that bends down to its sides, cut by an ellipse in plan.
    const top = 4.95 - 0.04 * x * x - 0.3 * (z - 1.2);
    const plan = (Math.sqrt((x / 6.8) ** 2 + (Math.max(0, z + 1.6) / 8.3) ** 2) - 1) * 6.2;
    const peak = smax(smax(Math.abs(y - top) - 0.13, plan, 0.14), -2.2 - z, 0.1) * 0.86;
    return smin(crown, peak, 0.12) * 0.8;
  }

  #capStitches(x: number, y: number, z: number): number {
    const flat = smoothstep(0.2, 0.5, z - 1.1 + 0.06 * x * x);
    const plan = Math.sqrt((x / 6.8) ** 2 + (Math.max(0, z + 1.6) / 8.3) ** 2);
    const rows = plan > 0.55 ? bump((((plan * 11) % 1) - 0.5) / 0.16) : 0;
    const around = Math.atan2(x, z + 7.9) / (Math.PI / 3);
    const seam = (around - Math.round(around)) * Math.hypot(x, z + 7.9) * (Math.PI / 3);
    const beside = bump((Math.abs(seam) - 0.28) / 0.05) * (1 - flat);
    const band = bump((y - this.rim(x, z) - 0.35) / 0.06) * (1 - flat);
    return 1 - 0.16 * rows * flat - 0.16 * Math.max(beside, band);
  }
}
