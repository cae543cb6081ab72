import { VISEMES } from '../../face/parameters.ts';
import type { Frame } from '../frame.ts';
import { curveAt } from '../numeric/curve.ts';
import { clamp, median, quantile } from '../numeric/mathematics.ts';
import { blur, createPlane } from '../numeric/plane.ts';
import { pullPush } from '../numeric/pull-push.ts';
import { areaOf, dilate } from '../numeric/regions.ts';
import type { Mouth } from '../refine/mouth.ts';
import { createTexture, type Texture } from '../rig/layer.ts';
import type { FoldPatch } from './folds.ts';
import { part } from './skin.ts';

/** Fewer pixels than this (at 128 pixels of eye distance) are a gleam on the lip. */
const LEAST_AREA = 10;

/**
 * Lips that are not quite shut show a sliver of tooth, which would stick to a lip when they part. It is painted over in
 * `skin` (in place) and returned as a picture of its own, which goes away as soon as the mouth moves.
 */
export function toothSliver(frame: Frame, mouth: Mouth, skin: Texture): FoldPatch | undefined {
  if (mouth.isOpen) return undefined;
  const k = frame.unit / 128;
  const x = Math.floor(mouth.left.x);
  const y = Math.floor(Math.min(...mouth.outerUpper.ys) - 4 * k);
  const width = Math.ceil(mouth.right.x) - x;
  const height = Math.ceil(Math.max(...mouth.outerLower.ys) + 4 * k) - y;
  const box = { x, y, width, height };
  const colours = frame.colours.map((plane) => part(plane, box));
  const light = part(frame.luminance, box);
  const redness = (i: number) => Math.log((colours[0]!.data[i]! + 12) / (colours[1]!.data[i]! + 12));
  const near: number[] = [];
  for (let i = 0; i < width * height; i++) {
    const px = x + (i % width);
    const seam = curveAt(mouth.innerUpper, px);
    const py = y + Math.floor(i / width);
    if (
      px > mouth.left.x + 8 * k &&
      px < mouth.right.x - 8 * k &&
      py > Math.max(seam - 9 * k, curveAt(mouth.outerUpper, px) + 2.5 * k) &&
      py < Math.min(seam + 5 * k, curveAt(mouth.outerLower, px) - 3 * k)
    )
      near.push(i);
  }
  if (near.length < 20) return undefined;
  const bright =
    1.18 *
    quantile(
      near.map((i) => light.data[i]!),
      0.55,
    );
  const pale = median(near.map(redness)) - 0.09;
  const found = { width, height, data: new Uint8Array(width * height) };
  for (const i of near) if (light.data[i]! > bright && redness(i) < pale) found.data[i] = 1;
  if (areaOf(found) < LEAST_AREA * k * k) return undefined;
  const grown = dilate(found, 2 * k);
  const mask = blur({ width, height, data: Float32Array.from(grown.data) }, 0.8 * k);
  const known = createPlane(width, height);
  for (let i = 0; i < known.data.length; i++) known.data[i] = grown.data[i] ? 0 : 1;
  const lips = pullPush(colours, known);
  const texture = createTexture(width, height);
  for (let i = 0; i < width * height; i++) {
    const share = clamp(mask.data[i]! * 1.6, 0, 1);
    const o = ((y + Math.floor(i / width)) * frame.width + x + (i % width)) * 4;
    for (let c = 0; c < 3; c++) {
      texture.data[i * 4 + c] = colours[c]!.data[i]!;
      skin.data[o + c] = skin.data[o + c]! * (1 - share) + lips[c]!.data[i]! * share;
    }
    texture.data[i * 4 + 3] = 255 * share;
  }
  const gone = {
    jawOpen: -9,
    mouthUpperUpLeft: -3,
    mouthUpperUpRight: -3,
    mouthLowerDownLeft: -3,
    mouthLowerDownRight: -3,
    mouthPucker: -3,
    mouthFunnel: -3,
  };
  return {
    id: 'toothSliver',
    texture,
    region: { x: x - 0.5, y: y - 0.5, width, height },
    opacity: { base: 1, gains: { ...gone, ...Object.fromEntries(VISEMES.filter((v) => v !== 'sil').map((v) => [`viseme_${v}`, -4])) } },
  };
}
