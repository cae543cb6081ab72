import { spawn } from 'node:child_process';
import type { Config } from '../../core/config-schema.ts';

/** One line of the doctor's table. `warn` works with less; `missing` and `unset` don't work at all. */
export interface Finding {
  readonly state: 'ok' | 'warn' | 'missing' | 'unset';
  readonly detail: string;
}

/** What a probe may look at. `config` is absent where the configuration could not be read. */
export interface Patient {
  readonly rootDir: string;
  readonly config: Config | undefined;
}

/**
 * One check. Probes of one `part` stand in for each other: where a part is essential, a conversation needs at least one
 * of them to be ok.
 */
export interface Probe {
  readonly part: string;
  readonly name: string;
  /** Whether a live conversation needs this part. */
  readonly essential: boolean;
  look(patient: Patient): Finding | Promise<Finding>;
}

export const ok = (detail: string): Finding => ({ state: 'ok', detail });
export const warn = (detail: string): Finding => ({ state: 'warn', detail });
export const missing = (detail: string): Finding => ({ state: 'missing', detail });

/** A server somewhere else, which nobody asked for. */
export const unset = (setting: string): Finding => ({ state: 'unset', detail: setting });

const TIMEOUT_MS = 10_000;

export interface Spoken {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program; `undefined` where there is none of that name or it doesn't end in time. */
export function run(program: string, args: readonly string[], cwd?: string): Promise<Spoken | undefined> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk;
    });
    child.on('error', () => {
      clearTimeout(timer);
      resolve(undefined);
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve(signal ? undefined : { code, stdout, stderr });
    });
  });
}

/**
 * Runs a piece of JavaScript (a module with top-level await) in a Node of its own: native code that aborts ends only that one. What it
 * prints is the finding's detail; when it throws, the last line of the error.
 */
export async function tryNative(rootDir: string, source: string): Promise<{ works: boolean; detail: string }> {
  const result = await run(process.execPath, ['--no-warnings', '--input-type=module', '--eval', source], rootDir);
  if (!result) return { works: false, detail: 'it crashed or did not answer in time' };
  if (result.code === 0) return { works: true, detail: result.stdout.trim() };
  const message = result.stderr.split('\n').find((line) => /^\w*Error\b/.test(line)) ?? `ended with ${result.code}`;
  return {
    works: false,
    detail: message
      .replace(/^\w*Error(?: \[\w+\])?: /, '')
      .replace(/ imported from .*/, '')
      .slice(0, 160),
  };
}
