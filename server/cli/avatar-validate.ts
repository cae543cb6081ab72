import { complaintsAbout } from '../avatars/complaints.ts';
import { avatarsOf, operandsOf, placeFlags, placeOf } from './avatar-place.ts';
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

async function validate(invocation: Invocation): Promise<number> {
  const [operand] = operandsOf(invocation, 'DIR') as [string];
  const place = placeOf(operand, avatarsOf(invocation), invocation.workingDir);
  const complaints = await complaintsAbout(place.avatarsDir, place.name);
  const isUsable = complaints.every(({ grade }) => grade !== 'error');
  for (const { grade, text } of complaints) process.stdout.write(`${grade}: ${text}\n`);
  process.stdout.write(isUsable ? `${place.folder} can be used\n` : `${place.folder} cannot be used\n`);
  return isUsable ? 0 : 1;
}
