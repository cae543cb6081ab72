import { type Frame, partOf } from '../frame.ts';
import { type Curve, curveAt, curveThrough, type Point, range, smoothLine } from '../numeric/curve.ts';
import { fisherDiscriminant } from '../numeric/discriminant.ts';
import { clamp, median, smoothstep, standardDeviation } from '../numeric/mathematics.ts';
import { blur, createPlane, mapPlanes, type Plane, sample } from '../numeric/plane.ts';
import { type ColourFeatures, colourFeatures, featureAt } from './colour-features.ts';
import { eachBetween, followLine, remapped, resampled, shifted } from './lines.ts';

/** The lips' contours in frame pixels; the inner ones are one line, the seam, where the mouth is shut. */
export interface Mouth {
  readonly left: Point;
  readonly right: Point;
  readonly outerUpper: Curve;
  readonly innerUpper: Curve;
  readonly innerLower: Curve;
  readonly outerLower: Curve;
  readonly isOpen: boolean;
  /** Median height of what is bright and not red between the lips: teeth. */
  readonly toothRun: number;
  readonly lipColour: readonly [number, number, number];
  readonly lipLuminance: number;
  /** How dark the seam is against the lips beside it. */
  readonly seamContrast: number;
}

/** Tooth rows (in 1/128 of the eye distance) from which on a mouth counts as open. */
const OPEN_RUN = 3;

/** Refines the lips of the 68 landmarks on the picture. */
export function refineMouth(frame: Frame): Mouth {
  const lips = frame.landmarks.slice(48);
  const room = 0.4 * frame.unit;
  const within = (value: number, most: number) => clamp(Math.round(value), 0, most);
  const x = within(Math.min(...lips.map((p) => p.x)) - room, frame.width - 2);
  const y = within(Math.min(...lips.map((p) => p.y)) - room, frame.height - 2);
  const width = within(Math.max(...lips.map((p) => p.x)) + room, frame.width) - x;
  const height = within(Math.max(...lips.map((p) => p.y)) + room, frame.height) - y;
  const mouth = contours(partOf(frame, { x, y, width, height }));
  const point = (p: Point): Point => ({ x: p.x + x, y: p.y + y });
  const line = ({ xs, ys }: Curve): Curve => ({ xs: xs.map((v) => v + x), ys: ys.map((v) => v + y) });
  return {
    ...mouth,
    left: point(mouth.left),
    right: point(mouth.right),
    outerUpper: line(mouth.outerUpper),
    innerUpper: line(mouth.innerUpper),
    innerLower: line(mouth.innerLower),
    outerLower: line(mouth.outerLower),
  };
}

