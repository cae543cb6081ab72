import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { SpokenPiece } from '../core/speech.ts';

const SUFFIX = '.speech';
/** What is not asked for any more goes, oldest first. */
const MAX_KEPT = 2_000;

/**
 * Pieces of speech in a folder, over restarts. Only for texts that are the server's own: nothing of a conversation is ever
 * written here. A folder that cannot be used keeps nothing.
 */
export class KeptSpeech {
  readonly #folder: string;
  readonly #generation: string;

  private constructor(folder: string, generation: string) {
    this.#folder = folder;
    this.#generation = generation;
  }

  /** Speech made by other versions of this code is not found again. */
  static async open(folder: string): Promise<KeptSpeech> {
    const sources = await readdir(import.meta.dirname, { recursive: true });
    const versions = await Promise.all(
      sources
        .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
        .sort()
        .map(async (name) => [name, (await stat(join(import.meta.dirname, name))).mtimeMs]),
    );
    return new KeptSpeech(folder, JSON.stringify(versions));
  }

  async get(key: string): Promise<SpokenPiece | undefined> {
    try {
      const { digest, body } = deserialize(await readFile(this.#file(key))) as { digest: string; body: Uint8Array };
      return digest === digestOf(body) ? (deserialize(body) as SpokenPiece) : undefined;
    } catch {
      return undefined;
    }
  }

  async set(key: string, piece: SpokenPiece): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const unfinished = join(this.#folder, `${randomUUID()}.tmp`);
    const body = serialize(piece);
    await writeFile(unfinished, serialize({ digest: digestOf(body), body }), { mode: 0o600 });
    await rename(unfinished, this.#file(key));
  }

  /** Deletes what is beyond the limit. */
  async tidy(maxKept = MAX_KEPT): Promise<void> {
    const files = (await readdir(this.#folder)).filter((name) => name.endsWith(SUFFIX)).map((name) => join(this.#folder, name));
    const ages = await Promise.all(files.map(async (file) => ({ file, mtimeMs: (await stat(file)).mtimeMs })));
    const old = ages.sort((a, b) => b.mtimeMs - a.mtimeMs).slice(maxKept);
    await Promise.all(old.map(({ file }) => rm(file, { force: true })));
  }

  #file(key: string): string {
    return join(this.#folder, digestOf(Buffer.from(`${this.#generation}\n${key}`)).slice(0, 32) + SUFFIX);
  }
}

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
