import { existsSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { toVisavisError } from '../core/errors.ts';
import { PARAMETER_COUNT } from '../face/parameters.ts';
import { buildRaster } from '../face/raster/build-raster.ts';
import { FaceRaster } from '../face/raster/raster.ts';
import { readAvatar } from '../rendering/read-avatar.ts';
import type { Complaint } from './contract.ts';

const TRIAL_PX = 256;

/** What is wrong with the avatar in a folder: it is read, decoded and drawn. Computes, so it does not belong beside calls. */
export async function complaintsAbout(avatarsDir: string, name: string): Promise<Complaint[]> {
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(name))
    return [{ grade: 'error', text: `the folder's name "${name}" must be lower-case letters, digits and hyphens` }];
  const complaints: Complaint[] = [];
  try {
    const { rig, atlas } = await readAvatar(avatarsDir, name);
    if (rig.name !== name) complaints.push({ grade: 'note', text: `avatar.json calls it "${rig.name}", its folder "${name}"` });
    if (rig.licence === '') complaints.push({ grade: 'note', text: 'avatar.json names no licence' });
    // Some faults show only when it is drawn.
    const program = await WebAssembly.compile((await buildRaster()).bytes);
    using raster = await FaceRaster.create({ program, rig, atlas, widthPx: TRIAL_PX, heightPx: TRIAL_PX });
    using canvas = raster.openCanvas();
    canvas.paint(new Float32Array(PARAMETER_COUNT));
    canvas.paint(new Float32Array(PARAMETER_COUNT).fill(1));
  } catch (error) {
    complaints.push({ grade: 'error', text: toVisavisError(error, 'rendering').message });
  }
  for (const still of ['poster.jpg', 'preview.png']) {
    const path = join(avatarsDir, name, still);
    if (!existsSync(path)) complaints.push({ grade: 'note', text: `there is no ${still}, which pages show before a call` });
    else if (!(await isPicture(path))) complaints.push({ grade: 'note', text: `${still} is not a picture that can be read` });
  }
  return complaints;
}

const isPicture = (path: string): Promise<boolean> =>
  sharp(path, { limitInputPixels: 4096 * 4096 })
    .stats()
    .then(
      () => true,
      () => false,
    );
