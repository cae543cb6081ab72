import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, type Invocation, unknown } from './command.ts';

export const command: Command = {
  name: 'bench',
  operands: '[name] [arguments]',
  summary: 'measure against the goals; without a name, list the benches',
  flags: [],
  passThrough: true,
  details: 'Each bench prints figures, goals, verdicts and the load of the machine. What follows the name goes to the bench.',
  run: bench,
};

async function bench({ rootDir, operands }: Invocation): Promise<number> {
  const benches = listBenches(rootDir);
  const [name, ...args] = operands;
  if (name === undefined) {
    const width = Math.max(...benches.map((found) => found.name.length));
    for (const found of benches) process.stdout.write(`  ${found.name.padEnd(width)}  ${found.summary}\n`);
    return 0;
  }
  const found = benches.find((candidate) => candidate.name === name);
  if (!found)
    throw unknown(
      `bench "${name}"`,
      name,
      benches.map((candidate) => candidate.name),
      '',
      command,
    );
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', found.path, ...args], { cwd: rootDir, stdio: 'inherit' });
  // Ctrl-C reaches the whole group; the bench ends itself and its table may still come.
  const passOn = () => child.kill('SIGTERM');
  const wait = () => undefined;
  process.on('SIGTERM', passOn);
  process.on('SIGINT', wait);
  const [code] = (await once(child, 'close')) as [number | null];
  process.off('SIGTERM', passOn);
  process.off('SIGINT', wait);
  return code ?? 1;
}

export interface Bench {
  readonly name: string;
  readonly path: string;
  /** First sentence of the file's first comment. */
  readonly summary: string;
}

/** Every program of bench/ that prints a report. */
export function listBenches(rootDir: string): readonly Bench[] {
  const folder = join(rootDir, 'bench');
  return readdirSync(folder)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'report.ts')
    .map((file) => ({ path: join(folder, file), source: readFileSync(join(folder, file), 'utf8') }))
    .filter(({ source }) => source.includes('printReport('))
    .map(({ path, source }) => ({ name: path.slice(folder.length + 1, -'.ts'.length), path, summary: firstSentence(source) }));
}

function firstSentence(source: string): string {
  const [, comment = ''] = /\/\*\*([\s\S]*?)\*\//.exec(source) ?? [];
  const plain = comment.replaceAll(/\s*\n\s*\*? ?/g, ' ').trim();
  return /^.*?\.(?=\s|$)/.exec(plain)?.[0].slice(0, -1) ?? plain;
}
