import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { toVisavisError } from '../core/errors.ts';
import { readAvatar } from '../rendering/avatar-folder.ts';
import { avatarsOf, operandsOf, placeFlags, placeOf, wholeOf } from './avatar-place.ts';
import { type Command, type Invocation, usageError } from './command.ts';
import { outputPath } from './output-path.ts';

const USUAL_PX = 384;
const CROPS = ['full', 'face', 'mouth', 'eyes'];

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
  const crop = invocation.valuesOf('crop').at(-1) ?? 'face';
  if (!CROPS.includes(crop)) throw usageError('usage', `There is no part "${crop}"; there are ${CROPS.join(', ')}`);
  // Whatever is wrong with the folder is said before anything is drawn.
  await readAvatar(avatarsDir, name);
  const program = join(invocation.rootDir, 'models/avatar/sheet.ts');
  const drawing = ['--disable-warning=ExperimentalWarning', program, folder, path, '--size', String(sizePx), '--crop', crop];
  await promisify(execFile)(process.execPath, drawing).catch((error: unknown) => {
    throw toVisavisError(error, 'rendering');
  });
  process.stdout.write(`${path}\n`);
  return 0;
}
