import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';

const CLI = fileURLToPath(new URL('../cli.ts', import.meta.url));

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
  readonly port: number;
  /** What it has written so far. */
  readonly stderr: () => string;
}

const running = new Set<ChildProcess>();
afterEach(async () => {
  for (const child of running) {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
  running.clear();
});

function visavis(...args: string[]): { child: ChildProcess; stderr: () => string } {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', CLI, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  running.add(child);
  let text = '';
  child.stderr.on('data', (chunk) => {
    text += chunk;
  });
  return { child, stderr: () => text };
}

/** Starts a server on a free port and waits for its greeting. */
async function start(...args: string[]): Promise<Started> {
  const { child, stderr } = visavis('start', '--port', '0', '--log-level', 'error', ...args);
  while (!stderr().includes('Visavis is ready')) {
    const ended = once(child, 'exit').then(() => {
      throw new Error(`It ended: ${stderr()}`);
    });
    ended.catch(() => undefined);
    await Promise.race([once(child.stderr!, 'data'), ended]);
  }
  const [, url = '', port] = /ready: (http:\/\/localhost:(\d+))/.exec(stderr()) ?? [];
  return { child, url, port: Number(port), stderr };
}

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  child.kill(signal);
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

/** Processes that a process has started and that still run. */
function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && existsSync(`/proc/${entry}/status`))
    .filter((entry) => readStatus(entry).includes(`\nPPid:\t${pid}\n`))
    .map(Number);
}
function readStatus(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}
const runs = (pid: number) => /^State:\s+[^Z]/m.test(readStatus(String(pid)));

describe('visavis start', () => {
  it('serves page, health, metrics and API description, refuses its port to another, and leaves nothing behind', async () => {
    const { child, url, port, stderr } = await start();
    expect(stderr()).toMatch(/Engines: .*vad silero/);
    expect(await (await fetch(url)).text()).toContain('<!doctype html>');
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    expect(await (await fetch(`${url}/metrics`)).text()).toContain('visavis_event_loop_delay_seconds{quantile="0.99"}');
    expect(await (await fetch(`${url}/openapi.json`)).json()).toMatchObject({ openapi: expect.stringMatching(/^3\.1/) });

    const second = visavis('start', '--port', String(port));
    const [code] = (await once(second.child, 'exit')) as [number | null];
    expect(code).toBe(1);
    expect(second.stderr()).toMatch(new RegExp(`Port ${port} on 127\\.0\\.0\\.1 is in use.*\\n.*--port`));
    expect((await fetch(`${url}/readyz`)).status).toBe(200);

    const engines = childrenOf(child.pid!);
    expect(engines.length).toBeGreaterThan(0);
    expect(await stop(child, 'SIGTERM')).toBe(0);
    expect(engines.filter(runs)).toEqual([]);
  });

  it('ends on Ctrl-C, too', async () => {
    const { child } = await start();
    expect(await stop(child, 'SIGINT')).toBe(0);
  });
});
