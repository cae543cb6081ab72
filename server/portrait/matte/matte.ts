import type { Frame } from '../frame.ts';
import { guidedFilter } from '../numeric/guided-filter.ts';
import { clamp, median } from '../numeric/mathematics.ts';
import { type Colours, createPlane, gradientMagnitude, mapPlanes, type Plane } from '../numeric/plane.ts';
import { distanceTo, invert, type Region, regionOf } from '../numeric/regions.ts';
import { decompose } from './decompose.ts';
import { personMask } from './person-mask.ts';

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

export function cutOut(frame: Frame): Matte {
  const likely = personMask(frame);
  const isPerson = regionOf(likely, (u) => u > 0.5);
  const inside = distanceTo(invert(isPerson));
  const outside = distanceTo(isPerson);
  const matte = fineMatte(frame, likely, inside, outside);
  const { clear, ...parts } = decompose(frame, matte, outside);
  return { ...parts, outlineContrast: outlineContrast(frame, inside, outside, clear) };
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

/** For pictures that cannot be cut: everything is person, nothing shows behind. */
export function wholeSheet(frame: Frame, outlineContrastFound: number): Matte {
  return {
    alpha: createPlane(frame.width, frame.height, 1),
    foreground: frame.colours,
    background: frame.colours,
    outlineContrast: outlineContrastFound,
  };
}
