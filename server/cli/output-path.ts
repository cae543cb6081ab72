import { existsSync, statSync } from 'node:fs';
import { dirname, extname } from 'node:path';
import { usageError } from './command.ts';

/** Complains before the work is done, not when its result cannot be written. */
export function outputPath(path: string, endings: readonly string[]): string {
  if (!endings.includes(extname(path).toLowerCase())) throw usageError('usage', `${path} should end in ${endings.join(', ')}`);
  if (!existsSync(dirname(path))) throw usageError('usage', `There is no folder ${dirname(path)}`);
  if (existsSync(path) && statSync(path).isDirectory()) throw usageError('usage', `${path} is a folder`);
  return path;
}
