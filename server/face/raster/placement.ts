import { faceError } from '../face-error.ts';
import type { LoadedRig } from '../load-rig.ts';
import type { RgbaImage } from './planes.ts';

/** Vertices are snapped to this part of a picture's pixel, so that every rasteriser covers the same pixels. */
export const SUBPIXELS = 16;
const MIN_SIDE_PX = 64;
const MAX_SIDE_PX = 2160;

/** One avatar at one size. */
export interface FacePicture {
  readonly rig: LoadedRig;
  readonly atlas: RgbaImage;
  /** Even, 64 to 2160. The rig's canvas is scaled to cover the picture, centred. */
  readonly widthPx: number;
  readonly heightPx: number;
}

/** Where the canvas lies in the picture: picture = canvas * scale + offset. */
export interface Placement {
  readonly scale: number;
  readonly offsetX: number;
  readonly offsetY: number;
}

export function placementOf({ rig, widthPx, heightPx }: Omit<FacePicture, 'atlas'>): Placement {
  const scale = Math.max(widthPx / rig.canvas.width, heightPx / rig.canvas.height);
  return { scale, offsetX: (widthPx - rig.canvas.width * scale) / 2, offsetY: (heightPx - rig.canvas.height * scale) / 2 };
}

/** @throws VisavisError `raster_failed` for an impossible size, `avatar_invalid` for an atlas of another size than the rig says */
export function checkPicture({ rig, atlas, widthPx, heightPx }: FacePicture): void {
  for (const side of [widthPx, heightPx]) {
    if (!Number.isInteger(side) || side % 2 !== 0 || side < MIN_SIDE_PX || side > MAX_SIDE_PX) {
      throw faceError(
        'raster_failed',
        `A picture of ${widthPx}x${heightPx} cannot be drawn: sides are even, ${MIN_SIDE_PX} to ${MAX_SIDE_PX}`,
      );
    }
  }
  if (atlas.width !== rig.atlas.width || atlas.height !== rig.atlas.height || atlas.data.length !== atlas.width * atlas.height * 4) {
    throw faceError(
      'avatar_invalid',
      `The avatar's atlas is ${atlas.width}x${atlas.height}, its avatar.json says ${rig.atlas.width}x${rig.atlas.height}`,
    );
  }
}
