import { existsSync, readFileSync } from 'node:fs';
import { BlockList, isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { type Setting, sections, settingAt, settings } from './config-keys.ts';
import { type Config, configSchema } from './config-schema.ts';
import { errorCatalogue, type VisavisError } from './errors.ts';
import { nearest } from './nearest.ts';

/**
 * The configuration: configs/default.yaml < presets and files named by --config < VISAVIS_* < flags. One schema checks
 * the sum, every complaint names where the value came from, and the result is frozen.
 */
export interface ConfigSources {
  /** Folder that holds `configs/`. */
  readonly rootDir: string;
  /** Presets (`kiosk`) or paths of YAML files, later ones over earlier ones. */
  readonly files?: readonly string[];
  /** Folder that relative paths in `files` start from; `rootDir` when not given. */
  readonly workingDir?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** `section.key` and its text, later ones over earlier ones. */
  readonly flags?: readonly ConfigFlag[];
}

export interface ConfigFlag {
  readonly path: string;
  readonly text: string;
  /** As the person typed it, e.g. `--port`. */
  readonly source: string;
}

export const configError = errorCatalogue('config', {
  file_missing: { status: 500, retryable: false },
  file_unreadable: { status: 500, retryable: false },
  unknown_key: { status: 500, retryable: false },
  invalid: { status: 500, retryable: false },
  insecure_public: {
    status: 500,
    retryable: false,
    hint: 'Set server.apiKeys (VISAVIS_SERVER__API_KEYS), or start with --set server.allowInsecurePublic=true if everybody may call.',
  },
});

/** Short environment names of the settings that people set most. All others: VISAVIS_SECTION__KEY. */
const SHORT_ENV: Readonly<Record<string, string>> = {
  VISAVIS_PORT: 'server.port',
  VISAVIS_HOST: 'server.host',
  VISAVIS_LOG_LEVEL: 'log.level',
};
/** Not settings: read by the launcher or before the configuration is. */
const OTHER_ENV: readonly string[] = ['VISAVIS_CONFIG', 'VISAVIS_NO_APT'];

type Tree = Record<string, Record<string, unknown>>;

/** Where each value came from, for complaints: `server.port` -> `VISAVIS_PORT`. */
type Origins = Map<string, string>;

export function loadConfig(sources: ConfigSources): Config {
  const tree: Tree = {};
  const origins: Origins = new Map();
  const env = sources.env ?? {};
  const named = [...(env.VISAVIS_CONFIG?.split(',').filter(Boolean) ?? []), ...(sources.files ?? [])];

  readYaml(join(sources.rootDir, 'configs', 'default.yaml'), tree, origins, sources.rootDir);
  for (const name of named) readYaml(findFile(name, sources), tree, origins, sources.rootDir);
  readEnv(env, tree, origins);
  for (const { path, text, source } of sources.flags ?? []) {
    const setting = settingAt(path) ?? unknownKey(path, source);
    put(tree, origins, setting, readText(setting, text, source), source);
  }

  const parsed = configSchema.safeParse(tree);
  if (!parsed.success) throw invalid(parsed.error, origins);
  checkTogether(parsed.data);
  return deepFreeze(parsed.data);
}

/** The defaults alone, frozen; for tests and tools that need no files. */
export const defaultConfig = (): Config => deepFreeze(configSchema.parse({}));

// --- files --------------------------------------------------------------------------------------------------------

function findFile(name: string, { rootDir, workingDir = rootDir }: ConfigSources): string {
  const preset = /^[\w-]+$/.test(name) ? join(rootDir, 'configs', `${name}.yaml`) : undefined;
  if (preset && existsSync(preset)) return preset;
  const path = resolve(workingDir, name);
  if (existsSync(path)) return path;
  const places = preset ? `neither the file ${path} nor the preset ${preset} exists` : `${path} does not exist`;
  throw configError('file_missing', `No configuration "${name}": ${places}`);
}

function readYaml(path: string, tree: Tree, origins: Origins, rootDir: string): void {
  let source: string;
  try {
    source = readFileSync(path, 'utf8');
  } catch (cause) {
    throw configError('file_unreadable', `Cannot read ${path}`, { cause });
  }
  const name = path.startsWith(`${rootDir}/`) ? path.slice(rootDir.length + 1) : path;
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error) throw configError('invalid', `${name}:${lines.linePos(error.pos[0]).line}: ${error.message}`);
  const content: unknown = document.toJS({ maxAliasCount: 100 });
  if (content === null || content === undefined) return;
  if (!isRecord(content)) throw configError('invalid', `${name}: expected sections such as "server:"`);
  for (const [section, values] of Object.entries(content)) {
    if (!sections.includes(section)) unknownKey(section, name, sections);
    if (values === null) continue;
    if (!isRecord(values)) throw configError('invalid', `${name}: "${section}" holds settings, one on a line`);
    for (const [key, value] of Object.entries(values)) {
      const setting = settingAt(`${section}.${key}`) ?? unknownKey(`${section}.${key}`, name);
      // `key:` without a value leaves an optional setting unset.
      if (value === null && setting.default === undefined) continue;
      put(tree, origins, setting, value, name);
    }
  }
}

// --- environment and flags ----------------------------------------------------------------------------------------

function readEnv(env: Readonly<Record<string, string | undefined>>, tree: Tree, origins: Origins): void {
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith('VISAVIS_') || text === undefined || OTHER_ENV.includes(name)) continue;
    const setting = SHORT_ENV[name] ? settingAt(SHORT_ENV[name]) : settingOfEnv(name);
    if (setting) put(tree, origins, setting, readText(setting, text, name), name);
    else if (name.includes('__')) unknownKey(name, 'the environment', settings.map(envName));
    else complainIfMistyped(name);
  }
}

