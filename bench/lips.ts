import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { configSchema } from '../server/core/config-schema.ts';
import { mediaTimeFromMs, SPEECH_RATE_HZ } from '../server/core/media-time.ts';
import { rms } from '../server/core/rms.ts';
import type { Phone } from '../server/core/speech.ts';
import { REACH } from '../server/face/coarticulation.ts';
import { withLoudness } from '../server/face/loudness.ts';
import { P, VISEMES } from '../server/face/parameters.ts';
import { FacePerformer } from '../server/face/performer.ts';
import { isBilabial, mouthShape } from '../server/face/visemes.ts';
import { readAvatar } from '../server/rendering/read-avatar.ts';
import { createSpeaking } from '../server/speaking/speaking.ts';
import { LipGauge } from './lip-gauge.ts';
import { lipsFromSound } from './lips-from-sound.ts';
import { printReport, quantile } from './report.ts';

/** L1 to L4: what the lips of a shipped face really do while the voices speak; L6: lips by sound alone. `--avatar NAME`. */
/** Full of closures, for L1. */
const CLOSURES = [
  'Maybe both of them came by boat, but nobody believed it.',
  'Five brave fishermen have found seven very old violins.',
  'Good morning! How may I help you with your problem today?',
  'The museum opens at ten, and it is free for people under eighteen.',
  'Why would you do that? Please tell me more about your plan.',
  'Thank you, we should choose the yellow shoes and the blue jumper.',
];
/** As people talk, for L4: a hum with shut lips is loud, so sentences made of m and b are no measure of opening. */
const ORDINARY = [
  'The station is just around the corner, on your left hand side.',
  'I have looked into it, and there are three things that you can do.',
  'It usually takes around twenty minutes, depending on the traffic.',
  'Yes, the restaurant is open until nine in the evening.',
  'You can ask me anything about the city, its history and its people.',
  'The weather should stay dry this afternoon, with a little wind.',
];
/** For machines without a voice: "Mama baked a beautiful blue pie for me". */
const SCRIPT =
  'm:80 ɑ:110 m:75 ə:60 b:70 eɪ:130 k:80 t:60 ə:50 b:60 j:50 u:90 t:50 ə:40 f:90 əl:80 b:65 l:60 u:130 p:85 aɪ:170 f:85 ɔ:90 m:80 iː:180';

const FRAME_MS = 40;
const LEAD_MS = 1_000;
/** Closed within so much of the resting lips; the canvas is 1024 pixels. */
const CLOSED_PX = 1;
const WINDOW_MS = 100;
const STEP_MS = 10;

interface Spoken {
  readonly phones: readonly Phone[];
  readonly pcm?: Int16Array;
  readonly ordinary?: boolean;
}

const { values } = parseArgs({ options: { avatar: { type: 'string', default: 'mia' } } });
const { avatar } = values;
const { rig } = await readAvatar(resolve('avatars'), avatar);
const lips = new LipGauge(rig);
const spoken = await speak();
const results = spoken.map((piece, i) => measure(piece, i + 1));

const closures = results.flatMap((result) => result.closures);
const offsets = results.flatMap((result) => result.offsetsMs).map(Math.abs);
const still = Math.max(...results.flatMap((result) => result.silentMovementPx), idleMovementPx());
const sounding = results.filter((result) => result.level.length > 0);
const { atZero: correlation, bestLagMs: lagMs } = correlate(sounding);
const closedShare = closures.filter(Boolean).length / closures.length;
const median = quantile(offsets, 0.5);
const p95 = quantile(offsets, 0.95);

