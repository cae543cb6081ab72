import { EarStream } from '../server/hearing/ear-stream.ts';
import type { EarReport } from '../server/hearing/ear-messages.ts';
import { SAMPLES_PER_MS } from '../server/hearing/hearing-rate.ts';
import { earOptionsSchema } from '../server/hearing/hearing-options.ts';
import { roomNoise, scene, seededRandom } from '../server/hearing/test-speech.ts';
import { findEngine } from '../server/core/engine-folder.ts';
import { scanVads } from '../server/hearing/vad/vad.ts';
import { printReport, quantile, type ReportRow } from './report.ts';
import { humanSpeech, knowledge, loudSpan, noises, ownSpeech } from './speech-material.ts';

/** Voice activity (H1): delay of onset and offset at several noise levels, false alarms per hour, cost per frame. */
const ONSET_GOAL_MS = 70;
const OFFSET_GOAL_MS = 100;
/** Speech that would make the avatar do something. */
const ALARM_MS = 96;
const HOUR_MS = 3_600_000;

const options = earOptionsSchema.parse({});
const vad = await findEngine(await scanVads(), process.argv[2] ?? options.vad).create({ vadRuntime: 'native' });

async function listen(pcm: Int16Array): Promise<Extract<EarReport, { type: 'vad' }>[]> {
  const heard: Extract<EarReport, { type: 'vad' }>[] = [];
  const opened = {
    kind: 'open',
    ear: 'bench',
    callId: 'bench',
    language: 'en',
    fromSample: 0,
    ignoreBeforeSample: 0,
    lastUtterance: 0,
  } as const;
  const ear = new EarStream(opened, vad.open(), undefined, options, (report) => {
    if (report.type === 'vad') heard.push(report);
  });
  ear.push(0, pcm);
  while (ear.isDue) ear.onProbability((await vad.process([{ stream: ear.vad, frame: ear.takeFrame() }]))[0]!);
  return heard;
}

const levelOf = (pcm: Int16Array): number => {
  const { startMs, endMs } = loudSpan(pcm);
  const loud = pcm.subarray(startMs * SAMPLES_PER_MS, endMs * SAMPLES_PER_MS);
  return 20 * Math.log10(Math.sqrt(loud.reduce((sum, v) => sum + v * v, 0) / loud.length) / 32_768);
};

const recordings = await humanSpeech();
const speech = recordings.length > 0 ? recordings : await ownSpeech(knowledge().questions.slice(0, 20));
const rows: ReportRow[] = [];
for (const snrDb of [40, 15, 10, 5]) {
  const onsets: number[] = [];
  const offsets: number[] = [];
  let missed = 0;
  for (const { pcm } of speech) {
    const { startMs, endMs } = loudSpan(pcm);
    const bed = scene([{ pcm, pauseBeforeMs: 1_000 }], { noiseDb: levelOf(pcm) - snrDb, tailMs: 1_500 });
    const heard = await listen(bed.pcm);
    const speechFrames = heard.filter((frame) => frame.isSpeech && frame.atMs > 1_000 + startMs);
    const last = speechFrames.at(-1);
    if (!last) {
      missed++;
      continue;
    }
    onsets.push(speechFrames[0]!.atMs - 1_000 - startMs);
    // Silence is known when its first frame is over.
    offsets.push(last.atMs + 32 - 1_000 - endMs);
  }
  const name = snrDb === 40 ? 'quiet room' : `${snrDb} dB above noise`;
  const onset = quantile(onsets, 0.5);
  const offset = quantile(offsets, 0.5);
  rows.push({
    id: 'H1',
    figure: `onset, ${name}, p50 (p95)`,
    value: `${onset.toFixed(0)} (${quantile(onsets, 0.95).toFixed(0)}) ms`,
    goal: `<= ${ONSET_GOAL_MS} ms`,
    pass: onset <= ONSET_GOAL_MS && missed === 0,
  });
  rows.push({
    id: 'H1',
    figure: `offset, ${name}, p50 (p95)`,
    value: `${offset.toFixed(0)} (${quantile(offsets, 0.95).toFixed(0)}) ms`,
    goal: `<= ${OFFSET_GOAL_MS} ms`,
    pass: offset <= OFFSET_GOAL_MS,
  });
}

const random = seededRandom(5);
const made = [-60, -40, -25].map((levelDb) => ({ name: `noise at ${levelDb} dB`, pcm: roomNoise(60_000, levelDb, random) }));
let alarms = 0;
let noiseMs = 0;
const guilty: string[] = [];
for (const { name, pcm } of [...made, ...(await noises())]) {
  const heard = await listen(pcm);
  const begun = heard.filter((frame) => frame.isSpeech && frame.speechMs === ALARM_MS).length;
  if (begun > 0) guilty.push(`${name}: ${begun}`);
  alarms += begun;
  noiseMs += pcm.length / SAMPLES_PER_MS;
}
rows.push({
  id: 'H1',
  figure: `false alarms per hour, of ${(noiseMs / 1_000).toFixed(0)} s of noise`,
  value: ((alarms * HOUR_MS) / noiseMs).toFixed(1),
  goal: '0',
  pass: alarms === 0,
});

const cost = await (async () => {
  const pcm = roomNoise(20_000, -40);
  const before = process.cpuUsage();
  const frames = (await listen(pcm)).length;
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / frames;
})();
rows.push({ id: 'H1', figure: 'CPU per 32 ms frame, one call', value: `${cost.toFixed(2)} ms` });
await vad.close();
const source = recordings.length > 0 ? `${speech.length} human recordings` : `${speech.length} sentences of our own voice`;
const reached = printReport({
  title: 'Voice activity detection',
  rows,
  notes: [source, ...(guilty.length > 0 ? [`false alarms in ${guilty.join(', ')}`] : [])],
});
process.exitCode = reached ? 0 : 1;