/** `server.maxCalls` -> `VISAVIS_SERVER__MAX_CALLS`; underscores inside a key are optional when read. */
export const envName = ({ section, key }: Setting): string =>
  `VISAVIS_${section.toUpperCase()}__${key.replaceAll(/[A-Z]/g, (capital) => `_${capital}`).toUpperCase()}`;

const comparable = (name: string): string => {
  const [section, ...key] = name.split('__');
  return `${section}__${key.join('').replaceAll('_', '')}`;
};
const settingsByEnv = new Map(settings.map((setting) => [comparable(envName(setting)), setting]));
const settingOfEnv = (name: string): Setting | undefined => settingsByEnv.get(comparable(name));

/** Other VISAVIS_* names may belong to somebody else; only a slip of the pen is worth a stop. */
function complainIfMistyped(name: string): void {
  const meant = nearest(
    name.slice('VISAVIS_'.length),
    [...Object.keys(SHORT_ENV), ...OTHER_ENV].map((known) => known.slice('VISAVIS_'.length)),
  );
  if (meant) throw configError('unknown_key', `The environment has ${name}; did you mean VISAVIS_${meant}?`);
}

/** Reads text as the setting's type. Lists are `a, b` or YAML's `[a, b]`. */
function readText(setting: Setting, text: string, source: string): unknown {
  const trimmed = text.trim();
  const bad = (expected: string) => configError('invalid', `${source}: ${setting.path} is ${expected}, not "${concealed(setting, text)}"`);
  switch (setting.type) {
    case 'number':
      if (trimmed === '' || Number.isNaN(Number(trimmed))) throw bad('a number');
      return Number(trimmed);
    case 'boolean':
      if (/^(true|1|yes|on)$/i.test(trimmed)) return true;
      if (/^(false|0|no|off)$/i.test(trimmed)) return false;
      throw bad('true or false');
    case 'array':
      return trimmed
        .replace(/^\[(.*)\]$/s, '$1')
        .split(',')
        .map((part) => part.trim().replace(/^(["'])(.*)\1$/s, '$2'))
        .filter(Boolean);
    case 'string':
      return text;
  }
}

const concealed = (setting: Setting, text: string): string => (/key|secret|token/i.test(setting.key) ? '…' : text.slice(0, 80));

// --- checks -------------------------------------------------------------------------------------------------------

function put(tree: Tree, origins: Origins, setting: Setting, value: unknown, source: string): void {
  tree[setting.section] ??= {};
  tree[setting.section]![setting.key] = value;
  origins.set(setting.path, source);
}

function unknownKey(path: string, source: string, known: readonly string[] = settings.map((setting) => setting.path)): never {
  const tail = path.split('.').at(-1)!;
  // The right key in the wrong section is the likelier slip than a similar key here.
  const sameKey = settings.find((setting) => setting.key === tail);
  const meant = known.some((name) => name.includes('.')) && sameKey ? sameKey.path : nearest(path, known);
  throw configError('unknown_key', `${source}: there is no setting ${path}${meant ? `; did you mean ${meant}?` : ''}`);
}

function invalid(error: z.ZodError, origins: Origins): VisavisError {
  const lines = error.issues.map((issue) => {
    const path = issue.path.join('.');
    const setting = settingAt(issue.path.slice(0, 2).join('.'));
    const choices = setting?.choices ? ` (one of ${setting.choices.join(', ')})` : '';
    return `${origins.get(setting?.path ?? '') ?? 'configuration'}: ${path}: ${issue.message}${choices}`;
  });
  return configError('invalid', lines.join('\n'), { cause: error });
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

export function isLoopbackHost(host: string): boolean {
  const address = host.replace(/^\[(.*)\]$/, '$1');
  if (isIP(address) === 0) return address === 'localhost' || address.endsWith('.localhost');
  return loopback.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/** What no single value shows. */
function checkTogether({ server, transport, hearing, thinking }: Config): void {
  if (!isLoopbackHost(server.host) && server.apiKeys.length === 0 && !server.allowInsecurePublic)
    throw configError('insecure_public', `server.host ${server.host} can be reached by others, and there is no API key`);
  if (Boolean(server.tlsCertFile) !== Boolean(server.tlsKeyFile))
    throw configError('invalid', 'server.tlsCertFile and server.tlsKeyFile belong together: set both or none');
  const files = {
    'server.tlsCertFile': server.tlsCertFile,
    'server.tlsKeyFile': server.tlsKeyFile,
    'thinking.emotionPictureModelFile': thinking.emotionPictureModelFile,
  };
  for (const [key, path] of Object.entries(files))
    if (path && !existsSync(path)) throw configError('file_missing', `${key}: the file ${path} does not exist`);
  if (transport.turnUrls.length > 0 && !transport.turnSecret)
    throw configError('invalid', 'transport.turnUrls needs transport.turnSecret, which the TURN server knows, too');
  if (transport.portMin > transport.portMax) throw configError('invalid', 'transport.portMin is above transport.portMax');
  if (transport.minVideoBps > transport.maxVideoBps) throw configError('invalid', 'transport.minVideoBps is above transport.maxVideoBps');
  if (hearing.silenceThreshold > hearing.speechThreshold)
    throw configError('invalid', 'hearing.silenceThreshold is above hearing.speechThreshold');
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
