import { readFile, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { z } from 'zod';
import { avatarFile, readRigFile } from './avatar-folder.ts';
import { LightAtlases } from './light-atlas.ts';
import { renderingError } from './rendering-error.ts';

export const RIG_ENCODINGS = ['br', 'gzip'] as const;
export type RigEncoding = (typeof RIG_ENCODINGS)[number];

/** One file of an avatar as a browser gets it that draws the face itself. */
export interface AvatarDownload {
  readonly data: Uint8Array<ArrayBuffer>;
  readonly type: string;
  /** Unix time. */
  readonly changedMs: number;
}

/** Compressed rigs that are kept in memory. */
const KEPT_RIGS = 16;
const MAX_ATLAS_BYTES = 64 * 2 ** 20;
const TYPES: Readonly<Record<string, string>> = { png: 'image/png', jpg: 'image/jpeg', jpeg: 'image/jpeg', webp: 'image/webp' };
const BROTLI_QUALITY = 6;

const compress: Record<RigEncoding, (text: string) => Promise<Uint8Array<ArrayBuffer>>> = {
  br: async (text) =>
    new Uint8Array(await promisify(brotliCompress)(text, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } })),
  gzip: async (text) => new Uint8Array(await promisify(gzip)(text)),
};

/** As much of an avatar.json as is looked at here; the browser checks all of it. */
const rigHead = z.looseObject({ atlas: z.looseObject({ file: z.string().max(255) }), consent: z.string().optional() });

/** The files of avatars for browsers that draw them, compressed once. */
export class AvatarDownloads {
  readonly #avatarsDir: string;
  readonly #light: LightAtlases;
  readonly #rigs = new Map<string, Promise<AvatarDownload>>();

  /** `cacheDir`: where light atlases are kept. */
  constructor(avatarsDir: string, cacheDir: string) {
    this.#avatarsDir = avatarsDir;
    this.#light = new LightAtlases(cacheDir);
  }

  /** The avatar.json, compressed; without the note of who agreed to what. @throws VisavisError `avatar_unknown`, `avatar_invalid` */
  async rig(name: string, encoding: RigEncoding): Promise<AvatarDownload> {
    const path = await avatarFile(this.#avatarsDir, name, 'avatar.json');
    const { mtimeMs } = await stat(path);
    const key = `${path} ${mtimeMs} ${encoding}`;
    const known = this.#rigs.get(key);
    if (known) return known;
    const made = this.#rig(name, encoding);
    this.#rigs.set(key, made);
    made.catch(() => this.#rigs.delete(key));
    if (this.#rigs.size > KEPT_RIGS) this.#rigs.delete(this.#rigs.keys().next().value as string);
    return made;
  }

  /** The atlas as it is in the folder; `light`: a fraction of its bytes, see light-atlas.ts. @throws as `rig` */
  async atlas(name: string, light: boolean): Promise<AvatarDownload> {
    const { json } = await readRigFile(this.#avatarsDir, name);
    const { file } = head(json, name).atlas;
    const path = await avatarFile(this.#avatarsDir, name, file);
    const { mtimeMs: changedMs, size } = await stat(path);
    if (size > MAX_ATLAS_BYTES) throw renderingError('avatar_invalid', `The atlas of ${name} is larger than ${MAX_ATLAS_BYTES} bytes`);
    if (light) return { data: await this.#light.of(path, changedMs), type: 'image/webp', changedMs };
    const type = TYPES[file.slice(file.lastIndexOf('.') + 1).toLowerCase()];
    if (!type) throw renderingError('avatar_invalid', `The atlas of ${name} is no PNG, JPEG or WebP file`);
    return { data: new Uint8Array(await readFile(path)), type, changedMs };
  }

  async #rig(name: string, encoding: RigEncoding): Promise<AvatarDownload> {
    const { json, changedMs } = await readRigFile(this.#avatarsDir, name);
    const { consent: _consent, ...rig } = head(json, name);
    return { data: await compress[encoding](JSON.stringify(rig)), type: 'application/json', changedMs };
  }
}

function head(json: unknown, name: string): z.output<typeof rigHead> {
  const parsed = rigHead.safeParse(json);
  if (!parsed.success) throw renderingError('avatar_invalid', `The avatar.json of ${name} is not a rig`);
  return parsed.data;
}
