import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { toVisavisError } from '../core/errors.ts';
import { readRig } from '../rendering/avatar-folder.ts';
import { avatarsOf, placeFlags } from './avatar-place.ts';
import { type Command, type Invocation, usageError } from './command.ts';

export const command: Command = {
  name: 'avatar list',
  summary: 'the avatars there are',
  flags: [...placeFlags, { name: 'json', summary: 'print the list as JSON' }],
  details: 'The star marks the avatar of calls that ask for none. A folder that is no usable avatar is listed with what is wrong.',
  run: list,
};

interface Row {
  readonly name: string;
  readonly title?: string;
  readonly origin?: string;
  readonly triangles?: number;
  readonly layers?: number;
  readonly licence?: string;
  readonly isDefault: boolean;
  readonly problem?: string;
}

async function list(invocation: Invocation): Promise<number> {
  const { dir, config } = avatarsOf(invocation);
  if (!existsSync(dir)) throw usageError('usage', `There is no folder ${dir}`);
  const folders = readdirSync(dir, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.') && existsSync(join(dir, name, 'avatar.json')))
    .map(({ name }) => name)
    .sort();
  const rows = await Promise.all(folders.map((name) => rowOf(dir, name, name === config.face.avatar)));
  process.stdout.write(invocation.has('json') ? `${JSON.stringify(rows, null, 2)}\n` : tableOf(rows, dir));
  return 0;
}

async function rowOf(dir: string, name: string, isDefault: boolean): Promise<Row> {
  try {
    const { title, origin, licence, triangleCount, layers } = await readRig(dir, name);
    return { name, title, origin, licence, triangles: triangleCount, layers: layers.length, isDefault };
  } catch (error) {
    return { name, isDefault, problem: toVisavisError(error, 'rendering').message };
  }
}

function tableOf(rows: readonly Row[], dir: string): string {
  if (rows.length === 0) return `no avatars in ${dir}\n`;
  const cells = [
    ['  name', 'title', 'triangles', 'origin'],
    ...rows.map(({ name, title = '', triangles, origin = '', isDefault, problem }) => [
      `${isDefault ? '*' : ' '} ${name}`,
      title,
      triangles === undefined ? '' : String(triangles),
      problem === undefined ? origin : `broken: ${problem}`,
    ]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((row) => row[column]!.length)));
  const line = ([name, title, triangles, origin]: string[]) =>
    [name!.padEnd(widths[0]!), title!.padEnd(widths[1]!), triangles!.padStart(widths[2]!), origin].join('  ').trimEnd();
  return `${cells.map(line).join('\n')}\n`;
}
