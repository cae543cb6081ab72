import type { Frame } from '../frame.ts';
import { guidedFilter } from '../numeric/guided-filter.ts';
import { clamp, median, quantile, randomNumbers } from '../numeric/mathematics.ts';
import { fitMixture, type Mixture, unlikeliness } from '../numeric/mixture.ts';
import { blur, type Colours, createPlane, gradientMagnitude, mapPlanes, type Plane, planeOf, shrink } from '../numeric/plane.ts';
import { pullPush } from '../numeric/pull-push.ts';
import { componentAt, distanceTo, erode, fillHoles, invert, type Region, regionOf } from '../numeric/regions.ts';
import { totalVariationCut } from '../numeric/total-variation.ts';

/**
 * The person cut out of the picture, without a model: colour mixtures and a head-and-shoulders prior, a convex cut, a
 * guided filter. `alpha` x `foreground` + (1 - alpha) x `background` is the picture again, whatever the matte got wrong.
 */
export interface Matte {
  readonly alpha: Plane;
  readonly foreground: Colours;
  readonly background: Colours;
  /** Gradient on the outline against the background's; below 2 the outline is not to be trusted. */
  readonly outlineContrast: number;
}

const GRID = 192;
const ROUNDS = 5;
/** The early cuts only choose whose colours are learnt. */
const EARLY_ITERATIONS = 80;
const FINAL_ITERATIONS = 250;
const FOREGROUND_COLOURS = 7;
const BACKGROUND_COLOURS = 8;

export function cutOut(frame: Frame): Matte {
  const likely = coarseMask(frame);
  const isPerson = regionOf(likely, (u) => u > 0.5);
  const inside = distanceTo(invert(isPerson));
  const outside = distanceTo(isPerson);
  const matte = fineMatte(frame, likely, inside, outside);
  return decompose(frame, matte, inside, outside);
}

/** Where a head and shoulders are, by the landmarks: distance 0 in their middle, 1 on their outline. */
function personDistance(frame: Frame): (x: number, y: number) => number {
  const { landmarks: L, unit: U } = frame;
  const centre = L[27]!.x;
  const chin = L[8]!.y;
  const eyeLevel = (L[36]!.y + L[45]!.y) / 2;
  const halfWidth = (L[16]!.x - L[0]!.x) / 2;
  const crown = eyeLevel - 1.25 * U;
  return (x, y) => {
    const head = Math.hypot((x - centre) / (halfWidth * 1.02), (y - (crown + chin) / 2) / ((chin - crown) / 2));
    const body = y > chin ? Math.abs(x - centre) / (halfWidth * 0.55 + clamp((y - chin - 0.35 * U) * 2.2, 0, 2.4 * U)) : 9;
    return Math.min(head, body);
  };
}

