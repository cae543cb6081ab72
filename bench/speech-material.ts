import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { HEARING_RATE_HZ, SAMPLES_PER_MS } from '../server/hearing/hearing-rate.ts';
import { canMakeSpeech, makeSpeech } from '../server/hearing/test-speech.ts';

/** Recorded human speech and noise, where somebody has put some beside the repository; else our own voice. */
const FOLDER = fileURLToPath(new URL('../../shared/material/speech/', import.meta.url));
const KNOWLEDGE = fileURLToPath(new URL('../configs/knowledge/', import.meta.url));

const run = promisify(execFile);

export interface Recording {
  readonly name: string;
  readonly text: string;
  readonly pcm: Int16Array;
}

/** Any sound file as 16 kHz mono, by ffmpeg. */
export async function decodeSound(path: string): Promise<Int16Array> {
  const args = ['-v', 'error', '-i', path, '-ac', '1', '-ar', String(HEARING_RATE_HZ), '-f', 's16le', '-'];
  const { stdout } = await run('ffmpeg', args, { encoding: 'buffer', maxBuffer: 1 << 28 });
  return new Int16Array(stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + (stdout.length & ~1)));
}

/** English read speech with its text. */
export async function humanSpeech(): Promise<Recording[]> {
  if (!existsSync(FOLDER)) return [];
  const names = readdirSync(FOLDER).filter(
    (name) => /^(LJ|sb_).*\.wav$/.test(name) && existsSync(join(FOLDER, name.replace('.wav', '.txt'))),
  );
  return Promise.all(
    names.map(async (name) => ({
      name: basename(name, '.wav'),
      text: readFileSync(join(FOLDER, name.replace('.wav', '.txt')), 'utf8').trim(),
      pcm: await decodeSound(join(FOLDER, name)),
    })),
  );
}

export async function noises(): Promise<{ name: string; pcm: Int16Array }[]> {
  const folder = join(FOLDER, 'noise');
  if (!existsSync(folder)) return [];
  return Promise.all(readdirSync(folder).map(async (name) => ({ name, pcm: await decodeSound(join(folder, name)) })));
}

/** Spoken words with times, where a recording has them (tab-separated word, start and end in seconds). */
export function wordTimes(name: string): { word: string; startMs: number; endMs: number }[] {
  const path = join(FOLDER, `${name}.auto-words.tsv`);
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split('\t'))
    .map(([word, start, end]) => ({ word: word ?? '', startMs: Number(start) * 1_000, endMs: Number(end) * 1_000 }));
}

export async function ownSpeech(texts: readonly string[]): Promise<Recording[]> {
  if (!(await canMakeSpeech())) return [];
  const recordings: Recording[] = [];
  for (const text of texts) recordings.push({ name: 'own voice', text, pcm: await makeSpeech(text) });
  return recordings;
}

/** The questions and sentences of the knowledge that ships. */
export function knowledge(): { questions: string[]; sentences: string[] } {
  const questions: string[] = [];
  const sentences: string[] = [];
  for (const name of readdirSync(KNOWLEDGE).filter((file) => file.endsWith('.md'))) {
    for (const line of readFileSync(join(KNOWLEDGE, name), 'utf8').split('\n')) {
      if (line.startsWith('## ')) questions.push(line.slice(3).trim());
      if (line.startsWith('Also:'))
        sentences.push(
          ...line
            .slice(5)
            .split(';')
            .map((alias) => alias.trim()),
        );
      else if (line.trim() !== '') sentences.push(...line.replace(/^#+ /, '').split(/(?<=[.?!])\s+/));
    }
  }
  return { questions, sentences: sentences.filter(Boolean) };
}

/** First and last moment that is louder than a hundredth of the loudest (-40 dB), in ms. */
export function loudSpan(pcm: Int16Array): { startMs: number; endMs: number } {
  const step = 10 * SAMPLES_PER_MS;
  const powers = Array.from({ length: Math.floor(pcm.length / step) }, (_, i) => {
    let power = 0;
    for (const v of pcm.subarray(i * step, (i + 1) * step)) power += v * v;
    return power;
  });
  const floor = Math.max(...powers) * 1e-4;
  const first = powers.findIndex((power) => power >= floor);
  const last = powers.findLastIndex((power) => power >= floor);
  return { startMs: first * 10, endMs: (last + 1) * 10 };
}
