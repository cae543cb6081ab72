import { readFileSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Command, helpOf, isUsageError, parseInvocation, unknown } from './cli/command.ts';
import { toVisavisError } from './core/errors.ts';

/**
 * The command line. A new command is one file in cli/ and one line here; each is loaded only when it is asked for, so
 * that `--help` and `doctor` work where nothing is installed yet.
 */
const COMMANDS: Readonly<Record<string, () => Promise<{ command: Command }>>> = {
  start: () => import('./cli/start.ts'),
  test: () => import('./cli/test.ts'),
  bench: () => import('./cli/bench.ts'),
  doctor: () => import('./cli/doctor.ts'),
  dev: () => import('./cli/dev.ts'),
  avatar: () => import('./cli/avatar.ts'),
};

const rootDir = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');

async function main(args: readonly string[]): Promise<number> {
  const [name = '--help', ...rest] = args;
  if (['--version', '-v'].includes(name)) {
    const { version } = JSON.parse(readFileSync(join(rootDir, 'package.json'), 'utf8')) as { version: string };
    process.stdout.write(`${version}\n`);
    return 0;
  }
  if (['--help', '-h', 'help'].includes(name)) {
    process.stdout.write(await overview());
    return 0;
  }
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!load) throw unknown(`command "${name}"`, name, Object.keys(COMMANDS));
  const { command } = await load();
  // What a command hands on may have a help of its own.
  const before = command.passThrough ? rest.slice(0, 1) : rest;
  if (before.includes('--help') || before.includes('-h')) {
    process.stdout.write(helpOf(command));
    return 0;
  }
  // Paths in the configuration start at the project's folder, wherever the command is typed.
  // npm moves to that folder itself, and remembers where it was called.
  const workingDir = (process.cwd() === rootDir ? process.env.INIT_CWD : undefined) ?? process.cwd();
  process.chdir(rootDir);
  return command.run(parseInvocation(command, rest, rootDir, workingDir));
}

async function overview(): Promise<string> {
  const commands = await Promise.all(Object.values(COMMANDS).map(async (load) => (await load()).command));
  const lines = commands.map(({ name, operands, summary }) => [`${name} ${operands ?? ''}`.trim(), summary] as const);
  const width = Math.max(...lines.map(([left]) => left.length));
  return [
    'Visavis: speak to a face that listens, answers and can be interrupted.',
    '',
    'Usage: ./visavis COMMAND [options]',
    '',
    ...lines.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`),
    '',
    '  --help and --version; `./visavis COMMAND --help` explains a command',
    '',
  ].join('\n');
}

/** What went wrong, for a person: no stack unless it is a mistake of the program. */
function report(thrown: unknown): number {
  const error = toVisavisError(thrown);
  const lines = [error.message, ...(error.hint ? [error.hint] : [])];
  if (error.code === 'internal' && error.cause instanceof Error && error.cause.stack) lines.push(error.cause.stack);
  process.stderr.write(`visavis: ${lines.join('\n')}\n`);
  return isUsageError(error) ? 2 : 1;
}

// Compiled code is kept between runs, for this process and its children: a start spends less on parsing. The launcher has
// set it already; here it is for those who start without.
process.env.NODE_COMPILE_CACHE ??= join(rootDir, '.cache', 'compiled');
enableCompileCache(process.env.NODE_COMPILE_CACHE);
process.exitCode = await main(process.argv.slice(2)).catch(report);
