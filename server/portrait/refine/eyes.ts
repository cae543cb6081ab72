import type { Frame } from '../frame.ts';
import { type Curve, type Point, range } from '../numeric/curve.ts';
import { fisherDiscriminant } from '../numeric/discriminant.ts';
import { clamp, mean } from '../numeric/mathematics.ts';
import { nelderMead } from '../numeric/nelder-mead.ts';
import { blur, createPlane, luminance, mapPlanes, type Plane, sample } from '../numeric/plane.ts';
import { type ColourFeatures, colourFeatures, featureAt } from './colour-features.ts';

/** One eye, frame pixels. */
export interface Eye {
  readonly iris: Point;
  readonly irisRadius: number;
  /** Daugman's score; below 20 the circle is a guess. */
  readonly irisScore: number;
  /** Lid margins from corner to corner; both lines have the same samples. */
  readonly upper: Curve;
  readonly lower: Curve;
  /** Largest distance of the lids. */
  readonly opening: number;
}

/** The person's right eye (left in the picture) first. */
export type Eyes = readonly [Eye, Eye];

/** Radius of the iris in eye distances: 11.7 mm across at 62 mm, hardly different between people. */
const IRIS = { mean: 0.094, deviation: 0.012 };
const LID_SAMPLES = 41;
/** Iris scores below this are guesses. */
const UNSURE = 20;

export function refineEyes(frame: Frame): Eyes {
  const k = frame.unit / 128;
  const fits = [fitEye(frame, 36), fitEye(frame, 42)] as [Fit, Fit];
  const openings = fits.map(({ shape }) => openingOf(shape)) as [number, number];
  const asymmetry = Math.max(...openings) / Math.max(1, Math.min(...openings));
  if (asymmetry > 1.22 || Math.abs(fits[0].cost - fits[1].cost) > 1.5) {
    // The eyes disagree: the worse one is fitted again, near the other's mirror image.
    const worse = fits[0].cost > fits[1].cost ? 0 : 1;
    const [, , , , hu, gu, hl, gl] = fits[1 - worse]!.shape;
    fits[worse] = fitEye(frame, worse === 0 ? 36 : 42, [hu!, 2 - gu!, hl!, 2 - gl!]);
  }
  for (const worse of [0, 1] as const) {
    const good = fits[1 - worse]!;
    if (fits[worse].iris.score >= UNSURE || good.iris.score < UNSURE) continue;
    // One eye was not where the landmarks have it: looked for again where the other one's mirror image is.
    const middle = mean(frame.landmarks.slice(36, 48).map((point) => point.x));
    const [, , , , hu, gu, hl, gl] = good.shape;
    const again = fitEye(frame, worse === 0 ? 36 : 42, [hu!, 2 - gu!, hl!, 2 - gl!], { x: 2 * middle - good.iris.x, y: good.iris.y });
    if (again.iris.score > fits[worse].iris.score) fits[worse] = again;
  }
  const radius = mean(fits.map((fit) => fit.iris.radius));
  return fits.map(({ iris, shape }): Eye => {
    const { upper, lower } = lidLines(shape, LID_SAMPLES);
    return {
      iris: { x: iris.x, y: iris.y },
      irisRadius: 0.5 * iris.radius + 0.5 * radius,
      irisScore: iris.score,
      upper,
      lower,
      opening: Math.max(k, openingOf(shape)),
    };
  }) as unknown as Eyes;
}

interface Iris {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly score: number;
}

interface Fit {
  readonly iris: Iris;
  /** x and y of the left corner, of the right one; height and skew of the upper lid, of the lower one. */
  readonly shape: Float64Array;
  readonly cost: number;
}

/** Only the sides of the iris are looked at, the lids hide the rest: angles from the right, then from the left. */
const ARC = 14;
const ANGLES = [...range(-0.75, 0.55, ARC), ...range(Math.PI - 0.55, Math.PI + 0.75, ARC)];
const COS = ANGLES.map(Math.cos);
const SIN = ANGLES.map(Math.sin);

