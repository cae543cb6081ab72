import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FaceRaster } from '../face/raster/raster.ts';
import { readAvatar } from './avatar-folder.ts';

const KEPT_UNUSED = 4;

const changedMs = (avatarsDir: string, avatar: string): Promise<number> =>
  stat(join(avatarsDir, avatar, 'avatar.json')).then(
    ({ mtimeMs }) => mtimeMs,
    // What is wrong with it, loading it will tell.
    () => 0,
  );

interface Entry {
  readonly raster: Promise<FaceRaster>;
  users: number;
}

/** Faces ready to be drawn, one per avatar and size, shared by all calls of this process. */
export class FaceStore {
  readonly #avatarsDir: string;
  readonly #program: WebAssembly.Module;
  readonly #entries = new Map<string, Entry>();

  constructor(avatarsDir: string, program: WebAssembly.Module) {
    this.#avatarsDir = avatarsDir;
    this.#program = program;
  }

  /** Give it back with `release`. @throws VisavisError `avatar_unknown`, `avatar_invalid` */
  async acquire(avatar: string, widthPx: number, heightPx: number): Promise<FaceRaster> {
    // An avatar that was made again under the same name is another one.
    const key = `${avatar} ${await changedMs(this.#avatarsDir, avatar)} ${widthPx}x${heightPx}`;
    let entry = this.#entries.get(key);
    if (entry) this.#entries.delete(key);
    else entry = { raster: this.#load(avatar, widthPx, heightPx), users: 0 };
    // Deleted and set again: the map stays ordered from the longest unused to the latest.
    this.#entries.set(key, entry);
    entry.users++;
    try {
      return await entry.raster;
    } catch (error) {
      // A repaired avatar must load the next time.
      this.#entries.delete(key);
      throw error;
    }
  }

  async release(raster: FaceRaster): Promise<void> {
    for (const entry of this.#entries.values()) if ((await entry.raster.catch(() => undefined)) === raster) entry.users--;
    const unused = [...this.#entries].filter(([, entry]) => entry.users <= 0);
    for (const [key] of unused.slice(0, Math.max(0, unused.length - KEPT_UNUSED))) this.#entries.delete(key);
  }

  async #load(avatar: string, widthPx: number, heightPx: number): Promise<FaceRaster> {
    const { rig, atlas } = await readAvatar(this.#avatarsDir, avatar);
    return FaceRaster.create({ program: this.#program, rig, atlas, widthPx, heightPx });
  }
}