const fromSound = await lipsFromSound();
const reached = printReport({
  title: `Lips of ${avatar}: ${spoken.length} sentences, ${closures.length} closures, ${offsets.length} viseme changes`,
  rows: [
    {
      id: 'L1',
      figure: 'lips closed during p b m',
      value: `${(100 * closedShare).toFixed(1)} %`,
      goal: '>= 98 %',
      pass: closedShare >= 0.98,
    },
    { id: 'L2', figure: 'viseme against phone label, median', value: `${median.toFixed(0)} ms`, goal: '<= 20 ms', pass: median <= 20 },
    { id: 'L2', figure: 'viseme against phone label, p95', value: `${p95.toFixed(0)} ms`, goal: '<= 60 ms', pass: p95 <= 60 },
    { id: 'L3', figure: 'lip movement in silence', value: `${still.toFixed(3)} px`, goal: '0', pass: still === 0 },
    ...(sounding.length > 0
      ? [
          {
            id: 'L4',
            figure: 'opening against envelope, correlation',
            value: correlation.toFixed(2),
            goal: '>= 0.75',
            pass: correlation >= 0.75,
          },
          { id: 'L4', figure: 'lag of its peak', value: `${lagMs.toFixed(0)} ms`, goal: '+-20 ms', pass: Math.abs(lagMs) <= 20 },
        ]
      : [{ id: 'L4', figure: 'opening against envelope', value: 'no voice engine here', goal: '>= 0.75' }]),
    ...fromSound.rows,
  ],
  notes: fromSound.notes,
});
process.exitCode = reached ? 0 : 1;

async function speak(): Promise<Spoken[]> {
  try {
    await using speaking = await createSpeaking(configSchema.parse({}).speaking);
    const voice = speaking.defaultVoice('en');
    const out: Spoken[] = [];
    for (const sentence of [...CLOSURES, ...ORDINARY]) {
      const ordinary = ORDINARY.includes(sentence);
      for await (const { phones, pcm } of speaking.speak(only(sentence), { voice, signal: AbortSignal.timeout(60_000) }))
        out.push({ phones, pcm, ordinary });
    }
    return out;
  } catch (error) {
    console.log(`No voice spoke (${error instanceof Error ? error.message : String(error)}); the built-in phones are used.`);
    let at = 0;
    const phones = SCRIPT.split(' ').map((item): Phone => {
      const [symbol, duration] = item.split(':') as [string, string];
      return { symbol, startMs: at, endMs: (at += Number(duration)), stressed: true };
    });
    return [{ phones }];
  }
}

async function* only(text: string): AsyncIterable<string> {
  yield text;
}

function measure({ phones: plain, pcm, ordinary }: Spoken, seed: number) {
  const phones = pcm ? withLoudness(plain, pcm, SPEECH_RATE_HZ) : plain;
  const performer = new FacePerformer({ seed, emotions: rig.emotions });
  performer.setMode('speaking', 0);
  performer.speak('turn', mediaTimeFromMs(LEAD_MS), phones);
  const endMs = phones.at(-1)?.endMs ?? 0;
  // Every millisecond, which holds every phase of 25 frames a second.
  const gaps: number[] = [];
  const leading: number[] = [];
  for (let ms = 0; ms < LEAD_MS + endMs + 1_000; ms++) {
    const frame = performer.frameAt(mediaTimeFromMs(ms));
    // Each shape by its own full strength.
    const strength = VISEMES.map((viseme) => (frame[P[`viseme_${viseme}`]] as number) / REACH[viseme]);
    const best = strength.indexOf(Math.max(...strength));
    leading.push((strength[best] as number) > 0.05 ? best : -1);
    gaps.push(lips.gapPx(frame));
  }
  const sounding = phones.filter((phone) => mouthShape(phone.symbol));
  const silences = silentSpans(sounding, endMs);
  const movement = silences.map(([from, to]) => {
    const span = gaps.slice(from, to);
    return span.length > 0 ? Math.max(...span) - Math.min(...span) : 0;
  });
  return {
    closures: sounding.filter((phone) => isBilabial(mouthShape(phone.symbol)!)).map((phone) => isClosed(phone, gaps)),
    offsetsMs: visemeOffsets(sounding, leading),
    silentMovementPx: movement,
    gaps,
    level: pcm && ordinary ? levels(pcm) : [],
  };
}

/** Seen by a viewer of 25 frames a second, in the worst phase: the frame nearest the phone's middle shows shut lips. */
function isClosed(phone: Phone, gaps: readonly number[]): boolean {
  const middle = Math.round(LEAD_MS + (phone.startMs + phone.endMs) / 2);
  const halfMs = FRAME_MS / 2;
  return gaps.slice(middle - halfMs, middle + halfMs).every((gap) => gap <= CLOSED_PX);
}

