import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const DEFAULT_FOLDER = fileURLToPath(new URL('../../.cache/avatars', import.meta.url));
/** A change to one of these may judge an avatar differently. */
const JUDGES = ['../face/load-rig.ts', '../face/rig.ts', '../face/parameters.ts'].map((file) => new URL(file, import.meta.url));

const facts = z.object({
  title: z.string(),
  origin: z.string(),
  licence: z.string(),
  consent: z.string().optional(),
  provenance: z
    .object({
      kind: z.enum(['photograph', 'words', 'generated']),
      words: z.string().optional(),
      prompt: z.string().optional(),
      seed: z.number().optional(),
    })
    .optional(),
  triangles: z.number(),
  layers: z.number(),
});
const entry = z.object({ changedMs: z.number(), bytes: z.number(), facts });
const indexFile = z.object({ judges: z.array(z.number()), avatars: z.record(z.string(), entry) });
type Entry = z.output<typeof entry>;

/** What lists say of an avatar. */
export type AvatarFacts = z.output<typeof facts>;

/**
 * Facts of avatars that have loaded, kept over restarts: reading and checking every avatar.json costs a tenth of a second
 * each at every start. What has changed since, is not in it; a file that cannot be read or written is an empty index.
 */
export class AvatarIndex {
  readonly #path: string;
  readonly #judges: readonly number[];
  readonly #known: Readonly<Record<string, Entry>>;
  readonly #now: Record<string, Entry> = {};

  private constructor(path: string, judges: readonly number[], known: Readonly<Record<string, Entry>>) {
    this.#path = path;
    this.#judges = judges;
    this.#known = known;
  }

  static async open(avatarsDir: string, folder: string = DEFAULT_FOLDER): Promise<AvatarIndex> {
    const judges = await Promise.all(JUDGES.map(async (file) => (await stat(file)).mtimeMs));
    const name = createHash('sha256').update(resolve(avatarsDir)).digest('hex').slice(0, 16);
    const path = join(folder, `${name}.json`);
    const kept = await readFile(path, 'utf8')
      .then(
        (text) => indexFile.parse(JSON.parse(text)),
        () => undefined,
      )
      .catch(() => undefined);
    const isCurrent = kept?.judges.every((changedMs, i) => changedMs === judges[i]) ?? false;
    return new AvatarIndex(path, judges, isCurrent && kept ? kept.avatars : {});
  }

  /** Whether this very file has loaded before. */
  async has(name: string, file: string): Promise<boolean> {
    const { mtimeMs: changedMs, size: bytes } = await stat(file);
    const known = this.#known[name];
    return known?.changedMs === changedMs && known.bytes === bytes;
  }

  /** `load` is asked when the file is new or has changed, and throws when it is broken. */
  async facts(name: string, file: string, load: () => Promise<AvatarFacts>): Promise<AvatarFacts> {
    const { mtimeMs: changedMs, size: bytes } = await stat(file);
    const known = this.#known[name];
    const found = known && (await this.has(name, file)) ? known.facts : await load();
    this.#now[name] = { changedMs, bytes, facts: found };
    return found;
  }

  /** Writes what is known now, when it is more or other than before. */
  async save(): Promise<void> {
    if (JSON.stringify(sorted(this.#now)) === JSON.stringify(sorted(this.#known))) return;
    const unfinished = `${this.#path}.${randomUUID()}.tmp`;
    try {
      await mkdir(join(this.#path, '..'), { recursive: true });
      await writeFile(unfinished, JSON.stringify({ judges: this.#judges, avatars: this.#now }));
      await rename(unfinished, this.#path);
    } catch {
      // Without it the next start takes a little longer.
    }
  }
}

const sorted = (avatars: Readonly<Record<string, Entry>>): [string, Entry][] =>
  Object.entries(avatars).sort(([a], [b]) => a.localeCompare(b));
