import { readdir } from 'node:fs/promises';
import type { z } from 'zod';
import { hearingError } from './hearing-error.ts';

/**
 * An engine is one file whose default export is a definition. The folder is scanned when the ear starts, so that adding
 * an engine changes no other file.
 */
export interface EngineDefinition {
  readonly id: string;
  readonly optionsSchema: z.ZodType;
}

export type Availability = { readonly available: true } | { readonly available: false; readonly reason: string };

export async function scanEngines<Definition extends EngineDefinition>(folder: URL): Promise<ReadonlyMap<string, Definition>> {
  const engines = new Map<string, Definition>();
  const files = (await readdir(folder)).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts')).sort();
  for (const file of files) {
    const module = (await import(new URL(file, folder).href)) as { default?: Definition };
    const definition = module.default;
    if (!definition?.id) continue;
    if (engines.has(definition.id)) throw hearingError('engine_unknown', `Two engines are called "${definition.id}"`);
    engines.set(definition.id, definition);
  }
  return engines;
}

export function findEngine<Definition extends EngineDefinition>(engines: ReadonlyMap<string, Definition>, id: string): Definition {
  const definition = engines.get(id);
  if (!definition) throw hearingError('engine_unknown', `No engine is called "${id}"; there are ${[...engines.keys()].join(', ')}`);
  return definition;
}
