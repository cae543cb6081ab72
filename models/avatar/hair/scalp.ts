import { HeadShape } from '../geometry/head.ts';
import { bump, fractal, mix, randomStream, smoothstep } from '../math.ts';
import type { Person } from '../person.ts';
import { beardCover, hairline } from '../render/skin.ts';
import type { Lock } from './locks.ts';
import { groupOf, SKULL, SkinField, sites, unit, type Vector } from './skin-field.ts';
import { growTied } from './tied.ts';

/** Middle of the mouth, from which beards are sown. */
const JAW: Vector = [0, -4.5, -4.5];

/** Hair on the skull, close to it. */
export function growScalp(person: Person): Lock[] {
  const field = new SkinField(new HeadShape(person));
  const next = randomStream(person.seed * 7919);
  const onScalp =
    (depth: number) =>
    (p: Vector): boolean =>
      hairline(person, p[0], p[1], p[2]) > depth + 0.5 * (fractal(p[0] * 1.4, p[1] * 1.4, p[2] * 1.4) - 0.5);
  switch (person.hair.style) {
    case 'short':
      return shortCut(person, field, onScalp(0.1), next);
    case 'coils':
      return coils(person, field, onScalp(0.1), next);
    case 'buzz':
      return [...sites(field, 5200, SKULL, onScalp(0.05), next)].map(({ root }) =>
        bristle(field, root, 0.32 + 0.2 * next(), (p) => [p[0] * 0.1, -0.5, 0.6], next, 0.16),
      );
    case 'bun':
    case 'ponytail':
      return growTied(person, field, onScalp(0.1), next);
    default:
      return [];
  }
}

/** A few hairs that stand up a little and lean with the flow. */
function bristle(field: SkinField, root: Vector, lengthCm: number, flow: (p: Vector) => Vector, next: () => number, width: number): Lock {
  const points = 6;
  const { path, out } = field.follow(root, points, lengthCm, flow, (t) => 0.62 * lengthCm * t);
  return {
    path,
    out,
    width: [width, width * 1.1, width * 0.6],
    strands: 1,
    tint: next(),
    group: groupOf(root[2]),
    seed: Math.floor(next() * 1e9),
  };
}

/** Swept back and aside from the parting, close at sides and nape. */
function shortCut(person: Person, field: SkinField, grows: (p: Vector) => boolean, next: () => number): Lock[] {
  const { part, lengthCm } = person.hair;
  const locks: Lock[] = [];
  for (const { root } of sites(field, 2600, SKULL, grows, next)) {
    const [x, y, z] = root;
    const side = x > part ? 1 : -1;
    const top = smoothstep(5.2, 8.4, y + 0.16 * (z + 6));
    const front = smoothstep(-6, -1.5, z);
    const sway = (fractal(x * 0.55 + 7, y * 0.55, z * 0.55) - 0.5) * 1.5;
    const flow = (p: Vector): Vector => {
      const away = smoothstep(0, 3.4, Math.abs(p[0] - part));
      const back: Vector = [side * (0.12 + 1.15 * away) + sway, 0.34 * front * (1 - away), -0.85 - 0.3 * front];
      const down: Vector = [0, -1, -0.5 + 0.12 * sway];
      const k = smoothstep(6.2, 3.4, p[1]) * smoothstep(2.2, 5, Math.abs(p[0]));
      return [mix(back[0], down[0], k), mix(back[1], down[1], k), mix(back[2], down[2], k)];
    };
    const length = mix(1.5, 5.4, top) * lengthCm * (0.75 + 0.4 * next());
    const lift = mix(0.22, 1.05 + 0.75 * front, top) * (0.82 + 0.36 * next());
    const { path, out } = field.follow(root, 16, length, flow, (t) => lift * smoothstep(0, 0.42, t) * (1 - 0.3 * smoothstep(0.6, 1, t)));
    const w = mix(0.24, 0.42, top);
    locks.push({
      path,
      out,
      width: [w, w * 0.95, w * 0.3],
      strands: mix(0.5, 1, top),
      tint: next(),
      group: groupOf(z),
      seed: Math.floor(next() * 1e9),
    });
  }
  return locks;
}

