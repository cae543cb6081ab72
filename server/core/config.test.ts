import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConfigSources, defaultConfig, envName, isLoopbackHost, loadConfig } from './config.ts';
import { renderDefaults } from './config-document.ts';
import { settings } from './config-keys.ts';
import { VisavisError } from './errors.ts';

const rootDir = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'visavis-config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, content: string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const load = (sources: Partial<ConfigSources> = {}) => loadConfig({ rootDir, ...sources });
const flag = (path: string, text: string) => ({ path, text, source: '--set' });

function failure(sources: Partial<ConfigSources>): VisavisError {
  try {
    load(sources);
  } catch (error) {
    if (error instanceof VisavisError) return error;
    throw error;
  }
  throw new Error('It was accepted');
}

describe('configs/default.yaml', () => {
  it('tells every setting of the schema with its default and description', () => {
    expect(readFileSync(join(rootDir, 'configs/default.yaml'), 'utf8'), 'run `npm run defaults`').toBe(renderDefaults());
  });

  it('means the same as an empty configuration', () => {
    expect(load()).toEqual(defaultConfig());
  });

  it.each(settings)('$path is explained', ({ description }) => {
    expect(description).toMatch(/^[A-Za-z].{7,}\.$/s);
  });
});

describe('presets', () => {
  const presets = readdirSync(join(rootDir, 'configs')).filter((name) => name.endsWith('.yaml') && name !== 'default.yaml');

  it('ship for a kiosk, Arabic, production and small machines', () => {
    expect(presets.sort()).toEqual(['arabic.yaml', 'kiosk.yaml', 'low-power.yaml', 'production.yaml']);
  });

  it.each(presets)('%s loads and changes something', (preset) => {
    expect(load({ files: [preset.replace('.yaml', '')] })).not.toEqual(defaultConfig());
  });
});

describe('layers', () => {
  it('takes file over default, environment over file, flag over environment', () => {
    const path = file('layers.yaml', 'server:\n  port: 1001\n  maxCalls: 3\n  callsPerMinute: 7\n');
    const config = load({
      files: [path],
      env: { VISAVIS_PORT: '1002', VISAVIS_SERVER__MAX_CALLS: '4' },
      flags: [{ path: 'server.port', text: '1003', source: '--port' }],
    });
    expect(config.server).toMatchObject({ port: 1003, maxCalls: 4, callsPerMinute: 7, host: '127.0.0.1' });
  });

  it('takes later files over earlier ones, and files that the environment names below those of flags', () => {
    const first = file('first.yaml', 'server: { port: 1, maxCalls: 1 }');
    const second = file('second.yaml', 'server: { port: 2 }');
    expect(load({ env: { VISAVIS_CONFIG: first }, files: [second] }).server).toMatchObject({ port: 2, maxCalls: 1 });
  });

  it('finds a file relative to where the command was typed', () => {
    file('here.yaml', 'face: { widthPx: 640 }');
    expect(load({ files: ['here.yaml'], workingDir: folder }).face.widthPx).toBe(640);
  });

  it.each(settings)('$path can be set in the environment', (setting) => {
    expect(envName(setting)).toMatch(/^VISAVIS_[A-Z]+__[A-Z0-9_]+$/);
    const items = setting.choices ?? ['a'.repeat(16), 'b'.repeat(16)];
    const texts = {
      string: setting.choices?.[0] ?? 'x'.repeat(32),
      number: String(setting.default),
      boolean: String(!setting.default),
      array: items.join(', '),
    };
    const text = texts[setting.type];
    if (/File$/.test(setting.key)) {
      expect(failure({ env: { [envName(setting)]: text } }).message).toContain(setting.key);
      return;
    }
    const needed = { VISAVIS_SERVER__ALLOW_INSECURE_PUBLIC: 'true', VISAVIS_TRANSPORT__TURN_SECRET: 'shared' };
    const env = { ...needed, [envName(setting)]: text };
    const config = load({ env }) as unknown as Record<string, Record<string, unknown>>;
    const expected = { string: text, number: Number(text), boolean: text === 'true', array: text.split(', ') };
    expect(config[setting.section]?.[setting.key]).toEqual(expected[setting.type]);
  });

  it('keeps text as text, even where it looks like a number', () => {
    expect(load({ flags: [flag('server.apiKeys', '1234567890123456, [a1234567890123456')] }).server.apiKeys).toEqual([
      '1234567890123456',
      '[a1234567890123456',
    ]);
    expect(load({ flags: [flag('persona.name', '007')] }).persona.name).toBe('007');
  });

  it('is frozen to its leaves', () => {
    const config = load();
    expect(Object.isFrozen(config)).toBe(true);
    expect(() => Object.assign(config.server, { port: 1 })).toThrow(TypeError);
    expect(() => config.server.apiKeys.push('x')).toThrow(TypeError);
  });
});

