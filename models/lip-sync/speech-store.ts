import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configSchema } from '../../server/core/config-schema.ts';
import type { Phone } from '../../server/core/speech.ts';
import { resample } from '../../server/speaking/resample.ts';
import espeak from '../../server/speaking/tts/espeak.ts';
import flite from '../../server/speaking/tts/flite.ts';
import { speakByFestival } from './festival-speech.ts';
import { Random } from './random.ts';
import { englishTexts, nonsense } from './texts.ts';
import type { TeacherVoice } from './voices.ts';

/** Speech with known phones, spoken once and kept. */
export const TRAINING_RATE_HZ = 16_000;
export const CACHE = fileURLToPath(new URL('../../.cache/lip-sync/', import.meta.url));

export interface Synthesis {
  readonly pcm: Int16Array;
  readonly sampleRateHz: number;
  readonly phones: readonly Phone[];
}

/** At TRAINING_RATE_HZ. */
export interface Utterance {
  readonly pcm: Int16Array;
  readonly phones: readonly Phone[];
}

/** From the cache, or spoken now; undefined where the voice is not installed. */
export async function utterancesOf(voice: TeacherVoice, seed: number): Promise<Utterance[] | undefined> {
  const base = join(CACHE, 'speech', `${voice.engine}-${voice.name}-${voice.texts}-${seed}`);
  const kept = await readKept(base);
  if (kept) return kept;
  const spoken = await speak(voice, new Random(seed));
  if (!spoken) return undefined;
  const utterances = spoken.map(({ pcm, sampleRateHz, phones }) => ({
    pcm: Int16Array.from(resample(pcm, sampleRateHz, TRAINING_RATE_HZ), (v) => Math.max(-32_768, Math.min(32_767, Math.round(v)))),
    phones,
  }));
  await keep(base, utterances);
  return utterances;
}

async function speak({ engine, name, says, texts: count }: TeacherVoice, random: Random): Promise<Synthesis[] | undefined> {
  const texts = says === 'english' ? random.shuffle(englishTexts()).slice(0, count) : Array.from({ length: count }, () => nonsense(random));
  const rates = texts.map(() => random.between(0.8, 1.25));
  if (engine === 'festival') return speakByFestival(name, texts, (i) => rates[i] as number);
  const config = configSchema.parse({}).speaking;
  const definition = engine === 'flite' ? flite : espeak;
  const voice = () =>
    engine === 'flite'
      ? flite.optionsSchema.parse({ voice: name })
      : espeak.optionsSchema.parse({ voice: name, pitch: 25 + random.below(50), pitchRange: 20 + random.below(70) });
  if (!(await definition.isAvailable(voice() as never, config)).available) return undefined;
  await using synthesiser = await definition.create(config);
  const spoken: Synthesis[] = [];
  for (const [i, text] of texts.entries())
    spoken.push(
      await synthesiser.synthesize({
        text,
        language: 'en',
        rate: rates[i] as number,
        voice: voice() as never,
        signal: new AbortController().signal,
      }),
    );
  return spoken;
}

/** One file of all samples, one of lengths and phones. */
async function keep(base: string, utterances: readonly Utterance[]): Promise<void> {
  await mkdir(join(CACHE, 'speech'), { recursive: true });
  await writeFile(`${base}.pcm`, Buffer.concat(utterances.map(({ pcm }) => Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength))));
  await writeFile(`${base}.part`, JSON.stringify(utterances.map(({ pcm, phones }) => ({ samples: pcm.length, phones }))));
  await rename(`${base}.part`, `${base}.json`);
}

async function readKept(base: string): Promise<Utterance[] | undefined> {
  const index = await readFile(`${base}.json`, 'utf8').catch(() => undefined);
  if (index === undefined) return undefined;
  const file = await readFile(`${base}.pcm`);
  const all = new Int16Array(file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength));
  let at = 0;
  return (JSON.parse(index) as { samples: number; phones: Phone[] }[]).map(({ samples, phones }) => {
    const pcm = all.subarray(at, at + samples);
    at += samples;
    return { pcm, phones };
  });
}
