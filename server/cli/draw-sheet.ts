import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { toVisavisError } from '../core/errors.ts';

export const CROPS = ['full', 'face', 'mouth', 'eyes'] as const;

export interface Sheet {
  readonly rootDir: string;
  /** The avatar's. */
  readonly folder: string;
  readonly path: string;
  /** Side of each face, even. */
  readonly sizePx: number;
  readonly crop: (typeof CROPS)[number];
}

/** Every viseme, emotion, blink, gaze and pose of an avatar in one picture. @throws VisavisError when it cannot be drawn */
export async function drawSheet({ rootDir, folder, path, sizePx, crop }: Sheet): Promise<void> {
  const program = join(rootDir, 'models/avatar/sheet.ts');
  const drawing = ['--disable-warning=ExperimentalWarning', program, folder, path, '--size', String(sizePx), '--crop', crop];
  await promisify(execFile)(process.execPath, drawing).catch((error: unknown) => {
    throw toVisavisError(error, 'rendering');
  });
}
