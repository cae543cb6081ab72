import { readFile } from 'node:fs/promises';
import { SPEECH_RATE_HZ } from '../core/media-time.ts';
import type { SpokenPiece } from '../core/speech.ts';
import { phonesFromSound } from '../face/lip-sync/heard-phones.ts';
import { resample } from '../speaking/resample.ts';
import { readWav } from '../speaking/wav.ts';
import { usageError } from './command.ts';

const LONGEST_S = 120;

/** A recording as if a voice had just spoken it; its phones are those that its sound shows. 16-bit WAVE, at most two minutes. */
export async function recordedSpeech(path: string): Promise<SpokenPiece> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw usageError('usage', `${path} cannot be read (${(cause as NodeJS.ErrnoException).code})`);
  });
  const { pcm: recorded, sampleRateHz } = soundOf(bytes, path);
  if (recorded.length > LONGEST_S * sampleRateHz) throw usageError('usage', `${path} is longer than ${LONGEST_S} s`);
  const pcm = Int16Array.from(resample(recorded, sampleRateHz, SPEECH_RATE_HZ), (v) => Math.max(-32_768, Math.min(32_767, Math.round(v))));
  return { text: '', pcm, phones: phonesFromSound(pcm, SPEECH_RATE_HZ), words: [], engine: 'a recording' };
}

function soundOf(bytes: Uint8Array, path: string): ReturnType<typeof readWav> {
  try {
    return readWav(bytes);
  } catch {
    throw usageError('usage', `${path} is no 16-bit WAVE file; ffmpeg -i IN -c:a pcm_s16le OUT.wav makes one`);
  }
}
