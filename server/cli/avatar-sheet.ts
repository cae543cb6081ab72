import { resolve } from 'node:path';
import { CROPS, drawContactSheet } from '../avatars/contact-sheet.ts';
import { readAvatar } from '../rendering/read-avatar.ts';
import { avatarsOf, operandsOf, placeFlags, placeOf, wholeOf } from './avatar-place.ts';
import { type Command, type Invocation, usageError } from './command.ts';
import { outputPath } from './output-path.ts';

const USUAL_PX = 384;

export const command: Command = {
  name: 'avatar sheet',
  operands: 'NAME OUT.png',
  summary: 'every viseme, emotion, blink, gaze and pose of an avatar in one picture',
  flags: [
    ...placeFlags,
    { name: 'size', value: 'PX', summary: `side of each face, even (${USUAL_PX})` },
    { name: 'crop', value: 'PART', summary: `${CROPS.join(', ')} (face)` },
  ],
  details: `NAME is an avatar of the folder, or a path with a slash.

  ./visavis avatar sheet mia mia.png
  ./visavis avatar sheet mia lips.png --size 1024 --crop mouth`,
  run: sheet,
};

async function sheet(invocation: Invocation): Promise<number> {
  const [operand, out] = operandsOf(invocation, 'NAME', 'OUT.png') as [string, string];
  const { avatarsDir, name, folder } = placeOf(operand, avatarsOf(invocation), invocation.workingDir);
  const path = outputPath(resolve(invocation.workingDir, out), ['.png']);
  const sizePx = 2 * Math.round(wholeOf(invocation, 'size', USUAL_PX, 128, 2048) / 2);
  const part = invocation.valuesOf('crop').at(-1) ?? 'face';
  const crop = CROPS.find((known) => known === part);
  if (!crop) throw usageError('usage', `There is no part "${part}"; there are ${CROPS.join(', ')}`);
  // Whatever is wrong with the folder is said before anything is drawn.
  await readAvatar(avatarsDir, name);
  await drawContactSheet({ folder, path, sizePx, crop });
  process.stdout.write(`${path}\n`);
  return 0;
}
