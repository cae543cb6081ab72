import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { arrive, costs, GOALS_YARDSTICK_US, spokenQuestions, Yardstick } from './callers.ts';
import type { CallFigures } from './density-client.ts';
import { printReport, quantile, type ReportRow } from './report.ts';
import { ServerProcess } from './server-process.ts';

/**
 * Calls per core (P5) and the main loop at the admission limit (P7): callers over WebRTC who speak and type, in processes
 * of their own. Counts the pictures and packets that arrive, so that density is not bought by leaving some out.
 */
const CALLS_PER_CORE_GOAL = 5;
const LOOP_DELAY_GOAL_MS = 10;
const FRAMES_PER_S = 25;
/** A running server is measured: greetings end, what is often said is spoken ahead, V8 compiles what is often run. */
const SETTLE_S = 30;
/** The loop's delay is published by windows of 10 s; the second one has only calls in it. */
const LOOP_WINDOWS_S = 22;

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: `${2 * availableParallelism()}` },
    limit: { type: 'string', default: `${3 * availableParallelism()}` },
    seconds: { type: 'string', default: '60' },
    'speaking-share': { type: 'string', default: '0.5' },
    profile: { type: 'string' },
    set: { type: 'string', multiple: true, default: [] },
  },
});
const calls = Number(values.calls);
const limit = Math.max(calls, Number(values.limit));
const seconds = Number(values.seconds);
if (values.profile) mkdirSync(values.profile, { recursive: true });

const questions = await spokenQuestions();
await using clients = new AsyncDisposableStack();
// Callers who ask the same all the time would hide what a voice costs: only twenty seconds of sound are kept, for what is prepared twice.
const settings = [`server.maxCalls=${limit}`, 'server.socketsPerAddress=1000', 'speaking.cacheBytes=1000000', ...values.set];
await using server = await ServerProcess.start(settings, values.profile ? { profileDir: path.resolve(values.profile) } : {});
const order = { url: server.url, calls, questions, speakingShare: Number(values['speaking-share']) };
const parties = await arrive(order, clients);
await wait(SETTLE_S * 1_000);
using yardstick = new Yardstick();
const before = await server.cpuMs();
const beganMs = performance.now();
for (const party of parties) party.tell({ kind: 'mark' });
await wait(seconds * 1_000);
const figures = (await Promise.all(parties.map((party) => party.figures()))).flat();
const after = await server.cpuMs();
const windowS = (performance.now() - beganMs) / 1_000;

await arrive({ ...order, calls: limit - calls }, clients);
await wait(LOOP_WINDOWS_S * 1_000);
const loopMs = (await server.metric('visavis_event_loop_delay_seconds{quantile="0.99"}')) * 1_000;
const atLimit = await server.metric('visavis_calls_active{carrier="webrtc"}');

const shares = costs(before, after, { windowS, calls });
const total = shares.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
const callsPerCore = 1_000 / total;
const framesPerS = figures.map(({ frames }) => frames / windowS);
const spokenFramesPerS = figures.map(({ spokenFrames, speakingMs }) => (spokenFrames * 1_000) / speakingMs);
const speaking = figures.reduce((sum, { speakingMs }) => sum + speakingMs, 0) / figures.length / windowS / 1_000;
const small = figures.filter(({ widthPx, heightPx }) => widthPx !== 512 || heightPx !== 512).length;
const mean = (of: (figure: CallFigures) => number) => figures.reduce((sum, figure) => sum + of(figure), 0) / figures.length;
const slowest = Math.min(...spokenFramesPerS);
const rows: ReportRow[] = [
  {
    id: 'P5',
    figure: 'calls per core, 512x512, all processes',
    value: callsPerCore.toFixed(1),
    goal: `>= ${CALLS_PER_CORE_GOAL}`,
    pass: callsPerCore >= CALLS_PER_CORE_GOAL,
  },
  { id: '', figure: 'processor time of a call', value: `${total.toFixed(1)} ms/s` },
  ...shares.map(({ name, cpuMs }) => ({ id: '', figure: `  ${name}`, value: `${cpuMs.toFixed(1)} ms/s` })),
  { id: '', figure: 'frames per second, median', value: quantile(framesPerS, 0.5).toFixed(1) },
  {
    id: '',
    figure: 'frames per second while the avatar speaks, slowest call',
    value: slowest.toFixed(1),
    goal: `>= ${FRAMES_PER_S - 0.5}`,
    pass: slowest >= FRAMES_PER_S - 0.5,
  },
  {
    id: '',
    figure: 'longest gap between frames, median call',
    value: `${quantile(
      figures.map(({ largestGapMs }) => largestGapMs),
      0.5,
    ).toFixed(0)} ms`,
  },
  { id: '', figure: 'calls whose picture was made smaller', value: `${small}`, goal: '0', pass: small === 0 },
  {
    id: '',
    figure: 'picture and sound',
    value: `${(mean(({ videoBytes }) => videoBytes) / 125 / windowS).toFixed(0)} kbit/s, ${(mean(({ audioPackets }) => audioPackets) / windowS).toFixed(1)} packets/s`,
  },
  {
    id: '',
    figure: 'answers; the avatar speaks',
    value: `${figures.reduce((sum, { answers }) => sum + answers, 0)}; ${(speaking * 100).toFixed(0)} % of the time`,
  },
  {
    id: 'P7',
    figure: `delay of the main loop, ${atLimit} calls, p99`,
    value: `${loopMs.toFixed(1)} ms`,
    goal: `< ${LOOP_DELAY_GOAL_MS} ms`,
    pass: loopMs < LOOP_DELAY_GOAL_MS,
  },
];
const reached = printReport({
  title: `Density: ${calls} calls for ${windowS.toFixed(0)} s`,
  rows,
  notes: [
    `a fixed piece of work (an Opus frame) took ${yardstick.medianUs.toFixed(0)} us of processor time meanwhile, ${GOALS_YARDSTICK_US} on the machine that the goals were set on`,
    'the delay of the loop and the gaps are by the clock: other programs lengthen them',
  ],
});
process.exitCode = reached ? 0 : 1;
