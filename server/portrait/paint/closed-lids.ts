import type { Frame } from '../frame.ts';
import type { FaceMesh } from '../mesh/face-mesh.ts';
import type { Field } from '../mesh/field.ts';
import { LOWER_LID_SHARE } from '../mesh/upper-fields.ts';
import { curveAt, smoothLine } from '../numeric/curve.ts';
import { clamp, mix, quantile, randomNumbers, smoothstep } from '../numeric/mathematics.ts';
import { sample } from '../numeric/plane.ts';
import type { Eye } from '../refine/eyes.ts';
import { paintTexture, type Texture } from '../rig/layer.ts';

/** A picture of the shut eye, and the part of the face mesh that carries it down. */
export interface ClosedLid {
  readonly texture: Texture;
  readonly region: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  /** Vertices of the face mesh within reach. */
  readonly includes: (i: number) => boolean;
}

/** Height of the crease above the margin of the open lid, in eye distances. */
const CREASE = 0.045;
const TEXELS_PER_PX = 1.5;

/**
 * Paints the lid that a blink brings down: what the photograph shows of it is a few pixels, which stretched over the eye
 * would smear. Colour comes from the skin around the eye, light from a curved surface, lashes from the photograph's own.
 */
export function closedLid(frame: Frame, eye: Eye, mesh: FaceMesh, blink: Field): ClosedLid {
  const U = frame.unit;
  const k = U / 128;
  const [x0, x1] = [eye.upper.xs[0]!, eye.upper.xs.at(-1)!];
  const top = Math.min(...eye.upper.ys) - 0.14 * U;
  const bottom = Math.max(...eye.lower.ys) + 0.1 * U;
  const region = { x: x0 - 5 * k, y: top, width: x1 - x0 + 10 * k, height: bottom - top };
  const colours = skinColours(frame, eye);
  const beside = creaseColours(frame, eye);
  const lash = lashColour(frame, eye);
  const random = randomNumbers(7);
  const strands = Float64Array.from({ length: 256 }, () => random());
  const grain = Float64Array.from({ length: 4096 }, () => random() + random() - 1);
  let pixel = 0;
  const paint = (x: number, y: number, out: Float64Array) => {
    const t = (x - x0) / (x1 - x0);
    if (t <= -0.06 || t >= 1.06) return;
    const upper = curveAt(eye.upper, x);
    const lower = curveAt(eye.lower, x);
    const opening = lower - upper;
    const closed = upper + opening * (1 - LOWER_LID_SHARE) + 1.6 * k * Math.min(1, opening / (5 * k));
    const arch = Math.sin(Math.PI * clamp(t, 0, 1));
    const crease = upper - CREASE * U * Math.max(0.62, arch ** 0.5);
    // Lids that are not quite shut show the eye between them: that part of the mesh lies on the last 1.6 pixels above the
    // closed line, so nothing may be painted there.
    const margin = closed - 1.7 * k;
    const v = clamp((y - crease) / Math.max(1, margin - crease), 0, 1);
    const slot = clamp(t, 0, 1) * (colours.length - 1);
    const low = Math.min(colours.length - 2, Math.floor(slot));
    const bulge = 0.95 + 0.1 * Math.sin(Math.PI * clamp(v * 0.85 + 0.08, 0, 1)) * arch;
    const underCrease = 1 - 0.07 * Math.exp(-(((y - crease - k) / (2.6 * k)) ** 2)) * arch;
    const towardsLashes = 1 - 0.14 * smoothstep(0.72, 1, v);
    const light = bulge * underCrease * towardsLashes;
    const noise = grain[pixel++ % grain.length]! * 2.2;
    // Out of the fold's own colour into the lid's.
    const ownColour = smoothstep(0, 0.65, v);
    for (let c = 0; c < 3; c++) {
      const fold = mix(beside[low]![c]!, beside[low + 1]![c]!, slot - low);
      out[c] = clamp(mix(fold, mix(colours[low]![c]!, colours[low + 1]![c]!, slot - low), ownColour) * light + noise, 0, 255);
    }
    // Soft at the crease and at the corners.
    const ends = smoothstep(-0.06, 0.12, t) * smoothstep(1.06, 0.88, t);
    const skin = smoothstep(crease - 8 * k, crease + 7 * k, y) * smoothstep(margin, margin - 1.4 * k, y) * ends;
    const strand = strands[Math.floor((x - x0) / (1.15 * k) + (y - closed) * 0.35 * (t - 0.5)) & 255]!;
    const above = margin - y;
    const line = above > 0 ? Math.exp(-(((above - 1.6 * k) / (1.1 * k)) ** 2)) * 0.9 * smoothstep(0, 0.7 * k, above) : 0;
    const below = y - closed - 0.3 * k;
    const hairs =
      below > 0 ? clamp(1 - below / ((2 + 3 * arch * strand) * k), 0, 1) * (0.1 + 0.35 * strand) * smoothstep(0, 0.8 * k, below) : 0;
    const lashes = clamp(Math.max(line, hairs), 0, 1) * smoothstep(0, 0.07, t) * smoothstep(1, 0.93, t) * (0.45 + 0.55 * arch ** 0.5);
    const alpha = skin + lashes * (1 - skin);
    if (alpha <= 0) return;
    for (let c = 0; c < 3; c++) out[c] = mix(out[c]!, lash[c]!, lashes / alpha);
    out[3] = alpha;
  };
  return {
    texture: paintTexture(region, TEXELS_PER_PX, paint),
    region,
    includes: (i) => {
      const [x, y] = [mesh.x[i]!, mesh.y[i]!];
      const toY = y + blink.dy[i]!;
      return x > region.x - 8 * k && x < region.x + region.width + 8 * k && y > top - 12 * k && y < bottom + 8 * k && toY > top - 12 * k;
    },
  };
}

