import type { HeadShape } from '../geometry/head.ts';
import { bump, fractal, mix, noise, saturate, smoothstep } from '../math.ts';
import { isTied, type Person } from '../person.ts';

/** Surface of a pixel: diffuse colour, then how it shines. */
export interface Surface {
  r: number;
  g: number;
  b: number;
  roughness: number;
  specular: number;
  /** 0..1: red of the lips. */
  lip: number;
}

const tint = (s: Surface, r: number, g: number, b: number, amount: number): void => {
  s.r *= mix(1, r, amount);
  s.g *= mix(1, g, amount);
  s.b *= mix(1, b, amount);
};

const blend = (s: Surface, r: number, g: number, b: number, amount: number): void => {
  s.r = mix(s.r, r, amount);
  s.g = mix(s.g, g, amount);
  s.b = mix(s.b, b, amount);
};

/** Colours the skin at a neutral point of head or body. `blink` moves the lid's margin. */
export function skinSurface(person: Person, head: HeadShape, x: number, y: number, z: number, blink: number, s: Surface): void {
  const { skin, hair } = person;
  const ax = Math.abs(x);
  [s.r, s.g, s.b] = skin.colour;
  s.roughness = 0.46;
  s.specular = 0.028;
  s.lip = 0;
  const dark = 1 - saturate((skin.colour[0] - 0.1) / 0.5);
  const broad = fractal(x * 0.9, y * 0.9, z * 0.9);
  const fine = fractal(x * 4 + 9, y * 4 + 1, z * 4 + 3);
  const grain = 1 + 0.12 * (broad - 0.5) + 0.08 * (fine - 0.5);
  s.r *= grain;
  s.g *= grain;
  s.b *= grain;
  if (y < -12) return;
  const nose = Math.hypot(x * 0.85, y - head.noseTipY, (z - 2.4) * 0.9);
  let warm = bump((y + 3.1) / 1.9) * bump((ax - 3.9) / 2) * 0.85 * skin.blush + 0.75 * bump(nose / 1.25);
  warm = (warm + 0.45 * bump((ax - 7) / 1.6) * bump((y + 0.8) / 3)) * (0.85 + 0.3 * broad) * (1 - 0.5 * dark);
  tint(s, 1.05, 0.79, 0.77, saturate(warm) * 0.72);
  tint(s, 1.02, 1, 0.94, smoothstep(2.5, 4.5, y));
  tint(s, 0.95, 0.96, 0.98, smoothstep(-6.9, -8.9, y) * 0.6);
  if (z > -3.2 && Math.abs(y) < 2.6) eyeArea(person, head, ax, y, blink, s);
  if (z > -3 && y < -4.2 && y > -8.6) lips(person, head, x, y, z, s);
  const hx = ax - 0.5 * person.nose.width;
  const nostril = Math.hypot(hx / 0.34, (y - head.noseTipY + 0.66) / 0.38, (z - 1.62) / 0.6);
  tint(s, 0.36, 0.2, 0.17, smoothstep(1, 0.72, nostril));
  if (skin.freckles > 0) {
    const dots = smoothstep(0.7, 0.8, noise(x * 5.3 + 4, y * 5.3 + 4, z * 5.3 + 4));
    tint(s, 0.72, 0.55, 0.45, dots * bump((y + 2.2) / 2.2) * smoothstep(6, 2, ax) * skin.freckles);
  }
  const oil = 1 + 0.55 * bump(Math.hypot(x, y + 2.6, z - 2) / 1.7) + 0.3 * bump((y - 3.8) / 2) * bump(x / 3);
  s.specular *= oil;
  const scalp = hairline(person, x, y, z) + 0.5 * (fractal(x * 1.7, y * 1.7, z * 1.7) - 0.5);
  const bare = person.hair.style === 'bald' ? 0 : person.hair.style === 'buzz' ? 0.8 : 1;
  const covered = smoothstep(-0.1, 1.2, scalp) * bare;
  beardShade(person, x, y, z, s);
  blend(s, hair.colour[0] * 0.55, hair.colour[1] * 0.55, hair.colour[2] * 0.55, covered * 0.93);
  s.specular *= 1 - 0.98 * covered;
  s.roughness = mix(s.roughness, 0.9, covered);
}

/** 0 bare .. 1 where the beard grows, by its style. */
export function beardCover(person: Person, x: number, y: number, z: number): number {
  const { style } = person.beard;
  if (style === 'none' || z < -8) return 0;
  const ax = Math.abs(x);
  const { height: mouthY, halfWidth: W, upper, lower } = person.mouth;
  const noise = 0.35 * (fractal(x * 2.2, y * 2.2, z * 2.2) - 0.5);
  const chinY = -8.62 - person.head.chinDrop;
  // The cheek's edge falls from before the ear to the corner of the moustache.
  const cheekEdge = mouthY + 0.7 + 4.2 * smoothstep(W + 0.6, 6.6, ax) ** 1.5 + noise;
  const jaw = smoothstep(cheekEdge, cheekEdge - 0.5, y) * smoothstep(chinY - 2.2, chinY - 1.2, y);
  const under = smoothstep(mouthY - lower + 0.02, mouthY - lower - 0.34, y + 0.12 * noise);
  const besideMouth = smoothstep(W - 0.16, W + 0.24, ax + 0.5 * noise);
  const soulPatch = bump(x / 0.5) * smoothstep(mouthY - lower - 0.1, mouthY - lower - 0.35, y);
  const full = jaw * Math.max(besideMouth, under, soulPatch);
  const lipTop = mouthY + upper * (1 - 0.3 * (ax / W) ** 2) + 0.16;
  const moustache =
    smoothstep(lipTop - 0.08, lipTop + 0.1, y) *
    smoothstep(mouthY + 1.75, mouthY + 1.35, y + 0.12 * ax + noise * 0.5) *
    smoothstep(W + 0.75, W + 0.2, ax) *
    smoothstep(0.04, 0.2, ax + 0.1);
  const goatee = full * smoothstep(W + 0.95, W + 0.5, ax) * smoothstep(mouthY + 1, mouthY, y);
  if (style === 'moustache') return moustache;
  if (style === 'goatee') return Math.max(moustache, goatee);
  return Math.max(moustache, full);
}

