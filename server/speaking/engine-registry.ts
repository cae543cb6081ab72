import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { speakingError } from './speaking-error.ts';
import type { TtsDefinition } from './engine.ts';

const OWN_ENGINES = path.join(import.meta.dirname, 'tts');

const isDefinition = (value: unknown): value is TtsDefinition =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as TtsDefinition).id === 'string' &&
  typeof (value as TtsDefinition).create === 'function' &&
  typeof (value as TtsDefinition).isAvailable === 'function' &&
  typeof (value as TtsDefinition).optionsSchema?.parse === 'function';

/** Every engine of `tts/` and of the plug-in directories; a later one replaces an earlier one of the same id. */
export async function findEngines(pluginDirs: readonly string[] = []): Promise<ReadonlyMap<string, TtsDefinition>> {
  const engines = new Map<string, TtsDefinition>();
  for (const dir of [OWN_ENGINES, ...pluginDirs.map((plugin) => path.resolve(plugin))]) {
    for (const file of await engineFiles(dir)) {
      const module = (await import(pathToFileURL(path.join(dir, file)).href)) as { default?: unknown };
      if (!isDefinition(module.default)) {
        throw speakingError('engine_unknown', `${file} must default-export defineTts({ id, optionsSchema, isAvailable, create })`);
      }
      engines.set(module.default.id, module.default);
    }
  }
  return engines;
}

async function engineFiles(dir: string): Promise<string[]> {
  const files = await readdir(dir);
  return files.filter((file) => /\.(ts|js|mjs)$/.test(file) && !/\.(test|d)\.ts$/.test(file)).sort();
}
