import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { Character } from '../core/character.ts';
import { toVisavisError } from '../core/errors.ts';
import { loadRig, type LoadedRig } from '../face/load-rig.ts';
import type { Rig } from '../face/rig.ts';
import { type AvatarFacts, AvatarIndex } from './avatar-index.ts';
import type { AvatarSummary } from './contract.ts';
import { renderingError } from './rendering-error.ts';

const NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;
const MAX_RIG_BYTES = 64 * 2 ** 20;
export const POSTER = 'poster.jpg';
const MAX_POSTER_BYTES = 8 * 2 ** 20;

/** What the conversation wants to know of an avatar; the rest of its file is for whoever draws it. */
export interface AvatarNature {
  readonly emotions: Rig['emotions'];
  readonly character: Character;
}

const natureByFile = new Map<string, AvatarNature & { readonly changedMs: number }>();

/**
 * Feelings and character of an avatar, for the process that performs and does not draw. Read once until the file changes, so
 * that a call does not cost the main process a rig. @throws VisavisError `avatar_unknown`, `avatar_invalid`
 */
export async function readNature(avatarsDir: string, name: string): Promise<AvatarNature> {
  const path = join(avatarsDir, name, 'avatar.json');
  const changedMs = await stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => Number.NaN,
  );
  const known = natureByFile.get(path);
  if (known?.changedMs === changedMs) return known;
  const { emotions, title, character = { name: title } } = await readRig(avatarsDir, name);
  const nature = { changedMs, emotions, character };
  natureByFile.set(path, nature);
  return nature;
}

/** Reads and checks only the avatar.json. @throws VisavisError `avatar_unknown`, `avatar_invalid` */
export async function readRig(avatarsDir: string, name: string): Promise<LoadedRig> {
  return loadRig((await readRigFile(avatarsDir, name)).json);
}

/** The avatar.json as it is; not checked. @throws VisavisError `avatar_unknown`, `avatar_invalid` */
export async function readRigFile(avatarsDir: string, name: string): Promise<{ readonly json: unknown; readonly changedMs: number }> {
  const path = await avatarFile(avatarsDir, name, 'avatar.json');
  const { size, mtimeMs: changedMs } = await stat(path);
  if (size > MAX_RIG_BYTES) throw renderingError('avatar_invalid', `The avatar.json of ${name} is larger than ${MAX_RIG_BYTES} bytes`);
  try {
    return { json: JSON.parse(await readFile(path, 'utf8')), changedMs };
  } catch (cause) {
    throw renderingError('avatar_invalid', `The avatar.json of ${name} is not JSON`, { cause });
  }
}

/** Path of a file in an avatar's folder. @throws VisavisError `avatar_unknown`, `avatar_invalid` */
export async function avatarFile(avatarsDir: string, name: string, file: string): Promise<string> {
  if (!NAME.test(name)) throw renderingError('avatar_unknown', `There is no avatar "${name.slice(0, 64)}"`);
  return insideFolder(join(avatarsDir, name), file);
}

export interface Poster {
  /** JPEG. */
  readonly data: Uint8Array<ArrayBuffer>;
  readonly changedMs: number;
}

/** The still picture of an avatar. @throws VisavisError `avatar_unknown`, `poster_missing`, `avatar_invalid` */
export async function readPoster(avatarsDir: string, name: string): Promise<Poster> {
  if (!NAME.test(name)) throw renderingError('avatar_unknown', `There is no avatar "${name.slice(0, 64)}"`);
  const path = await insideFolder(join(avatarsDir, name), POSTER).catch(async (cause: unknown) => {
    if (await isThere(join(avatarsDir, name, 'avatar.json'))) throw renderingError('poster_missing', `${name} has no ${POSTER}`, { cause });
    throw renderingError('avatar_unknown', `There is no avatar "${name}"`, { cause });
  });
  const { mtimeMs, size } = await stat(path);
  if (size > MAX_POSTER_BYTES) throw renderingError('avatar_invalid', `The ${POSTER} of ${name} is larger than ${MAX_POSTER_BYTES} bytes`);
  return { data: new Uint8Array(await readFile(path)), changedMs: mtimeMs };
}

export const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** The real path of a file in an avatar's folder; links that lead out of it are refused. */
async function insideFolder(folder: string, file: string): Promise<string> {
  const missing = (cause: unknown) => {
    throw renderingError('avatar_unknown', `There is no ${file} in the avatar's folder`, { cause });
  };
  const root = await realpath(folder).catch(missing);
  const path = await realpath(join(root, file)).catch(missing);
  if (!path.startsWith(root + sep)) throw renderingError('avatar_invalid', `The avatar's ${file} lies outside its folder`);
  return path;
}

/** What lists say of an avatar. @throws VisavisError `avatar_unknown`, `avatar_invalid` */
export async function readFacts(avatarsDir: string, name: string): Promise<AvatarFacts> {
  const { title, origin, licence, consent, provenance, triangleCount, layers } = await readRig(avatarsDir, name);
  return { title, origin, licence, consent, provenance, triangles: triangleCount, layers: layers.length };
}

/** Folders that hold an avatar.json, by name; what is in it nobody has looked at. */
export async function avatarNames(avatarsDir: string): Promise<string[]> {
  const entries = await readdir(avatarsDir, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return entries.filter((entry) => entry.isDirectory() && NAME.test(entry.name)).map((entry) => entry.name);
}

/**
 * Every avatar that loads, by name; broken ones are told to `onBroken` and left out. `indexDir`: where is kept which ones
 * have loaded before, see AvatarIndex.
 */
export async function listAvatars(
  avatarsDir: string,
  onBroken: (name: string, error: Error) => void,
  indexDir?: string,
): Promise<AvatarSummary[]> {
  const names = await avatarNames(avatarsDir);
  const index = await AvatarIndex.open(avatarsDir, indexDir);
  const found = await Promise.all(
    names.map(async (name) => {
      try {
        const file = await insideFolder(join(avatarsDir, name), 'avatar.json');
        const { title } = await index.facts(name, file, () => readFacts(avatarsDir, name));
        return { name, title, hasPoster: await isThere(join(avatarsDir, name, POSTER)) };
      } catch (error) {
        onBroken(name, toVisavisError(error, 'rendering'));
        return undefined;
      }
    }),
  );
  await index.save();
  return found.filter((avatar) => avatar !== undefined).sort((a, b) => a.name.localeCompare(b.name));
}
