import type { Frame } from '../frame.ts';
import { clamp, quantile } from '../numeric/mathematics.ts';
import { fitMixture, type Mixture, unlikeliness } from '../numeric/mixture.ts';
import { blur, type Colours, createPlane, gradientMagnitude, mapPlanes, type Plane, planeOf, shrink } from '../numeric/plane.ts';
import { componentAt, fillHoles, regionOf } from '../numeric/regions.ts';
import { totalVariationCut } from '../numeric/total-variation.ts';
import { lopsidedPart, withNotches } from './head-outline.ts';

const GRID = 192;
const ROUNDS = 5;
/** The early cuts only choose whose colours are learnt. */
const EARLY_ITERATIONS = 80;
const FINAL_ITERATIONS = 250;
const FOREGROUND_COLOURS = 7;
const BACKGROUND_COLOURS = 8;

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

/** 1 on the person, at full size, soft by interpolation: colour mixtures and a prior of head and shoulders, by a convex cut on a grid. */
export function personMask(frame: Frame): Plane {
  const { landmarks: L, unit: U, width, height } = frame;
  const factor = Math.max(1, Math.round(width / GRID));
  const small = frame.colours.map((plane) => shrink(plane, factor)) as unknown as Colours;
  const n = small[0].width;
  const m = small[0].height;
  const chin = L[8]!.y;
  const eyeLevel = (L[36]!.y + L[45]!.y) / 2;
  const centre = (L[0]!.x + L[16]!.x) / 2;
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
    const lopsided = keepsRing ? undefined : lopsidedPart(person, near, centre / factor, chin / factor, 0.15 * (U / factor));
    const inFront = (i: number) => (person.data[i]! > 0.6 && !lopsided?.data[i]) || surelyPerson[i] === 1;
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
      // What the background does not explain is the person, even in a colour that the person has not shown yet; but not on
      // one side of the head alone.
      const most = lopsided?.data[i] ? Number.POSITIVE_INFINITY : ceiling;
      cost.data[i] = surelyPerson[i]
        ? -8
        : surelyNot[i]
          ? 8
          : 0.6 * clamp(Math.min(frontCost[i]!, most) - backCost[i]!, -4, 4) + prior.data[i]!;
    }
    person = totalVariationCut(cost, edge, round === ROUNDS - 1 ? FINAL_ITERATIONS : EARLY_ITERATIONS, round === 0 ? undefined : person);
  }
  const nose = { x: Math.floor(L[30]!.x / factor), y: Math.floor(L[30]!.y / factor) };
  const cut = componentAt(
    regionOf(person, (u) => u > 0.5),
    nose.x,
    nose.y,
  );
  const filled = withNotches(small, cut, U / factor, (eyeLevel - 0.2 * U) / factor);
  const whole = fillHoles(componentAt(filled, nose.x, nose.y));
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
