import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Person } from '../person.ts';
import type { Robot } from '../robot/robot.ts';
import type { Picture } from '../render/develop.ts';
import type { Shot } from '../render/job.ts';

/** A developed shot, and the z (cm) under each of its texels. */
export interface Exposure {
  readonly picture: Picture;
  readonly depth: Float32Array;
}

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const FOLDER = fileURLToPath(new URL('../../../.cache/avatar/', import.meta.url));
/** Sources that decide what a shot looks like. */
const SOURCES = ['math.ts', 'camera.ts', 'motion.ts', 'geometry', 'render', 'hair', 'robot'];

/** Keeps exposures between runs, so that work on a rig does not march the same rays again. */
export class FilmCache {
  readonly #base: string;

  private constructor(base: string) {
    this.#base = base;
  }

  static async open(sitter: Person | Robot): Promise<FilmCache> {
    const hash = createHash('sha256').update(JSON.stringify(sitter));
    for (const source of SOURCES) {
      const place = path.join(ROOT, source);
      const files = source.endsWith('.ts') ? [place] : (await readdir(place)).sort().map((file) => path.join(place, file));
      for (const file of files) hash.update(await readFile(file));
    }
    await mkdir(FOLDER, { recursive: true });
    return new FilmCache(hash.digest('hex'));
  }

  /** The exposure made for `what` before, or a new one. */
  async get(what: readonly [Shot | string, number], expose: () => Promise<Exposure>): Promise<Exposure> {
    const key = createHash('sha256')
      .update(JSON.stringify([this.#base, ...what]))
      .digest('hex')
      .slice(0, 24);
    const file = path.join(FOLDER, `${key}.film`);
    const stored = await readFile(file).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (stored) return decode(stored);
    const exposure = await expose();
    await writeFile(file, encode(exposure));
    return exposure;
  }
}

function encode({ picture, depth }: Exposure): Buffer {
  const header = Float32Array.of(picture.width, picture.height);
  return Buffer.concat([header, picture.rgba, depth].map((a) => Buffer.from(a.buffer, a.byteOffset, a.byteLength)));
}

function decode(bytes: Buffer): Exposure {
  const floats = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const width = floats[0] ?? 0;
  const height = floats[1] ?? 0;
  const end = 2 + width * height * 4;
  return { picture: { width, height, rgba: floats.slice(2, end) }, depth: floats.slice(end) };
}