type Rgb = [number, number, number];
const SLOTS = 24;

/** Skin colours along the eye, from above its lid and below it; hairs and shadows left out. */
function skinColours(frame: Frame, eye: Eye): Rgb[] {
  const above = bandColours(frame, eye, eye.upper, [-0.13, -0.05], [0.55, 0.95]);
  const below = bandColours(frame, eye, eye.lower, [0.05, 0.11], [0.55, 0.95]);
  return smoothed(above.map((a, s) => a.map((v, c) => 0.4 * v + 0.6 * below[s]![c]!) as Rgb));
}

/** What the skin looks like where the shut lid comes out of its fold. */
const creaseColours = (frame: Frame, eye: Eye): Rgb[] => smoothed(bandColours(frame, eye, eye.upper, [-0.085, -0.05], [0.25, 0.85]));

/** Mean colours along a lid's margin, over a band beside it (eye distances, down) and a range of luminance (quantiles). */
function bandColours(
  frame: Frame,
  eye: Eye,
  line: Eye['upper'],
  [from, to]: readonly [number, number],
  [darkest, brightest]: readonly [number, number],
): Rgb[] {
  const U = frame.unit;
  const [x0, x1] = [eye.upper.xs[0]!, eye.upper.xs.at(-1)!];
  return Array.from({ length: SLOTS }, (_, s) => {
    const x = mix(x0, x1, s / (SLOTS - 1));
    const pixels: { light: number; colour: Rgb }[] = [];
    for (let dx = -0.05; dx <= 0.051; dx += 0.0125) {
      for (let d = from; d <= to; d += 0.0075) {
        const [px, py] = [x + dx * U, curveAt(line, clamp(x + dx * U, x0, x1)) + d * U];
        pixels.push({
          light: sample(frame.luminance, px, py),
          colour: [sample(frame.colours[0], px, py), sample(frame.colours[1], px, py), sample(frame.colours[2], px, py)],
        });
      }
    }
    const lights = pixels.map((p) => p.light);
    const [low, high] = [quantile(lights, darkest), quantile(lights, brightest)];
    const good = pixels.filter((p) => p.light >= low && p.light <= high);
    return [0, 1, 2].map((c) => good.reduce((sum, p) => sum + p.colour[c]!, 0) / Math.max(1, good.length)) as Rgb;
  });
}

function smoothed(colours: readonly Rgb[]): Rgb[] {
  const [r, g, b] = [0, 1, 2].map((c) =>
    smoothLine(
      colours.map((v) => v[c]!),
      2.5,
    ),
  ) as [Float64Array, Float64Array, Float64Array];
  return colours.map((_, s) => [r[s]!, g[s]!, b[s]!]);
}

function lashColour(frame: Frame, eye: Eye): [number, number, number] {
  const pixels: { light: number; colour: [number, number, number] }[] = [];
  const k = frame.unit / 128;
  for (let i = 4; i < eye.upper.xs.length - 4; i++) {
    for (let d = -2.5; d <= 1; d += 0.5) {
      const [x, y] = [eye.upper.xs[i]!, eye.upper.ys[i]! + d * k];
      pixels.push({
        light: sample(frame.luminance, x, y),
        colour: [sample(frame.colours[0], x, y), sample(frame.colours[1], x, y), sample(frame.colours[2], x, y)],
      });
    }
  }
  pixels.sort((a, b) => a.light - b.light);
  const dark = pixels.slice(0, Math.max(3, Math.floor(pixels.length * 0.12)));
  return [0, 1, 2].map((c) => (0.85 * dark.reduce((sum, p) => sum + p.colour[c]!, 0)) / dark.length) as [number, number, number];
}
