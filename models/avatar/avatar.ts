import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { loadRig } from '../../server/face/load-rig.ts';
import type { RgbaImage } from '../../server/face/raster/planes.ts';
import type { Rig } from '../../server/face/rig.ts';
import { writeStills } from './stills.ts';

/** A finished avatar in memory: rig, and atlas with straight alpha. */
export interface Drawn {
  readonly rig: Rig;
  readonly atlas: RgbaImage;
}

/**
 * Writes `avatar.json`, the atlas, and the stills `poster.jpg` and `preview.png` into a folder of their own. `fast`
 * spends less on packing the atlas. The rig passes the same validation as everybody's.
 */
export async function writeAvatar(folder: string, { rig, atlas }: Drawn, { fast = false } = {}): Promise<void> {
  await mkdir(folder, { recursive: true });
  const image = sharp(atlas.data, { raw: { width: atlas.width, height: atlas.height, channels: 4 } });
  // No `effort` here: it would make sharp reduce the picture to a palette.
  const packing = image.png({ compressionLevel: fast ? 6 : 9, adaptiveFiltering: true }).toFile(path.join(folder, rig.atlas.file));
  const text = `${JSON.stringify(rig)}\n`;
  await Promise.all([packing, writeStills(folder, loadRig(JSON.parse(text)), atlas)]);
  // Last: a folder without it is no avatar yet.
  await writeFile(path.join(folder, 'avatar.json'), text);
}
