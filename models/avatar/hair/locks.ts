import { bump, mix, randomStream, smoothstep } from '../math.ts';
import type { Person } from '../person.ts';

/** Drawn behind the body, between body and face, or over the face. */
export type HairGroup = 'back' | 'side' | 'front';

/** A tapering bundle of strands along a curve. */
export interface Lock {
  /** x, y, z per point, root to tip. */
  readonly path: Float64Array;
  /** Outward direction per point. */
  readonly out: Float64Array;
  /** Radius (cm) at the root, in the middle and at the tip. */
  readonly width: readonly [number, number, number];
  readonly strands: number;
  /** 0..1, darker to lighter. */
  readonly tint: number;
  readonly group: HairGroup;
  readonly seed: number;
}

const LOCK_POINTS = 34;

/** Middle and half-axes of the outer surface of the hair over the skull. */
const SKULL = { x: 0, y: 2.7, z: -7.3, rx: 8.0, ry: 9.35, rz: 9.2 };
/** Where locks leave the skull and begin to hang. */
const HANG_Y = 1.6;

interface Course {
  readonly side: 1 | -1;
  /** Root direction from the middle of the skull. */
  readonly root: readonly [number, number, number];
  /** Degrees from the front, at which the lock hangs. */
  readonly azimuth: number;
  /** Share of the outer surface's distance: 1 outside, 0.85 close to the head. */
  readonly layer: number;
  readonly endY: number;
  readonly wave: number;
  readonly phase: number;
  /** How strongly the lock swings away from the face at the cheekbone and back below it. */
  readonly flick: number;
}

const shell = (x: number, y: number, z: number): number => 1 / Math.hypot(x / SKULL.rx, y / SKULL.ry, z / SKULL.rz);

/** Half-axes across and fore-aft of the hanging hair at a height, and its middle. */
function hangingSection(y: number): { a: number; b: number; z: number } {
  const a = 7.95 + 0.35 * bump((y + 3.5) / 4.5) + 0.25 * bump((y + 9.5) / 2.5) - 1.15 * smoothstep(-10.5, -14.5, y);
  return { a, b: mix(8.6, 6.6, smoothstep(2, -9, y)), z: mix(-7.3, -7.6, smoothstep(2, -9, y)) };
}

function hangingPoint(course: Course, y: number): [number, number, number] {
  const s = hangingSection(y);
  const down = smoothstep(HANG_Y, HANG_Y - 10, y);
  const flick = course.flick * (bump((y + 2.2) / 2.6) - 0.35 * bump((y + 7.8) / 2.6));
  const azimuth = ((course.azimuth + flick * 9) * Math.PI) / 180;
  const layer = mix(course.layer, 1 - (1 - course.layer) * 0.8, down);
  return [course.side * s.a * layer * Math.sin(azimuth), y, s.z + s.b * layer * Math.cos(azimuth)];
}

/** Follows a course: over the skull along a great circle, then down. */
function trace(course: Course): { path: Float64Array; out: Float64Array } {
  const path = new Float64Array(LOCK_POINTS * 3);
  const out = new Float64Array(LOCK_POINTS * 3);
  const e = hangingPoint(course, HANG_Y);
  const ed = [e[0] - SKULL.x, e[1] - SKULL.y, e[2] - SKULL.z] as const;
  const el = Math.hypot(...ed);
  const dE = [ed[0] / el, ed[1] / el, ed[2] / el] as const;
  const d0 = course.root;
  const angle = Math.acos(Math.max(-1, Math.min(1, d0[0] * dE[0] + d0[1] * dE[1] + d0[2] * dE[2])));
  const over = angle * 8.6;
  const hang = HANG_Y - course.endY;
  const split = over / (over + hang);
  const endScale = el / shell(...dE);
  for (let i = 0; i < LOCK_POINTS; i++) {
    const t = i / (LOCK_POINTS - 1);
    let p: [number, number, number];
    if (t < split) {
      const k = t / split;
      const w0 = Math.sin((1 - k) * angle) / Math.sin(angle);
      const w1 = Math.sin(k * angle) / Math.sin(angle);
      const d = [d0[0] * w0 + dE[0] * w1, d0[1] * w0 + dE[1] * w1, d0[2] * w0 + dE[2] * w1] as const;
      const lift = smoothstep(0, 0.9, k);
      const scale = mix(0.955, mix(course.layer, endScale, smoothstep(0.35, 1, k)), lift) + 0.025 * bump((k - 0.3) / 0.25);
      const r = shell(...d) * scale;
      p = [SKULL.x + d[0] * r, SKULL.y + d[1] * r, SKULL.z + d[2] * r];
    } else p = hangingPoint(course, HANG_Y - ((t - split) / (1 - split)) * hang);
    const rx = p[0] - SKULL.x;
    const ry = t < split ? p[1] - SKULL.y : (p[1] - SKULL.y) * smoothstep(split + 0.2, split, t);
    const rz = p[2] - SKULL.z;
    const rl = Math.hypot(rx, ry, rz);
    const swing = smoothstep(split * 0.55, 1, t);
    const turn = ((HANG_Y - p[1]) / 4.6) * Math.PI + course.phase;
    const amount = course.wave * swing;
    const radial = Math.sin(turn) * amount;
    const along = Math.cos(turn) * amount * 0.9;
    out.set([rx / rl, ry / rl, rz / rl], i * 3);
    const tx = (rz / rl) * course.side;
    const tz = (-rx / rl) * course.side;
    path.set([p[0] + (rx / rl) * radial + tx * along, p[1], p[2] + (rz / rl) * radial + tz * along], i * 3);
  }
  return { path, out };
}

