import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const CLI = fileURLToPath(new URL('./cli.ts', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function cli(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', CLI, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: tmpdir(),
    env: { ...process.env, VISAVIS_LOG_LEVEL: 'silent', ...env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

describe('visavis', () => {
  it('tells every command, with and without --help', async () => {
    const [bare, asked] = await Promise.all([cli([]), cli(['--help'])]);
    expect(bare).toEqual(asked);
    expect(asked.code).toBe(0);
    for (const command of ['start', 'test', 'bench', 'doctor', 'dev']) expect(asked.stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
  });

  it('tells its version', async () => {
    expect(await cli(['--version'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });

  it.each(['start', 'test', 'bench', 'doctor', 'dev'])('explains %s', async (command) => {
    const { code, stdout } = await cli([command, '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: ./visavis ${command}`);
  });
});

describe('slips of the pen', () => {
  it.each([
    [['strat'], 'Unknown command "strat"; did you mean start?'],
    [['start', '--prot', '1'], 'Unknown option --prot; did you mean --port?'],
    [['start', '--log-levle=info'], 'did you mean --log-level?'],
    [['start', '--port'], '--port needs a value: --port NUMBER'],
    [['start', '--port', '--open'], '--port needs a value'],
    [['start', '--open=yes'], '--open takes no value'],
    [['start', 'now'], 'start takes no "now"'],
    [['start', '--set', 'server.port'], '--set needs SECTION.KEY=VALUE'],
    [['test', 'unti'], 'did you mean unit?'],
    [['bench', 'strat'], 'did you mean start?'],
    [['bench', 'zzzzzzzzzzzz'], './visavis bench --help'],
    [['constructor'], 'Unknown command "constructor"'],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await cli(args);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });
});

describe('start refuses, before any engine is started,', () => {
  it.each([
    [['--set', 'server.prot=1'], {}, 'did you mean server.port?'],
    [['--port', 'eighty'], {}, '--port: server.port is a number'],
    [[], { VISAVIS_PORT: '99999' }, 'VISAVIS_PORT: server.port'],
    [['--host', '0.0.0.0'], {}, 'no API key\nSet server.apiKeys'],
    [['--config', 'kisok'], {}, 'No configuration "kisok"'],
    [['--config', join('here', 'mine.yaml')], {}, join(tmpdir(), 'here', 'mine.yaml')],
  ])('%j with %j', async (args, env, message) => {
    const { code, stderr } = await cli(['start', ...args], env);
    expect(stderr).toContain(message);
    expect(code).toBe(1);
  });

  it('a busy port, naming the flag', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    try {
      const { code, stderr } = await cli(['start', '--port', String(port)]);
      expect(stderr).toBe(
        `visavis: Port ${port} on 127.0.0.1 is in use by another program\nChoose another with --port, e.g. --port ${port === 65_535 ? 8080 : port + 1}, or VISAVIS_PORT.\n`,
      );
      expect(code).toBe(1);
    } finally {
      other.close();
    }
  });

  it('an address that is not of this machine', async () => {
    const { code, stderr } = await cli(['start', '--host', '192.0.2.1', '--set', 'server.allowInsecurePublic=true']);
    expect(stderr).toContain('192.0.2.1 is no address of this machine');
    expect(code).toBe(1);
  });
});

describe('bench', () => {
  it('lists the benches, each with what it measures', async () => {
    const { code, stdout } = await cli(['bench']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}start +\S.+$/m);
    expect(stdout).not.toMatch(/^ {2}report/m);
    for (const line of stdout.trimEnd().split('\n')) expect(line).toMatch(/^ {2}\S+ +\S/);
  });
});

describe('doctor', () => {
  it('prints a table of the machine and its engines, and says whether a conversation is possible', async () => {
    const { code, stdout } = await cli(['doctor']);
    for (const part of ['node', 'packages', 'memory', 'disk', 'port', 'microphone', 'gpu', 'VAD', 'recogniser', 'voice', 'video encoder'])
      expect(stdout).toMatch(new RegExp(`^  ${part} +\\S.* (found|note|missing|not set) `, 'm'));
    expect(stdout).toContain(code === 0 ? 'A live conversation is possible' : 'A live conversation is not possible: nothing works for ');
  });

  it('exits with 1 and names the part when the conversation cannot be had', async () => {
    const { code, stdout } = await cli(['doctor', '--set', 'face.avatar=nobody']);
    expect(stdout).toMatch(/face +avatar +missing +avatars\/nobody\/avatar\.json does not exist/);
    expect(stdout).toMatch(/not possible: nothing works for .*face/);
    expect(code).toBe(1);
  });

  it('says what is wrong with the configuration and goes on', async () => {
    const { code, stdout } = await cli(['doctor', '--set', 'face.framePerS=25']);
    expect(stdout).toContain('did you mean face.framesPerS?');
    expect(stdout).toMatch(/^ {2}configuration +settings +missing/m);
    expect(code).toBe(1);
  });

  it('sees a port that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    try {
      const { stdout } = await cli(['doctor', '--port', String(port)]);
      expect(stdout).toMatch(new RegExp(`port +HTTP +note +127\\.0\\.0\\.1:${port} cannot be used \\(EADDRINUSE\\); another: --port`));
    } finally {
      other.close();
    }
  });
});
