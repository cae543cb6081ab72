import type { ParameterName } from '../../face/parameters.ts';
import { VISEMES } from '../../face/parameters.ts';
import type { Frame } from '../frame.ts';
import type { FaceMesh } from '../mesh/face-mesh.ts';
import type { Field } from '../mesh/field.ts';
import type { HeadShape } from '../mesh/head-depth.ts';
import { curveAt, smoothLine } from '../numeric/curve.ts';
import { clamp, mean, mix, quantile, randomNumbers, smoothstep } from '../numeric/mathematics.ts';
import { sample } from '../numeric/plane.ts';
import type { Mouth } from '../refine/mouth.ts';
import { JAW_DROP } from '../rig/blend-shapes.ts';
import { gridOver, type LayerDraft, morphBy, paintTexture, type Texture } from '../rig/layer.ts';

type Paint = (x: number, y: number, out: Float64Array) => void;
type Colour = readonly [number, number, number];

/** Shares of the jaw's movement. */
const LOWER_TEETH_SHARE = 0.93;
const TONGUE_SHARE = 0.78;
/** Widths of teeth from the middle outwards, and their heights, in eye distances. */
const UPPER_TEETH = {
  widths: [0.13, 0.103, 0.118, 0.108, 0.104, 0.12],
  heights: [0.165, 0.148, 0.16, 0.14, 0.125, 0.12],
  lifts: [0, 0.011, 0.003, 0.014, 0.022, 0.03],
};
const LOWER_TEETH = {
  widths: [0.082, 0.09, 0.1, 0.1, 0.1, 0.11],
  heights: [0.13, 0.132, 0.138, 0.12, 0.11, 0.1],
  lifts: [0, -0.002, -0.006, 0.004, 0.012, 0.02],
};
/** Half the width of the dental arch as seen from the front. */
const ARCH_HALF = 0.44;

/** What opens behind the lips, back to front: cavity, lower teeth, tongue, upper teeth, a shadow; a smile keeps its own teeth. */
export function mouthInside(
  frame: Frame,
  mouth: Mouth,
  mesh: FaceMesh,
  shape: HeadShape,
  shapes: Partial<Record<ParameterName, Field>>,
): LayerDraft[] {
  const U = frame.unit;
  const { x: cx } = mesh.mouthCentre;
  const top = curveAt(mouth.innerUpper, cx);
  const bottom = curveAt(mouth.innerLower, cx);
  /** Where the shut lips meet. */
  const seam = top + 0.4 * (bottom - top);
  const lips = shape.depthAt(cx, seam);
  const white = toothColour(frame, mouth);
  const light = (0.299 * white[0] + 0.587 * white[1] + 0.114 * white[2]) / 200;
  const jaw = JAW_DROP * U;
  const context: Inside = { frame, mouth, cx, seam, U, jaw, depth: lips - 0.1 * U, white, light };
  const layers = [cavity(context), lowerTeeth(context), tongue(context)];
  const own = mouth.isOpen ? ownTeeth(context, shape, (grid) => withLips(mesh, shapes, grid)) : [];
  layers.push(...(own.length > 0 ? own.slice(0, 1) : [upperTeeth(context)]), tongueTip(context), shadow(context), ...own.slice(1));
  return layers;
}

