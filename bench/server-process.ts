import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const ROOT = path.resolve(import.meta.dirname, '..');
/** Linux counts processor time in ticks of 1/100 s (`getconf CLK_TCK`). */
const TICK_MS = 10;

/** The server in a process of its own, so that what measures it costs it nothing. */
export class ServerProcess implements AsyncDisposable {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#child = child;
  }

  /** `profileDir`: where each process leaves a `.cpuprofile` when it ends. */
  static async start(settings: readonly string[] = [], { profileDir }: { profileDir?: string } = {}): Promise<ServerProcess> {
    const port = await freePort();
    const profiling = profileDir ? `--cpu-prof --cpu-prof-interval=500 --cpu-prof-dir=${profileDir}` : '';
    const env = profileDir ? { ...process.env, NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} ${profiling}`.trim() } : process.env;
    const args = ['--disable-warning=ExperimentalWarning', 'server/cli.ts', 'start', '--port', String(port), '--log-level', 'warn'];
    for (const setting of ['server.requestsPerMinute=100000', 'server.callsPerMinute=10000', 'session.silencePromptMs=0', ...settings])
      args.push('--set', setting);
    const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ['ignore', 'ignore', 'inherit'] });
    const url = `http://localhost:${port}`;
    for (let tries = 0; tries < 600; tries++) {
      if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}`);
      if (await isReady(url)) return new ServerProcess(url, child);
      await wait(100);
    }
    child.kill('SIGKILL');
    throw new Error('The server was not ready within a minute');
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  /** Processor time of the server and each process below it, milliseconds, by module name. */
  async cpuMs(): Promise<Map<string, number>> {
    const times = new Map<string, number>();
    for (const { pid, name } of await processTree(this.pid)) {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      times.set(name, (times.get(name) ?? 0) + (Number(fields[11]) + Number(fields[12])) * TICK_MS);
    }
    return times;
  }

  /** One Prometheus sample, e.g. `visavis_event_loop_delay_seconds{quantile="0.99"}`. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `));
    return Number(line?.slice(name.length + 1));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    this.#child.kill('SIGTERM');
    await exited;
  }
}

async function processTree(root: number): Promise<{ pid: number; name: string }[]> {
  const parents = new Map<number, number>();
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
    if (stat) parents.set(Number(entry), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const below = (pid: number): boolean => pid === root || (parents.has(pid) && below(parents.get(pid) as number));
  const tree: { pid: number; name: string }[] = [];
  for (const pid of parents.keys()) {
    if (!below(pid)) continue;
    const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
    const module = command.find((part) => part.endsWith('.ts')) ?? command[0] ?? '';
    tree.push({ pid, name: path.basename(module, '.ts') });
  }
  return tree;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`)).ok;
  } catch {
    return false;
  }
}
