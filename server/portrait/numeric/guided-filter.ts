import { boxMean, mapPlanes, type Plane } from './plane.ts';

/** He, Sun & Tang's guided filter (2010): `input` smoothed so that its edges follow the guide's. */
export function guidedFilter(guide: Plane, input: Plane, radius: number, epsilon: number): Plane {
  const product = (a: Plane, b: Plane) => mapPlanes([a, b], (x, y) => x * y);
  const meanGuide = boxMean(guide, radius);
  const meanInput = boxMean(input, radius);
  const slope = mapPlanes(
    [boxMean(product(guide, input), radius), boxMean(product(guide, guide), radius), meanGuide, meanInput],
    (gi, gg, g, i) => (gi - g * i) / (gg - g * g + epsilon),
  );
  const offset = mapPlanes([meanInput, slope, meanGuide], (i, s, g) => i - s * g);
  return mapPlanes([boxMean(slope, radius), guide, boxMean(offset, radius)], (s, g, o) => s * g + o);
}