/** Colour of the roots in the skin, or all of a stubble. */
function beardShade(person: Person, x: number, y: number, z: number, s: Surface): void {
  const cover = beardCover(person, x, y, z);
  if (cover <= 0) return;
  const [r, g, b] = person.hair.colour;
  const grey = person.beard.grey;
  const dots = person.beard.style === 'stubble' ? 0.3 + 0.35 * smoothstep(0.45, 0.7, noise(x * 13, y * 13, z * 13)) : 0.8;
  blend(s, mix(r, 0.4, grey * 0.7), mix(g, 0.39, grey * 0.7), mix(b, 0.38, grey * 0.7), cover * dots);
  s.specular *= 1 - 0.7 * cover;
}

/** Above 0 where hair grows (cm from the hairline, roughly). */
export function hairline(person: Person, x: number, y: number, z: number): number {
  const ax = Math.abs(x);
  const line = person.hair.line - 0.05 * x * x + 0.4 * bump((ax - 3.4) / 1.2) - 3 * Math.max(0, ax - 4.9 * person.head.width);
  if (z > -5.4) return y - line;
  const behind = -(z + 5.4);
  // Hair that is tied back leaves the ears free.
  const overEar = isTied(person) ? -1.7 : 2.6 + behind * 0.2;
  const nape = z < -9.5 ? 8 : overEar;
  return Math.max(y - line, Math.min(behind * 1.2, y + nape));
}

function eyeArea(person: Person, head: HeadShape, ax: number, y: number, blink: number, s: Surface): void {
  const c = head.curves;
  const makeup = person.skin.makeup;
  const u = c.eyeU(ax);
  const au = Math.abs(u);
  if (au > 1.7) return;
  const yu = c.upperLidAt(u, blink);
  const yl = c.lowerLidAt(u, blink);
  const under = bump((y - yl + 0.45) / 0.32) * smoothstep(1.2, 0.5, au);
  tint(s, 0.93, 0.84, 0.86, under * (0.5 + 0.3 * person.age));
  const crease = c.crease(u);
  const lid = smoothstep(-0.05, 0.12, y - yu) * smoothstep(crease + 0.5, crease - 0.1, y) * smoothstep(1.3, 0.7, au);
  tint(s, 0.8, 0.64, 0.6, lid * (0.35 + 0.5 * makeup) * (1 - 0.5 * person.eyes.fold));
  tint(s, 0.72, 0.54, 0.5, bump((y - crease) / 0.09) * smoothstep(1.15, 0.85, au) * (1 - 0.6 * blink) * 0.6 * (1 - person.eyes.fold));
  const outer = bump((u - 0.95) / 0.45) * bump((y - yu - 0.18) / 0.3);
  tint(s, 0.72, 0.56, 0.52, outer * makeup * 0.6);
  const lowerRim = bump((y - yl) / 0.06) * smoothstep(1.1, 0.95, au) * (1 - blink);
  blend(s, 0.55, 0.27, 0.24, lowerRim * 0.55);
  const liner =
    bump((y - yu - 0.02 - 0.03 * smoothstep(0, 1, u)) / (0.075 + 0.045 * smoothstep(-0.6, 0.9, u))) * smoothstep(1.13, 0.97, au);
  blend(s, 0.045, 0.024, 0.02, liner * (0.5 + 0.45 * makeup));
  const corner = bump(Math.hypot(u + 0.94, (y - c.lowerLid(-1)) / 1.2) / 0.13);
  blend(s, 0.6, 0.27, 0.25, corner * 0.75);
}

function lips(person: Person, head: HeadShape, x: number, y: number, z: number, s: Surface): void {
  const c = head.curves;
  const u = Math.abs(x / c.mouthHalfWidth);
  if (u > 1) return;
  const v = y - c.seam(x);
  const upper = c.upperLip(x);
  const lower = c.lowerLip(x);
  const red = smoothstep(-0.02, 0.07, upper - v) * smoothstep(-0.04, 0.12, v + lower) * smoothstep(1, 0.8, u) * smoothstep(-1.5, -0.4, z);
  const lines = noise(x * 7.5, y * 0.9, 3);
  const [r, g, b] = person.mouth.lipColour;
  const shade = 0.9 + 0.18 * lines;
  const inner = 1 - smoothstep(0, 0.24, Math.abs(v));
  blend(s, r * shade * (1 - 0.22 * inner), g * shade * (1 - 0.36 * inner), b * shade * (1 - 0.33 * inner), red * 0.85);
  s.roughness = mix(s.roughness, 0.32, red);
  s.specular = mix(s.specular, 0.04, red);
  s.lip = red;
  const border = bump((v - upper - 0.06) / 0.07) * smoothstep(1, 0.6, u);
  tint(s, 1.1, 1.1, 1.1, border);
}
