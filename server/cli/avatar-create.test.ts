import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LlmServer } from '../thinking/llm-server.fixture.ts';
import { loadRig } from '../face/load-rig.ts';
import { command as avatar } from './avatar.ts';
import { parseInvocation } from './command.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');
let folder: string;
const said = { out: '', err: '' };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'visavis-create-'));
  said.out = '';
  said.err = '';
  const listen = (stream: 'out' | 'err') => (text: string | Uint8Array) => {
    said[stream] += String(text);
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(listen('out'));
  vi.spyOn(process.stderr, 'write').mockImplementation(listen('err'));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const run = (...args: string[]) => avatar.run(parseInvocation(avatar, ['create', ...args, '--out', folder], ROOT, ROOT));

describe('visavis avatar create', () => {
  it('draws who was described: an avatar that loads, with its stills', async () => {
    expect(await run('a confident CEO in her fifties, short grey hair, glasses, zorgblat blazer', '--name', 'ceo')).toBe(0);
    expect(readdirSync(join(folder, 'ceo')).sort()).toEqual(['atlas.png', 'avatar.json', 'poster.jpg', 'preview.png']);
    const rig = loadRig(JSON.parse(readFileSync(join(folder, 'ceo/avatar.json'), 'utf8')));
    expect(rig.name).toBe('ceo');
    expect(rig.provenance).toMatchObject({ kind: 'words', words: expect.stringContaining('CEO'), seed: 1 });
    expect(rig.layers.map(({ id }) => id)).toContain('glasses');
    expect(said.err).toContain('zorgblat');
    expect(said.out).toContain('ceo');
  });

  it('draws variants under names of their own and overwrites nobody', async () => {
    await run('a man named Tom', '--variants', '2');
    await run('a man named Tom');
    expect(readdirSync(folder).sort()).toEqual(['tom', 'tom-2', 'tom-3']);
    await expect(run('a man', '--name', 'tom')).rejects.toThrow(/already/);
  });

  it('lets the configured language model read the words', async () => {
    await using server = await LlmServer.start();
    vi.stubEnv('VISAVIS_THINKING__OPENAI_BASE_URL', `${server.url}/v1`);
    vi.stubEnv('VISAVIS_THINKING__OPENAI_MODEL', 'reader');
    const drawn = run('un vieux marin', '--name', 'marin');
    const exchange = await server.next();
    expect(exchange.body.messages.at(-1)?.content).toBe('un vieux marin');
    exchange.send(JSON.stringify({ sex: 'man', ageYears: 71, headCover: { kind: 'cap' } })).end();
    expect(await drawn).toBe(0);
    expect(said.err).toContain('read by openai-compatible reader');
    expect(said.out).toContain('man, 71, cap');
  });

  it('asks an image server for a photograph, and says when there is none', async () => {
    await expect(run('a man', '--style', 'photo')).rejects.toMatchObject({ code: 'image_server_missing' });
  });

  it.each([
    [['a man', '--style', 'oil'], /style/],
    [['a man', '--variants', '99'], /variants/],
    [['a man', '--seed', '1.5'], /seed/],
    [['a man', '--name', '../up'], /name/],
    [[''], /Say who/],
  ])('refuses %j', async (args, message) => {
    await expect(run(...args)).rejects.toThrow(message);
    expect(existsSync(join(folder, 'up'))).toBe(false);
  });
});
