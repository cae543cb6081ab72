import type { Frame } from '../frame.ts';
import type { Matte } from '../matte/matte.ts';
import { clamp } from '../numeric/mathematics.ts';
import { createPlane, type Plane } from '../numeric/plane.ts';
import { pullPush } from '../numeric/pull-push.ts';
import type { Eyes } from '../refine/eyes.ts';
import { createTexture, type Texture } from '../rig/layer.ts';
import type { EyeLayers } from './eyeballs.ts';
import { holeCoverage } from './eye-holes.ts';

/**
 * The person's sheet: the matte's colours with soft holes for the eyes. Around a hole the colour is chosen so that with
 * the eyeball behind it the photograph comes out again.
 */
export function skinTexture(frame: Frame, matte: Matte, eyes: Eyes, behind: readonly EyeLayers[]): Texture {
  const { width, height } = frame;
  const texture = createTexture(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) texture.data[i * 4 + c] = matte.foreground[c]!.data[i]!;
    texture.data[i * 4 + 3] = matte.alpha.data[i]! * 255;
  }
  eyes.forEach((eye, side) => {
    const { region, behind: eyeball } = behind[side]!;
    const size = region.width * region.height;
    const open = createPlane(region.width, region.height);
    const closed = createPlane(region.width, region.height);
    for (let i = 0; i < size; i++) {
      open.data[i] = holeCoverage(eye, frame, region.x + (i % region.width), region.y + Math.floor(i / region.width));
      closed.data[i] = open.data[i]! < 0.02 ? 1 : 0;
    }
    const lid = pullPush(
      frame.colours.map((plane) => part(plane, region)),
      closed,
    );
    for (let i = 0; i < size; i++) {
      const hole = open.data[i]!;
      if (hole <= 0) continue;
      const x = region.x + (i % region.width);
      const y = region.y + Math.floor(i / region.width);
      if (x < 0 || y < 0 || x >= width || y >= height) continue;
      const o = (y * width + x) * 4;
      const cover = 1 - hole;
      texture.data[o + 3] = texture.data[o + 3]! * cover;
      for (let c = 0; c < 3; c++) {
        const wanted = frame.colours[c]!.data[y * width + x]!;
        const exact = cover > 0.08 ? clamp((wanted - hole * eyeball[c]!.data[i]!) / cover, 0, 255) : lid[c]!.data[i]!;
        // Where little of the lid is left its colour is a guess: the lid's own is the better one.
        const trust = clamp((cover - 0.1) / 0.3, 0, 1);
        texture.data[o + c] = lid[c]!.data[i]! * (1 - trust) + exact * trust;
      }
    }
  });
  return texture;
}

export function part(plane: Plane, region: { x: number; y: number; width: number; height: number }): Plane {
  const out = createPlane(region.width, region.height);
  for (let j = 0; j < region.height; j++)
    for (let i = 0; i < region.width; i++)
      out.data[j * region.width + i] =
        plane.data[clamp(region.y + j, 0, plane.height - 1) * plane.width + clamp(region.x + i, 0, plane.width - 1)]!;
  return out;
}