/** Daugman's integro-differential operator (1993): the circle across which luminance rises most. */
function findIris(light: Plane, around: Point, unit: number, wide: boolean): Iris {
  const k = unit / 128;
  let best: Iris = { ...around, radius: IRIS.mean * unit, score: Number.NEGATIVE_INFINITY };
  const score = (x: number, y: number, radius: number): number => {
    let rise = 0;
    let right = 0;
    let within = 0;
    for (let a = 0; a < ANGLES.length; a++) {
      const outer = sample(light, x + (radius + 1.5 * k) * COS[a]!, y + (radius + 1.5 * k) * SIN[a]!);
      const inner = sample(light, x + (radius - 1.5 * k) * COS[a]!, y + (radius - 1.5 * k) * SIN[a]!);
      rise += Math.min(40, outer - inner);
      if (a < ARC) right += outer - inner;
      else within += outer - inner;
    }
    const weaker = Math.min(right, within) / ARC;
    let dark = 0;
    for (let a = 0; a < ANGLES.length; a += 2) dark += sample(light, x + 0.6 * radius * COS[a]!, y + 0.6 * radius * SIN[a]!);
    return (
      rise / ANGLES.length +
      0.5 * weaker -
      (0.2 * dark * 2) / ANGLES.length -
      3 * ((radius / unit - IRIS.mean) / IRIS.deviation) ** 2 -
      (0.06 * Math.hypot(x - around.x, y - around.y)) / k
    );
  };
  const search = (cx: number, cy: number, reachX: number, up: number, down: number, step: number, radii: readonly number[]) => {
    for (const radius of radii)
      for (let x = cx - reachX; x <= cx + reachX; x += step)
        for (let y = cy - up; y <= cy + down; y += step) {
          const value = score(x, y, radius);
          if (value > best.score) best = { x, y, radius, score: value };
        }
  };
  const radii = (from: number, to: number, count: number) => Array.from(range(from * unit, to * unit, count));
  if (wide) search(around.x, around.y, 20 * k, 16 * k, 20 * k, 2 * k, radii(0.08, 0.108, 5));
  else search(around.x, around.y, 10 * k, 11 * k, 9 * k, 2 * k, radii(0.08, 0.108, 5));
  search(best.x, best.y, 2 * k, 2 * k, 2 * k, 0.5 * k, radii(best.radius / unit - 0.006, best.radius / unit + 0.006, 5));
  return best;
}

/** Lid heights over the line between the corners: (4 t^g (1 - t^g))^q; the upper lid is fuller. */
const FULLNESS = { upper: 0.72, lower: 0.85 };
const arch = (t: number, skew: number, fullness: number): number => {
  const s = t ** skew;
  return Math.max(0, 4 * s * (1 - s)) ** fullness;
};

function lidLines(shape: ArrayLike<number>, samples: number): { upper: Curve; lower: Curve } {
  const [x0, y0, x1, y1, hu, gu, hl, gl] = Array.from(shape) as [number, number, number, number, number, number, number, number];
  const xs = range(x0, x1, samples);
  const line = (sign: number, height: number, skew: number, fullness: number) =>
    Float64Array.from({ length: samples }, (_, i) => {
      const t = i / (samples - 1);
      return y0 + (y1 - y0) * t + sign * height * arch(t, skew, fullness);
    });
  return { upper: { xs, ys: line(-1, hu, gu, FULLNESS.upper) }, lower: { xs, ys: line(1, hl, gl, FULLNESS.lower) } };
}

function openingOf(shape: ArrayLike<number>): number {
  const { upper, lower } = lidLines(shape, LID_SAMPLES);
  return Math.max(...lower.ys.map((y, i) => y - upper.ys[i]!));
}

