import type { Frame } from '../frame.ts';
import { curveAt, type Point } from '../numeric/curve.ts';
import { clamp, median, mix, quantile, smoothstep } from '../numeric/mathematics.ts';
import { blur, createPlane, type Plane, sample } from '../numeric/plane.ts';
import type { Eye } from '../refine/eyes.ts';
import type { HeadShape } from '../mesh/head-depth.ts';
import { createTexture, type LayerDraft, gridOver, morphBy, paintTexture, type Texture } from '../rig/layer.ts';
import { eyeRegion } from './eye-holes.ts';

/** Iris radii that the iris moves at gaze 1. */
const GAZE = { x: 0.72, y: 0.5 };
/** How much of the gaze a reflection of the light follows. */
const CATCH_LIGHT_SHARE = 0.3;
const IRIS_TEXELS_PER_PX = 2;

export interface EyeLayers {
  readonly layers: readonly LayerDraft[];
  /** What lies behind the lids at rest, in the eye's region: red, green, blue planes. */
  readonly behind: readonly [Plane, Plane, Plane];
  readonly region: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

export function eyeLayers(frame: Frame, eye: Eye, side: 'Right' | 'Left', shape: HeadShape, moves: boolean): EyeLayers {
  const region = eyeRegion(eye, frame);
  const ball = ballColours(frame, eye, region);
  const iris = irisTextures(frame, eye);
  const depth = shape.depthAt(eye.iris.x, eye.iris.y) - 0.03 * frame.unit;
  const rest = { x: region.x - 0.5, y: region.y - 0.5, width: region.width, height: region.height };
  const layers: LayerDraft[] = [layerOf(`eyeWhite${side}`, textureOf(ball), rest, [6, 3], depth, {})];
  const reach = iris.reach;
  const at = { x: eye.iris.x - reach, y: eye.iris.y - reach, width: 2 * reach, height: 2 * reach };
  const [out, into] = side === 'Left' ? [1, -1] : [-1, 1];
  const move = (share: number): LayerDraft['morphs'] => {
    const x = GAZE.x * eye.irisRadius * share;
    const y = GAZE.y * eye.irisRadius * share;
    const grid = gridOver(at, 6, 6);
    const by = (dx: number, dy: number) =>
      morphBy(grid.x, grid.y, (px) => {
        // What turns away narrows.
        const across = (px - eye.iris.x) / reach;
        return [dx - Math.abs(dx) * 0.1 * across * share, dy];
      });
    return moves
      ? {
          gazeX: by(x, 0),
          gazeY: by(0, -y),
          [`eyeLookOut${side}`]: by(out * x, 0),
          [`eyeLookIn${side}`]: by(into * x, 0),
          [`eyeLookUp${side}`]: by(0, -y),
          [`eyeLookDown${side}`]: by(0, y),
        }
      : {};
  };
  layers.push(layerOf(`iris${side}`, iris.iris, at, [6, 6], depth, move(1)));
  if (iris.light) layers.push(layerOf(`catchLight${side}`, iris.light, at, [6, 6], depth, move(CATCH_LIGHT_SHARE)));
  return { layers, behind: composite(ball, region, [iris.iris, ...(iris.light ? [iris.light] : [])], at), region };
}

function layerOf(
  id: string,
  texture: Texture,
  region: LayerDraft['region'],
  [columns, rows]: readonly [number, number],
  depth: number,
  morphs: LayerDraft['morphs'],
): LayerDraft {
  const { x, y, triangles } = gridOver(region, columns, rows);
  return { id, texture, region, x, y, tx: x, ty: y, triangles, morphs, depth: x.map(() => depth), follow: x.map(() => 1) };
}

type Region = EyeLayers['region'];

/** The white of the eye without its iris: seen where the photograph shows it, grown from there where it does not. */
function ballColours(frame: Frame, eye: Eye, region: Region): [Plane, Plane, Plane] {
  const k = frame.unit / 128;
  const { width, height } = region;
  const seen = createPlane(width, height);
  const core = createPlane(width, height);
  for (let j = 0, i = 0; j < height; j++) {
    for (let n = 0; n < width; n++, i++) {
      const x = region.x + n;
      const y = region.y + j;
      if (x <= eye.upper.xs[0]! || x >= eye.upper.xs.at(-1)!) continue;
      const within = y > curveAt(eye.upper, x) + 2.8 * k && y < curveAt(eye.lower, x) - 2 * k;
      core.data[i] = within ? 1 : 0;
      seen.data[i] = within && Math.hypot(x - eye.iris.x, y - eye.iris.y) > eye.irisRadius + 2.2 * k ? 1 : 0;
    }
  }
  const near = blur(seen, 5 * k);
  const far = blur(seen, 22 * k);
  const enough = seen.data.reduce((a, b) => a + b, 0) > 20 * k * k;
  const fill = [0, 1, 2].map((c) => {
    const colour = createPlane(width, height);
    for (let j = 0, i = 0; j < height; j++)
      for (let n = 0; n < width; n++, i++) colour.data[i] = at(frame, c, region.x + n, region.y + j) * seen.data[i]!;
    const a = blur(colour, 5 * k);
    const b = blur(colour, 22 * k);
    return {
      width,
      height,
      data: a.data.map((v, i) => (enough ? (v + 1e-4 * b.data[i]!) / (near.data[i]! + 1e-4 * far.data[i]! + 1e-9) : 0)),
    };
  }) as [Plane, Plane, Plane];
  brighten(frame, eye, fill, enough);
  // The lids throw their shadow on what is made up, as they do on what was seen.
  const keep = blur(seen, 1.2 * k);
  return fill.map((plane, c) => {
    const out = createPlane(width, height);
    for (let j = 0, i = 0; j < height; j++) {
      for (let n = 0; n < width; n++, i++) {
        const x = region.x + n;
        const y = region.y + j;
        const own = clamp(keep.data[i]! * 1.8 - 0.6, 0, 1);
        const inside = clamp(x, eye.upper.xs[0]!, eye.upper.xs.at(-1)!);
        const below = y - curveAt(eye.upper, inside);
        const shade =
          1 -
          0.34 * Math.exp(-Math.max(0, below) / (4 * k)) -
          0.1 * smoothstep(0.5, 1, Math.abs(2 * ((x - eye.upper.xs[0]!) / (eye.upper.xs.at(-1)! - eye.upper.xs[0]!)) - 1));
        out.data[i] = mix(plane.data[i]! * shade, at(frame, c, x, y), own);
      }
    }
    return out;
  }) as [Plane, Plane, Plane];
}

const at = (frame: Frame, c: number, x: number, y: number): number =>
  frame.colours[c]!.data[clamp(Math.round(y), 0, frame.height - 1) * frame.width + clamp(Math.round(x), 0, frame.width - 1)]!;

/** In shadowed or narrow eyes the white is never as dark as lashes. */
function brighten(frame: Frame, eye: Eye, fill: readonly [Plane, Plane, Plane], enough: boolean): void {
  const U = frame.unit;
  const skin: number[] = [];
  for (let y = Math.round(eye.iris.y); y < eye.iris.y + 0.5 * U; y += 2)
    for (let x = Math.round(eye.upper.xs[0]!); x < eye.upper.xs.at(-1)!; x += 2) skin.push(sample(frame.luminance, x, y));
  const seen: number[] = [];
  for (let y = Math.ceil(Math.min(...eye.upper.ys)); y < Math.max(...eye.lower.ys); y++) {
    for (let x = Math.ceil(eye.upper.xs[0]!); x < eye.upper.xs.at(-1)!; x++) {
      const isWhite =
        y > curveAt(eye.upper, x) + 3 && y < curveAt(eye.lower, x) - 2 && Math.hypot(x - eye.iris.x, y - eye.iris.y) > eye.irisRadius + 2;
      if (isWhite) seen.push(sample(frame.luminance, x, y));
    }
  }
  const white = seen.length > 20 ? 0.92 * quantile(seen, 0.7) : 0;
  const least = clamp(Math.max(0.62 * quantile(skin, 0.8), white), 30, 190);
  for (let i = 0; i < fill[0].data.length; i++) {
    const light = enough ? 0.299 * fill[0].data[i]! + 0.587 * fill[1].data[i]! + 0.114 * fill[2].data[i]! : 0;
    if (light >= least) continue;
    const lift = clamp(least / Math.max(light, 8), 1, 3.2);
    const neutral = [1.03, 0.99, 0.96];
    for (let c = 0; c < 3; c++)
      fill[c]!.data[i] = enough ? (fill[c]!.data[i]! * 0.45 + light * neutral[c]! * 0.55) * lift : least * neutral[c]!;
  }
}

function textureOf(planes: readonly [Plane, Plane, Plane]): Texture {
  const { width, height } = planes[0];
  const texture = createTexture(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) texture.data[i * 4 + c] = planes[c]!.data[i]!;
    texture.data[i * 4 + 3] = 255;
  }
  return texture;
}