/** 1 on the person, at full size, soft by interpolation. */
function coarseMask(frame: Frame): Plane {
  const { landmarks: L, unit: U, width, height } = frame;
  const factor = Math.max(1, Math.round(width / GRID));
  const small = frame.colours.map((plane) => shrink(plane, factor)) as unknown as Colours;
  const n = small[0].width;
  const m = small[0].height;
  const chin = L[8]!.y;
  const eyeLevel = (L[36]!.y + L[45]!.y) / 2;
  const distance = personDistance(frame);
  const border = frame.margin + 10;
  const at = (i: number): [number, number] => [(i % n) * factor + factor / 2, Math.floor(i / n) * factor + factor / 2];
  const surelyPerson = new Uint8Array(n * m);
  const surelyNot = new Uint8Array(n * m);
  const prior = createPlane(n, m);
  const near = createPlane(n, m);
  for (let i = 0; i < n * m; i++) {
    const [x, y] = at(i);
    const d = distance(x, y);
    near.data[i] = d;
    const isHead = y < chin ? d < 0.8 && y > eyeLevel - 0.75 * U : d < 0.77;
    surelyPerson[i] = isHead ? 1 : 0;
    const onBorder = x < border || x > width - border || y < border;
    surelyNot[i] = y < chin && ((onBorder && d > 1.5) || d > 2.6) ? 1 : 0;
    const outline = y < chin - 0.1 * U ? 1.5 : 1.25;
    prior.data[i] = 2 * Math.tanh((d - outline) * (d < outline ? 2.2 : 1.4)) + (y > chin + 0.9 * U ? -0.6 : 0);
  }
  const light = mapPlanes(small, (r, g, b) => 0.299 * r + 0.587 * g + 0.114 * b);
  const gradient = gradientMagnitude(light, 0);
  const typical = gradient.data.reduce((a, b) => a + b, 0) / gradient.data.length;
  const edge = mapPlanes([gradient], (g) => 2 * (0.35 + 2.2 * Math.exp(-((g / (1.2 * typical + 2)) ** 2))));
  let person: Plane = mapPlanes([near], (d) => (d < 1.25 ? 1 : 0));
  for (let round = 0; round < ROUNDS; round++) {
    // Hair is the hard part: the ring around the head stays out of the background's colours in the first rounds.
    const keepsRing = round < 3;
    const inFront = (i: number) => person.data[i]! > 0.6 || surelyPerson[i] === 1;
    const behind = (i: number) => (person.data[i]! < 0.4 && !surelyPerson[i] && !(keepsRing && near.data[i]! < 1.75)) || surelyNot[i] === 1;
    const front = fitMixture(samplesOf(small, inFront), FOREGROUND_COLOURS);
    const behindSamples = samplesOf(small, behind);
    if (behindSamples.length < 3 * 40) return createPlane(width, height, 1);
    const back = fitMixture(behindSamples, BACKGROUND_COLOURS);
    const backCost = costs(small, back);
    const frontCost = costs(small, front);
    const ceiling =
      quantile(
        backCost.filter((_, i) => behind(i)),
        0.93,
      ) + 1.5;
    const cost = createPlane(n, m);
    for (let i = 0; i < n * m; i++) {
      // What the background does not explain is the person, even in a colour that the person has not shown yet.
      cost.data[i] = surelyPerson[i]
        ? -8
        : surelyNot[i]
          ? 8
          : 0.6 * clamp(Math.min(frontCost[i]!, ceiling) - backCost[i]!, -4, 4) + prior.data[i]!;
    }
    person = totalVariationCut(cost, edge, round === ROUNDS - 1 ? FINAL_ITERATIONS : EARLY_ITERATIONS, round === 0 ? undefined : person);
  }
  const nose = L[30]!;
  const whole = fillHoles(
    componentAt(
      regionOf(person, (u) => u > 0.5),
      Math.floor(nose.x / factor),
      Math.floor(nose.y / factor),
    ),
  );
  const clean = mapPlanes([person], (u, _b, _c, _d, i) => (whole.data[i] ? Math.max(u, 0.51) : 0));
  return enlarge(blur(clean, 0.7), factor, width, height);
}

function samplesOf(colours: Colours, wanted: (index: number) => boolean): Float32Array {
  const out: number[] = [];
  const n = colours[0].data.length;
  for (let i = 0; i < n; i++) if (wanted(i)) out.push(colours[0].data[i]!, colours[1].data[i]!, colours[2].data[i]!);
  return Float32Array.from(out);
}

const costs = ([r, g, b]: Colours, mixture: Mixture): Float32Array =>
  r.data.map((_, i) => unlikeliness(mixture, r.data[i]!, g.data[i]!, b.data[i]!));

function enlarge(plane: Plane, factor: number, width: number, height: number): Plane {
  return planeOf(width, height, (x, y) => {
    const sx = clamp((x + 0.5) / factor - 0.5, 0, plane.width - 1);
    const sy = clamp((y + 0.5) / factor - 0.5, 0, plane.height - 1);
    const x0 = Math.min(plane.width - 2, Math.floor(sx));
    const y0 = Math.min(plane.height - 2, Math.floor(sy));
    const i = y0 * plane.width + x0;
    const d = plane.data;
    const top = d[i]! + (d[i + 1]! - d[i]!) * (sx - x0);
    const bottom = d[i + plane.width]! + (d[i + plane.width + 1]! - d[i + plane.width]!) * (sx - x0);
    return top + (bottom - top) * (sy - y0);
  });
}

