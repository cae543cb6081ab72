import type { AsrEngine, Recognition } from '../server/hearing/asr/asr.ts';
import pocketsphinx from '../server/hearing/asr/pocketsphinx.ts';
import type { EarReport } from '../server/hearing/ear-messages.ts';
import { EarStream } from '../server/hearing/ear-stream.ts';
import { SAMPLES_PER_MS } from '../server/hearing/hearing-rate.ts';
import { earOptionsSchema } from '../server/hearing/hearing-options.ts';
import { roomNoise, seededRandom } from '../server/hearing/test-speech.ts';
import silero from '../server/hearing/vad/silero.ts';
import type { VadEngine } from '../server/hearing/vad/vad.ts';
import { alignTable, printReport, quantile } from './report.ts';
import { humanSpeech, knowledge, loudSpan, ownSpeech, wordTimes } from './speech-material.ts';

/**
 * The end of a turn: how long after the visitor's last sound the floor is free, against how many pauses inside a turn are
 * cut off. A hard set: true ends, natural pauses, and pauses of 0.3-0.9 s inserted between words. The whole curve is
 * printed, for a fixed silence and for the rule that waits twice as long when the words are unfinished.
 */
const P50_GOAL_MS = 800;
const CUT_OFF_GOAL = 0.05;
const HOLDS_MS = [200, 300, 400, 500, 600, 700, 800, 900, 1_000, 1_200];
const FIRST_WORD_MS = 600;
/** A stricter bound for a finished sentence, for comparison: fewer cut-offs, a longer tail. */
const STRICT_LOG10 = -6.5;
const INSERTED_PER_RECORDING = 7;
const TAIL_MS = 2_500;
/** Silences of the speaker that are shorter are not pauses that anybody could take for an end. */
const NATURAL_PAUSE_MS = 200;

interface Judged {
  readonly fromMs: number;
  readonly reason: Extract<EarReport, { type: 'turn' }>['reason'];
  readonly sentenceEndLog10: number | undefined;
}

/** A silence as the ear saw it: what the words said at each moment of it. */
interface Silence {
  readonly kind: 'end' | 'natural' | 'inserted';
  /** From the last sound until the VAD calls it silence. */
  readonly delayMs: number;
  readonly lengthMs: number;
  /** Newest judgement from each length of silence on. */
  readonly judgements: readonly Judged[];
}

const options = { ...earOptionsSchema.parse({}), abandonAfterMs: 10_000 };

/** log10 P(end of sentence) by the words of the partial. */
const sentenceEnds = new Map<string, number | undefined>();

/** Plays a recording to an ear in lock-step: each frame waits until the recogniser has caught up. */
async function observe(pcm: Int16Array, vad: VadEngine, asr: AsrEngine, callId: string): Promise<EarReport[]> {
  const reports: EarReport[] = [];
  const behind: { readonly behindMs: number }[] = [];
  const watched: AsrEngine = {
    ...asr,
    refuses: () => undefined,
    close: () => Promise.resolve(),
    open: (stream) => {
      const onPartial = (partial: Recognition) => {
        sentenceEnds.set(partial.text, partial.sentenceEndLog10);
        stream.onPartial(partial);
      };
      const opened = asr.open({ ...stream, onPartial });
      behind.push(opened);
      return opened;
    },
  };
  const opened = { kind: 'open', ear: callId, callId, language: 'en', fromSample: 0, ignoreBeforeSample: 0, lastUtterance: 0 } as const;
  const ear = new EarStream(opened, vad.open(), watched, options, (report) => reports.push(report));
  ear.push(0, pcm);
  while (ear.isDue) {
    const frame = ear.takeFrame();
    while ((behind.at(-1)?.behindMs ?? 0) > 64) await new Promise((resolve) => setTimeout(resolve, 2));
    ear.onProbability((await vad.process([{ stream: ear.vad, frame }]))[0]!);
  }
  ear.close();
  return reports;
}

/** The silences of an utterance, from its reports. `endMs`: the speaker's last sound; `inserted`: where pauses were put. */
function silencesOf(reports: readonly EarReport[], endMs: number, inserted: readonly { startMs: number; endMs: number }[]): Silence[] {
  const silences: Silence[] = [];
  let running: { startMs: number; judgements: Judged[]; lengthMs: number } | undefined;
  let hasSpoken = false;
  const close = () => {
    if (running && hasSpoken) {
      const { startMs, lengthMs, judgements } = running;
      const isEnd = startMs >= endMs - 400;
      const isInserted = inserted.some((pause) => startMs < pause.endMs && startMs + lengthMs > pause.startMs);
      if (isEnd || isInserted || lengthMs >= NATURAL_PAUSE_MS) {
        silences.push({ kind: isEnd ? 'end' : isInserted ? 'inserted' : 'natural', delayMs: startMs - endMs, lengthMs, judgements });
      }
    }
    running = undefined;
  };
  for (const report of reports) {
    if (report.type === 'vad') {
      if (report.isSpeech) {
        close();
        hasSpoken = true;
      } else {
        running ??= { startMs: report.atMs - report.silenceMs, judgements: [], lengthMs: 0 };
        running.lengthMs = report.silenceMs;
      }
    } else if (report.type === 'turn' && running) {
      running.judgements.push({ fromMs: running.lengthMs, reason: report.reason, sentenceEndLog10: sentenceEnds.get(report.text) });
    }
  }
  close();
  return silences;
}

