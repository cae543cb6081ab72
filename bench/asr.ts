import { configSchema } from '../server/core/config-schema.ts';
import type { AsrEngine } from '../server/hearing/asr/asr.ts';
import pocketsphinx from '../server/hearing/asr/pocketsphinx.ts';
import { spokenWords } from '../server/hearing/asr/spoken-words.ts';
import { createHearing } from '../server/hearing/hearing.ts';
import { SAMPLES_PER_MS, VAD_FRAME_SAMPLES } from '../server/hearing/hearing-rate.ts';
import { scene } from '../server/hearing/test-speech.ts';
import { printReport, quantile, type ReportRow } from './report.ts';
import { humanSpeech, knowledge, ownSpeech, type Recording } from './speech-material.ts';

/**
 * Speech recognition (H2): word error rate of the embedded English recogniser inside and outside the knowledge domain, its
 * cost, and how long four visitors who speak at once hold up each other's voice activity detection.
 */
const DOMAIN_GOAL = 0.1;
const SPEAKERS = 4;
const FRAME_MS = 20;

/** Questions about the shipped knowledge in words that it does not use. */
const PARAPHRASES = [
  'What does Visavis do?',
  'Tell me how to install it.',
  'Can I use Ollama with this?',
  'How can I change the language?',
  'Does it run on my laptop?',
  'Is my voice recorded?',
  'How do I add a new avatar?',
  'What happens when I interrupt you?',
  'Do I have to pay for it?',
  'Which browser do I need?',
  'Can you speak French?',
  'How long does it take to answer?',
  'How do I put the avatar on my web site?',
  'Can I use my own photo?',
  'Where do I change the settings?',
];

/** Substitutions, insertions and deletions (Levenshtein). */
function wordErrors(reference: readonly string[], heard: readonly string[]): number {
  let previous = Array.from({ length: heard.length + 1 }, (_, i) => i);
  for (const [i, word] of reference.entries()) {
    const row = [i + 1];
    for (const [j, other] of heard.entries())
      row.push(Math.min(previous[j + 1]! + 1, row[j]! + 1, previous[j]! + (word === other ? 0 : 1)));
    previous = row;
  }
  return previous.at(-1)!;
}

const words = (text: string): string[] => spokenWords(text).map(({ word }) => word);

async function recognise(asr: AsrEngine, recording: Recording): Promise<string> {
  const stream = asr.open({ callId: recording.name, language: 'en', onPartial: () => undefined, onFailure: () => undefined });
  const { pcm } = scene([{ pcm: recording.pcm, pauseBeforeMs: 300 }], { tailMs: 300, noiseDb: -65 });
  for (let at = 0; at < pcm.length; at += VAD_FRAME_SAMPLES) stream.push(pcm.slice(at, at + VAD_FRAME_SAMPLES));
  return (await stream.finish()).text;
}

async function measure(asr: AsrEngine, recordings: readonly Recording[]): Promise<{ rate: number; realTimeFactor: number }> {
  let errors = 0;
  let total = 0;
  let soundMs = 0;
  const before = process.cpuUsage();
  for (const recording of recordings) {
    const heard = await recognise(asr, recording);
    errors += wordErrors(words(recording.text), words(heard));
    total += words(recording.text).length;
    soundMs += recording.pcm.length / SAMPLES_PER_MS;
  }
  const { user, system } = process.cpuUsage(before);
  return { rate: errors / Math.max(1, total), realTimeFactor: (user + system) / 1_000 / Math.max(1, soundMs) };
}

/** Several calls speak at once in real time: how late after its last sample is each VAD frame reported? */
async function crowd(recordings: readonly Recording[]): Promise<number[]> {
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const hearing = await createHearing({ ...configSchema.parse({}).hearing, decoders: SPEAKERS, maxDecoders: SPEAKERS }, { log: silent });
  await hearing.setDomain(knowledge().sentences);
  const delays: number[] = [];
  const sounds = recordings.slice(0, SPEAKERS).map(({ pcm }) => scene([{ pcm, pauseBeforeMs: 500 }], { tailMs: 500 }).pcm);
  const ears = await Promise.all(sounds.map((_, i) => hearing.open({ callId: `speaker-${i}`, language: 'en' })));
  const beganMs = performance.now();
  for (const ear of ears) {
    ear.onEvent((event) => {
      if (event.type === 'vad') delays.push(performance.now() - beganMs - event.atMs);
    });
  }
  const lengthMs = Math.max(...sounds.map((sound) => sound.length)) / SAMPLES_PER_MS;
  for (let sentMs = 0; sentMs < lengthMs; ) {
    // A microphone gives a frame when it is full.
    while (sentMs + FRAME_MS <= performance.now() - beganMs) {
      for (const [i, ear] of ears.entries()) ear.push(sounds[i]!.slice(sentMs * SAMPLES_PER_MS, (sentMs + FRAME_MS) * SAMPLES_PER_MS));
      sentMs += FRAME_MS;
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await hearing.close();
  return delays;
}

const found = await pocketsphinx.isAvailable(pocketsphinx.optionsSchema.parse({}));
if (!found.available) throw new Error(found.reason);
const { questions, sentences } = knowledge();
const asked = await ownSpeech(questions);
const paraphrased = await ownSpeech(PARAPHRASES);
const human = await humanSpeech();
const rows: ReportRow[] = [];
const { domainWeight: usualWeight, domainCacheDir } = configSchema.parse({}).hearing;
for (const domainWeight of [usualWeight, 0]) {
  const asr = await pocketsphinx.create(pocketsphinx.optionsSchema.parse({ decoders: 1, maxDecoders: 1, domainWeight, domainCacheDir }));
  await asr.setDomain?.(sentences);
  const model = domainWeight > 0 ? 'with the domain' : 'without the domain';
  for (const [name, set] of [
    ['questions of the knowledge', asked],
    ['the same things in other words', paraphrased],
    ['human read speech, open', human],
  ] as const) {
    if (set.length === 0) continue;
    const { rate, realTimeFactor } = await measure(asr, set);
    const isGoal = domainWeight > 0 && set === asked;
    rows.push({
      id: 'H2',
      figure: `word errors, ${name}, ${model}`,
      value: `${(100 * rate).toFixed(1)} % (${realTimeFactor.toFixed(2)} CPU s per s)`,
      ...(isGoal ? { goal: `<= ${100 * DOMAIN_GOAL} %`, pass: rate <= DOMAIN_GOAL } : {}),
    });
  }
  await asr.close();
}
const delays = await crowd(human.length >= SPEAKERS ? human : asked);
rows.push({
  id: 'H2',
  figure: `VAD report after its frame, ${SPEAKERS} speakers at once, p50 / p95 / most`,
  value: [0.5, 0.95, 1].map((share) => `${quantile(delays, share).toFixed(0)} ms`).join(' / '),
});
const reached = printReport({
  title: 'Speech recognition',
  rows,
  notes: [`${asked.length} + ${paraphrased.length} sentences of our own voice, ${human.length} human recordings`],
});
process.exitCode = reached ? 0 : 1;
