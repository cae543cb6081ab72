import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Invocation, unknown } from './command.ts';

/** Runs every runner one after another (they share the cores) and sums what passed and what failed. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

export const PARTS = ['check', 'unit', 'e2e'] as const;
type Part = (typeof PARTS)[number];

export interface Runner {
  readonly title: string;
  readonly part: Part;
  readonly args: readonly string[];
  /** Vitest's JSON report; a tool without one counts as one test. */
  readonly reportFile?: string;
}

/** The suite must end within a quarter of an hour; a runner that hangs is ended so that the sum is still told. */
const DEADLINE_MS = 14.5 * 60_000;

export async function runTests({ rootDir, operands }: Invocation): Promise<number> {
  const [first, ...paths] = operands;
  if (first !== undefined && !PARTS.includes(first as Part)) throw unknown(`part "${first}"`, first, PARTS);
  const reportDir = join(rootDir, '.cache', 'test');
  rmSync(reportDir, { recursive: true, force: true });
  mkdirSync(reportDir, { recursive: true });

  const chosen = runners(rootDir, reportDir, paths).filter(({ part }) => first === undefined || part === first);
  const { passed, failed } = await runAll(chosen, { rootDir, timeoutMs: DEADLINE_MS, say: (line) => process.stdout.write(`${line}\n`) });
  return failed === 0 && passed > 0 ? 0 : 1;
}

/** Runs them in order and tells each one's result; at the end every failure again (the output is long), then the sum. */
export async function runAll(
  chosen: readonly Runner[],
  { rootDir, timeoutMs, say }: { rootDir: string; timeoutMs: number; say: (line: string) => void },
): Promise<Tally> {
  const deadlineMs = performance.now() + timeoutMs;
  const total = { passed: 0, failed: 0 };
  const failures: string[] = [];
  for (const { title, args, reportFile } of chosen) {
    say(`\n== ${title}`);
    const beganMs = performance.now();
    const code = await runTool(rootDir, args, deadlineMs - beganMs);
    const report = reportFile ? readReport(reportFile) : undefined;
    const { passed, failed } = reportFile ? tallyOf(report, code) : { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 };
    total.passed += passed;
    total.failed += failed;
    const how = code === ENDED ? 'ENDED, it took too long,' : failed === 0 ? 'passed' : 'FAILED';
    say(`== ${title}: ${how} in ${((performance.now() - beganMs) / 1000).toFixed(1)} s`);
    if (failed > 0) failures.push(`== ${title}: ${failed} failed`, ...failuresOf(report));
  }
  if (failures.length > 0) say(`\n${failures.join('\n')}`);
  say(`\n${total.passed} passed, ${total.failed} failed`);
  return total;
}

function runners(rootDir: string, reportDir: string, paths: readonly string[]): readonly Runner[] {
  const tool = (packageName: string, name: string) => programOf(rootDir, packageName, name);
  const folders = ['server', 'client', 'bench', 'models'].filter((folder) => existsSync(join(rootDir, folder)));
  const vitest = (part: 'unit' | 'e2e', title: string): Runner => {
    const reportFile = join(reportDir, `${part}.json`);
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
    return {
      title,
      part,
      reportFile,
      args: [tool('vitest', 'vitest'), 'run', '--project', part, '--passWithNoTests', ...reporters, ...paths],
    };
  };
  return [
    { title: 'lint and format', part: 'check', args: [tool('@biomejs/biome', 'biome'), 'check', '.'] },
    { title: 'types', part: 'check', args: [tool('typescript', 'tsc'), '--noEmit', '-p', '.'] },
    {
      title: 'layering',
      part: 'check',
      args: [tool('dependency-cruiser', 'depcruise'), '--config', '.dependency-cruiser.cjs', ...folders],
    },
    { title: 'unused code', part: 'check', args: [tool('knip', 'knip'), '--no-progress'] },
    vitest('unit', 'unit tests'),
    vitest('e2e', 'end-to-end tests'),
  ];
}

/** The program that a package installs under that name. */
function programOf(rootDir: string, packageName: string, name: string): string {
  const folder = join(rootDir, 'node_modules', packageName);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { bin: string | Record<string, string> };
  return join(folder, typeof bin === 'string' ? bin : bin[name]!);
}

/** Stands for the exit code of a tool that was ended by a signal. */
const ENDED = -1;

async function runTool(rootDir: string, args: readonly string[], timeoutMs: number): Promise<number> {
  const child = spawn(process.execPath, args, {
    cwd: rootDir,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, NODE_ENV: 'test' },
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), Math.max(0, timeoutMs));
  const passOn = (signal: NodeJS.Signals) => child.kill(signal);
  process.on('SIGTERM', passOn);
  const [code] = (await once(child, 'close')) as [number | null];
  process.off('SIGTERM', passOn);
  clearTimeout(timer);
  return code ?? ENDED;
}

/** The part of Vitest's JSON report that is counted. */
export interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    /** Why the file failed as a whole. */
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/**
 * A file that fails as a whole (it cannot be loaded, a hook throws) is one failure; so is a run that fails without any
 * failed test (an unhandled error) or that leaves no report.
 */
export function tallyOf(report: VitestReport | undefined, exitCode: number): Tally {
  let passed = 0;
  let failed = 0;
  for (const { status, assertionResults } of report?.testResults ?? []) {
    const failures = assertionResults.filter((result) => result.status === 'failed').length;
    passed += assertionResults.filter((result) => result.status === 'passed').length;
    failed += status === 'failed' ? Math.max(1, failures) : failures;
  }
  if (exitCode !== 0 && failed === 0) failed = 1;
  return { passed, failed };
}

/** Name and reason of each failed test, and of each file that failed as a whole. */
export function failuresOf(report: VitestReport | undefined): readonly string[] {
  return (report?.testResults ?? [])
    .filter(({ status }) => status === 'failed')
    .flatMap(({ name, message, assertionResults }) => {
      const failed = assertionResults.filter((result) => result.status === 'failed');
      if (failed.length === 0) return [`${name}: ${message}`];
      return failed.map(({ fullName, failureMessages }) => `${name}: ${fullName}\n${failureMessages.join('\n')}`);
    });
}

const readReport = (path: string): VitestReport | undefined =>
  existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as VitestReport) : undefined;
