import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { HEARING_RATE_HZ } from './hearing-rate.ts';
import { readWav, writeWav } from './wav.ts';

/** Speech for tests and benchmarks, made by Festival when it is first wanted, so that none lies in the repository. */
const CACHE = fileURLToPath(new URL('../../.cache/test-speech/', import.meta.url));
const PROGRAM = 'text2wave';
const VOICE = '(voice_cmu_us_slt_arctic_hts)';
/** The voice's own rate; its resampler aliases, ours does not. */
const VOICE_RATE_HZ = 32_000;

const run = promisify(execFile);

export async function canMakeSpeech(): Promise<boolean> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    try {
      await access(join(folder, PROGRAM));
      await access('/usr/share/festival/voices/us/cmu_us_slt_arctic_hts');
      return true;
    } catch {
      // Not in this folder.
    }
  }
  return false;
}

/** 16 kHz mono speech of an English text. `rate` above 1 is faster. */
export async function makeSpeech(text: string, options: { rate?: number } = {}): Promise<Int16Array> {
  const { rate = 1 } = options;
  const name = createHash('sha256')
    .update(JSON.stringify([VOICE, rate, text]))
    .digest('hex')
    .slice(0, 24);
  const path = join(CACHE, `${name}.wav`);
  const cached = await readFile(path).catch(() => undefined);
  if (cached) return readWav(cached).pcm;
  await mkdir(CACHE, { recursive: true });
  const own = `${path}.${process.pid}`;
  await writeFile(`${own}.txt`, text);
  await run(PROGRAM, ['-eval', VOICE, '-eval', `(Parameter.set 'Duration_Stretch ${1 / rate})`, '-o', `${own}.raw.wav`, `${own}.txt`]);
  const { pcm, sampleRateHz } = readWav(await readFile(`${own}.raw.wav`));
  if (sampleRateHz !== VOICE_RATE_HZ) throw new Error(`The voice speaks at ${sampleRateHz} Hz`);
  const speech = halve(pcm);
  await writeFile(`${own}.wav`, writeWav(speech, HEARING_RATE_HZ));
  await rename(`${own}.wav`, path);
  await Promise.all([rm(`${own}.txt`), rm(`${own}.raw.wav`)]);
  return speech;
}

/** Half-band low-pass (63 taps, Hamming window), then every second sample. */
function halve(pcm: Int16Array): Int16Array {
  const reach = 31;
  const taps = Array.from({ length: 2 * reach + 1 }, (_, i) => {
    const t = i - reach;
    const ideal = t === 0 ? 0.5 : Math.sin((Math.PI * t) / 2) / (Math.PI * t);
    return ideal * (0.54 + 0.46 * Math.cos((Math.PI * t) / (reach + 1)));
  });
  const out = new Int16Array(pcm.length >> 1);
  for (let i = 0; i < out.length; i++) {
    let sum = 0;
    for (let k = -reach; k <= reach; k++) sum += (pcm[2 * i + k] ?? 0) * taps[k + reach]!;
    out[i] = Math.max(-32_768, Math.min(32_767, Math.round(sum)));
  }
  return out;
}

/** The same numbers in every run. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A room's noise, falling towards high frequencies, at a level in dB of full scale. */
export function roomNoise(durationMs: number, levelDb: number, random = seededRandom(1)): Int16Array {
  const samples = new Float64Array(Math.round((durationMs * HEARING_RATE_HZ) / 1_000));
  let low = 0;
  let power = 0;
  for (let i = 0; i < samples.length; i++) {
    low = 0.95 * low + (random() + random() + random() - 1.5);
    samples[i] = low;
    power += low * low;
  }
  const gain = (32_768 * 10 ** (levelDb / 20)) / Math.sqrt(power / Math.max(1, samples.length));
  return Int16Array.from(samples, (v) => Math.max(-32_768, Math.min(32_767, Math.round(v * gain))));
}

/** Pieces of speech laid into a bed of noise; gives the sound and where each piece lies. */
export function scene(
  pieces: readonly { readonly pcm: Int16Array; readonly pauseBeforeMs: number }[],
  options: { noiseDb?: number; tailMs?: number } = {},
) {
  const { noiseDb = -70, tailMs = 1_500 } = options;
  const perMs = HEARING_RATE_HZ / 1_000;
  const durationMs = pieces.reduce((sum, piece) => sum + piece.pauseBeforeMs + piece.pcm.length / perMs, tailMs);
  const pcm = roomNoise(durationMs, noiseDb);
  const spans: { startMs: number; endMs: number }[] = [];
  let at = 0;
  for (const piece of pieces) {
    at += Math.round(piece.pauseBeforeMs * perMs);
    spans.push({ startMs: at / perMs, endMs: (at + piece.pcm.length) / perMs });
    for (let i = 0; i < piece.pcm.length; i++) pcm[at + i] = Math.max(-32_768, Math.min(32_767, pcm[at + i]! + piece.pcm[i]!));
    at += piece.pcm.length;
  }
  return { pcm, spans };
}
