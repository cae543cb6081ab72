import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Encoder } from '@evan/opus';
import { SPEECH_RATE_HZ } from '../server/core/media-time.ts';
import { VisitorVoice } from '../server/e2e/visitor.ts';
import type { CallFigures, FromCallers, SpokenQuestion, ToCallers } from './density-client.ts';
import { printReport, quantile, type ReportRow } from './report.ts';
import { ServerProcess } from './server-process.ts';

/**
 * Calls per core (P5) and the main loop at the admission limit (P7): callers over WebRTC who speak and type, in processes
 * of their own. Counts the pictures and packets that arrive, so that density is not bought by leaving some out.
 */
const CALLS_PER_CORE_GOAL = 5;
const LOOP_DELAY_GOAL_MS = 10;
const FRAMES_PER_S = 25;
/** The loop's delay is published by windows of 10 s; the second one has only calls in it. */
const LOOP_WINDOWS_S = 22;
const CALLS_PER_CLIENT = 6;
const QUESTIONS = [
  'What is Visavis?',
  'Do I need a graphics card?',
  'How do your lips move?',
  'Is Visavis free?',
  'How do you hear me?',
  'Can I interrupt you?',
  'How fast are you?',
  'What happens if something crashes?',
  'How do I connect a language model?',
  'Do you record me?',
  'Which browsers work?',
  'How do I teach you something?',
];

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: `${2 * availableParallelism()}` },
    limit: { type: 'string', default: `${3 * availableParallelism()}` },
    seconds: { type: 'string', default: '30' },
    'speaking-share': { type: 'string', default: '0.5' },
    profile: { type: 'string' },
    set: { type: 'string', multiple: true, default: [] },
  },
});
const calls = Number(values.calls);
const limit = Math.max(calls, Number(values.limit));
const seconds = Number(values.seconds);
if (values.profile) mkdirSync(values.profile, { recursive: true });

/** One process with callers in it. */
class Callers implements AsyncDisposable {
  readonly #process: ChildProcess = fork(path.join(import.meta.dirname, 'density-client.ts'), [], {
    serialization: 'advanced',
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });

  /** Resolves when every call shows pictures. */
  async begin(url: string, count: number, questions: readonly SpokenQuestion[]): Promise<void> {
    this.tell({ kind: 'begin', order: { url, calls: count, questions, speakingShare: Number(values['speaking-share']) } });
    const reply = await this.#reply();
    if (reply.kind === 'failed') throw new Error(reply.problem);
  }

  async figures(): Promise<readonly CallFigures[]> {
    this.tell({ kind: 'read' });
    const reply = await this.#reply();
    return reply.kind === 'figures' ? reply.calls : [];
  }

  tell(message: ToCallers): void {
    this.#process.send(message);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.tell({ kind: 'end' });
    await exited;
  }

  async #reply(): Promise<FromCallers> {
    const [reply] = await Promise.race([
      once(this.#process, 'message'),
      once(this.#process, 'exit').then(() => [{ kind: 'failed', problem: 'The callers died' }]),
    ]);
    return reply as FromCallers;
  }
}

/** The visitors' questions in Opus, as a browser with DTX would send them. */
async function spokenQuestions(): Promise<SpokenQuestion[]> {
  await using voice = await VisitorVoice.open();
  const frame = SPEECH_RATE_HZ / 50;
  const spoken: SpokenQuestion[] = [];
  for (const text of QUESTIONS) {
    const pcm = await voice.of(text);
    const encoder = new Encoder({ channels: 1, sample_rate: SPEECH_RATE_HZ, application: 'voip' });
    encoder.bitrate = 32_000;
    const packets: Uint8Array[] = [];
    for (let at = 0; at + frame <= pcm.length; at += frame) packets.push(new Uint8Array(encoder.encode(pcm.subarray(at, at + frame))));
    spoken.push({ text, packets });
  }
  return spoken;
}

/**
 * Processor time of a fixed piece of work (20 ms of speech into Opus), repeated until disposed: on cores that are shared with
 * other programs everything takes longer, and by about the same factor.
 */
