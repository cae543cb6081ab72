import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isThere } from '../rendering/avatar-folder.ts';
import type { AvatarDetail, MediaFile } from './contract.ts';

/** Contact sheets and clips of avatars, made when they are first asked for and kept until the avatar changes. */
export class MediaStore {
  readonly #folder: string;
  readonly #making = new Map<string, Promise<MediaFile>>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** `make` writes the file at the path it gets. Whoever asks meanwhile gets the same one. */
  async file({ name, changedMs }: AvatarDetail, file: string, make: (path: string) => Promise<void>): Promise<MediaFile> {
    const folder = join(this.#folder, `${name}.${Math.round(changedMs).toString(36)}`);
    const path = join(folder, file);
    if (await isThere(path)) return { folder, file };
    const making = this.#making.get(path);
    if (making) return making;
    const made = (async () => {
      await this.forget(name, folder);
      await mkdir(folder, { recursive: true });
      const unfinished = join(folder, `unfinished.${file}`);
      try {
        await make(unfinished);
        await rename(unfinished, path);
      } finally {
        await rm(unfinished, { force: true });
      }
      return { folder, file };
    })().finally(() => this.#making.delete(path));
    this.#making.set(path, made);
    return made;
  }

  /** What is kept of an avatar that is gone, or was another one. */
  async forget(name: string, except?: string): Promise<void> {
    for (const entry of await readdir(this.#folder).catch(() => [])) {
      const folder = join(this.#folder, entry);
      if (entry.split('.')[0] === name && folder !== except) await rm(folder, { recursive: true, force: true });
    }
  }
}
