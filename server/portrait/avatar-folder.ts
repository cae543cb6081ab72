import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { VisavisError } from '../core/errors.ts';
import { portraitError } from './portrait-error.ts';

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

export const taken = (name: string): VisavisError => portraitError('avatar_exists', `There is an avatar "${name}" already`);

/** Refuses a name that is taken, before any work is done. */
export async function claimFolder(outDir: string, name: string, replace: boolean): Promise<void> {
  if (!replace && (await exists(join(outDir, name)))) throw taken(name);
}

/** Writes `<outDir>/<name>/` so that nobody ever sees half of it. @throws VisavisError `avatar_exists` */
export async function writeFolder(
  outDir: string,
  name: string,
  replace: boolean,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<string> {
  await mkdir(outDir, { recursive: true });
  // Folders that begin with a dot are no avatars.
  const made = await mkdtemp(join(outDir, `.${name}-`));
  const folder = join(outDir, name);
  const old = `${made}-old`;
  try {
    for (const [file, content] of Object.entries(files)) await writeFile(join(made, file), content);
    if (replace && (await exists(folder))) await rename(folder, old);
    await rename(made, folder).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'ENOTEMPTY' || error.code === 'EEXIST' ? taken(name) : error;
    });
    return folder;
  } catch (error) {
    if ((await exists(old)) && !(await exists(folder))) await rename(old, folder);
    throw error;
  } finally {
    await rm(made, { recursive: true, force: true });
    await rm(old, { recursive: true, force: true });
  }
}