class Yardstick implements Disposable {
  readonly #pcm = Int16Array.from({ length: SPEECH_RATE_HZ / 50 }, (_, i) => 8_000 * Math.sin(i / 9) + 3_000 * Math.sin(i / 2.3));
  readonly #costsUs: number[] = [];
  readonly #timer = setInterval(() => this.#work(), 250);

  get medianUs(): number {
    return quantile(this.#costsUs, 0.5);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #work(): void {
    const encoder = new Encoder({ channels: 1, sample_rate: SPEECH_RATE_HZ, application: 'voip' });
    const before = process.cpuUsage();
    for (let i = 0; i < 10; i++) encoder.encode(this.#pcm);
    const { user, system } = process.cpuUsage(before);
    this.#costsUs.push((user + system) / 10);
  }
}

/** A process's name for people: `cli` is the main process. */
const part = (name: string): string => (name === 'cli' ? 'main' : name.replace('-child', ''));

const questions = await spokenQuestions();
await using clients = new AsyncDisposableStack();
// Sound that was made before is not made again; callers who ask the same all the time would hide what a voice costs.
const settings = [`server.maxCalls=${limit}`, 'server.socketsPerAddress=1000', 'speaking.cacheBytes=0', ...values.set];
await using server = await ServerProcess.start(settings, values.profile ? { profileDir: path.resolve(values.profile) } : {});
const parties: Callers[] = [];
const arrive = async (count: number) => {
  for (let left = count; left > 0; left -= CALLS_PER_CLIENT) {
    const party = clients.use(new Callers());
    parties.push(party);
    await party.begin(server.url, Math.min(left, CALLS_PER_CLIENT), questions);
  }
};

await arrive(calls);
// Greetings end, estimates settle.
await wait(8_000);
using yardstick = new Yardstick();
const before = await server.cpuMs();
const beganMs = performance.now();
for (const party of parties) party.tell({ kind: 'mark' });
await wait(seconds * 1_000);
const figures = (await Promise.all(parties.map((party) => party.figures()))).flat();
const after = await server.cpuMs();
const windowS = (performance.now() - beganMs) / 1_000;

await arrive(limit - calls);
await wait(LOOP_WINDOWS_S * 1_000);
const loopMs = (await server.metric('visavis_event_loop_delay_seconds{quantile="0.99"}')) * 1_000;
const atLimit = await server.metric('visavis_calls_active{carrier="webrtc"}');

const perCall = (cpuMs: number) => cpuMs / windowS / calls;
const shares = [...after]
  .map(([name, ms]) => ({ name: part(name), cpuMs: perCall(ms - (before.get(name) ?? 0)) }))
  .filter(({ cpuMs }) => cpuMs >= 0.05);
const total = shares.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
const callsPerCore = 1_000 / total;
const framesPerS = figures.map(({ frames }) => frames / windowS);
const speaking = figures.reduce((sum, { speakingMs }) => sum + speakingMs, 0) / figures.length / windowS / 1_000;
const small = figures.filter(({ widthPx, heightPx }) => widthPx !== 512 || heightPx !== 512).length;
const mean = (of: (figure: CallFigures) => number) => figures.reduce((sum, figure) => sum + of(figure), 0) / figures.length;
const slowest = Math.min(...framesPerS);
const rows: ReportRow[] = [
  {
    id: 'P5',
    figure: 'calls per core, 512x512, all processes',
    value: callsPerCore.toFixed(1),
    goal: `>= ${CALLS_PER_CORE_GOAL}`,
    pass: callsPerCore >= CALLS_PER_CORE_GOAL,
  },
  { id: '', figure: 'processor time of a call', value: `${total.toFixed(1)} ms/s` },
  ...shares
    .sort((a, b) => b.cpuMs - a.cpuMs)
    .map(({ name, cpuMs }) => ({ id: '', figure: `  ${name}`, value: `${cpuMs.toFixed(1)} ms/s` })),
  { id: '', figure: 'frames per second, median', value: quantile(framesPerS, 0.5).toFixed(1) },
  {
    id: '',
    figure: 'frames per second, slowest call',
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
    `a fixed piece of work (an Opus frame) took ${yardstick.medianUs.toFixed(0)} us of processor time meanwhile: compare with other runs by it`,
    'the delay of the loop and the gaps are by the clock: other programs lengthen them',
  ],
});
process.exitCode = reached ? 0 : 1;
