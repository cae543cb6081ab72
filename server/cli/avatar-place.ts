import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Config } from '../core/config-schema.ts';
import { nearest } from '../core/nearest.ts';
import { renderingError } from '../rendering/rendering-error.ts';
import { type Flag, type Invocation, usageError } from './command.ts';
import { configOf } from './serve.ts';

/** Flags of every `avatar` command that works on avatars that are there. */
export const placeFlags: readonly Flag[] = [
  { name: 'avatars', value: 'DIR', summary: 'folder of avatars (that of the configuration)' },
  { name: 'config', value: 'NAME', summary: 'preset of configs/ or path of a YAML file; may be repeated', repeatable: true },
];

/** One avatar's folder, as the functions of rendering/ want it. */
export interface AvatarPlace {
  readonly avatarsDir: string;
  readonly name: string;
  readonly folder: string;
}

export interface Avatars {
  readonly dir: string;
  readonly config: Config;
}

export function avatarsOf(invocation: Invocation): Avatars {
  const config = configOf(invocation);
  const given = invocation.valuesOf('avatars').at(-1);
  const dir = given === undefined ? resolve(invocation.rootDir, config.face.avatarsDir) : resolve(invocation.workingDir, given);
  return { dir, config };
}

/**
 * The folder that an operand means: a name among the avatars, or, when it is written with a slash, a path.
 * @throws VisavisError `avatar_unknown` when there is no such folder
 */
export function placeOf(operand: string, { dir }: Avatars, workingDir: string): AvatarPlace {
  const isPath = /[\\/]/.test(operand) || operand === '.';
  const folder = isPath ? resolve(workingDir, operand) : join(dir, operand);
  if (!existsSync(folder)) throw unknownAvatar(isPath ? folder : operand, isPath ? dirname(folder) : dir);
  return { avatarsDir: dirname(folder), name: basename(folder), folder };
}

function unknownAvatar(operand: string, avatarsDir: string): Error {
  const names = existsSync(avatarsDir) ? readdirSync(avatarsDir).filter((name) => !name.startsWith('.')) : [];
  const meant = nearest(basename(operand), names);
  return renderingError('avatar_unknown', `There is no avatar "${operand.slice(0, 200)}"${meant ? `; did you mean ${meant}?` : ''}`, {
    hint: `./visavis avatar list shows those of ${avatarsDir}.`,
  });
}

/** `NAME` and, where the command writes a file, `OUT`. */
export function operandsOf({ operands }: Invocation, ...wanted: readonly string[]): string[] {
  if (operands.length === wanted.length) return [...operands];
  throw usageError(
    'usage',
    `This takes ${wanted.join(' and ')}${operands.length > wanted.length ? `, not also "${operands[wanted.length]}"` : ''}`,
  );
}

/** A whole number from a flag. */
export function wholeOf({ valuesOf }: Invocation, flag: string, usual: number, min: number, max: number): number {
  const text = valuesOf(flag).at(-1);
  if (text === undefined) return usual;
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max)
    throw usageError('usage', `--${flag} takes a whole number from ${min} to ${max}, not "${text}"`);
  return value;
}