/** When the silence is taken for the end, if at all before it is over. */
function endsAfterMs(
  { lengthMs, judgements }: Silence,
  holdMs: number,
  unfinishedHoldMs: number,
  unfinishedLog10: number,
): number | undefined {
  for (let silenceMs = 32; silenceMs <= lengthMs; silenceMs += 32) {
    const judged = judgements.findLast((judgement) => judgement.fromMs <= silenceMs);
    const isUnfinished = judged !== undefined && (judged.reason !== 'complete' || (judged.sentenceEndLog10 ?? 0) < unfinishedLog10);
    if (silenceMs >= (isUnfinished ? unfinishedHoldMs : holdMs)) return silenceMs;
  }
  return undefined;
}

function withPauses(pcm: Int16Array, words: readonly { startMs: number; endMs: number }[], random: () => number) {
  const gaps = words
    .slice(1)
    .map((word, i) => (words[i]!.endMs + word.startMs) / 2)
    .filter((ms) => ms > FIRST_WORD_MS);
  const chosen = [...gaps]
    .sort(() => random() - 0.5)
    .slice(0, INSERTED_PER_RECORDING)
    .sort((a, b) => a - b);
  const parts: Int16Array[] = [];
  const inserted: { startMs: number; endMs: number }[] = [];
  let from = 0;
  let lengthMs = 0;
  for (const gapMs of chosen) {
    const at = Math.round(gapMs * SAMPLES_PER_MS);
    const pauseMs = 300 + 600 * random();
    parts.push(pcm.subarray(from, at), roomNoise(pauseMs, -65));
    lengthMs += (at - from) / SAMPLES_PER_MS;
    inserted.push({ startMs: lengthMs, endMs: lengthMs + pauseMs });
    lengthMs += pauseMs;
    from = at;
  }
  parts.push(pcm.subarray(from));
  return { pcm: joined(parts), inserted };
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

const vad = await silero.create({ vadRuntime: 'native' });
const asr = await pocketsphinx.create(pocketsphinx.optionsSchema.parse({ decoders: 1, maxDecoders: 1 }));
const engine: AsrEngine = { open: (stream) => asr.open(stream), refuses: () => undefined, close: () => asr.close() };
await asr.setDomain?.(knowledge().sentences);

const human = await humanSpeech();
const recordings = human.length > 0 ? human : await ownSpeech(knowledge().questions.slice(0, 20));
const silences: Silence[] = [];
const random = seededRandom(11);
for (const [i, recording] of recordings.entries()) {
  const words = wordTimes(recording.name);
  const versions = [{ pcm: recording.pcm, inserted: [] as { startMs: number; endMs: number }[] }];
  if (words.length > 5) versions.push(withPauses(recording.pcm, words, random));
  for (const version of versions) {
    const { endMs } = loudSpan(version.pcm);
    const reports = await observe(joined([version.pcm, roomNoise(TAIL_MS, -65)]), vad, engine, `turn-${i}`);
    silences.push(...silencesOf(reports, endMs, version.inserted));
  }
}
await vad.close();
await asr.close();

const ends = silences.filter((silence) => silence.kind === 'end');
const pauses = silences.filter((silence) => silence.kind !== 'end');
const outcome = (holdMs: number, unfinishedHoldMs: number, unfinishedLog10 = options.unfinishedLog10) => {
  const cut = pauses.filter((pause) => endsAfterMs(pause, holdMs, unfinishedHoldMs, unfinishedLog10) !== undefined).length;
  const endpoints = ends.map((end) => end.delayMs + (endsAfterMs(end, holdMs, unfinishedHoldMs, unfinishedLog10) ?? TAIL_MS));
  return { cutOffs: cut / Math.max(1, pauses.length), p50: quantile(endpoints, 0.5), p95: quantile(endpoints, 0.95) };
};
const show = ({ cutOffs, p50, p95 }: ReturnType<typeof outcome>) => [
  `${(100 * cutOffs).toFixed(1)} %`,
  `${p50.toFixed(0)} ms`,
  `${p95.toFixed(0)} ms`,
];
const table = alignTable([
  ['silence', 'fixed: cut off', 'p50', 'p95', 'rule, twice: cut off', 'p50', 'p95', `rule at ${STRICT_LOG10}: cut off`, 'p50', 'p95'],
  ...HOLDS_MS.map((holdMs) => [
    `${holdMs} ms`,
    ...show(outcome(holdMs, holdMs)),
    ...show(outcome(holdMs, 2 * holdMs)),
    ...show(outcome(holdMs, 2 * holdMs, STRICT_LOG10)),
  ]),
]);
process.stdout.write(`\n${table.join('\n')}\n`);

const rule = outcome(options.holdMs, options.hangingHoldMs);
const named = `rule of ${options.holdMs} / ${options.hangingHoldMs} ms`;
const reached = printReport({
  title: 'End of turn, hard set',
  rows: [
    {
      id: 'P1',
      figure: `${named}: endpoint after the last sound, p50`,
      value: `${rule.p50.toFixed(0)} ms`,
      goal: `<= ${P50_GOAL_MS} ms`,
      pass: rule.p50 <= P50_GOAL_MS,
    },
    {
      id: 'P1',
      figure: `${named}: pauses cut off`,
      value: `${(100 * rule.cutOffs).toFixed(1)} %`,
      goal: `<= ${100 * CUT_OFF_GOAL} %`,
      pass: rule.cutOffs <= CUT_OFF_GOAL,
    },
    { id: 'P1', figure: `${named}: endpoint, p95`, value: `${rule.p95.toFixed(0)} ms` },
  ],
  notes: [
    `${ends.length} true ends, ${pauses.filter((pause) => pause.kind === 'natural').length} natural and ${pauses.filter((pause) => pause.kind === 'inserted').length} inserted pauses`,
    human.length > 0 ? 'human recordings' : 'our own voice: no pauses can be inserted without word times',
  ],
});
process.exitCode = reached ? 0 : 1;