/** The mask's outline drawn to the picture's own edges; sure inside and outside of a band around it. */
function fineMatte(frame: Frame, mask: Plane, inside: Plane, outside: Plane): Plane {
  const k = frame.unit / 128;
  const guide = mapPlanes([frame.luminance], (y) => y / 255);
  const wide = guidedFilter(guide, mask, Math.round(10 * k), 2e-4);
  const fine = guidedFilter(guide, wide, Math.round(4 * k), 1e-4);
  const band = 14 * k;
  return mapPlanes([fine, inside, outside], (a, within, beyond) =>
    within >= band ? 1 : beyond >= band ? 0 : clamp((a - 0.12) / 0.76, 0, 1),
  );
}

/** Colours of person and background under the matte. */
function decompose(frame: Frame, matte: Plane, inside: Plane, outside: Plane): Matte {
  const { colours, width, height, unit } = frame;
  const k = unit / 128;
  const solid = erode(
    regionOf(matte, (a) => a > 0.97),
    2 * k,
  );
  const clear = erode(
    regionOf(matte, (a) => a < 0.02),
    3 * k,
  );
  const extended = pullPush(colours, weightOf(solid)) as unknown as Colours;
  const filled = pullPush(colours, weightOf(clear));
  const seam = blur(weightOf(clear), 2.5 * k);
  const random = randomNumbers(2);
  const grain = planeOf(width, height, () => (random() + random() + random() - 1.5) * 2.4);
  const background = colours.map((plane, c) => {
    const soft = blur(filled[c]!, 3 * k);
    return mapPlanes([plane, soft, seam, grain], (I, b, s, g, i) => {
      const own = clear.data[i] ? clamp(s * 2 - 1, 0, 1) : 0;
      return clamp(I * own + (b + g) * (1 - own), 0, 255);
    });
  }) as unknown as Colours;
  const alpha = createPlane(width, height);
  const foreground = colours.map(() => createPlane(width, height)) as unknown as Colours;
  for (let i = 0; i < alpha.data.length; i++) {
    // Alpha rises until the foreground's colour is a possible one, so that the sum stays the picture.
    let least = 0;
    for (let c = 0; c < 3; c++) {
      const b = background[c]!.data[i]!;
      const difference = colours[c]!.data[i]! - b;
      least = Math.max(least, difference > 0 ? difference / Math.max(255 - b, 1) : -difference / Math.max(b, 1));
    }
    const a = clamp(Math.max(matte.data[i]!, least < 0.012 ? 0 : least), 0, 1);
    alpha.data[i] = a;
    for (let c = 0; c < 3; c++) {
      const I = colours[c]!.data[i]!;
      const b = background[c]!.data[i]!;
      foreground[c]!.data[i] = a > 0.97 ? I : a > 0.004 ? clamp(b + (I - b) / a, 0, 255) : extended[c]!.data[i]!;
    }
  }
  return { alpha, foreground, background, outlineContrast: outlineContrast(frame, inside, outside, clear) };
}

/** Medians of the gradient on the head's outline and behind it; every other pixel is enough. */
function outlineContrast(frame: Frame, inside: Plane, outside: Plane, clear: Region): number {
  const gradient = gradientMagnitude(frame.luminance, 1.5);
  const chin = frame.landmarks[8]!.y;
  const onOutline: number[] = [];
  const inBackground: number[] = [];
  for (let y = 0; y < frame.height; y += 2) {
    for (let x = y % 4 === 0 ? 0 : 1; x < frame.width; x += 2) {
      const i = y * frame.width + x;
      if (y < chin && inside.data[i]! <= 2.5 && outside.data[i]! <= 2.5) onOutline.push(gradient.data[i]!);
      else if (clear.data[i]) inBackground.push(gradient.data[i]!);
    }
  }
  if (onOutline.length < 25 || inBackground.length < 100) return 0;
  return median(onOutline) / (median(inBackground) + 1);
}

export const weightOf = ({ width, height, data }: Region): Plane => ({ width, height, data: Float32Array.from(data) });

/** For pictures that cannot be cut: everything is person, nothing shows behind. */
export function wholeSheet(frame: Frame, outlineContrastFound: number): Matte {
  return {
    alpha: createPlane(frame.width, frame.height, 1),
    foreground: frame.colours,
    background: frame.colours,
    outlineContrast: outlineContrastFound,
  };
}
