import { bump, ellipsoid, mix, rod, saturate, smax, smin, smoothstep } from '../math.ts';
import type { Person } from '../person.ts';
import { FaceCurves } from './curves.ts';

/** Distances beyond this are only bounded, not exact. */
const FAR_CM = 2.2;

/**
 * The neutral head as signed distance (cm; negative inside): smooth unions of ellipsoids and rods for bone and fat,
 * cut by the analytic lines of lids and lips. The two lips are separate solids (`side` +1: everything above the seam,
 * -1: everything below), so that speech can part them.
 */
export class HeadShape {
  readonly curves: FaceCurves;
  #p: Person;
  #noseTipY: number;
  #noseTipZ: number;
  readonly chinY: number;

  constructor(person: Person) {
    this.#p = person;
    this.curves = new FaceCurves(person);
    this.#noseTipY = -3.42 * person.nose.length;
    this.#noseTipZ = 2.02 + (person.nose.tip - 1) * 0.5;
    this.chinY = -8.62 - person.head.chinDrop;
  }

  get noseTipY(): number {
    return this.#noseTipY;
  }

  /** Distance to the closed neutral head (lids open). `detail` adds folds finer than 2 mm. */
  distance(x: number, y: number, z: number, detail: boolean): number {
    const bound = Math.sqrt(x * x + (y - 1) * (y - 1) + (z + 7) * (z + 7)) - 12.6;
    if (bound > FAR_CM) return bound;
    const base = this.#skull(x, y, z, detail);
    if (base > FAR_CM) return base - 0.6;
    const skin = this.#eyelids(x, y, z, base, 0);
    if (!this.nearLips(x, y, z)) return skin;
    return Math.min(this.lip(x, y, z, skin, 1), this.lip(x, y, z, skin, -1));
  }

  /** As `distance`, for a posed head: one half of the lips only, lids at `blink`. */
  half(x: number, y: number, z: number, side: 1 | -1, blink: number): number {
    const bound = Math.sqrt(x * x + (y - 1) * (y - 1) + (z + 7) * (z + 7)) - 12.6;
    if (bound > FAR_CM) return bound;
    const base = this.#skull(x, y, z, true);
    if (base > FAR_CM) return base - 0.6;
    const skin = this.#eyelids(x, y, z, base, blink);
    return z > -6 && y < 0 ? this.lip(x, y, z, skin, side) : skin;
  }

  nearLips(x: number, y: number, z: number): boolean {
    const c = this.curves;
    return z > -4 && Math.abs(y - c.mouthY) < 3.4 && Math.abs(x) < c.mouthHalfWidth + 0.9;
  }

  #skull(x: number, y: number, z: number, detail: boolean): number {
    const h = this.#p.head;
    const ax = Math.sqrt(x * x + 0.0016);
    const w = h.width;
    const full = h.fullness;
    const chinY = this.chinY;
    let d = ellipsoid(ax, y - 3.2, z + 8, 7.1 * w, 7.9, 8.9);
    d = smin(d, ellipsoid(ax, y - 3.1, z + 3.85, 5.55 * w, 5.1, 4.75), 2.4);
    d = smin(d, ellipsoid(ax, y + 2.95, z + 5, 5.5 * w + 0.3 * full, 6.2, 5.35), 2.6);
    d = smin(d, rod(ax, y, z, 4.2 * h.jawWidth, -5.0, -5.2, 1.35 * h.chinWidth, chinY + 0.12, -1.3, 1.3, 1.08), 3);
    d = smin(d, ellipsoid(ax, y - chinY - 0.1, z + 0.8, 1.4 * h.chinWidth, 0.98, 1.35), 2);
    d = smin(d, ellipsoid(ax, y + 5.6, z + 1.75, 2.95, 2.7, 2.5), 2.4);
    d = smin(d, ellipsoid(ax - 3.75 * w, y + 2.35, z + 2.7, 2.05, 1.45, 1.75 + 0.35 * (h.cheekbone - 1)), 2.7);
    d = smin(d, ellipsoid(ax - 2.95 * w, y + 4.35, z + 2.15, 2.05 + 0.3 * full, 2.3, 1.75 + 0.4 * full), 1.8);
    d += 0.1 * bump((y - 2.6) / 1.6) * bump((ax - 5.6) / 0.9);
    if (this.#p.age > 0.3) {
      const jowl = 0.55 + 0.65 * this.#p.age;
      d = smin(d, ellipsoid(ax - 3.6 * h.jawWidth, y - chinY - 1.5, z + 2.9, jowl, jowl, 1.35 * jowl), 1.7);
    }
    if (d > FAR_CM + 1.2) return d;
    if (z > -5) d = this.#features(ax, y, z, d, detail);
    return smin(d, this.#ear(ax, y, z), 0.6);
  }