const unit = (x: number, y: number, z: number): [number, number, number] => {
  const l = Math.hypot(x, y, z);
  return [x / l, y / l, z / l];
};

/** A wavy lob with a side parting, curtain strands at the face and rounded volume: all locks, inner to outer. */
export function growLocks(person: Person): Lock[] {
  const next = randomStream(person.seed * 7919);
  const locks: Lock[] = [];
  const part = person.hair.part;
  const length = person.hair.lengthCm;
  const add = (course: Course, width: Lock['width'], strands: number, group: HairGroup): void => {
    locks.push({ ...trace(course), width, strands, tint: next(), group, seed: Math.floor(next() * 1e9) });
  };
  const partRoot = (side: 1 | -1, rho: number, off = 0.12): [number, number, number] => {
    const theta = ((25 + 122 * rho) * Math.PI) / 180;
    const x = (part + side * off) * smoothstep(1.15, 0.55, rho);
    return unit(x / 8.6 + side * 0.012, Math.sin(theta), Math.cos(theta));
  };
  const groupOf = (azimuth: number): HairGroup => (azimuth > 128 ? 'back' : azimuth > 98 ? 'side' : 'front');
  for (const side of [-1, 1] as const) {
    const tiers = [
      { layer: 0.88, count: 30, end: -12.6, wave: 0.16, share: 0.8 },
      { layer: 0.94, count: 36, end: -13.4, wave: 0.26, share: 1 },
      { layer: 1, count: 40, end: -14, wave: 0.36, share: 1 },
    ];
    for (const tier of tiers) {
      for (let i = 0; i < tier.count; i++) {
        const rho = Math.min(1, Math.max(0, (i + 0.5 + (next() - 0.5) * 0.8) / tier.count));
        const azimuth = 57 + 122 * rho ** 0.95;
        const course: Course = {
          side,
          root: partRoot(side, rho * 0.98, 0.03 + (1 - tier.layer) * 8 + next() * 0.14),
          azimuth,
          layer: tier.layer + (next() - 0.5) * 0.075,
          endY: (tier.end + (next() - 0.5) * 2.2) * length,
          wave: tier.wave * person.hair.wave * (0.7 + 0.6 * next()),
          phase: 1.2 * side + rho * 2.2 + (next() - 0.5) * 1.3,
          flick: 0.25 * smoothstep(0.35, 0, rho),
        };
        add(course, [0.62, 0.74, 0.2], tier.share, groupOf(azimuth));
      }
    }
    for (let i = 0; i < 16; i++) {
      const k = (i + next()) / 16;
      const x = side * mix(Math.abs(part) * 0.4 + 0.8, 5.6, k);
      const y = 6.5 - 0.05 * x * x - 0.7 * smoothstep(3.6, 5.6, Math.abs(x));
      const z = 0.9 - 0.085 * x * x;
      const azimuth = 64 + 26 * k + 6 * next();
      const course: Course = {
        side,
        root: unit(x - SKULL.x, y - SKULL.y, z - SKULL.z),
        azimuth,
        layer: 0.9 + 0.04 * next(),
        endY: (-12.4 - next() * 1.5) * length,
        wave: 0.22 * person.hair.wave,
        phase: 1.2 * side + next(),
        flick: 0.2,
      };
      add(course, [0.55, 0.8, 0.25], 0.75, 'front');
    }
    const framing = [
      { azimuth: 51, end: -13.2, flick: 0.9 },
      { azimuth: 48, end: -10.8, flick: 1 },
      { azimuth: 45, end: -8.4, flick: 1.1 },
      { azimuth: 42, end: -5.6, flick: 1.3 },
      { azimuth: 47, end: -7, flick: 1.3 },
      { azimuth: 53, end: -12.4, flick: 0.9 },
    ];
    for (const strand of framing) {
      const course: Course = {
        side,
        root: partRoot(side, 0.01 + 0.05 * next()),
        azimuth: strand.azimuth + (next() - 0.5) * 3,
        layer: 1 + 0.02 * next(),
        endY: (strand.end - next()) * length,
        wave: 0.3 * person.hair.wave,
        phase: 1.4 * side + next() * 0.6,
        flick: strand.flick,
      };
      add(course, [0.4, 0.5, 0.1], 0.42, 'front');
    }
    // A few thin wisps break the edge that the hair draws across the forehead.
    for (let i = 0; i < 9; i++) {
      const course: Course = {
        side,
        root: partRoot(side, 0.1 * next(), 0.05 + 0.3 * next()),
        azimuth: 44 + 17 * next(),
        layer: 0.98 + 0.06 * next(),
        endY: -1.5 - 9 * next(),
        wave: 0.3 + 0.3 * person.hair.wave * next(),
        phase: 6.3 * next(),
        flick: 0.6 + 1.2 * next(),
      };
      add(course, [0.1, 0.14, 0.04], 0.045, 'front');
    }
  }
  return locks;
}