/** `prior`: heights and skews that the lids should be close to; `near`: where the iris should be, if not by the landmarks. */
function fitEye(frame: Frame, first: number, prior?: readonly [number, number, number, number], near?: Point): Fit {
  const k = frame.unit / 128;
  let points = frame.landmarks.slice(first, first + 6);
  let centre = { x: mean(points.map((p) => p.x)), y: mean(points.map((p) => p.y)) };
  const box = eyeBox(frame, near ?? centre);
  const start = near ?? centre;
  const iris = findIris(box.light, { x: start.x - box.x, y: start.y - box.y }, frame.unit, near !== undefined);
  if (near) {
    // The landmarks are moved to the iris that was found.
    const [dx, dy] = [iris.x + box.x - centre.x, iris.y + box.y - centre.y];
    points = points.map((p) => ({ x: p.x + dx, y: p.y + dy }));
    centre = { x: centre.x + dx, y: centre.y + dy };
  }
  const features = colourFeatures(box.colours, 0.6 * k);
  const light = luminance(features.colours);
  const local = points.map((p) => ({ x: p.x - box.x, y: p.y - box.y }));
  const eyeMap = eyeOrSkin(features, local, iris, frame.unit);
  const lashes = mapPlanes([light, blur(light, 3 * k, 6 * k)], (y, m) => clamp((m - y) / 25, -1, 1));
  const width = local[3]!.x - local[0]!.x;
  const middle = { x: centre.x - box.x, y: centre.y - box.y };
  const lift = clamp(iris.y + 0.05 * iris.radius - middle.y, -9 * k, 9 * k) * 0.8;
  const expected = [
    local[0]!.x - 0.09 * width,
    local[0]!.y + k + lift,
    local[3]!.x + 0.09 * width,
    local[3]!.y + k + lift,
    0.19 * width,
    1,
    0.12 * width,
    1,
  ];
  const tolerance = prior
    ? [3 * k, 3 * k, 3 * k, 3 * k, 1.5 * k, 0.15, 1.5 * k, 0.15]
    : [3.5 * k, 3 * k, 3.5 * k, 3 * k, 5 * k, 0.3, 4 * k, 0.3];
  if (prior) expected.splice(4, 4, ...prior);
  const cost = (shape: Float64Array): number => lidCost(shape, { eyeMap, lashes, iris, expected, tolerance, k });
  const steps = [4 * k, 3 * k, 4 * k, 3 * k, 3 * k, 0.25, 3 * k, 0.25];
  let best: { at: Float64Array; value: number } | undefined;
  for (const [upper, lower] of [
    [-2, 1],
    [2, -1],
    [0, 2],
    [4, 0],
  ] as const) {
    const start = expected.slice();
    start[4] = start[4]! + upper * k;
    start[6] = start[6]! + lower * k;
    const found = nelderMead(cost, start, steps, { iterations: 500, tolerance: 1e-3 });
    if (!best || found.value < best.value) best = found;
  }
  const shape = best!.at.slice();
  shape[0] = shape[0]! + box.x;
  shape[1] = shape[1]! + box.y;
  shape[2] = shape[2]! + box.x;
  shape[3] = shape[3]! + box.y;
  return { iris: { ...iris, x: iris.x + box.x, y: iris.y + box.y }, shape, cost: best!.value };
}

interface LidEvidence {
  readonly eyeMap: Plane;
  readonly lashes: Plane;
  readonly iris: Iris;
  readonly expected: readonly number[];
  readonly tolerance: readonly number[];
  readonly k: number;
}

/** Low where just inside is eye and just outside is skin, lashes lie on the upper line, and the iris sits as anatomy has it. */
function lidCost(shape: Float64Array, { eyeMap, lashes, iris, expected, tolerance, k }: LidEvidence): number {
  const { upper, lower } = lidLines(shape, 33);
  let region = 0;
  let edge = 0;
  for (let i = 2; i < 31; i++) {
    const x = upper.xs[i]!;
    const u = upper.ys[i]!;
    const l = lower.ys[i]!;
    region +=
      sample(eyeMap, x, u + 3 * k) +
      sample(eyeMap, x, l - 2.5 * k) -
      0.8 * sample(eyeMap, x, u - 4.5 * k) -
      1.1 * sample(eyeMap, x, l + 3 * k);
    edge += sample(lashes, x, u - k) + sample(lashes, x, u);
  }
  const [x0, y0, x1, y1] = shape as unknown as [number, number, number, number];
  const corner =
    (sample(eyeMap, x0 + 3 * k, y0) + sample(eyeMap, x1 - 3 * k, y1) - sample(eyeMap, x0 - 3 * k, y0) - sample(eyeMap, x1 + 3 * k, y1)) / 2;
  let prior = 0;
  for (let i = 0; i < 8; i++) prior += ((shape[i]! - expected[i]!) / tolerance[i]!) ** 2;
  const at = clamp((iris.x - x0) / Math.max(x1 - x0, 1), 0.1, 0.9) * 32;
  const whole = Math.floor(at);
  const between = (line: Curve) => line.ys[whole]! + (line.ys[Math.min(32, whole + 1)]! - line.ys[whole]!) * (at - whole);
  const [u, l] = [between(upper), between(lower)];
  const over = (value: number) => (Math.max(0, value) / k) ** 2;
  const { y: cy, radius: r } = iris;
  const anatomy = over(cy + 0.75 * r - l) + over(l - cy - 1.12 * r) + over(u - cy + 0.25 * r) + over(cy - 1.1 * r - u);
  return (
    -region / 29 -
    (0.9 * edge) / 29 -
    0.5 * corner +
    0.1 * prior +
    0.06 * anatomy +
    (5 * Math.max(0, 2 * k - shape[4]!)) / k +
    (5 * Math.max(0, k - shape[6]!)) / k
  );
}