/**
 * The whole iris: what the lids leave of it, below and above them its mirror image and its mean around the circle. The
 * reflection of the light is taken off it, into a picture of its own.
 */
function irisTextures(frame: Frame, eye: Eye): { iris: Texture; light: Texture | undefined; reach: number } {
  const k = frame.unit / 128;
  const { iris, irisRadius: radius } = eye;
  const reach = Math.ceil(radius + 4 * k);
  const isSeen = (x: number, y: number): number => {
    if (x <= eye.upper.xs[0]! || x >= eye.upper.xs.at(-1)!) return 0;
    return clamp(Math.min(y - curveAt(eye.upper, x) - 1.8 * k, curveAt(eye.lower, x) - 1.2 * k - y) / (1.6 * k), 0, 1);
  };
  const ring = ringMeans(frame, iris, reach, isSeen);
  const region = { x: iris.x - reach, y: iris.y - reach, width: 2 * reach, height: 2 * reach };
  const typical = (rho: number, c: number) => {
    const slot = clamp(rho * 2, 0, ring.length - 1.001);
    const low = Math.floor(slot);
    return mix(ring[low]![c]!, ring[low + 1]![c]!, slot - low);
  };
  const isLight = (x: number, y: number, rho: number): number => {
    const own = sample(frame.luminance, x, y);
    const mean = 0.299 * typical(rho, 0) + 0.587 * typical(rho, 1) + 0.114 * typical(rho, 2);
    return rho < 0.92 * radius ? clamp((own - mean - 38) / 26, 0, 1) : 0;
  };
  let strongest = 0;
  const paint = (x: number, y: number, out: Float64Array) => {
    const rho = Math.hypot(x - iris.x, y - iris.y);
    const seen = isSeen(x, y);
    const mirrorY = 2 * iris.y - y;
    const mirrorSeen = isSeen(x, mirrorY) * (1 - isLight(x, mirrorY, rho));
    const light = isLight(x, y, rho) * seen;
    strongest = Math.max(strongest, light);
    for (let c = 0; c < 3; c++) {
      const mean = typical(rho, c);
      const mirrored = mix(mean, mix(mean, sample(frame.colours[c]!, x, mirrorY), mirrorSeen), 0.55);
      const own = mix(sample(frame.colours[c]!, x, y), mean, light);
      out[c] = mix(mirrored, own, seen);
    }
    // Under the upper lid it is always dark.
    out[3] = clamp((radius + 0.6 * k - rho) / (1.8 * k) + 0.5, 0, 1);
  };
  const texture = paintTexture(region, IRIS_TEXELS_PER_PX, paint);
  const lightTexture = paintTexture(region, IRIS_TEXELS_PER_PX, (x, y, out) => {
    const rho = Math.hypot(x - iris.x, y - iris.y);
    const light = isLight(x, y, rho) * isSeen(x, y);
    if (light <= 0) return;
    // As little white as explains what was seen above the iris.
    const beneath = [0, 1, 2].map((c) => mix(sample(frame.colours[c]!, x, y), typical(rho, c), light));
    const own = [0, 1, 2].map((c) => sample(frame.colours[c]!, x, y));
    const alpha = clamp(Math.max(...own.map((v, c) => (v - beneath[c]!) / Math.max(1, 255 - beneath[c]!))), 0, 1);
    if (alpha < 0.01) return;
    for (let c = 0; c < 3; c++) out[c] = clamp(beneath[c]! + (own[c]! - beneath[c]!) / alpha, 0, 255);
    out[3] = alpha;
  });
  return { iris: texture, light: strongest > 0.3 ? lightTexture : undefined, reach };
}