function contours(frame: Frame): Mouth {
  const { landmarks: L } = frame;
  const k = frame.unit / 128;
  const features = colourFeatures(frame.colours, 0.8 * k);
  const light = mapPlanes(features.colours, (r, g, b) => 0.299 * r + 0.587 * g + 0.114 * b);
  const x0 = L[48]!.x;
  const x1 = L[54]!.x;
  const xs = range(x0 - 10 * k, x1 + 10 * k, Math.round(x1 - x0 + 20 * k));
  const guess = (numbers: readonly number[]) => resampled(curveThrough(numbers.map((i) => L[i]!)), xs);
  const upperGuess = guess([48, 49, 50, 51, 52, 53, 54]);
  const lowerGuess = guess([48, 59, 58, 57, 56, 55, 54]);
  const innerUpperGuess = guess([48, 61, 62, 63, 54]);
  const innerLowerGuess = guess([48, 67, 66, 65, 54]);
  const inner: [number, number] = [x0 + 6 * k, x1 - 6 * k];

  const lipPixels: number[] = [];
  const upperLip: number[] = [];
  const lowerLip: number[] = [];
  const collect = (into: number[], upper: Curve, lower: Curve, [from, to] = inner) =>
    eachBetween(upper, lower, from, to, (x, y) => into.push(y * frame.width + x));
  collect(upperLip, shifted(upperGuess, 2 * k), shifted(innerUpperGuess, -2 * k));
  collect(lowerLip, shifted(innerLowerGuess, 2 * k), shifted(lowerGuess, -2 * k));
  lipPixels.push(...upperLip, ...lowerLip);
  if (upperLip.length < 10) collect(upperLip, upperGuess, innerUpperGuess);
  if (lowerLip.length < 10) collect(lowerLip, innerLowerGuess, lowerGuess);
  if (lipPixels.length < 20) lipPixels.push(...upperLip, ...lowerLip);

  const lipLuminance = median(lipPixels.map((i) => light.data[i]!));
  const lipRed = median(lipPixels.map((i) => features.planes[0].data[i]!));
  const middle: [number, number] = [x0 * 0.75 + x1 * 0.25, x0 * 0.25 + x1 * 0.75];
  const toothRun = median(
    Array.from(range(middle[0], middle[1], 25), (x) => {
      const from = curveAt(innerUpperGuess, x) - 3 * k;
      const to = curveAt(innerLowerGuess, x) + 3 * k;
      const isTooth = (y: number) => sample(light, x, y) > lipLuminance * 1.08 && sample(features.planes[0], x, y) < lipRed - 0.12;
      const ys = range(from, to, 17);
      return (ys.filter(isTooth).length / 17) * Math.max(0, to - from);
    }),
  );
  const isOpen = toothRun > OPEN_RUN * k;

  const lipDeviation = standardDeviation(lipPixels.map((i) => light.data[i]!));
  const local = blur(light, 3 * k, 5 * k);
  const ridge = mapPlanes([light, local], (y, m) => (y - m) / (lipDeviation + 4));
  const seamGuess = remapped(innerUpperGuess, (_, y, i) => (y + innerLowerGuess.ys[i]!) / 2);
  const seam = followLine(seamGuess, (x, y) => sample(ridge, x, y), {
    reach: 9 * k,
    step: 0.5 * k,
    bend: 0.12,
    prior: 0.6,
    smooth: 1.5 * k,
  });
  const { left, right, contrast } = corners(light, seam, x0, x1, k);

  const toSkin = (lip: number[], upper: Curve, lower: Curve) => stepMap(frame, features, lip, upper, lower, inner, k);
  const upperStep = toSkin(upperLip, shifted(upperGuess, -18 * k), shifted(upperGuess, -7 * k));
  const lowerStep = toSkin(lowerLip, shifted(lowerGuess, 7 * k), shifted(lowerGuess, 18 * k));
  const between = (points: readonly number[], by: number) =>
    resampled(curveThrough([left, ...points.map((i) => ({ x: L[i]!.x, y: L[i]!.y + by })), right]), xs);
  const outerUpper = followLine(
    between([49, 50, 51, 52, 53], -2 * k),
    (x, y) => sample(upperStep, x, y - 2 * k) - sample(upperStep, x, y + 2 * k),
    { reach: 8 * k, step: 0.5 * k, bend: 0.2, prior: 1, smooth: 2 * k },
  );
  const outerLower = followLine(
    between([59, 58, 57, 56, 55], k),
    (x, y) => sample(lowerStep, x, y + 2 * k) - sample(lowerStep, x, y - 2 * k),
    { reach: 9 * k, step: 0.5 * k, bend: 0.2, prior: 1, smooth: 2 * k },
  );

  let innerUpper = seam;
  let innerLower = seam;
  if (isOpen)
    [innerUpper, innerLower] = openContours(frame, features, light, {
      lipPixels,
      lipLuminance,
      middle,
      left,
      right,
      seam,
      innerUpperGuess,
      innerLowerGuess,
      outerLower,
    });
  const thinnest = 3 * k;
  const towardsCorners = (x: number) => clamp(Math.min(x - left.x, right.x - x) / (0.12 * (right.x - left.x)), 0, 1) ** 0.7;
  const pinch = (outer: Curve, innerLine: Curve, sign: 1 | -1) =>
    remapped(outer, (x, y, i) => {
      const e = towardsCorners(x);
      const line = innerLine.ys[i]!;
      const thick = sign < 0 ? Math.min(y, line - thinnest) : Math.max(y, line + thinnest);
      return thick * e + line * (1 - e);
    });
  const colourOf = (c: 0 | 1 | 2) => median(lipPixels.map((i) => frame.colours[c].data[i]!));
  return {
    left,
    right,
    innerUpper,
    innerLower,
    outerUpper: pinch(outerUpper, innerUpper, -1),
    outerLower: pinch(outerLower, innerLower, 1),
    isOpen,
    toothRun,
    lipColour: [colourOf(0), colourOf(1), colourOf(2)],
    lipLuminance,
    seamContrast: contrast,
  };
}

