import { parseArgs } from 'node:util';
import { errorCatalogue, type VisavisError } from '../core/errors.ts';
import { nearest } from '../core/nearest.ts';

/** One command of the command line: a file of this folder that exports it as `command`. */
export interface Command {
  readonly name: string;
  /** What may follow the name, e.g. `[name] [arguments]`. */
  readonly operands?: string;
  readonly summary: string;
  readonly flags: readonly Flag[];
  /** Longer explanation and examples for `--help`. */
  readonly details?: string;
  /** Hands everything that follows to the command as it is; its own `--help` excepted. */
  readonly passThrough?: boolean;
  /** Resolves to the exit code. */
  run(invocation: Invocation): Promise<number>;
}

export interface Flag {
  readonly name: string;
  /** What the value is called in the help; a flag without one is a switch. */
  readonly value?: string;
  readonly summary: string;
  readonly repeatable?: boolean;
}

export interface Invocation {
  readonly rootDir: string;
  /** Where the person typed the command; relative paths among the arguments start here. */
  readonly workingDir: string;
  readonly operands: readonly string[];
  /** Flags in the order given. */
  readonly flags: readonly GivenFlag[];
  readonly has: (name: string) => boolean;
  readonly valuesOf: (name: string) => readonly string[];
}

export interface GivenFlag {
  readonly name: string;
  readonly value: string | undefined;
}

/** Something the person typed: said in a line or two, without a stack. */
export const usageError = errorCatalogue('core', { usage: { status: 400, retryable: false } });
export const isUsageError = (error: unknown): error is VisavisError => error instanceof Error && 'code' in error && error.code === 'usage';

export function parseInvocation(command: Command, args: readonly string[], rootDir: string, workingDir: string): Invocation {
  if (command.passThrough) return invocation(rootDir, workingDir, args, []);
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(command.flags.map(({ name, value }) => [name, { type: value ? 'string' : 'boolean' } as const])),
  });
  const operands: string[] = [];
  const given: GivenFlag[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value);
    if (token.kind !== 'option') continue;
    const flag = command.flags.find(({ name }) => name === token.name);
    if (!flag)
      throw unknown(
        `option ${token.rawName}`,
        token.name,
        command.flags.map(({ name }) => name),
        '--',
        command,
      );
    const missing = flag.value !== undefined && (token.value === undefined || (!token.inlineValue && token.value.startsWith('-')));
    if (missing) throw usageError('usage', `${token.rawName} needs a value: ${token.rawName} ${flag.value}`);
    if (!flag.value && token.value !== undefined) throw usageError('usage', `${token.rawName} takes no value`);
    given.push({ name: token.name, value: token.value });
  }
  if (operands.length > 0 && !command.operands) throw usageError('usage', `visavis ${command.name} takes no "${operands[0]}"`);
  return invocation(rootDir, workingDir, operands, given);
}

function invocation(rootDir: string, workingDir: string, operands: readonly string[], flags: readonly GivenFlag[]): Invocation {
  return {
    rootDir,
    workingDir,
    operands,
    flags,
    has: (name) => flags.some((flag) => flag.name === name),
    valuesOf: (name) => flags.filter((flag) => flag.name === name).map(({ value }) => value ?? ''),
  };
}

/** `Unknown command "strat"; did you mean start?` */
export function unknown(what: string, name: string, known: readonly string[], prefix = '', command?: Command): VisavisError {
  const meant = nearest(name, known);
  const help = `see ./visavis ${command ? `${command.name} ` : ''}--help`;
  return usageError('usage', `Unknown ${what}; ${meant ? `did you mean ${prefix}${meant}?` : help}`);
}

export function helpOf(command: Command): string {
  const flags = [...command.flags, { name: 'help', summary: 'this text' }].map((flag: Flag) => [
    `--${flag.name}${flag.value ? ` ${flag.value}` : ''}`,
    flag.summary,
  ]);
  const width = Math.max(...flags.map(([left]) => left!.length));
  return [
    `Usage: ./visavis ${command.name}${command.operands ? ` ${command.operands}` : ''}${command.flags.length > 0 ? ' [options]' : ''}`,
    '',
    `${command.summary[0]?.toUpperCase()}${command.summary.slice(1)}.`,
    '',
    ...flags.map(([left, right]) => `  ${left!.padEnd(width)}  ${right}`),
    ...(command.details ? ['', command.details.trim()] : []),
    '',
  ].join('\n');
}
