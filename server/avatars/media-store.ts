import { execFile } from 'node:child_process';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { toVisavisError } from '../core/errors.ts';
import { isThere } from '../rendering/avatar-folder.ts';
import { avatarError } from './avatar-error.ts';
import type { AvatarDetail, MediaFile } from './contract.ts';

const SHEET_PROGRAM = fileURLToPath(new URL('../../models/avatar/sheet.ts', import.meta.url));

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

/** Draws a contact sheet in a process of its own. @throws VisavisError `drawing_failed`, `drawing_timed_out`, an abort */
export async function drawSheet(avatarFolder: string, path: string, limits: { timeoutMs: number; signal: AbortSignal }): Promise<void> {
  const { timeoutMs, signal } = limits;
  const args = ['--disable-warning=ExperimentalWarning', SHEET_PROGRAM, avatarFolder, path, '--size', '320', '--crop', 'face'];
  await promisify(execFile)(process.execPath, args, { timeout: timeoutMs, killSignal: 'SIGKILL', signal }).catch((cause: unknown) => {
    if (signal.aborted) throw toVisavisError(cause, 'avatars');
    const killed = (cause as { killed?: boolean }).killed;
    throw killed
      ? avatarError('drawing_timed_out', `The contact sheet was not done after ${Math.round(timeoutMs / 1000)} seconds`, { cause })
      : avatarError('drawing_failed', 'The contact sheet could not be drawn', { cause });
  });
}
