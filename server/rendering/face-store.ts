import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FaceRaster } from '../face/raster/raster.ts';
import { type FaceModel, prepareFace } from '../face/raster/webgpu/face-model.ts';
import { type Avatar, readAvatar } from './read-avatar.ts';

const KEPT_UNUSED = 4;

const changedMs = (avatarsDir: string, avatar: string): Promise<number> =>
  stat(join(avatarsDir, avatar, 'avatar.json')).then(
    ({ mtimeMs }) => mtimeMs,
    // What is wrong with it, loading it will tell.
    () => 0,
  );

interface Entry {
  readonly face: Promise<StoredFace>;
  users: number;
}

/** An avatar at one size, ready for the WASM raster, and for a graphics card when somebody asks. */
export class StoredFace {
  readonly raster: FaceRaster;
  readonly #read: () => Promise<Avatar>;
  #model: Promise<FaceModel> | undefined;

  constructor(raster: FaceRaster, read: () => Promise<Avatar>) {
    this.raster = raster;
    this.#read = read;
  }

  /** Read when it is first asked for: most machines have no graphics card. @throws VisavisError `avatar_unknown`, `avatar_invalid` */
  model(): Promise<FaceModel> {
    const { widthPx, heightPx } = this.raster;
    this.#model ??= this.#read().then((avatar) => prepareFace({ ...avatar, widthPx, heightPx }));
    return this.#model;
  }
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
  async acquire(avatar: string, widthPx: number, heightPx: number): Promise<StoredFace> {
    // An avatar that was made again under the same name is another one.
    const key = `${avatar} ${await changedMs(this.#avatarsDir, avatar)} ${widthPx}x${heightPx}`;
    let entry = this.#entries.get(key);
    if (entry) this.#entries.delete(key);
    else entry = { face: this.#load(avatar, widthPx, heightPx), users: 0 };
    // Deleted and set again: the map stays ordered from the longest unused to the latest.
    this.#entries.set(key, entry);
    entry.users++;
    try {
      return await entry.face;
    } catch (error) {
      // A repaired avatar must load the next time.
      this.#entries.delete(key);
      throw error;
    }
  }

  async release(face: StoredFace): Promise<void> {
    for (const entry of this.#entries.values()) if ((await entry.face.catch(() => undefined)) === face) entry.users--;
    const unused = [...this.#entries].filter(([, entry]) => entry.users <= 0);
    for (const [key] of unused.slice(0, Math.max(0, unused.length - KEPT_UNUSED))) this.#entries.delete(key);
  }

  async #load(avatar: string, widthPx: number, heightPx: number): Promise<StoredFace> {
    const read = () => readAvatar(this.#avatarsDir, avatar);
    return new StoredFace(await FaceRaster.create({ program: this.#program, ...(await read()), widthPx, heightPx }), read);
  }
}