interface Inside {
  readonly frame: Frame;
  readonly mouth: Mouth;
  readonly cx: number;
  readonly seam: number;
  readonly U: number;
  readonly jaw: number;
  readonly depth: number;
  readonly white: Colour;
  readonly light: number;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A rectangle around the middle of the mouth, in eye distances: half its width, its top and bottom below the seam. */
const boxOf = ({ cx, seam, U }: Inside, half: number, top: number, bottom: number): Box => ({
  x: cx - half * U,
  y: seam + top * U,
  width: 2 * half * U,
  height: (bottom - top) * U,
});

function layer(
  id: string,
  texture: Texture,
  box: Box,
  [columns, rows]: readonly [number, number],
  depth: number,
  morphs: (grid: { x: Float64Array; y: Float64Array }) => LayerDraft['morphs'],
  extra: Partial<LayerDraft> = {},
): LayerDraft {
  const { x, y, triangles } = gridOver(box, columns, rows);
  return {
    id,
    texture,
    region: box,
    x,
    y,
    tx: x,
    ty: y,
    triangles,
    depth: x.map(() => depth),
    follow: x.map(() => 1),
    morphs: morphs({ x, y }),
    ...extra,
  };
}

const withJaw =
  ({ jaw, U }: Inside, share: number) =>
  ({ x, y }: { x: Float64Array; y: Float64Array }): LayerDraft['morphs'] => ({
    jawOpen: morphBy(x, y, () => [0, jaw * share]),
    jawLeft: morphBy(x, y, () => [0.1 * U * share, 0]),
    jawRight: morphBy(x, y, () => [-0.1 * U * share, 0]),
  });

/** Enamel in this light: white against the brightest skin, no darker than the eyes' white would be. */
function toothColour(frame: Frame, mouth: Mouth): Colour {
  const { landmarks: L } = frame;
  const lights: number[] = [];
  const warmth: number[][] = [[], [], []];
  for (let y = L[30]!.y; y < L[57]!.y; y += 3) {
    for (let x = L[4]!.x; x < L[12]!.x; x += 3) {
      lights.push(sample(frame.luminance, x, y));
      for (let c = 0; c < 3; c++) warmth[c]!.push(sample(frame.colours[c]!, x, y));
    }
  }
  const bright = quantile(lights, 0.88);
  if (mouth.isOpen) {
    const own = ownToothColour(frame, mouth, bright);
    if (own) return own;
  }
  const level = clamp(0.35 * 0.93 * bright + 0.65 * Math.max(0.93 * bright, 192), 140, 212);
  // A hint of the light's own colour.
  const skin = warmth.map((values) => quantile(values, 0.88));
  const grey = mean(skin);
  const tint = skin.map((v) => clamp(1 + 0.12 * (v / grey - 1), 0.94, 1.06));
  return [level * 1.01 * tint[0]!, level * tint[1]!, level * 0.915 * tint[2]!];
}

function ownToothColour(frame: Frame, mouth: Mouth, bright: number): Colour | undefined {
  const found: { light: number; colour: Colour }[] = [];
  for (let x = Math.ceil(mouth.left.x); x < mouth.right.x; x++) {
    const from = curveAt(mouth.innerUpper, x);
    const to = curveAt(mouth.innerLower, x);
    for (let y = Math.ceil(from + 2); y < to - 2; y++) {
      found.push({
        light: sample(frame.luminance, x, y),
        colour: [sample(frame.colours[0], x, y), sample(frame.colours[1], x, y), sample(frame.colours[2], x, y)],
      });
    }
  }
  if (found.length < 40) return undefined;
  const limit = quantile(
    found.map((p) => p.light),
    0.55,
  );
  const teeth = found.filter((p) => p.light > limit && p.light > 0.4 * bright);
  if (teeth.length < 20) return undefined;
  return [0, 1, 2].map((c) =>
    quantile(
      teeth.map((p) => p.colour[c]!),
      0.5,
    ),
  ) as unknown as Colour;
}

function cavity(inside: Inside): LayerDraft {
  const { mouth, light, U, jaw } = inside;
  const box = boxOf(inside, 0.62, -0.2, 0.36);
  const lip = mouth.lipColour;
  const texture = paintTexture(box, 0.5, (x, y, out) => {
    const across = Math.abs((x - inside.cx) / (0.5 * U));
    const down = clamp((y - box.y) / box.height, 0, 1);
    const depth = (0.3 + 0.5 * down ** 1.3) * (1 - 0.3 * across * across);
    const cheek = smoothstep(0.55, 1, across);
    const red = [112, 42, 40];
    for (let c = 0; c < 3; c++) out[c] = mix(red[c]! * light * depth, lip[c]! * 0.34, cheek * 0.7);
    out[3] = 1;
  });
  return layer('mouthCavity', texture, box, [4, 4], inside.depth - 0.16 * U, ({ x, y }) => ({
    jawOpen: morphBy(x, y, (_, py) => [0, jaw * smoothstep(box.y + 0.25 * box.height, box.y + box.height, py)]),
  }));
}

/** Which tooth stands at `x` (eye distances from the middle): its number, and -1..1 across it. */
function toothAt(x: number, widths: readonly number[]): { tooth: number; across: number } {
  // Seen from the front the arch turns away: equal widths look narrower.
  let rest = ARCH_HALF * Math.asin(clamp(Math.abs(x) / ARCH_HALF, 0, 1));
  for (let i = 0; i < widths.length; i++) {
    if (rest < widths[i]!) return { tooth: i, across: (rest / widths[i]!) * 2 - 1 };
    rest -= widths[i]!;
  }
  return { tooth: -1, across: 0 };
}

/** Enamel of one arch. `edge`: where its teeth end, `sign` +1 when they grow upwards from there. */
function archPaint(inside: Inside, teeth: typeof UPPER_TEETH, edgeY: number, sign: 1 | -1, shade: number): Paint {
  const { cx, U, white } = inside;
  const random = randomNumbers(sign + 5);
  const hue = teeth.widths.map(() => 1 + (random() - 0.5) * 0.03);
  return (px, py, out) => {
    const x = (px - cx) / U;
    const up = (sign * (edgeY - py)) / U;
    const { tooth, across } = toothAt(x, teeth.widths);
    const far = Math.abs(x) / ARCH_HALF;
    if (tooth < 0 || far >= 1) return;
    const round = (tooth === 2 && sign > 0 ? 0.022 * across * across : 0.006 * Math.abs(across) ** 2.5) + 0.004 * Math.abs(across) ** 8;
    const height = up - teeth.lifts[tooth]! - round;
    const gumLine = teeth.heights[tooth]! - 0.028 * across * across;
    const soft = 0.006;
    const cover = smoothstep(-soft, soft, height);
    if (cover <= 0) return;
    const v = clamp(height / teeth.heights[tooth]!, 0, 1);
    const gap = 1 - 0.5 * smoothstep(0.82, 1, Math.abs(across)) * (0.45 + 0.55 * smoothstep(0, 0.35, v));
    const bulge = 0.9 + 0.1 * (1 - across * across);
    const along = sign > 0 ? mix(0.94, 1.03, Math.sin(Math.PI * clamp(v * 0.85 + 0.1, 0, 1))) : mix(1, 0.86, v);
    const turned = 1 - 0.62 * smoothstep(0.25, 1, far) ** 1.2;
    const gloss = 16 * Math.exp(-(((across + 0.2) / 0.3) ** 2) - ((v - 0.42) / 0.16) ** 2) * (1 - far);
    const light = gap * bulge * along * turned * shade * hue[tooth]!;
    const translucent = 1 - 0.07 * smoothstep(0.16, 0, v);
    const warm = [1, 1 - 0.025 * v, 1 - 0.07 * v];
    const gum = smoothstep(gumLine - 0.006, gumLine + 0.01, height);
    const gumColour = [0.66, 0.34, 0.33];
    for (let c = 0; c < 3; c++) {
      const enamel = white[c]! * warm[c]! * light * translucent + gloss * shade;
      out[c] = clamp(mix(enamel, white[c]! * gumColour[c]! * turned * shade * (0.92 - 0.2 * Math.abs(across) ** 3), gum), 0, 255);
    }
    out[3] = cover;
  };
}

function upperTeeth(inside: Inside): LayerDraft {
  const edge = inside.seam + 0.022 * inside.U;
  const box = boxOf(inside, ARCH_HALF, -0.22, 0.035);
  return layer('teethUpper', paintTexture(box, 1.5, archPaint(inside, UPPER_TEETH, edge, 1, 0.98)), box, [10, 2], inside.depth, () => ({}));
}

function lowerTeeth(inside: Inside): LayerDraft {
  const edge = inside.seam - 0.012 * inside.U;
  const box = boxOf(inside, ARCH_HALF * 0.9, -0.03, 0.19);
  return layer(
    'teethLower',
    paintTexture(box, 1.5, archPaint(inside, LOWER_TEETH, edge, -1, 0.74)),
    box,
    [8, 2],
    inside.depth - 0.02 * inside.U,
    withJaw(inside, LOWER_TEETH_SHARE),
  );
}

function tonguePaint({ cx, U, light }: Inside, middleY: number, halfWidth: number, halfHeight: number, bright: number): Paint {
  const random = randomNumbers(11);
  const bumps = Float64Array.from({ length: 1024 }, () => random() - 0.5);
  const red: Colour = [203, 108, 106];
  return (px, py, out) => {
    const x = (px - cx) / (halfWidth * U);
    const y = (py - middleY) / (halfHeight * U);
    const r = Math.hypot(x, y);
    if (r > 1.05) return;
    const groove = 1 - 0.14 * Math.exp(-((x / 0.07) ** 2)) * smoothstep(0.7, -0.6, y);
    const bump = 1 + 0.05 * bumps[(Math.floor(px / 1.6) * 31 + Math.floor(py / 1.6) * 57) & 1023]!;
    const lit = (0.62 + 0.42 * Math.sqrt(Math.max(0, 1 - r * r))) * (0.7 + 0.3 * smoothstep(-1, 0.2, y)) * groove * bump * bright;
    const gloss = 26 * Math.exp(-(((x + 0.22) / 0.28) ** 2) - ((y - 0.1) / 0.18) ** 2) * bright * light;
    for (let c = 0; c < 3; c++) out[c] = clamp(red[c]! * light * lit + gloss, 0, 255);
    out[3] = smoothstep(1, 0.9, r);
  };
}

function tongue(inside: Inside): LayerDraft {
  const { seam, U } = inside;
  const box = boxOf(inside, 0.31, -0.045, 0.27);
  const middle = seam + 0.12 * U;
  return layer(
    'tongue',
    paintTexture(box, 1, tonguePaint(inside, middle, 0.3, 0.155, 0.78)),
    box,
    [6, 5],
    inside.depth - 0.08 * U,
    (grid) => ({
      ...withJaw(inside, TONGUE_SHARE)(grid),
      viseme_DD: morphBy(grid.x, grid.y, () => [0, -0.02 * U]),
      viseme_nn: morphBy(grid.x, grid.y, () => [0, -0.025 * U]),
      viseme_kk: morphBy(grid.x, grid.y, (_, y) => [0, y < middle ? -0.01 * U : 0.03 * U]),
    }),
  );
}

/** The tip between the teeth: seen on "th", and when the tongue is put out. */
function tongueTip(inside: Inside): LayerDraft {
  const { seam, U } = inside;
  const box = boxOf(inside, 0.21, 0.005, 0.145);
  const middle = seam + 0.075 * U;
  return layer(
    'tongueTip',
    paintTexture(box, 1.5, tonguePaint(inside, middle, 0.2, 0.066, 1.06)),
    box,
    [6, 4],
    inside.depth + 0.02 * U,
    (grid) => ({
      ...withJaw(inside, 0.35)(grid),
      tongueOut: morphBy(grid.x, grid.y, (_, y) => [0, 0.2 * U * smoothstep(middle - 0.05 * U, middle + 0.06 * U, y)]),
    }),
    { opacity: { base: 0, gains: { viseme_TH: 1.6, tongueOut: 4 } } },
  );
}

/** Pushed-out lips keep the light from the teeth; and under the upper lip it is dark. */
function shadow(inside: Inside): LayerDraft {
  const { U, jaw } = inside;
  const box = boxOf(inside, 0.6, -0.2, 0.34);
  const texture = paintTexture(box, 0.5, (_x, y, out) => {
    // Darkest right under the upper lip.
    out.set([58, 20, 17, mix(1, 0.62, smoothstep(inside.seam - 0.03 * U, inside.seam + 0.12 * U, y))]);
  });
  return layer(
    'mouthShade',
    texture,
    box,
    [1, 2],
    inside.depth + 0.03 * U,
    ({ x, y }) => ({ jawOpen: morphBy(x, y, (_, py) => [0, py > inside.seam + 0.1 * U ? jaw : 0]) }),
    { opacity: { base: 0, gains: { mouthFunnel: 0.26, mouthPucker: 0.3 } } },
  );
}

/** While somebody speaks, the mouth is not the photograph's: what belongs to its smile fades. */
const SPEAKING_FADES = Object.fromEntries(VISEMES.filter((v) => v !== 'sil').map((v): [ParameterName, number] => [`viseme_${v}`, -5]));

/**
 * The teeth of a smile, cut out of the photograph down to their edges and fixed to the skull; and what else it shows of
 * the mouth's inside, which goes away as soon as the jaw moves.
 */
function ownTeeth(
  inside: Inside,
  shape: HeadShape,
  follows: (grid: { x: Float64Array; y: Float64Array }) => LayerDraft['morphs'],
): LayerDraft[] {
  const { frame, mouth, U } = inside;
  const k = U / 128;
  const edge = incisalEdge(inside);
  if (!edge) return [];
  const top = Math.min(...mouth.innerUpper.ys) - 18 * k;
  const bottom = Math.max(...mouth.innerLower.ys) + 5 * k;
  const box: Box = { x: mouth.left.x - 3 * k, y: top, width: mouth.right.x - mouth.left.x + 6 * k, height: bottom - top };
  const teeth = paintTexture(box, 1, (x, y, out) => {
    const start = curveAt(mouth.innerUpper, x) + 2.2 * k;
    const above = Math.max(0, start - y);
    // Above the lip the first seen row goes on, darker, where no photograph shows it.
    for (let c = 0; c < 3; c++) out[c] = sample(frame.colours[c]!, x, Math.max(y, start)) * clamp(1 - (0.02 * above) / k, 0.6, 1);
    const { bottom: end, share } = edge(x);
    out[3] = smoothstep(end + 0.9 * k, end - 0.5 * k, y) * share;
  });
  const rest = paintTexture(box, 1, (x, y, out) => {
    for (let c = 0; c < 3; c++) out[c] = sample(frame.colours[c]!, x, y);
    out[3] = 1;
  });
  const depthOf = (x: number) => shape.depthAt(x, inside.seam) - 0.05 * U;
  const grid = gridOver(box, 16, 3);
  const common = {
    region: box,
    x: grid.x,
    y: grid.y,
    tx: grid.x,
    ty: grid.y,
    triangles: grid.triangles,
    depth: grid.x.map(depthOf),
    follow: grid.x.map(() => 1),
  };
  return [
    { ...common, id: 'teethOwn', texture: teeth, morphs: {} },
    {
      ...common,
      id: 'smile',
      texture: rest,
      morphs: { ...withJaw(inside, 0.5)(grid), ...follows(grid) },
      opacity: { base: 1, gains: { ...SPEAKING_FADES, jawOpen: -9, mouthClose: -5, mouthPucker: -6, mouthFunnel: -6 } },
    },
  ];
}

/** What the photograph shows between the lips widens and narrows with them. */
function withLips(
  mesh: FaceMesh,
  shapes: Partial<Record<ParameterName, Field>>,
  { x, y }: { x: Float64Array; y: Float64Array },
): LayerDraft['morphs'] {
  const row = mesh.upperLip.map((vertex, i) => [vertex, mesh.lowerLip[i]!] as const);
  const nearest = (px: number) =>
    row.reduce((best, pair) => (Math.abs(mesh.x[pair[0]]! - px) < Math.abs(mesh.x[best[0]]! - px) ? pair : best));
  const pairs = Array.from(x, nearest);
  const morphs: LayerDraft['morphs'] = {};
  for (const name of [
    'mouthSmileLeft',
    'mouthSmileRight',
    'mouthStretchLeft',
    'mouthStretchRight',
    'mouthDimpleLeft',
    'mouthDimpleRight',
    'mouthFrownLeft',
    'mouthFrownRight',
  ] as const) {
    const field = shapes[name];
    if (!field) continue;
    morphs[name] = morphBy(x, y, (_px, _py, i) => {
      const [above, below] = pairs[i]!;
      return [(field.dx[above]! + field.dx[below]!) / 2, (field.dy[above]! + field.dy[below]!) / 2];
    });
  }
  return morphs;
}

/** Where the upper teeth end, by column; `share` fades towards the corners of the mouth. */
function incisalEdge({ frame, mouth, U }: Inside): ((x: number) => { bottom: number; share: number }) | undefined {
  const k = U / 128;
  const first = Math.ceil(mouth.left.x);
  const columns = Math.floor(mouth.right.x) - first + 1;
  const lights: number[] = [];
  for (let i = 0; i < columns; i++) {
    const x = first + i;
    for (let y = Math.ceil(curveAt(mouth.innerUpper, x) + 2); y < curveAt(mouth.innerLower, x) - 2; y++)
      lights.push(sample(frame.luminance, x, y));
  }
  if (lights.length < 30) return undefined;
  const limit = Math.max(0.52 * quantile(lights, 0.85), 0.6 * mouth.lipLuminance);
  const isRed = (x: number, y: number) => sample(frame.colours[0], x, y) > 1.5 * sample(frame.colours[1], x, y);
  const found = Array.from({ length: columns }, (_, i): number | undefined => {
    const x = first + i;
    const from = curveAt(mouth.innerUpper, x) + 1.5 * k;
    const to = curveAt(mouth.innerLower, x) - 0.5 * k;
    let last: number | undefined;
    let misses = 0;
    for (let y = from; y < to; y += 0.5) {
      if (sample(frame.luminance, x, y) > limit && !isRed(x, y)) {
        last = y;
        misses = 0;
      } else if (last !== undefined && ++misses > 5 * k) break;
    }
    return last !== undefined && last - from > 2 * k ? last + 0.5 : undefined;
  });
  const known = found.flatMap((y, i) => (y === undefined ? [] : [i]));
  if (known.length < 0.3 * columns) return undefined;
  const filled = found.map((y, i) => y ?? found[known.reduce((a, b) => (Math.abs(b - i) < Math.abs(a - i) ? b : a))]!);
  const line = smoothLine(filled, 1.2 * k);
  const shares = smoothLine(
    found.map((y) => (y === undefined ? 0 : 1)),
    3 * k,
  );
  return (x) => {
    const i = clamp(Math.round(x - first), 0, columns - 1);
    return { bottom: line[i]!, share: clamp(shares[i]! * 2.2 - 0.6, 0, 1) };
  };
}