/** Walks outward along the seam until it is no longer darker than what lies above and below. */
function corners(light: Plane, seam: Curve, x0: number, x1: number, k: number): { left: Point; right: Point; contrast: number } {
  const soft = blur(light, k);
  const depth = smoothLine(
    Array.from(seam.xs, (x, i) => {
      const y = seam.ys[i]!;
      return (sample(soft, x, y - 5 * k) + sample(soft, x, y + 5 * k)) / 2 - sample(light, x, y);
    }),
    1.5 * k,
  );
  const contrastAt = { xs: seam.xs, ys: depth };
  const contrast = median(depth.filter((_, i) => seam.xs[i]! > x0 + 5 * k && seam.xs[i]! < x1 - 5 * k));
  const threshold = 0.35 * Math.max(contrast, 4);
  let left = x0 + 3 * k;
  let right = x1 - 3 * k;
  while (left > x0 - 9 * k && curveAt(contrastAt, left) > threshold) left--;
  while (right < x1 + 9 * k && curveAt(contrastAt, right) > threshold) right++;
  left = Math.min(left, x0 + k);
  right = Math.max(right, x1 - k);
  return { left: { x: left, y: curveAt(seam, left) }, right: { x: right, y: curveAt(seam, right) }, contrast };
}

interface OpenMouth {
  readonly lipPixels: readonly number[];
  readonly lipLuminance: number;
  readonly middle: [number, number];
  readonly left: Point;
  readonly right: Point;
  readonly seam: Curve;
  readonly innerUpperGuess: Curve;
  readonly innerLowerGuess: Curve;
  readonly outerLower: Curve;
}

/** Where lips end and the inside of an open mouth begins; what is dark counts as inside. */
function openContours(frame: Frame, features: ColourFeatures, light: Plane, mouth: OpenMouth): [Curve, Curve] {
  const k = frame.unit / 128;
  const { left, right, seam } = mouth;
  const inside: number[] = [];
  eachBetween(shifted(mouth.innerUpperGuess, k), shifted(mouth.innerLowerGuess, -k), ...mouth.middle, (x, y) =>
    inside.push(y * frame.width + x),
  );
  if (inside.length < 12)
    eachBetween(mouth.innerUpperGuess, mouth.innerLowerGuess, ...mouth.middle, (x, y) => inside.push(y * frame.width + x));
  const { project } = fisherDiscriminant(
    mouth.lipPixels.map((i) => featureAt(features, i)),
    inside.map((i) => featureAt(features, i)),
  );
  const isLip = mapNear(
    frame,
    (i) => Math.min(clamp(project(featureAt(features, i)), -1.5, 1.5), clamp((light.data[i]! / mouth.lipLuminance - 0.5) * 5, -1.5, 1.5)),
    [left.x - 12 * k, right.x + 12 * k],
  );
  const map = blur(isLip, 0.7 * k);
  const between = (guess: Curve) =>
    remapped(guess, (x, y, i) => {
      if (x <= left.x || x >= right.x) return seam.ys[i]!;
      const e = clamp(Math.min(x - left.x, right.x - x) / (0.12 * (right.x - left.x)), 0, 1);
      return seam.ys[i]! * (1 - e) + y * e;
    });
  const step = 1.5 * k;
  const upper = followLine(between(mouth.innerUpperGuess), (x, y) => sample(map, x, y + step) - sample(map, x, y - step), {
    reach: 6 * k,
    step: 0.5 * k,
    bend: 0.15,
    prior: 0.8,
    smooth: 1.5 * k,
  });
  const followLower = (guess: Curve, reach: number) =>
    followLine(guess, (x, y) => sample(map, x, y - step) - sample(map, x, y + step), {
      reach,
      step: 0.5 * k,
      bend: 0.15,
      prior: 0.9,
      smooth: 1.5 * k,
    });
  const first = followLower(between(mouth.innerLowerGuess), 13 * k);
  const lower = followLower(underTeeth(first, mouth.outerLower, [left.x, right.x], 3.5 * k), 4 * k);
  // The hole grows into the lips, or pixels of teeth stick to their edges.
  const width = right.x - left.x;
  const shut = (x: number) => clamp(Math.min(x - left.x, right.x - x) / (0.06 * width), 0, 1);
  const grown = (side: 1 | -1) =>
    remapped(upper, (x, y, i) => {
      const [top, bottom] = [y - k, lower.ys[i]! + 1.8 * k];
      const middle = (top + bottom) / 2;
      const edge = side < 0 ? Math.min(top, bottom - k) : Math.max(bottom, top + k);
      return middle + (edge - middle) * shut(x);
    });
  return [grown(-1), grown(1)];
}

