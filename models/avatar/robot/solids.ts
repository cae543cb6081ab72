import { type Cast, Part, type Solids } from '../geometry/scene.ts';
import { ellipsoid, fractal, rod, smax, smin, smoothstep } from '../math.ts';
import type { Materials } from '../render/shade.ts';
import type { Surface } from '../render/skin.ts';
import { HEAD, type Robot, SCREEN } from './robot.ts';

/** A robot as signed distances (cm): an egg with a screen let into it, two pods, an antenna, a ribbed neck and a torso. */
export class RobotScene implements Solids {
  part: number = Part.none;

  setPose(): void {}

  surroundings(cast: Cast): Cast {
    return cast === 'body' ? 'all' : cast;
  }

  distance(x: number, y: number, z: number, cast: Cast, _detail: boolean): number {
    this.part = Part.none;
    let d = 1e9;
    const take = (distance: number, part: number): void => {
      if (distance >= d) return;
      d = distance;
      this.part = part;
    };
    if (cast === 'head' || cast === 'all') this.#head(x, y, z, take);
    if (cast === 'pods' || cast === 'all') this.#pods(x, y, z, take);
    if (cast === 'body' || cast === 'all') this.#body(x, y, z, take);
    return d * 0.9;
  }

  #head(x: number, y: number, z: number, take: (distance: number, part: number) => void): void {
    const egg = headSurface(x, y, z);
    if (egg > 3) {
      take(egg, Part.shell);
      return;
    }
    const screen = screenEdge(x, y);
    const inFront = z > HEAD.z ? 1 : -1;
    if (inFront < 0) {
      take(egg, Part.shell);
      return;
    }
    const glass = egg + 0.34;
    const hollow = smax(screen, -(egg + 0.62), 0.1);
    take(smax(egg, -hollow, 0.34), Part.shell);
    take(smax(glass, screen - 0.25, 0.05), Part.glass);
  }

  #pods(x: number, y: number, z: number, take: (distance: number, part: number) => void): void {
    const ax = Math.abs(x);
    const py = y - HEAD.y + 0.2;
    const pz = z - HEAD.z;
    const r = Math.hypot(py, pz);
    const disc = (from: number, to: number, radius: number, round: number): number => {
      const dx = Math.abs(ax - (from + to) / 2) - (to - from) / 2 + round;
      const dr = r - radius + round;
      return Math.hypot(Math.max(dx, 0), Math.max(dr, 0)) + Math.min(Math.max(dx, dr), 0) - round;
    };
    take(disc(9.2, 10.75, 3.05, 0.35), Part.accent);
    take(disc(10.5, 11.9, 2.15, 0.55), Part.shell);
    take(disc(11.6, 12.15, 1.1, 0.2), Part.rubber);
    take(rod(x, y, z, 0, HEAD.y + 7.4, HEAD.z, 0, HEAD.y + 10.6, HEAD.z, 0.34, 0.2), Part.rubber);
    take(disc2(x, y, z, HEAD.y + 8.02, 1.0, 0.26), Part.accent);
    take(Math.hypot(x, y - HEAD.y - 11.25, z - HEAD.z) - 0.86, Part.lamp);
  }

  #body(x: number, y: number, z: number, take: (distance: number, part: number) => void): void {
    const ax = Math.sqrt(x * x + 0.01);
    const r = Math.hypot(x, (z + 6.6) * 1.02);
    const ribs = r - 3.15 - 0.3 * Math.sin(y * 4.4) * smoothstep(-13.6, -13, y);
    take(Math.max(ribs * 0.75, y + 7, -15.5 - y), Part.rubber);
    take(disc2(x, y, z + 0.4, -13.85, 4.5, 0.62), Part.accent);
    const torso = smin(ellipsoid(x, y + 24.8, z + 7, 10.6, 11.2, 8.4), rod(ax, y, z, 2, -16.6, -7, 7.6, -18.6, -7, 2.6, 2.6), 3.4);
    const gap = ellipsoid(ax - 13.2, y + 21.4, z + 7, 4.9, 5.2, 5.2);
    take(smax(torso, -gap, 0.9), Part.shell);
    take(ellipsoid(ax - 13.5, y + 21.3, z + 7, 4.3, 4.6, 4.5), Part.shell);
    take(rod(ax, y, z, 8, -20.6, -7, 12, -21, -7, 2, 2), Part.rubber);
  }
}

