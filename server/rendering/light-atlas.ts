import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runInChild } from '../core/child-task.ts';
import type { LightAtlasRequest } from './light-atlas-child.ts';
import { renderingError } from './rendering-error.ts';

const TIMEOUT_MS = 30_000;
const MAX_MEMORY_MB = 1_024;

/**
 * Atlases for narrow links: half as wide and high, WebP, a twentieth of the bytes. A face that is not much larger than 512
 * pixels looks the same with them. Made once for each version of an atlas, in a process of its own, and kept on disk.
 */
export class LightAtlases {
  readonly #cacheDir: string;
  readonly #making = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();

  constructor(cacheDir: string) {
    this.#cacheDir = cacheDir;
  }

  /** @throws VisavisError `avatar_invalid` */
  async of(atlasPath: string, changedMs: number): Promise<Uint8Array<ArrayBuffer>> {
    const key = createHash('sha256').update(`${atlasPath} ${changedMs}`).digest('hex').slice(0, 24);
    const path = join(this.#cacheDir, `${key}.webp`);
    const kept = await readFile(path).catch(() => undefined);
    if (kept) return new Uint8Array(kept);
    let making = this.#making.get(key);
    if (!making) {
      making = this.#make(atlasPath, path).finally(() => this.#making.delete(key));
      this.#making.set(key, making);
    }
    return making;
  }

  async #make(atlasPath: string, path: string): Promise<Uint8Array<ArrayBuffer>> {
    const request: LightAtlasRequest = { kind: 'lighten', atlasPath };
    const data = await runInChild<Uint8Array<ArrayBuffer>>({
      name: 'light-atlas',
      modulePath: new URL('./light-atlas-child.ts', import.meta.url),
      request,
      timeoutMs: TIMEOUT_MS,
      maxMemoryMb: MAX_MEMORY_MB,
      errors: {
        timedOut: () => renderingError('avatar_invalid', `The atlas could not be made smaller within ${TIMEOUT_MS / 1000} s`),
        tooLarge: () => renderingError('avatar_invalid', `The atlas needs more than ${MAX_MEMORY_MB} MB to be made smaller`),
        lost: (cause) => renderingError('avatar_invalid', 'The atlas could not be made smaller', { cause }),
      },
    });
    const unfinished = `${path}.${randomUUID()}.tmp`;
    await mkdir(this.#cacheDir, { recursive: true });
    await writeFile(unfinished, data);
    await rename(unfinished, path);
    return data;
  }
}