/** Each lock is a spring that stands off the skin: curls stay together and catch the light on their turns. */
function coils(person: Person, field: SkinField, grows: (p: Vector) => boolean, next: () => number): Lock[] {
  const locks: Lock[] = [];
  const reach = 2.1 * person.hair.lengthCm;
  for (const { root, normal } of sites(field, 3600, SKULL, grows, next)) {
    const [x, y, z] = root;
    const full = smoothstep(-1, 6.5, y - 0.5 * Math.abs(x) + 3);
    const edge = smoothstep(0.1, 1.4, hairline(person, x, y, z));
    const length = mix(0.5, reach, full) * mix(0.22, 1, edge) * (0.75 + 0.5 * next());
    const axis = unit([normal[0] + (next() - 0.5) * 0.8, normal[1] + 0.25 + (next() - 0.5) * 0.8, normal[2] + (next() - 0.5) * 0.8]);
    const u = unit([axis[1] - axis[2] * 0.3, axis[2] - axis[0], axis[0] * 0.3 - axis[1] * 0.2 + 0.01]);
    const dot = u[0] * axis[0] + u[1] * axis[1] + u[2] * axis[2];
    const a = unit([u[0] - axis[0] * dot, u[1] - axis[1] * dot, u[2] - axis[2] * dot]);
    const b: Vector = [axis[1] * a[2] - axis[2] * a[1], axis[2] * a[0] - axis[0] * a[2], axis[0] * a[1] - axis[1] * a[0]];
    const radius = (0.17 + 0.1 * next()) * mix(0.45, 1, edge);
    const turns = Math.max(1.2 * edge + 0.4, length / (0.42 + 0.16 * next()));
    const points = Math.min(64, Math.ceil(turns * 11) + 4);
    const path = new Float64Array(points * 3);
    const out = new Float64Array(points * 3);
    const phase = next() * 6.28;
    for (let i = 0; i < points; i++) {
      const t = i / (points - 1);
      const turn = phase + t * turns * Math.PI * 2;
      const r = radius * smoothstep(0, 0.15, t) * (1 + 0.25 * Math.sin(t * 5 + phase));
      const c = Math.cos(turn) * r;
      const s = Math.sin(turn) * r;
      const along = length * t * 0.92;
      for (let k = 0; k < 3; k++) {
        path[i * 3 + k] = root[k]! + axis[k]! * along + a[k]! * c + b[k]! * s;
        out[i * 3 + k] = axis[k]! * 0.4 + (a[k]! * c + b[k]! * s) / (r + 1e-6);
      }
    }
    locks.push({ path, out, width: [0.06, 0.075, 0.05], strands: length, tint: next(), group: groupOf(z), seed: Math.floor(next() * 1e9) });
  }
  return locks;
}

/** Hair of the beard, growing down; all of it lies on the face. */
export function growBeard(person: Person): Lock[] {
  const { style } = person.beard;
  if (style === 'none' || style === 'stubble') return [];
  const field = new SkinField(new HeadShape(person));
  const next = randomStream(person.seed * 104729);
  const locks: Lock[] = [];
  const base = style === 'full' ? 1.7 : style === 'short' ? 0.6 : 0.75;
  const grows = (p: Vector): boolean => p[2] > -7.5 && beardCover(person, p[0], p[1], p[2]) > 0.35 + 0.5 * next();
  const mouthY = person.mouth.height;
  for (const { root } of sites(field, style === 'full' ? 9000 : 8000, JAW, grows, next)) {
    const [x, y] = root;
    const upper = smoothstep(mouthY - 0.3, mouthY + 0.2, y) * bump(x / 3.4);
    const chin = smoothstep(mouthY - 0.6, mouthY - 2.2, y);
    const length = base * mix(mix(0.62, 1, chin), 0.62, upper) * (0.7 + 0.5 * next());
    const sway = (next() - 0.5) * 0.3;
    const flow = (p: Vector): Vector => [(upper > 0.4 ? Math.sign(p[0]) * 0.75 : -0.06 * p[0]) + sway, -1, upper > 0.4 ? 0.05 : 0.3];
    const { path, out } = field.follow(root, 7, length, flow, (t) => 0.05 + (style === 'full' ? 0.36 : 0.2) * t * length);
    locks.push({ path, out, width: [0.2, 0.2, 0.1], strands: 1, tint: next(), group: 'front', seed: Math.floor(next() * 1e9) });
  }
  return locks;
}