/** Flat ring about the vertical axis through the neck. */
function disc2(x: number, y: number, z: number, at: number, radius: number, thickness: number): number {
  const r = Math.hypot(x, z - HEAD.z) - (radius - thickness);
  return Math.hypot(Math.max(r, 0), y - at) - thickness;
}

/** Roundness of the head: 2 is an egg, more is squarer. */
const SQUARENESS = 2.45;

/** Superellipsoid; the distance is exact to first order. */
export const headSurface = (x: number, y: number, z: number): number => {
  const ux = Math.abs(x - HEAD.x) / HEAD.rx;
  const uy = Math.abs(y - HEAD.y) / HEAD.ry;
  const uz = Math.abs(z - HEAD.z) / HEAD.rz;
  const p = SQUARENESS;
  const sum = ux ** p + uy ** p + uz ** p;
  const k = sum ** (1 / p);
  const scale = sum ** (1 / p - 1);
  const slope = scale * Math.hypot(ux ** (p - 1) / HEAD.rx, uy ** (p - 1) / HEAD.ry, uz ** (p - 1) / HEAD.rz);
  return (k - 1) / (slope + 1e-6);
};

/** z of the front of the head; beside its outline it runs on smoothly, so that the outline does not fray on a turn. */
export const headFront = (x: number, y: number): number => {
  const p = SQUARENESS;
  const left = 1 - (Math.abs(x) / HEAD.rx) ** p - (Math.abs(y - HEAD.y) / HEAD.ry) ** p;
  const soft = 0.5 * (left + Math.sqrt(left * left + 0.05));
  return HEAD.z + HEAD.rz * soft ** (1 / p) * 0.97;
};

/** Below 0 inside the outline of the screen (cm, roughly): a soft rectangle that dips in the middle of its top. */
export const screenEdge = (x: number, y: number): number => {
  const u = x / SCREEN.halfWidth;
  const v = (y - SCREEN.y - 0.22 * Math.cos((Math.min(1, Math.abs(u)) * Math.PI) / 0.9) * -1) / SCREEN.halfHeight;
  const k = (Math.abs(u) ** 3.4 + Math.abs(v) ** 3.4) ** (1 / 3.4);
  return (k - 1) * SCREEN.halfHeight;
};

export class RobotMaterials implements Materials {
  readonly #robot: Robot;

  constructor(robot: Robot) {
    this.#robot = robot;
  }

  skin(): void {}

  other(part: number, x: number, y: number, z: number, _n: Float64Array, s: Surface): void {
    const { shell, accent } = this.#robot;
    const grain = 0.985 + 0.03 * fractal(x * 2, y * 2, z * 2);
    const set = (r: number, g: number, b: number, roughness: number, specular: number): void => {
      s.r = r * grain;
      s.g = g * grain;
      s.b = b * grain;
      s.roughness = roughness;
      s.specular = specular;
      s.lip = 0;
    };
    if (part === Part.accent) set(accent[0], accent[1], accent[2], 0.4, 0.05);
    else if (part === Part.rubber) set(0.03, 0.031, 0.034, 0.62, 0.03);
    else if (part === Part.glass) set(0.0035, 0.0045, 0.006, 0.5, 0.04);
    else if (part === Part.lamp) set(1.6, 0.72, 0.2, 0.5, 0.04);
    else set(shell[0], shell[1], shell[2], 0.42, 0.045);
  }
}
