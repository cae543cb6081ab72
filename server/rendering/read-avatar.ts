import { decodeAtlas } from './atlas.ts';
import { avatarFile, readRig } from './avatar-folder.ts';
import type { LoadedRig } from '../face/load-rig.ts';
import type { RgbaImage } from '../face/raster/planes.ts';

/** An avatar with its decoded picture, for processes that draw; the decoder is too heavy for those that do not. */
export interface Avatar {
  readonly rig: LoadedRig;
  readonly atlas: RgbaImage;
}

/** Reads `<avatarsDir>/<name>/`. @throws VisavisError `avatar_unknown`, `avatar_invalid` */
export async function readAvatar(avatarsDir: string, name: string): Promise<Avatar> {
  const rig = await readRig(avatarsDir, name);
  return { rig, atlas: await decodeAtlas(await avatarFile(avatarsDir, name, rig.atlas.file), rig.atlas) };
}
