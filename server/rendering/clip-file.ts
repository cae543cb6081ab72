import { rename, rm } from 'node:fs/promises';
import { loadLibrary, writeByLibrary } from './clip-by-library.ts';
import { writeByProgram } from './clip-by-program.ts';
import type { Clip, ClipEngine } from './clip.ts';
import { renderingError } from './rendering-error.ts';

/**
 * Writes a clip by the package node-av where it is installed, by the program ffmpeg elsewhere; resolves to which of them
 * did. Nobody sees half of a file. @throws VisavisError `encoder_missing`, `encoder_failed`
 */
export async function writeClip(clip: Clip, engine?: ClipEngine): Promise<ClipEngine> {
  const unfinished = `${clip.path}.part`;
  try {
    const library = engine === 'ffmpeg' ? undefined : await loadLibrary();
    if (engine === 'node-av' && !library) throw renderingError('encoder_missing', 'The package node-av is not installed');
    if (library)
      await writeByLibrary(library, clip, unfinished).catch((cause: unknown) => {
        const why = cause instanceof Error ? cause.message : String(cause);
        throw renderingError('encoder_failed', `The clip could not be written: ${why}`, { cause });
      });
    else await writeByProgram(clip, unfinished);
    await rename(unfinished, clip.path);
    return library ? 'node-av' : 'ffmpeg';
  } finally {
    // What went wrong before is what the caller should hear.
    await rm(unfinished, { force: true }).catch(() => undefined);
  }
}
