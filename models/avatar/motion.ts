import type { ArkitName } from '../../server/face/parameters.ts';
import type { HeadShape } from './geometry/head.ts';
import { bump, mix, saturate, smoothstep } from './math.ts';

/** Weights of ARKit blend shapes. */
export type Pose = Partial<Record<ArkitName, number>>;

/** Jaw hinge and how far it turns at jawOpen = 1. */
const HINGE_Y = -1.6;
const HINGE_Z = -8;
const JAW_COS = Math.cos(0.33);
const JAW_SIN = Math.sin(0.33);

/** What every mouth movement needs to know of a point. */
interface MouthPlace {
  /** -1..1 between the corners, beyond them outside. */
  u: number;
  au: number;
  /** Height above the seam, cm. */
  v: number;
  /** 1 in the middle of a lip, 0 at its corners and outside. */
  lip: number;
  /** Belongs to the avatar's left half (x > 0), soft over the middle. */
  left: number;
}

/**
 * Each blend shape as a displacement field (cm) over the neutral head, linear in its weight: the rig's morph deltas and
 * the sculptor's posed pictures both come from here, so they agree to the pixel. `side` says which lip a point belongs to.
 */
export class Motion {
  readonly #head: HeadShape;
  readonly #place: MouthPlace = { u: 0, au: 0, v: 0, lip: 0, left: 0 };
  readonly #out = new Float64Array(3);

  constructor(head: HeadShape) {
    this.#head = head;
  }

  /** Whether any mouth or jaw movement touches this height. */
  reaches(y: number): boolean {
    return y < 0.5;
  }

  /** Displacement of a neutral point. Left in `out` (3). Lids move with `blink` shapes only when `lids` is set. */
  displace(pose: Pose, x: number, y: number, z: number, side: 1 | -1, lids: boolean, out: Float64Array): void {
    out[0] = 0;
    out[1] = 0;
    out[2] = 0;
    this.#locate(x, y);
    for (const name in pose) {
      const weight = pose[name as ArkitName] ?? 0;
      if (weight !== 0) this.#add(name as ArkitName, weight, x, y, z, side, lids, out);
    }
  }

  /** The neutral point that a pose brings to (x, y, z), by fixed-point iteration; lids are left to the geometry. */
  undo(pose: Pose, x: number, y: number, z: number, side: 1 | -1, out: Float64Array): void {
    const d = this.#out;
    let qx = x;
    let qy = y;
    let qz = z;
    for (let i = 0; i < 5; i++) {
      this.displace(pose, qx, qy, qz, side, false, d);
      const nx = x - (d[0] ?? 0);
      const ny = y - (d[1] ?? 0);
      const nz = z - (d[2] ?? 0);
      const settled = Math.abs(nx - qx) + Math.abs(ny - qy) + Math.abs(nz - qz) < 0.004;
      qx = nx;
      qy = ny;
      qz = nz;
      if (settled) break;
    }
    out[0] = qx;
    out[1] = qy;
    out[2] = qz;
  }

