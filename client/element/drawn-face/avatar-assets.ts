import { loadRig, type LoadedRig } from '../../../server/face/load-rig.ts';
import type { RgbaImage } from '../../../server/face/raster/planes.ts';

export interface AvatarAssets {
  readonly rig: LoadedRig;
  readonly atlas: RgbaImage;
}

export interface AssetOptions {
  /** A small atlas, for narrow links. */
  readonly light: boolean;
  readonly signal: AbortSignal;
}

/** Fetches what is needed to draw an avatar; the browser's cache keeps it. @throws when it is not there or not whole */
export async function fetchAvatar(base: URL, avatar: string, { light, signal }: AssetOptions): Promise<AvatarAssets> {
  const folder = `api/v1/avatars/${encodeURIComponent(avatar)}`;
  const [rig, picture] = await Promise.all([
    get(new URL(`${folder}/rig`, base), signal).then(async (response) => loadRig(await response.json())),
    get(new URL(`${folder}/atlas${light ? '?detail=light' : ''}`, base), signal).then(async (response) =>
      // Colours as they are in the file: the picture's own profile would change what the server draws.
      createImageBitmap(await response.blob(), { colorSpaceConversion: 'none' }),
    ),
  ]);
  try {
    return { rig, atlas: pixelsOf(picture, rig.atlas.width, rig.atlas.height) };
  } finally {
    picture.close();
  }
}

async function get(url: URL, signal: AbortSignal): Promise<Response> {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`${url.pathname}: HTTP ${response.status}`);
  return response;
}

/**
 * Straight RGBA at the size that the rig wants; a light atlas is smaller. A 2D canvas holds colours times alpha, as the rasteriser
 * does: what is rounded away where little is seen was not to be seen.
 */
function pixelsOf(picture: ImageBitmap, width: number, height: number): RgbaImage {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('This browser has no 2D canvas');
  context.drawImage(picture, 0, 0, width, height);
  return { width, height, data: new Uint8Array(context.getImageData(0, 0, width, height).data.buffer) };
}