/**
 * The lower lip's inner line where `line` runs more than `least` above where a lip as thick as in the middle would begin:
 * landmarks that lie too high lead it across the teeth there, and teeth below it would move with the lip.
 */
export function underTeeth(line: Curve, outer: Curve, [from, to]: readonly [number, number], least: number): Curve {
  const width = to - from;
  const middle = Array.from(line.xs).flatMap((x, i) =>
    Math.abs(x - (from + to) / 2) < 0.2 * width ? [curveAt(outer, x) - line.ys[i]!] : [],
  );
  const thick = median(middle);
  const below = smoothLine(
    Array.from(line.xs, (x, i) => {
      const u = (2 * (x - from)) / width - 1;
      const missing = curveAt(outer, x) - thick * Math.max(0, 1 - u * u) ** 0.5 - line.ys[i]!;
      return missing * smoothstep(least, 2 * least, missing);
    }),
    least / 2,
  );
  return remapped(line, (_x, y, i) => y + below[i]!);
}

/** A map that is high on the lip and low on the skin beside it. */
function stepMap(
  frame: Frame,
  features: ColourFeatures,
  lip: readonly number[],
  upper: Curve,
  lower: Curve,
  [from, to]: [number, number],
  k: number,
): Plane {
  const skin: number[] = [];
  eachBetween(upper, lower, from, to, (x, y) => skin.push(y * frame.width + x));
  const { project } = fisherDiscriminant(
    lip.map((i) => featureAt(features, i)),
    skin.map((i) => featureAt(features, i)),
  );
  return blur(
    mapNear(frame, (i) => clamp(project(featureAt(features, i)), -2, 2), [
      frame.landmarks[48]!.x - 20 * k,
      frame.landmarks[54]!.x + 20 * k,
    ]),
    0.8 * k,
  );
}

/** A plane that is filled around the mouth only. */
function mapNear(frame: Frame, value: (index: number) => number, [x0, x1]: readonly [number, number]): Plane {
  const plane = createPlane(frame.width, frame.height);
  const ys = frame.landmarks.slice(48).map((p) => p.y);
  const top = Math.max(0, Math.floor(Math.min(...ys) - 0.3 * frame.unit));
  const bottom = Math.min(frame.height - 1, Math.ceil(Math.max(...ys) + 0.3 * frame.unit));
  for (let y = top; y <= bottom; y++)
    for (let x = Math.max(0, Math.floor(x0)); x <= Math.min(frame.width - 1, x1); x++)
      plane.data[y * frame.width + x] = value(y * frame.width + x);
  return plane;
}
