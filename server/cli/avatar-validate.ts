import { existsSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { toVisavisError } from '../core/errors.ts';
import { PARAMETER_COUNT } from '../face/parameters.ts';
import { buildRaster } from '../face/raster/build-raster.ts';
import { FaceRaster } from '../face/raster/raster.ts';
import { readAvatar } from '../rendering/avatar-folder.ts';
import { type AvatarPlace, avatarsOf, operandsOf, placeFlags, placeOf } from './avatar-place.ts';
import type { Command, Invocation } from './command.ts';

export const command: Command = {
  name: 'avatar validate',
  operands: 'DIR',
  summary: 'say what is wrong with an avatar’s folder, if anything is',
  flags: placeFlags,
  details: `DIR is a path (with a slash), or the name of an avatar. Exit code 0: it can be used; 1: it cannot.

  ./visavis avatar validate ./drafts/ana
  ./visavis avatar validate mia`,
  run: validate,
};

/** `error`: calls cannot show it. `note`: they can, but something is missing. */
interface Complaint {
  readonly grade: 'error' | 'note';
  readonly text: string;
}

async function validate(invocation: Invocation): Promise<number> {
  const [operand] = operandsOf(invocation, 'DIR') as [string];
  const place = placeOf(operand, avatarsOf(invocation), invocation.workingDir);
  const complaints = await complaintsOf(place);
  const isUsable = complaints.every(({ grade }) => grade !== 'error');
  for (const { grade, text } of complaints) process.stdout.write(`${grade}: ${text}\n`);
  process.stdout.write(isUsable ? `${place.folder} can be used\n` : `${place.folder} cannot be used\n`);
  return isUsable ? 0 : 1;
}

const TRIAL_PX = 256;

async function complaintsOf(place: AvatarPlace): Promise<Complaint[]> {
  const { avatarsDir, name, folder } = place;
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
    const path = join(folder, still);
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