describe('complaints', () => {
  const unknown = [
    [{ flags: [flag('server.prot', '1')] }, 'server.port'],
    [{ flags: [flag('server.avatar', 'x')] }, 'face.avatar'],
    [{ env: { VISAVIS_SERVER__MAXCALS: '3' } }, 'VISAVIS_SERVER__MAX_CALLS'],
    [{ env: { VISAVIS_PROT: '3' } }, 'VISAVIS_PORT'],
  ] as const;
  it.each(unknown)('%j names the nearest known setting', (sources, meant) => {
    const error = failure(sources);
    expect(error).toMatchObject({ stage: 'config', code: 'unknown_key' });
    expect(error.message).toContain(`did you mean ${meant}?`);
  });

  it('an unknown section or key of a file names the file', () => {
    expect(failure({ files: [file('section.yaml', 'sever:\n  port: 1\n')] }).message).toMatch(
      /section\.yaml.*sever.*did you mean server\?/,
    );
    expect(failure({ files: [file('key.yaml', 'face:\n  framePerS: 1\n')] }).message).toMatch(/key\.yaml.*did you mean face\.framesPerS\?/);
  });

  it('leaves names of others alone', () => {
    expect(load({ env: { VISAVIS_DEPLOYMENT_COLOUR: 'blue', HOME: '/', VISAVIS_NO_APT: '1' } })).toEqual(defaultConfig());
  });

  it.each([
    [{ env: { VISAVIS_PORT: '70000' } }, /VISAVIS_PORT: server\.port/],
    [{ env: { VISAVIS_PORT: 'eighty' } }, /VISAVIS_PORT: server\.port is a number/],
    [{ flags: [flag('session.greet', 'perhaps')] }, /session\.greet is true or false/],
    [{ flags: [flag('log.level', 'loud')] }, /log\.level: .*trace/],
    [{ flags: [flag('transport.portMin', '9')] }, /portMin is above/],
    [{ flags: [flag('server.tlsKeyFile', '/nowhere')] }, /belong together/],
    [{ flags: [flag('transport.turnUrls', 'turn:turn.example.org')] }, /needs transport.turnSecret/],
  ] as const)('%j is refused and says where it came from', (sources, message) => {
    const error = failure(sources);
    expect(error.code).toBe('invalid');
    expect(error.message).toMatch(message);
  });

  it('a broken file names the line', () => {
    expect(failure({ files: [file('broken.yaml', 'server:\n  port: [1\nface: {')] }).message).toMatch(/broken\.yaml:\d+:/);
    expect(failure({ files: [file('list.yaml', '- a\n')] }).code).toBe('invalid');
    expect(failure({ files: [file('flat.yaml', 'server: 8080\n')] }).message).toContain('"server" holds settings');
  });

  it('a missing file names both places it was looked for in', () => {
    const error = failure({ files: ['kisok'] });
    expect(error.code).toBe('file_missing');
    expect(error.message).toMatch(/kisok.*configs\/kisok\.yaml/);
  });

  it('never shows a secret', () => {
    const secret = 'short-secret';
    expect(failure({ flags: [flag('server.apiKeys', secret)] }).message).not.toContain(secret);
    expect(failure({ flags: [flag('server.tokenSecret', secret)] }).message).not.toContain(secret);
  });
});

describe('a public address', () => {
  it.each(['0.0.0.0', '::', '192.0.2.7', 'avatar.example.org'])('%s without an API key is refused, with a way out', (host) => {
    const error = failure({ flags: [flag('server.host', host)] });
    expect(error.code).toBe('insecure_public');
    expect(error.hint).toContain('server.allowInsecurePublic');
  });

  it('is served with an API key, or when told to', () => {
    const host = flag('server.host', '0.0.0.0');
    expect(load({ flags: [host, flag('server.apiKeys', 'k'.repeat(16))] }).server.host).toBe('0.0.0.0');
    expect(load({ flags: [host, flag('server.allowInsecurePublic', 'true')] }).server.host).toBe('0.0.0.0');
  });

  it.each(['127.0.0.1', '127.8.9.10', '::1', '[::1]', 'localhost', '::ffff:127.0.0.1'])('%s is not public', (host) => {
    expect(isLoopbackHost(host)).toBe(true);
  });
});