/** About +1 on the eyeball and -1 on the skin around it. */
function eyeOrSkin(features: ColourFeatures, points: readonly Point[], iris: Iris, unit: number): Plane {
  const { width, height } = features.planes[0];
  const k = unit / 128;
  const eye: [number, number, number][] = [];
  const skin: [number, number, number][] = [];
  const centre = { x: mean(points.map((p) => p.x)), y: mean(points.map((p) => p.y)) };
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const t = (x - points[0]!.x) / (points[3]!.x - points[0]!.x);
      const line = points[0]!.y + (points[3]!.y - points[0]!.y) * t;
      const inLids =
        t > 0.06 &&
        t < 0.94 &&
        y > line - 2.2 * (centreHeight(points, true) * t * (1 - t)) + 2 * k &&
        y < line + 2.2 * (centreHeight(points, false) * t * (1 - t)) - k;
      const inIris = Math.hypot(x - iris.x, y - iris.y) < 0.9 * iris.radius && Math.abs(y - iris.y) < 0.8 * iris.radius;
      const dy = y - centre.y;
      if (inLids || inIris) eye.push(featureAt(features, i));
      else if (Math.abs(x - centre.x) < 0.3 * unit && ((dy > 0.16 * unit && dy < 0.28 * unit) || (dy > -0.17 * unit && dy < -0.12 * unit)))
        skin.push(featureAt(features, i));
    }
  }
  if (eye.length < 8 || skin.length < 8) return createPlane(width, height);
  const { project } = fisherDiscriminant(eye, skin);
  const map = createPlane(width, height);
  for (let i = 0; i < map.data.length; i++) map.data[i] = project(featureAt(features, i));
  return mapPlanes([blur(map, 0.7 * k)], (v) => clamp(v, -1.2, 1.2));
}

/** How far the landmarks' upper or lower lid lies from the line between the corners. */
function centreHeight(points: readonly Point[], upper: boolean): number {
  const [a, b] = upper ? [points[1]!, points[2]!] : [points[5]!, points[4]!];
  const line = (points[0]!.y + points[3]!.y) / 2;
  return Math.max(1, Math.abs((a.y + b.y) / 2 - line)) * 2;
}

interface EyeBox {
  readonly x: number;
  readonly y: number;
  readonly colours: readonly [Plane, Plane, Plane];
  readonly light: Plane;
}

/** The part of the frame around an eye: what is done to it need not be done to the whole picture. */
function eyeBox(frame: Frame, centre: Point): EyeBox {
  const half = Math.round(0.5 * frame.unit);
  const x0 = Math.max(0, Math.round(centre.x) - half);
  const y0 = Math.max(0, Math.round(centre.y) - half);
  const width = Math.min(frame.width, Math.round(centre.x) + half) - x0;
  const height = Math.min(frame.height, Math.round(centre.y) + half) - y0;
  const crop = (plane: Plane): Plane => {
    const out = createPlane(width, height);
    for (let y = 0; y < height; y++)
      out.data.set(plane.data.subarray((y0 + y) * plane.width + x0, (y0 + y) * plane.width + x0 + width), y * width);
    return out;
  };
  const colours = [crop(frame.colours[0]), crop(frame.colours[1]), crop(frame.colours[2])] as const;
  return { x: x0, y: y0, colours, light: blur(luminance(colours), (0.8 * frame.unit) / 128) };
}
