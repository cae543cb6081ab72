import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { writeAvatar } from '../../models/avatar/avatar.ts';
import { makeAvatar, type Parameters } from '../../models/avatar/make.ts';
import { notSculpted, personOfBrief, robotOfBrief } from '../../models/avatar/person-of-brief.ts';
import type { PersonBrief } from '../casting/brief.ts';
import { cast } from '../casting/cast.ts';
import { understand } from '../casting/parse.ts';
import { type Command, type Invocation, usageError } from './command.ts';

const MAX_VARIANTS = 24;
const NAME = /^[a-z][a-z0-9-]{0,63}$/;

export const command: Command = {
  name: 'avatar create',
  operands: 'DESCRIPTION',
  summary: 'draw a person from words, in English or Arabic',
  flags: [
    { name: 'name', value: 'NAME', summary: 'of the folder; otherwise made from what the person is called' },
    { name: 'style', value: 'STYLE', summary: 'illustrated (a second; the default) or sculpted (minutes)' },
    { name: 'seed', value: 'NUMBER', summary: 'the same words and seed give the same person (default 1)' },
    { name: 'variants', value: 'NUMBER', summary: `how many people who fit the words, 1 to ${MAX_VARIANTS}` },
    { name: 'draft', summary: 'sculpted in a quarter of the time, less sharp' },
    { name: 'out', value: 'DIR', summary: 'folder of avatars (default: avatars)' },
  ],
  details: `Examples:
  ./visavis avatar create "a confident CEO in her fifties, short grey hair, glasses, navy blazer"
  ./visavis avatar create "رجل عجوز بشعر أبيض قصير ولحية بيضاء" --variants 4
What is not said is chosen by the seed. Words that mean nothing here are named; of two that contradict each other the last holds.`,
  run: create,
};

async function create({ rootDir, workingDir, operands, valuesOf, has }: Invocation): Promise<number> {
  const text = operands.join(' ').trim();
  if (text === '') throw usageError('usage', 'Say who to draw: ./visavis avatar create "a young man with glasses"');
  const style = valuesOf('style').at(-1) ?? 'illustrated';
  if (style !== 'illustrated' && style !== 'sculpted')
    throw usageError('usage', `There is no style "${style}"; there are illustrated and sculpted`);
  const seed = whole('seed', valuesOf('seed').at(-1) ?? '1', 0, 0xffffffff);
  const variants = whole('variants', valuesOf('variants').at(-1) ?? '1', 1, MAX_VARIANTS);
  const name = valuesOf('name').at(-1);
  if (name !== undefined && !NAME.test(name))
    throw usageError('usage', `"${name}" is no name: lower-case letters, digits and hyphens, a letter first`);
  const outDir = valuesOf('out').at(-1);
  const avatarsDir = outDir === undefined ? join(rootDir, 'avatars') : resolve(workingDir, outDir);

  const { wish, unknown, overridden } = understand(text);
  if (unknown.length > 0) process.stderr.write(`not understood: ${unknown.join(', ')}\n`);
  for (const { field, dropped, kept } of overridden) process.stderr.write(`${field}: ${String(kept)}, not ${String(dropped)}\n`);
  for (let i = 0; i < variants; i++) {
    const brief = cast(wish, seed + i);
    const folderName = freeName(avatarsDir, name ?? slug(brief.title), name !== undefined && variants === 1);
    const startedAt = performance.now();
    const parameters = parametersOf(brief, style, folderName);
    const drawn = await makeAvatar(parameters, { quality: has('draft') ? 'draft' : 'shipped', onProgress: progressLine() });
    await writeAvatar(join(avatarsDir, folderName), drawn, { fast: true });
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    process.stdout.write(`${join(avatarsDir, folderName)}  ${summary(brief)}  ${seconds} s\n`);
  }
  return 0;
}

function parametersOf(brief: PersonBrief, style: 'illustrated' | 'sculpted', name: string): Parameters {
  if (brief.kind === 'robot') return { style: 'robot', robot: robotOfBrief(brief, name) };
  if (style === 'illustrated') return { style, name, brief };
  const missing = notSculpted(brief);
  if (missing.length > 0) process.stderr.write(`not sculpted yet, only illustrated: ${missing.join(', ')}\n`);
  return { style, person: personOfBrief(brief, name) };
}

function whole(flag: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max)
    throw usageError('usage', `--${flag} takes a whole number from ${min} to ${max}, not "${text}"`);
  return value;
}

/** Latin letters of a title, or `person`. */
const slug = (title: string): string => {
  const plain = title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 48);
  return plain || 'person';
};

/** Nobody's avatar is overwritten: a number is added, or a name that was asked for is refused. */
function freeName(avatarsDir: string, wanted: string, exactly: boolean): string {
  if (!existsSync(join(avatarsDir, wanted))) return wanted;
  if (exactly) throw usageError('usage', `There is an avatar ${wanted} already in ${avatarsDir}`);
  for (let n = 2; ; n++) if (!existsSync(join(avatarsDir, `${wanted}-${n}`))) return `${wanted}-${n}`;
}

const summary = (brief: PersonBrief): string =>
  `${brief.title}: ${brief.sex}, ${brief.ageYears}, ${brief.headCover.kind === 'none' ? `${brief.hair.style} hair` : brief.headCover.kind}, ${brief.clothes.colour} ${brief.clothes.kind} (seed ${brief.seed})`;

/** Progress on stderr, one line that is written over where that is a terminal. */
function progressLine(): (what: string, share: number) => void {
  let last = '';
  return (what, share) => {
    const line = `${what} ${Math.round(share * 20) * 5} %`;
    if (line === last) return;
    last = line;
    process.stderr.write(process.stderr.isTTY ? `\r\u001b[K${line}` : `${line}\n`);
  };
}