/** Mean colours of circles around the pupil, every half pixel. */
function ringMeans(frame: Frame, centre: Point, reach: number, isSeen: (x: number, y: number) => number): [number, number, number][] {
  const slots = Math.ceil(reach * 2 * 1.5) + 2;
  const sums = Array.from({ length: slots }, () => [[], [], []] as number[][]);
  for (let dy = -reach; dy <= reach; dy += 0.5) {
    for (let dx = -reach; dx <= reach; dx += 0.5) {
      const x = centre.x + dx;
      const y = centre.y + dy;
      if (isSeen(x, y) < 0.6) continue;
      const slot = Math.min(slots - 1, Math.round(Math.hypot(dx, dy) * 2));
      for (let c = 0; c < 3; c++) sums[slot]![c]!.push(sample(frame.colours[c]!, x, y));
    }
  }
  // Medians: a reflection of the light does not count.
  const known = sums.map((colours) => (colours[0]!.length >= 3 ? (colours.map((v) => median(v)) as [number, number, number]) : undefined));
  const first = known.find((v) => v) ?? ([60, 45, 40] as [number, number, number]);
  let last = first;
  return known.map((v) => {
    last = v ?? last;
    return last;
  });
}

/** The eye at rest, as the lids uncover it. */
function composite(
  ball: readonly [Plane, Plane, Plane],
  region: Region,
  textures: readonly Texture[],
  where: LayerDraft['region'],
): [Plane, Plane, Plane] {
  const out = ball.map((plane) => ({ ...plane, data: plane.data.slice() })) as [Plane, Plane, Plane];
  for (const texture of textures) {
    const scale = texture.width / where.width;
    for (let j = 0, i = 0; j < region.height; j++) {
      for (let n = 0; n < region.width; n++, i++) {
        const u = (region.x + n - where.x) * scale - 0.5;
        const v = (region.y + j - where.y) * scale - 0.5;
        if (u < 0 || v < 0 || u > texture.width - 1 || v > texture.height - 1) continue;
        const x0 = Math.min(texture.width - 2, Math.floor(u));
        const y0 = Math.min(texture.height - 2, Math.floor(v));
        const value = [0, 0, 0, 0];
        for (const [dx, dy] of [
          [0, 0],
          [1, 0],
          [0, 1],
          [1, 1],
        ] as const) {
          const w = (dx ? u - x0 : 1 - u + x0) * (dy ? v - y0 : 1 - v + y0);
          const o = ((y0 + dy) * texture.width + x0 + dx) * 4;
          const a = (texture.data[o + 3]! / 255) * w;
          for (let c = 0; c < 3; c++) value[c] = value[c]! + texture.data[o + c]! * a;
          value[3] = value[3]! + a;
        }
        for (let c = 0; c < 3; c++) out[c]!.data[i] = value[c]! + out[c]!.data[i]! * (1 - value[3]!);
      }
    }
  }
  return out;
}
