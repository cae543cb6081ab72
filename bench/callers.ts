import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { Encoder } from '@evan/opus';
import { SPEECH_RATE_HZ } from '../server/core/media-time.ts';
import { VisitorVoice } from '../server/e2e/visitor.ts';
import type { CallFigures, CallersOrder, FromCallers, SpokenQuestion, ToCallers } from './density-client.ts';
import { quantile } from './report.ts';

/** Callers for benches that measure what calls cost, and what is needed to judge their figures. */
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

const CALLS_PER_CLIENT = 6;

/** One process with callers in it. */
export class Callers implements AsyncDisposable {
  readonly #process: ChildProcess = fork(path.join(import.meta.dirname, 'density-client.ts'), [], {
    serialization: 'advanced',
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });

  /** Resolves when every call shows pictures. */
  async begin(order: CallersOrder): Promise<void> {
    this.tell({ kind: 'begin', order });
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

/** As many callers as are ordered, in as many processes as it takes. */
export async function arrive(order: CallersOrder, stack: AsyncDisposableStack): Promise<Callers[]> {
  const parties: Callers[] = [];
  for (let left = order.calls; left > 0; left -= CALLS_PER_CLIENT) {
    const party = stack.use(new Callers());
    parties.push(party);
    await party.begin({ ...order, calls: Math.min(left, CALLS_PER_CLIENT) });
  }
  return parties;
}

/** The visitors' questions in Opus, as a browser with DTX would send them. */
export async function spokenQuestions(): Promise<SpokenQuestion[]> {
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

const FRAMES_AT_ONCE = 25;

/** Microseconds of processor time that the yardstick's work took on the machine that the goals were set on. */
export const GOALS_YARDSTICK_US = 130;

/**
 * Processor time of a fixed piece of work (20 ms of speech-like sound into Opus), repeated until disposed: on slower cores, and
 * on cores that are shared with other programs, everything takes longer.
 */
export class Yardstick implements Disposable {
  readonly #encoder = new Encoder({ channels: 1, sample_rate: SPEECH_RATE_HZ, application: 'voip' });
  readonly #pcm = new Int16Array(SPEECH_RATE_HZ / 50);
  readonly #costsUs: number[] = [];
  readonly #timer = setInterval(() => this.#work(), 250);
  #sample = 0;

  get medianUs(): number {
    return quantile(this.#costsUs, 0.5);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #work(): void {
    const before = process.cpuUsage();
    for (let i = 0; i < FRAMES_AT_ONCE; i++) this.#encoder.encode(this.#nextFrame());
    const { user, system } = process.cpuUsage(before);
    this.#costsUs.push((user + system) / FRAMES_AT_ONCE);
  }

  /** A voice that glides, and breath: something that an encoder has to work for. */
  #nextFrame(): Int16Array {
    for (let i = 0; i < this.#pcm.length; i++) {
      const s = this.#sample++ / SPEECH_RATE_HZ;
      const pitch = 2 * Math.PI * (140 * s + 4 * Math.sin(3 * s));
      const breath = ((Math.imul(this.#sample, 2_654_435_761) >>> 16) / 65_536 - 0.5) * 2_000;
      this.#pcm[i] = 6_000 * Math.sin(pitch) + 3_000 * Math.sin(5 * pitch) + 1_500 * Math.sin(11 * pitch) + breath;
    }
    return this.#pcm;
  }
}

/** What a call costs each process of the server, milliseconds of processor time a second; from what all of them had used before and after. */
export function costs(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
  { windowS, calls }: { readonly windowS: number; readonly calls: number },
): { readonly name: string; readonly cpuMs: number }[] {
  return [...after]
    .map(([name, ms]) => ({ name: nameOf(name), cpuMs: (ms - (before.get(name) ?? 0)) / windowS / calls }))
    .filter(({ cpuMs }) => cpuMs >= 0.05)
    .sort((a, b) => b.cpuMs - a.cpuMs);
}

/** A process's name for people: `cli` is the main process. */
const nameOf = (name: string): string => (name === 'cli' ? 'main' : name.replace('-child', ''));
