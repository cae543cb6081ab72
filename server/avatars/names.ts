import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { taken } from '../portrait/avatar-folder.ts';
import { portraitError } from '../portrait/portrait-error.ts';
import { isThere } from '../rendering/avatar-folder.ts';

/** Folder names of avatars that people choose: a letter first, so that no variant is taken for one. */
export const AVATAR_NAME = /^[a-z][a-z0-9-]{0,63}$/;

/** Latin letters of a title, or `person`. */
export const slugOf = (title: string): string => {
  const plain = title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 48);
  return plain || 'person';
};

/** The name, or the first of `name-2`, `name-3` … that nobody has. */
export function freeName(avatarsDir: string, wanted: string): string {
  if (!existsSync(join(avatarsDir, wanted))) return wanted;
  for (let n = 2; ; n++) if (!existsSync(join(avatarsDir, `${wanted}-${n}`))) return `${wanted}-${n}`;
}

/** @throws VisavisError `avatar_name_invalid`, `avatar_exists` */
export async function mustBeFree(avatarsDir: string, name: string): Promise<void> {
  if (!AVATAR_NAME.test(name)) throw portraitError('avatar_name_invalid', `"${name.slice(0, 80)}" cannot be the name of an avatar`);
  if (await isThere(join(avatarsDir, name))) throw taken(name);
}
