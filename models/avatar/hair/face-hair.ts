import { PX_PER_CM, projectX, projectY } from '../camera.ts';
import type { Scene } from '../geometry/scene.ts';
import { mix, randomStream, smoothstep } from '../math.ts';
import type { Person } from '../person.ts';
import { marchRay } from '../render/march.ts';
import type { Stroke } from './strands.ts';

const FRONT_Z = 4;

/** Strokes along points that are given in cm at skin depth. */
function addStrokes(
  group: 'brow' | 'lash',
  out: Stroke[],
  points: readonly (readonly [number, number, number])[],
  widthCm: number,
  alpha: number,
  rgb: readonly [number, number, number],
): void {
  for (let i = 0; i + 1 < points.length; i++) {
    const a = points[i];
    const b = points[i + 1];
    if (!a || !b) continue;
    const t = i / (points.length - 1);
    out.push({
      group,
      x0: projectX(a[0], a[2]),
      y0: projectY(a[1], a[2]),
      x1: projectX(b[0], b[2]),
      y1: projectY(b[1], b[2]),
      z: FRONT_Z + t * 0.001,
      widthPx: widthCm * PX_PER_CM * mix(1, 0.25, t),
      alpha: alpha * mix(1, 0.75, t),
      r: rgb[0],
      g: rgb[1],
      b: rgb[2],
    });
  }
}

/** Brow of one side: short hairs that lean outwards, denser at the lower edge. */
export function browStrokes(person: Person, scene: Scene, sign: 1 | -1): Stroke[] {
  const c = scene.head.curves;
  const next = randomStream(person.seed * 31337 + sign);
  const strokes: Stroke[] = [];
  const grey = 0.6 * Math.max(person.hair.grey, person.beard.style === 'none' ? 0 : person.beard.grey);
  const [r, g, b] = person.hair.colour.map((v) => mix(v, 0.3, grey)) as [number, number, number];
  const count = Math.round(620 * person.brows.thickness);
  for (let i = 0; i < count; i++) {
    const s = next() ** 0.92;
    const spread = next() + next() - 1;
    const middle = c.brow(s);
    let x = middle.x + (next() - 0.5) * 0.1;
    let y = middle.y + spread * middle.half;
    const lean = mix(1.2, -0.4, smoothstep(0, 0.7, s)) - spread * 0.6 * (1 - s) + (next() - 0.5) * 0.4;
    const length = mix(0.42, 0.62, s) * (0.7 + 0.5 * next());
    const points: [number, number, number][] = [];
    const z = -0.3 - 0.11 * x * x;
    for (let k = 0; k < 6; k++) {
      points.push([x * sign, y, z]);
      const a = lean - 0.5 * (k / 5) * smoothstep(0, 0.3, s);
      x += (Math.cos(a) * length) / 5;
      y += (Math.sin(a) * length) / 5;
    }
    const light = (0.55 + 0.5 * next()) * (sign < 0 ? 1.1 : 0.9);
    addStrokes('brow', strokes, points, 0.03, 0.5, [r * light, g * light, b * light]);
  }
  return strokes;
}

/** A lash before and after the lid has closed: canvas points from root to tip. */
export interface Lash {
  readonly u: number;
  readonly points: readonly (readonly [number, number, number])[];
  readonly widthCm: number;
}

/** Lashes in uneven clumps, longest outside the middle. `upper` false gives the short lower ones. */
export function lashes(person: Person, scene: Scene, sign: 1 | -1, upper: boolean): Lash[] {
  const c = scene.head.curves;
  const next = randomStream(person.seed * 7127 + sign * 3 + (upper ? 1 : 2));
  const out: Lash[] = [];
  let u = upper ? -0.8 : -0.45;
  while (u < 1.0) {
    const size = upper ? 2 + Math.floor(next() * 2) : 1;
    const clumpWidth = (upper ? 0.058 : 0.085) * (0.7 + 0.6 * next());
    const tipU = u + clumpWidth * (0.35 + 0.3 * next());
    const reach = upper
      ? (0.16 + 0.3 * smoothstep(-0.7, 0.8, u)) * (0.72 + 0.4 * next())
      : (0.13 + 0.07 * smoothstep(-0.4, 0.8, u)) * (0.7 + 0.5 * next());
    for (let k = 0; k < size; k++) {
      const at = u + (clumpWidth * (k + 0.5 * next())) / size;
      const own = reach * (0.8 + 0.25 * next()) * (upper ? 0.72 + 0.55 * person.skin.makeup : 0.8);
      const rootX = c.eyeX + at * c.eyeHalfWidth;
      const rootY = upper ? c.upperLid(at) + 0.015 : c.lowerLid(at) - 0.015;
      const fan = (tipU - at) * c.eyeHalfWidth * 0.9 + (0.18 + 0.75 * at) * own;
      const points: [number, number, number][] = [];
      for (let j = 0; j <= 8; j++) {
        const t = j / 8;
        const x = rootX + fan * t ** 1.35;
        const y = upper ? rootY + own * (-0.08 * Math.sin(t * 3) + (0.95 - 0.3 * at) * t ** 1.5) : rootY - own * (0.75 * t + 0.25 * t * t);
        points.push([x * sign, y, c.eyeZ + c.eyeRadius * 0.93]);
      }
      out.push({ u: at, points, widthCm: upper ? 0.02 + 0.02 * person.skin.makeup : 0.014 });
    }
    u += clumpWidth * (0.8 + 0.35 * next());
  }
  return out;
}

export function lashStrokes(set: readonly Lash[], alpha: number): Stroke[] {
  const strokes: Stroke[] = [];
  for (const lash of set) addStrokes('lash', strokes, lash.points, lash.widthCm, alpha, [0.012, 0.008, 0.007]);
  return strokes;
}

/** z of the skin under a canvas pixel. */
export const skinDepth = (scene: Scene, x: number, y: number): number => {
  const z = marchRay(scene, 'head', x, y, 5);
  return z > -900 ? z : -6;
};
