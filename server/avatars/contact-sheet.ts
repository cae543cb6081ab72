import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { toVisavisError } from '../core/errors.ts';
import { avatarError } from './avatar-error.ts';

const PROGRAM = fileURLToPath(new URL('../../models/avatar/sheet.ts', import.meta.url));

export const CROPS = ['full', 'face', 'mouth', 'eyes'] as const;

export interface ContactSheet {
  /** The avatar's. */
  readonly folder: string;
  /** The picture, PNG. */
  readonly path: string;
  /** Side of each face, even. */
  readonly sizePx: number;
  readonly crop: (typeof CROPS)[number];
  /** None: it takes as long as it takes. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Every viseme, emotion, blink, gaze and pose of an avatar in one picture, drawn by a process of its own.
 * @throws VisavisError `drawing_failed`, `drawing_timed_out`, an abort
 */
export async function drawContactSheet({ folder, path, sizePx, crop, timeoutMs = 0, signal }: ContactSheet): Promise<void> {
  const args = ['--disable-warning=ExperimentalWarning', PROGRAM, folder, path, '--size', String(sizePx), '--crop', crop];
  const limits = { timeout: timeoutMs, killSignal: 'SIGKILL', ...(signal ? { signal } : {}) } as const;
  await promisify(execFile)(process.execPath, args, limits).catch((cause: unknown) => {
    if (signal?.aborted) throw toVisavisError(cause, 'avatars');
    throw (cause as { killed?: boolean }).killed
      ? avatarError('drawing_timed_out', `The contact sheet was not done after ${Math.round(timeoutMs / 1000)} seconds`, { cause })
      : avatarError('drawing_failed', 'The contact sheet could not be drawn', { cause });
  });
}
