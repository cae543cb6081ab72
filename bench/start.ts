import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { basename, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { printReport, quantile } from './report.ts';

/**
 * Starting (P8): `./visavis start` until /readyz answers, and the memory of all processes at rest. Runs the launcher as a
 * person would, several times after a first start that may build and install.
 */
const READY_GOAL_S = 2;
const MEMORY_GOAL_MB = 400;
const LAUNCHER_GOAL_MS = 150;
const START_DEADLINE_MS = 120_000;

const rootDir = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({ options: { starts: { type: 'string', default: '5' }, 'rest-s': { type: 'string', default: '5' } } });
const starts = Math.max(1, Number(values.starts));

interface Start {
  readonly readyMs: number;
  /** Of all processes together; unlike the time, hardly changed by what else the machine does. */
  readonly cpuMs: number;
  readonly cpuShares: ReadonlyMap<string, number>;
  /** After a rest. */
  readonly processes: readonly { readonly name: string; readonly memoryMb: number }[];
}

/** Starts the server, waits until it is ready, measures, stops it. */
async function measureStart(restMs: number): Promise<Start> {
  const port = await freePort();
  const beganMs = performance.now();
  const args = ['start', '--quiet', '--port', String(port), '--log-level', 'warn'];
  const child = spawn(join(rootDir, 'visavis'), args, { stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    await untilReady(port, child, beganMs + START_DEADLINE_MS);
    const readyMs = performance.now() - beganMs;
    const cpuShares = new Map(processTree(child.pid!).map((pid) => [nameOf(pid), cpuMsOf(pid)]));
    const cpuMs = [...cpuShares.values()].reduce((sum, ms) => sum + ms, 0);
    await wait(restMs);
    const processes = processTree(child.pid!).map((pid) => ({ name: nameOf(pid), memoryMb: memoryOf(pid) }));
    return { readyMs, cpuMs, cpuShares, processes };
  } finally {
    child.kill('SIGTERM');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
}

async function untilReady(port: number, child: ChildProcess, deadlineMs: number): Promise<void> {
  while (performance.now() < deadlineMs) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`The server ended with ${child.exitCode ?? child.signalCode}`);
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return;
    await wait(10);
  }
  throw new Error(`The server was not ready after ${START_DEADLINE_MS / 1000} s`);
}

/** What the shell script itself costs: a command that ends at once, less the same without it. */
async function measureLauncher(): Promise<number> {
  // As the launcher sets it: compiled code must not count for it.
  const env = { ...process.env, NODE_COMPILE_CACHE: join(rootDir, '.cache', 'compiled') };
  const timed = async (program: string, args: readonly string[]) => {
    const beganMs = performance.now();
    await once(spawn(program, args, { stdio: 'ignore', env }), 'exit');
    return performance.now() - beganMs;
  };
  // An unknown flag is refused after the launcher did all its checks, and before anything is loaded for the start.
  const args = ['start', '--no-such-flag'];
  const node = ['--disable-warning=ExperimentalWarning', join(rootDir, 'server', 'cli.ts')];
  return (await timed(join(rootDir, 'visavis'), args)) - (await timed(process.execPath, [...node, ...args]));
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  return port;
}

/** The process and all that descend from it. */
function processTree(root: number): number[] {
  const childrenOf = new Map<number, number[]>();
  for (const entry of readdirSync('/proc')) {
    const parent = /^\d+$/.test(entry) ? parentOf(Number(entry)) : undefined;
    if (parent !== undefined) childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), Number(entry)]);
  }
  const tree = [root];
  for (const pid of tree) tree.push(...(childrenOf.get(pid) ?? []));
  return tree;
}

function parentOf(pid: number): number | undefined {
  const status = readProc(pid, 'status');
  const [, parent] = /^PPid:\s+(\d+)/m.exec(status) ?? [];
  return parent === undefined ? undefined : Number(parent);
}

/** Proportional share in MB: memory that several processes share counts once. Resident size where the kernel doesn't tell. */
function memoryOf(pid: number): number {
  const [, pss] = /^Pss:\s+(\d+) kB/m.exec(readProc(pid, 'smaps_rollup')) ?? [];
  const [, rss] = /^VmRSS:\s+(\d+) kB/m.exec(readProc(pid, 'status')) ?? [];
  return Number(pss ?? rss ?? 0) / 1024;
}

/** Clock ticks of /proc are 10 ms on every Linux that Node supports. */
function cpuMsOf(pid: number): number {
  const [, , userTicks = '0', systemTicks = '0'] = /\) (?:\S+ ){11}((\d+) (\d+))/.exec(readProc(pid, 'stat')) ?? [];
  return (Number(userTicks) + Number(systemTicks)) * 10;
}

/** `ear-child.ts` rather than `node`. */
function nameOf(pid: number): string {
  const args = readProc(pid, 'cmdline').split('\0');
  return basename(args.find((arg) => arg.endsWith('.ts')) ?? args[0] ?? String(pid));
}

/** Empty for a process that has ended in the meantime. */
function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

if (!existsSync('/proc/self/status')) throw new Error('This bench reads /proc, which this system does not have');
const first = await measureStart(0);
const measured: Start[] = [];
for (let i = 0; i < starts; i++) measured.push(await measureStart(i === 0 ? Number(values['rest-s']) * 1000 : 0));
// While no server runs: one that has just come up is still busy, and less so for the second of the two.
const launchersMs: number[] = [];
for (let i = 0; i < starts; i++) launchersMs.push(await measureLauncher());

const median = (figure: (start: Start) => number) => quantile(measured.map(figure), 0.5);
const readyS = median(({ readyMs }) => readyMs / 1000);
const { processes } = measured[0]!;
const memoryMb = processes.reduce((sum, process) => sum + process.memoryMb, 0);
const launcherMs = quantile(launchersMs, 0.5);
const reached = printReport({
  title: `Starting, ${starts} times`,
  rows: [
    {
      id: 'P8',
      figure: 'installed start until ready, median',
      value: `${readyS.toFixed(2)} s`,
      goal: `<= ${READY_GOAL_S} s`,
      pass: readyS <= READY_GOAL_S,
    },
    {
      id: 'P8',
      figure: `memory at rest, ${processes.length} processes`,
      value: `${Math.round(memoryMb)} MB`,
      goal: `<= ${MEMORY_GOAL_MB} MB`,
      pass: memoryMb <= MEMORY_GOAL_MB,
    },
    ...processes.map((process) => ({ id: '', figure: `  ${process.name}`, value: `${Math.round(process.memoryMb)} MB` })),
    { id: '', figure: 'processor time until ready, median', value: `${(median(({ cpuMs }) => cpuMs) / 1000).toFixed(2)} s` },
    ...[...measured[0]!.cpuShares].map(([name, ms]) => ({ id: '', figure: `  ${name}`, value: `${(ms / 1000).toFixed(2)} s` })),
    { id: '', figure: 'slowest start', value: `${(Math.max(...measured.map(({ readyMs }) => readyMs)) / 1000).toFixed(2)} s` },
    { id: '', figure: 'first start (may build and install)', value: `${(first.readyMs / 1000).toFixed(2)} s` },
    {
      id: '',
      figure: 'of which the launcher, median',
      value: `${Math.round(launcherMs)} ms`,
      goal: `< ${LAUNCHER_GOAL_MS} ms`,
      pass: launcherMs < LAUNCHER_GOAL_MS,
    },
  ],
  notes: [`memory: proportional set size of the whole process tree, ${values['rest-s']} s after the start`],
});
process.exitCode = reached ? 0 : 1;