  #locate(x: number, y: number): void {
    const c = this.#head.curves;
    const p = this.#place;
    p.u = x / c.mouthHalfWidth;
    p.au = Math.abs(p.u);
    p.v = y - c.seam(x);
    p.lip = p.au < 1 ? (1 - p.u * p.u) ** 0.58 : 0;
    p.left = smoothstep(-0.9, 0.9, x);
  }

  /** Share of the jaw's turn. */
  #jaw(side: 1 | -1): number {
    const p = this.#place;
    const cheek = smoothstep(1.9, -3.2, p.v);
    return mix(cheek, side > 0 ? Math.min(cheek, smoothstep(0.3, -3, p.v) * 0.1) : 1, p.lip);
  }

  #add(name: ArkitName, w: number, x: number, y: number, z: number, side: 1 | -1, lids: boolean, out: Float64Array): void {
    const c = this.#head.curves;
    const p = this.#place;
    const W = c.mouthHalfWidth;
    const isLeft = name.endsWith('Left');
    const half = isLeft ? p.left : name.endsWith('Right') ? 1 - p.left : 1;
    const sign = isLeft ? 1 : -1;
    let dx = 0;
    let dy = 0;
    let dz = 0;
    const outside = Math.max(0, Math.abs(x) - W);
    const lateral = bump(outside / 1.5);
    const ring = bump(p.v / 1.7) * lateral;
    const upperSide = side > 0;
    /** Pull of the corner: grows towards it along the lips, fades beyond it. */
    const corner = (p.au < 1 ? p.au ** 2.2 : 1) * bump(outside / 1.5) * bump(p.v / 1.5) * half;
    switch (name) {
      case 'jawOpen': {
        const share = this.#jaw(side);
        const ry = y - HINGE_Y;
        const rz = z - HINGE_Z;
        dy = (ry * JAW_COS - rz * JAW_SIN - ry) * share;
        dz = (ry * JAW_SIN + rz * JAW_COS - rz) * share;
        // The upper lip is drawn up a little and arches, so that the opening is round rather than a wedge.
        if (upperSide) dy += 0.3 * p.lip * (1 - p.u * p.u) * bump(p.v / 1.1);
        dx = -0.15 * x * ring;
        break;
      }
      case 'jawLeft':
      case 'jawRight':
        dx = sign * 0.7 * this.#jaw(side);
        break;
      case 'jawForward':
        dz = 0.5 * this.#jaw(side);
        break;
      case 'mouthClose':
        dy = upperSide ? -0.35 * p.lip * bump(p.v / 0.9) : 2.35 * p.lip * bump(p.v / 1.15);
        dz = upperSide ? 0 : 0.5 * p.lip * bump(p.v / 1.15);
        break;
      case 'mouthFunnel':
        dx = -0.3 * x * ring;
        dz = 0.42 * ring;
        dy = (upperSide ? 0.3 : -0.34) * p.lip ** 0.62 * bump(p.v / 1.3);
        break;
      case 'mouthPucker':
        dx = -0.42 * x * ring;
        dz = 0.5 * ring;
        dy = 0.12 * p.v * bump(p.v / 1.1) * p.lip;
        break;
      case 'mouthSmileLeft':
      case 'mouthSmileRight': {
        dx = sign * 0.46 * corner;
        dy = 0.52 * corner - (p.v > 0 ? 0.14 : -0.05) * Math.min(1, Math.abs(p.v) / 0.5) * p.lip * bump(p.v / 0.9) * half;
        dz = -0.3 * corner;
        const cx = Math.abs(x) - 3.5;
        const cy = y + 3.7;
        const cheek = bump(Math.sqrt(cx * cx + cy * cy) / 1.9) * half;
        dy += 0.32 * cheek;
        dz += 0.2 * cheek;
        break;
      }
      case 'mouthFrownLeft':
      case 'mouthFrownRight':
        dx = sign * -0.06 * corner;
        dy = -0.46 * corner;
        break;
      case 'mouthStretchLeft':
      case 'mouthStretchRight':
        dx = sign * 0.48 * corner;
        dy = -0.12 * corner;
        dz = -0.15 * corner;
        break;
      case 'mouthDimpleLeft':
      case 'mouthDimpleRight':
        dx = sign * 0.22 * corner;
        dy = 0.05 * corner;
        dz = -0.22 * corner;
        break;
      case 'mouthPressLeft':
      case 'mouthPressRight':
        dy = -0.42 * p.v * bump(p.v / 0.95) * p.lip * half;
        dz = -0.14 * bump(p.v / 0.8) * p.lip * half;
        break;
      case 'mouthRollLower': {
        const band = upperSide ? 0 : bump(p.v / 0.8) * p.lip;
        dy = 0.3 * band - (upperSide ? 0 : 0.25 * p.v * band);
        dz = -0.3 * band;
        break;
      }
      case 'mouthRollUpper': {
        const band = upperSide ? bump(p.v / 0.75) * p.lip : 0;
        dy = -0.24 * band;
        dz = -0.25 * band;
        break;
      }
      case 'mouthShrugUpper':
        dy = 0.2 * bump((p.v - 0.2) / 1) * p.lip;
        dz = 0.16 * bump(p.v / 0.8) * p.lip;
        break;
      case 'mouthShrugLower':
        dy = 0.3 * bump((y - this.#head.chinY - 1.3) / 1.7) * bump(x / 2.6) * (upperSide ? 0.75 * bump(p.v / 0.8) : 1);
        dz = 0.14 * bump((p.v + 0.4) / 0.7) * p.lip;
        break;
      case 'mouthUpperUpLeft':
      case 'mouthUpperUpRight':
        if (upperSide) dy = 0.42 * p.lip ** 0.8 * bump(Math.max(0, p.v - 0.35) / 0.85) * half;
        break;
      case 'mouthLowerDownLeft':
      case 'mouthLowerDownRight':
        if (!upperSide) dy = -0.44 * p.lip ** 0.8 * bump(Math.min(0, p.v + 0.5) / 0.9) * half;
        break;
      case 'mouthLeft':
      case 'mouthRight':
        dx = sign * 0.55 * bump(p.v / 2) * bump(outside / 1.6);
        break;
      case 'cheekPuff': {
        const cx = Math.abs(x) - 3.7;
        const cy = y + 5;
        const puff = bump(Math.sqrt(cx * cx + cy * cy) / 1.9);
        dx = Math.sign(x) * 0.5 * puff;
        dz = 0.55 * puff + 0.12 * ring;
        break;
      }
      default:
        this.#addUpper(name, w, x, y, sign, half, lids, out);
        return;
    }
    out[0] = (out[0] ?? 0) + dx * w;
    out[1] = (out[1] ?? 0) + dy * w;
    out[2] = (out[2] ?? 0) + dz * w;
  }

  /** Brows, lids, cheeks and nose. */
  #addUpper(name: ArkitName, w: number, x: number, y: number, sign: number, half: number, lids: boolean, out: Float64Array): void {
    const ax = Math.abs(x);
    const browY = y - 2.15;
    const brow = bump(Math.min(0, browY + 0.2) / 0.75) * bump(Math.max(0, browY - 0.3) / 2.6);
    let dx = 0;
    let dy = 0;
    let dz = 0;
    switch (name) {
      case 'browDownLeft':
      case 'browDownRight': {
        const b = brow * bump((ax - 2.2) / 2.6) * half;
        dy = -0.6 * b;
        dx = -sign * 0.3 * b * bump((ax - 1.2) / 2);
        break;
      }
      case 'browInnerUp':
        dy = 0.62 * brow * bump(ax / 2.5);
        break;
      case 'browOuterUpLeft':
      case 'browOuterUpRight':
        dy = 0.48 * brow * bump((ax - 4.4) / 2.2) * half;
        break;
      case 'noseSneerLeft':
      case 'noseSneerRight': {
        const n = bump((ax - 0.9) / 1) * bump((y - this.#head.noseTipY - 0.2) / 1.5) * half;
        dy = 0.34 * n;
        dz = 0.05 * n;
        break;
      }
      case 'cheekSquintLeft':
      case 'cheekSquintRight': {
        const k = bump((ax - 3.5) / 2) * bump((y + 2.5) / 1.2) * half;
        dy = 0.3 * k;
        dz = 0.12 * k;
        break;
      }
      default:
        if (lids) dy = this.#lid(name, x, y, half);
    }
    out[0] = (out[0] ?? 0) + dx * w;
    out[1] = (out[1] ?? 0) + dy * w;
    out[2] = (out[2] ?? 0) + dz * w;
  }

  /** Vertical movement of skin around an eye; lids slide over the ball, fading towards brow and cheek. */
  #lid(name: ArkitName, x: number, y: number, half: number): number {
    const c = this.#head.curves;
    const ax = Math.abs(x);
    const u = c.eyeU(ax);
    if (Math.abs(u) > 1.5) return 0;
    const own = half > 0.5 ? 1 : 0;
    const across = smoothstep(1.45, 0.95, Math.abs(u));
    const yu = c.upperLid(u);
    const yl = c.lowerLid(u);
    const middle = c.closedLid(u);
    const above = saturate((y - yu) / 1.25);
    const below = saturate((yl - y) / 1.1);
    const upper = y >= middle ? (1 - above) ** 2 * (1 + 2 * above) * across * own : 0;
    const lower = y < middle ? (1 - below) ** 2 * (1 + 2 * below) * across * own : 0;
    const open = yu - yl;
    switch (name) {
      case 'eyeBlinkLeft':
      case 'eyeBlinkRight':
        return (middle - yu) * upper + (middle - yl) * lower;
      case 'eyeWideLeft':
      case 'eyeWideRight':
        return 0.17 * open * upper - 0.05 * open * lower;
      case 'eyeSquintLeft':
      case 'eyeSquintRight':
        return -0.14 * open * upper + 0.2 * open * lower;
      case 'eyeLookUpLeft':
      case 'eyeLookUpRight':
        return 0.13 * open * upper + 0.04 * open * lower;
      case 'eyeLookDownLeft':
      case 'eyeLookDownRight':
        return -0.3 * open * upper - 0.06 * open * lower;
      default:
        return 0;
    }
  }
}
