import { blur, type Colours, mapPlanes, type Plane } from '../numeric/plane.ts';

/** Keeps logarithms of dark pixels calm. */
const FLOOR = 12;
/** Luminance counts less than colour: light changes over a face, pigment does not. */
const LUMINANCE_WEIGHT = 0.35;

/** Log chromaticities and a weak log luminance after a little smoothing: shading hardly moves them. */
export interface ColourFeatures {
  readonly colours: Colours;
  /** log R/G, log B/G, weak log G. */
  readonly planes: readonly [Plane, Plane, Plane];
}

export function colourFeatures(colours: Colours, sigma: number): ColourFeatures {
  const smooth: Colours = [blur(colours[0], sigma), blur(colours[1], sigma), blur(colours[2], sigma)];
  const ratio = (a: Plane, b: Plane) => mapPlanes([a, b], (x, y) => Math.log((Math.max(0, x) + FLOOR) / (Math.max(0, y) + FLOOR)));
  const [r, g, b] = smooth;
  return {
    colours: smooth,
    planes: [ratio(r, g), ratio(b, g), mapPlanes([g], (x) => LUMINANCE_WEIGHT * Math.log(Math.max(0, x) + FLOOR))],
  };
}

export const featureAt = ({ planes }: ColourFeatures, index: number): [number, number, number] => [
  planes[0].data[index]!,
  planes[1].data[index]!,
  planes[2].data[index]!,
];
