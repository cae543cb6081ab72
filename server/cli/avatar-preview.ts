import { resolve } from 'node:path';
import sharp from 'sharp';
import { openStage } from '../../models/avatar/stills.ts';
import { EMOTIONS, type Emotion } from '../core/speech.ts';
import { VISEMES, type Viseme } from '../face/parameters.ts';
import { readAvatar } from '../rendering/read-avatar.ts';
import { avatarsOf, operandsOf, placeFlags, placeOf, wholeOf } from './avatar-place.ts';
import { type Command, type Invocation, usageError } from './command.ts';
import { outputPath } from './output-path.ts';

const USUAL_PX = 768;

export const command: Command = {
  name: 'avatar preview',
  operands: 'NAME OUT.png',
  summary: 'one picture of an avatar, as calls draw it',
  flags: [
    ...placeFlags,
    { name: 'size', value: 'PX', summary: `side of the picture, even (${USUAL_PX})` },
    { name: 'emotion', value: 'EMOTION', summary: EMOTIONS.join(', ') },
    { name: 'viseme', value: 'VISEME', summary: `mouth: ${VISEMES.join(', ')}` },
  ],
  details: `NAME is an avatar of the folder, or a path with a slash. The picture may be PNG, JPEG or WebP, by the name's ending.

  ./visavis avatar preview mia mia.png
  ./visavis avatar preview ./drafts/ana ana.jpg --emotion surprised --viseme O`,
  run: preview,
};

async function preview(invocation: Invocation): Promise<number> {
  const [operand, out] = operandsOf(invocation, 'NAME', 'OUT.png') as [string, string];
  const { avatarsDir, name, folder } = placeOf(operand, avatarsOf(invocation), invocation.workingDir);
  const path = outputPath(resolve(invocation.workingDir, out), ['.png', '.jpg', '.jpeg', '.webp']);
  const sizePx = 2 * Math.round(wholeOf(invocation, 'size', USUAL_PX, 64, 2048) / 2);
  const emotion = oneOf<Emotion>(invocation, 'emotion', EMOTIONS);
  const viseme = oneOf<Viseme>(invocation, 'viseme', VISEMES);
  // Whatever is wrong with the folder is said before anything is drawn.
  await readAvatar(avatarsDir, name);
  using stage = await openStage(folder, sizePx);
  const weights = { ...(emotion ? stage.rig.emotions[emotion] : {}), ...(viseme ? { [`viseme_${viseme}`]: 1 } : {}) };
  await sharp(stage.draw(weights), { raw: { width: sizePx, height: sizePx, channels: 4 } })
    .removeAlpha()
    .toFile(path);
  process.stdout.write(`${path}\n`);
  return 0;
}

function oneOf<Value extends string>({ valuesOf }: Invocation, flag: string, values: readonly Value[]): Value | undefined {
  const given = valuesOf(flag).at(-1);
  if (given === undefined) return undefined;
  const found = values.find((value) => value.toLowerCase() === given.toLowerCase());
  if (!found) throw usageError('usage', `There is no ${flag} "${given}"; there are ${values.join(', ')}`);
  return found;
}