/** For each change of viseme between neighbouring phones: when the new one takes the lead, against its label. */
function visemeOffsets(phones: readonly Phone[], leading: readonly number[]): number[] {
  const offsets: number[] = [];
  phones.forEach((phone, i) => {
    const viseme = VISEMES.indexOf(mouthShape(phone.symbol)!.visemes[0]);
    const before = phones[i - 1];
    if (before && VISEMES.indexOf(mouthShape(before.symbol)!.visemes.at(-1)!) === viseme) return;
    const label = Math.round(LEAD_MS + phone.startMs);
    // Not before the middle of the phone before it, where the same viseme may be another phone's.
    let ms = before ? Math.round(LEAD_MS + (before.startMs + before.endMs) / 2) : label - 120;
    while (ms < label + 200 && leading[ms] !== viseme) ms++;
    offsets.push(ms - label);
  });
  return offsets;
}

function silentSpans(phones: readonly Phone[], endMs: number): [number, number][] {
  const spans: [number, number][] = [[0, LEAD_MS + Math.floor(phones[0]?.startMs ?? 0) - FRAME_MS]];
  phones.forEach((phone, i) => {
    const next = phones[i + 1]?.startMs ?? endMs + 1_000;
    if (next - phone.endMs >= 150) spans.push([Math.ceil(LEAD_MS + phone.endMs + 80), Math.floor(LEAD_MS + next - FRAME_MS)]);
  });
  return spans;
}

/** The sound's envelope: RMS over 100 ms, every 10 ms; syllables are slower, pitch is faster. */
function levels(pcm: Int16Array): number[] {
  const at = (ms: number) => Math.max(0, Math.floor((ms * SPEECH_RATE_HZ) / 1000));
  return Array.from({ length: Math.floor(((pcm.length / SPEECH_RATE_HZ) * 1000) / STEP_MS) }, (_, i) => {
    return rms(pcm, at(i * STEP_MS - WINDOW_MS / 2), at(i * STEP_MS + WINDOW_MS / 2));
  });
}

/** Pearson's correlation of the mouth's opening, averaged over the same windows, with the envelope, over all that was spoken. */
function correlate(pieces: readonly { readonly gaps: readonly number[]; readonly level: readonly number[] }[]): {
  atZero: number;
  bestLagMs: number;
} {
  const level = pieces.flatMap((piece) => piece.level);
  const opening = (lagMs: number) =>
    pieces.flatMap(({ gaps, level: { length } }) =>
      Array.from({ length }, (_, i) => {
        const middle = LEAD_MS + i * STEP_MS + lagMs;
        const span = gaps.slice(middle - WINDOW_MS / 2, middle + WINDOW_MS / 2);
        return span.reduce((sum, gap) => sum + gap, 0) / Math.max(1, span.length);
      }),
    );
  const lags = Array.from({ length: 25 }, (_, i) => (i - 12) * STEP_MS);
  const byLag = lags.map((lag) => pearson(level, opening(lag)));
  return { atZero: byLag[12] as number, bestLagMs: lags[byLag.indexOf(Math.max(...byLag))] as number };
}

function pearson(a: readonly number[], b: readonly number[]): number {
  const mean = (list: readonly number[]) => list.reduce((sum, x) => sum + x, 0) / list.length;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  a.forEach((x, i) => {
    const y = (b[i] as number) - mb;
    ab += (x - ma) * y;
    aa += (x - ma) ** 2;
    bb += y * y;
  });
  return ab / Math.sqrt(aa * bb);
}

/** A minute of idle, listening and thinking. */
function idleMovementPx(): number {
  const performer = new FacePerformer({ seed: 99, emotions: rig.emotions });
  const gaps: number[] = [];
  for (let ms = 0; ms < 60_000; ms += FRAME_MS) {
    performer.setMode((['idle', 'listening', 'thinking'] as const)[Math.floor(ms / 20_000)] ?? 'idle', mediaTimeFromMs(ms));
    gaps.push(lips.gapPx(performer.frameAt(mediaTimeFromMs(ms))));
  }
  return Math.max(...gaps) - Math.min(...gaps);
}
