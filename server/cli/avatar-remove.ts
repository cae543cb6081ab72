import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { removeAvatar } from '../avatars/remove-avatar.ts';
import { type Avatars, avatarsOf, operandsOf, placeFlags, placeOf } from './avatar-place.ts';
import { type Command, type Invocation, usageError } from './command.ts';

export const command: Command = {
  name: 'avatar remove',
  operands: 'NAME',
  summary: 'delete an avatar',
  flags: [...placeFlags, { name: 'yes', summary: 'do not ask; needed where there is no terminal to ask on' }],
  details: 'The avatar of the configuration (face.avatar) is not removed: every call that asks for none needs it.',
  run: remove,
};

async function remove(invocation: Invocation): Promise<number> {
  const [name] = operandsOf(invocation, 'NAME') as [string];
  const avatars = avatarsOf(invocation);
  const folder = folderToRemove(name, avatars, invocation.workingDir);
  if (!invocation.has('yes') && !(await isConfirmed(`Delete ${folder}?`))) {
    process.stdout.write('nothing was deleted\n');
    return 1;
  }
  await removeAvatar(avatars.dir, name);
  process.stdout.write(`removed ${folder}\n`);
  return 0;
}

function folderToRemove(name: string, avatars: Avatars, workingDir: string): string {
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(name))
    throw usageError('usage', `"${name}" is no avatar's name: lower-case letters, digits and hyphens`);
  const { folder } = placeOf(name, avatars, workingDir);
  if (name === avatars.config.face.avatar)
    throw usageError('usage', `${name} is the avatar of the configuration; choose another with face.avatar before it is removed`);
  if (!lstatSync(join(folder, 'avatar.json'), { throwIfNoEntry: false }))
    throw usageError('usage', `${folder} holds no avatar.json, so it is no avatar; it stays`);
  return folder;
}

async function isConfirmed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stdout.isTTY)
    throw usageError('usage', 'There is no terminal to ask on: say --yes to delete without being asked');
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
