import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { coreError } from './errors.ts';
import { nearest } from './nearest.ts';

/**
 * An engine is one file whose default export is a definition. Folders are scanned at start, so that adding an engine
 * changes no other file; a later folder (a plug-in directory) may replace an engine of an earlier one.
 */
export interface EngineDefinition {
  readonly id: string;
}

export type Availability = { readonly available: true } | { readonly available: false; readonly reason: string };

/** @throws `engine_invalid` for a default export that is no definition */
export async function scanEngines<Definition extends EngineDefinition>(
  ...folders: readonly string[]
): Promise<ReadonlyMap<string, Definition>> {
  const engines = new Map<string, Definition>();
  for (const folder of folders) {
    const files = (await readdir(folder)).filter((file) => /\.(ts|js|mjs)$/.test(file) && !/\.(test|d|fixture)\.ts$/.test(file)).sort();
    for (const file of files) {
      const module = (await import(pathToFileURL(path.resolve(folder, file)).href)) as { default?: Definition };
      // What the engines of a folder share has no default export.
      if (!('default' in module)) continue;
      if (typeof module.default?.id !== 'string') throw coreError('engine_invalid', `${file} must default-export an engine definition`);
      engines.set(module.default.id, module.default);
    }
  }
  return engines;
}

/** @throws `engine_unknown`, naming the nearest */
export function findEngine<Definition extends EngineDefinition>(engines: ReadonlyMap<string, Definition>, id: string): Definition {
  const definition = engines.get(id);
  if (definition) return definition;
  const meant = nearest(id, engines.keys());
  throw coreError(
    'engine_unknown',
    `There is no engine "${id}"; ${meant ? `did you mean "${meant}"?` : `there are ${[...engines.keys()].join(', ')}`}`,
  );
}