  #features(ax: number, y: number, z: number, d0: number, detail: boolean): number {
    const { head: h, nose: n, brows } = this.#p;
    const c = this.curves;
    const by = 1.75 + brows.height * 0.5;
    let d = smin(d0, rod(ax, y, z, 1.3, by - 0.05, 0.12, 4.8, by + 0.2, -1.85, 0.78 * h.browRidge, 0.6 * h.browRidge), 1.4);
    d = smax(d, -ellipsoid(ax - c.eyeX - 0.05, y + 0.05, z - 1.0, 1.98, 1.08, 1.12), 1.3);
    const tipY = this.#noseTipY;
    const tipZ = this.#noseTipZ;
    const nw = n.width;
    let nose = rod(ax, y, z, 0, 1.15, -0.22 + 0.32 * (n.bridge - 1), 0, tipY * 0.62, 1.0 + 0.25 * (n.bridge - 1), 0.5, 0.46);
    nose = smin(nose, rod(ax, y, z, 0.4, -0.4, -0.62, 0.66 * nw, tipY + 0.3, 0.45, 0.42, 0.46), 1.0);
    nose = smin(nose, rod(ax, y, z, 0, tipY * 0.6, 1.0, 0, tipY + 0.12 + 0.2 * n.upturn, tipZ - 0.1, 0.44, 0.58), 0.8);
    nose = smin(nose, ellipsoid(ax - 0.17 * nw, y - tipY - 0.12 * n.upturn, z - tipZ, 0.6 * nw * n.tip, 0.56, 0.62 * n.tip), 0.5);
    nose = smin(nose, ellipsoid(ax - 0.88 * nw, y - tipY + 0.2, z - 1.1, 0.48, 0.45, 0.78), 0.6);
    nose = smin(nose, rod(ax, y, z, 0, tipY - 0.1, tipZ - 0.15, 0, tipY - 0.58, 1.0, 0.4, 0.4), 0.7);
    d = smin(d, nose, 1.35);
    const hx = ax - 0.5 * nw;
    const hz = z - 1.62;
    d = smax(d, -ellipsoid(hx * 0.92 + hz * 0.35, y - tipY + 0.66, hz * 0.92 - hx * 0.35, 0.25 * nw, 0.3, 0.46), 0.22);
    if (!detail) return d;
    const top = tipY - 0.75;
    const bottom = c.mouthY + 0.5;
    const groove = smoothstep(bottom - 0.15, bottom + 0.2, y) * smoothstep(top + 0.1, top - 0.25, y) * smoothstep(0, 1, z);
    d += (0.075 * bump(ax / 0.22) - 0.035 * bump((ax - 0.42) / 0.18)) * groove;
    const t = saturate((y - tipY + 0.3) / -2.6);
    const fold = ax - (1.45 * nw + 0.25 + t * 1.25 + 0.2 * Math.sin(t * 3.1));
    const { age } = this.#p;
    const foldStrength = (0.014 + 0.085 * age) * Math.sin(Math.PI * saturate((y + 7) / 3.4)) * smoothstep(-2, 0, z);
    d += foldStrength * (bump((fold + 0.05) / (0.38 - 0.14 * age)) - 0.7 * bump((fold - 0.55) / 0.7));
    if (age > 0.1) d += 1.5 * age * this.#wrinkles(ax, y, z);
    d += 0.09 * bump((y - c.mouthY + this.#p.mouth.lower + 0.42) / 0.4) * bump(ax / 1.5) * smoothstep(-1, 0, z);
    return d;
  }

  /** Lines of the forehead, between the brows, beside eyes and mouth; depth in cm at full age. */
  #wrinkles(ax: number, y: number, z: number): number {
    const c = this.curves;
    let d = 0;
    const across = smoothstep(4.4, 1.5, ax) * smoothstep(-3, -1, z);
    if (across > 0 && y > 2) {
      const sway = 0.16 * Math.sin(ax * 1.3 + 0.6);
      d += 0.028 * across * (bump((y - 3.75 - sway) / 0.11) + bump((y - 4.5 - sway * 1.3) / 0.1) + 0.6 * bump((y - 5.2 - sway) / 0.1));
    }
    d += 0.03 * bump((ax - 0.42) / 0.1) * bump((y - 1.75) / 0.6);
    const ex = ax - c.eyeX - c.eyeHalfWidth - 0.45;
    if (Math.abs(ex) < 1.2 && Math.abs(y) < 1.4) {
      const fan = Math.atan2(y + 0.05, ex + 1.1);
      d += 0.026 * bump(ex / 0.5) * (bump((fan - 0.42) / 0.09) + bump((fan - 0.05) / 0.09) + bump((fan + 0.34) / 0.09));
    }
    const marionette = ax - c.mouthHalfWidth - 0.32 - 0.12 * (c.mouthY - y);
    d += 0.05 * bump(marionette / 0.2) * smoothstep(c.mouthY - 2.2, c.mouthY - 0.6, y) * smoothstep(c.mouthY + 0.4, c.mouthY - 0.3, y);
    return d;
  }

  #eyelids(x: number, y: number, z: number, base: number, blink: number): number {
    if (z < -3.2 || Math.abs(y) > 2.7) return base;
    const c = this.curves;
    const ax = Math.abs(x);
    const u = c.eyeU(ax);
    if (Math.abs(u) > 1.9) return base;
    const dx = ax - c.eyeX;
    const dz = z - c.eyeZ;
    let d = smin(base, Math.sqrt(dx * dx + y * y + dz * dz) - (c.eyeRadius + 0.15), 0.55);
    const yu = c.upperLidAt(u, blink);
    const yl = c.lowerLidAt(u, blink);
    const inside = smoothstep(1.22, 0.85, Math.abs(u));
    const crease = mix(c.crease(u), c.upperLid(u) + 0.22, blink * 0.35);
    const { fold } = this.#p.eyes;
    const { age } = this.#p;
    d += 0.14 * (1 - 0.72 * blink) * (1 - 0.9 * fold) * bump((y - crease) / 0.12) * inside;
    d -= (0.07 + 0.06 * fold + 0.05 * age * smoothstep(-0.3, 0.8, u)) * bump((y - crease - 0.42) / (0.36 + 0.14 * fold)) * inside;
    // Bags and the groove under them.
    d -= 0.085 * age * bump((y - yl + 0.5) / 0.2) * smoothstep(1, 0.4, Math.abs(u));
    d += 0.06 * age * bump((y - yl + 0.84 + 0.1 * u) / 0.13) * smoothstep(1.15, 0.5, Math.abs(u));
    d -= 0.05 * bump((y - yu - 0.12) / 0.12) * inside;
    d -= 0.05 * bump((y - yl + 0.26) / 0.18) * inside;
    d += 0.03 * bump((y - yl + 0.66) / 0.2) * inside;
    const opening = Math.max(y - yu, yl - y, (Math.abs(u) - 1) * c.eyeHalfWidth * 0.5) * 0.9;
    if (blink < 0.97 && z > c.eyeZ - 0.3) d = smax(d, -opening, 0.07);
    const cx = ax - (c.eyeX - c.eyeHalfWidth * 0.93);
    d = smin(d, ellipsoid(cx, y - c.lowerLid(-1) - 0.02, z - c.eyeZ - c.eyeRadius * 0.5, 0.22, 0.16, 0.28), 0.1);
    if (fold <= 0.05) return d;
    const inner = c.eyeX - c.eyeHalfWidth;
    const lidZ = c.eyeZ + c.eyeRadius * 0.62;
    const top = c.upperLid(-0.7) + 0.1;
    return smin(
      d,
      rod(ax, y, z, inner + 0.46, top, lidZ + 0.34, inner - 0.06, c.lowerLid(-1) - 0.12, lidZ, 0.14 * fold, 0.12 * fold),
      0.22,
    );
  }

  /** One lip with all skin of its side: a soft swelling, rounded over where it meets the other. */
  lip(x: number, y: number, z: number, skin: number, side: 1 | -1): number {
    const c = this.curves;
    const u = x / c.mouthHalfWidth;
    const au = Math.abs(u);
    if (au >= 1.35) return skin;
    const v = y - c.seam(x);
    const e2 = Math.max(0, 1 - u * u);
    const e = Math.sqrt(e2);
    let d = skin;
    const front = smoothstep(-1.6, -0.2, z);
    const taper = e ** 0.85;
    if (v >= 0) {
      const t = v / (c.upperLip(x) + 0.03);
      if (t < 2.2) {
        const roll = Math.min(t, 0.62) / 0.62;
        const swell = smoothstep(1.5, 0.62, t) * (0.62 + 0.38 * roll * (2 - roll));
        d -= (0.26 * taper * swell + 0.022 * taper * bump((t - 1.08) / 0.2)) * front;
      }
    } else {
      const t = -v / (c.lowerLip(x) + 0.03);
      if (t < 1.3) {
        const k = (t - 0.42) / 0.88;
        d -= 0.34 * taper * Math.max(0, 1 - k * k) ** 1.3 * front;
      }
    }
    const dx = Math.abs(x) - c.mouthHalfWidth - 0.1;
    const dy = y - c.seam(c.mouthHalfWidth) + 0.02;
    d += 0.03 * bump(Math.sqrt(dx * dx + dy * dy) / 0.55) * front;
    if (au >= 1) return d;
    return smax(d, -side * v, 0.44 * e2 ** 0.75 + 0.012);
  }

  #ear(ax: number, y: number, z: number): number {
    const ex = ax - 6.55 * this.#p.head.width;
    const ey = y + 0.7;
    const ez = z + 8.1;
    const x1 = ex * 0.955 + ez * 0.296;
    const z1 = -ex * 0.296 + ez * 0.955;
    let d = ellipsoid(x1, ey, z1, 0.4, 2.9, 1.6);
    if (d > 1.5) return d;
    d = smax(d, -ellipsoid(x1 - 0.42, ey - 0.25, z1 - 0.12, 0.5, 2, 1), 0.35);
    d = smin(d, rod(x1, ey, z1, 0.22, 1.2, -0.4, 0.2, -1.3, -0.15, 0.2, 0.24), 0.35);
    return smin(d, ellipsoid(x1 - 0.05, ey + 2.35, z1 - 0.2, 0.36, 0.6, 0.6), 0.4);
  }
}
