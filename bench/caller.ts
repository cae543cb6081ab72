import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { SPEECH_RATE_HZ } from '../server/core/media-time.ts';
import { launchBrowser, VisitorVoice } from '../server/e2e/visitor.ts';
import { avatarDuck, avatarOnset, avatarSilence, frameFigures, lipOnset, speechSpan } from './caller/measure.ts';
import { installRecorder, type Recording, readRecording, speakClip } from './caller/recorder.ts';
import { type Clip, humanClips, withPause } from './caller/voices.ts';
import { printReport, quantile, type ReportRow } from './report.ts';
import { ServerProcess } from './server-process.ts';

/**
 * The synthetic caller (P1-P4, P6): Chromium with a recorded voice as its microphone, against a server of its own. The
 * visitor's voice and the avatar's are measured in one audio clock, every video frame on the same axis.
 */
const QUESTIONS = [
  'Do I need a graphics card?',
  'Is Visavis free?',
  'How fast are you?',
  'Can I interrupt you?',
  'Do you record me?',
  'How do you hear me?',
  'How do your lips move?',
  'Can I type instead of speaking?',
  'How do I change your voice?',
  'How do I change the port?',
  'What is WebRTC?',
  'How do I end the call?',
  'Which languages do you speak?',
  'Do I need the internet?',
  'Which browsers work?',
  'How do I change your face?',
];
const BARGE_INS = [
  'No wait, tell me something else please.',
  'Excuse me, I have another question for you.',
  'Hold on, that is not what I meant to ask.',
];

const { values } = parseArgs({
  options: {
    turns: { type: 'string', default: '32' },
    'barge-ins': { type: 'string', default: '9' },
    'frame-seconds': { type: 'string', default: '60' },
  },
});

interface SpokenTurn {
  readonly kind: 'question' | 'open' | 'pause';
  readonly name: string;
  /** Voice to voice; undefined when no answer came. */
  readonly latencyMs: number | undefined;
  readonly cutOff: boolean;
  readonly reactionMs: number | undefined;
  readonly lipSkewMs: number | undefined;
}

await using server = await ServerProcess.start();
const browser = await launchBrowser();
const voice = await VisitorVoice.open();
try {
  const starts = await measureStarts(5);
  const { turns, skews } = await measureTurns(Number(values.turns));
  const bargeIns = await measureBargeIns(Number(values['barge-ins']));
  const frames = await measureFrames(Number(values['frame-seconds']));
  report(starts, turns, skews, bargeIns, frames);
} finally {
  await Promise.all([browser.close(), voice[Symbol.asyncDispose]()]);
}

async function call<Result>(use: (page: Page) => Promise<Result>, query = '?autostart'): Promise<Result> {
  const context = await browser.newContext({ permissions: ['microphone'], bypassCSP: true, viewport: { width: 1000, height: 760 } });
  const page = await context.newPage();
  try {
    await installRecorder(page);
    await page.goto(`${server.url}/${query}`);
    return await use(page);
  } finally {
    await context.close();
  }
}

function waitForEvent(page: Page, type: string, index: number, timeoutMs = 30_000) {
  const arrived = ({ wanted, at }: { wanted: string; at: number }) => window.callRecorder.count(wanted) > at;
  return page.waitForFunction(arrived, { wanted: type, at: index }, { timeout: timeoutMs, polling: 100 });
}

function countOf(page: Page, type: string): Promise<number> {
  return page.evaluate((wanted) => window.callRecorder.count(wanted), type);
}

/** Waits until the avatar has nothing more to say. */
async function untilQuiet(page: Page): Promise<void> {
  await page.waitForFunction(() => window.callRecorder.quietMs() > 1_200, undefined, { timeout: 60_000, polling: 200 });
}

// — P4

async function measureStarts(count: number): Promise<{ frameMs: number[]; greetingMs: number[] }> {
  const frameMs: number[] = [];
  const greetingMs: number[] = [];
  for (let i = 0; i < count; i++) {
    await call(async (page) => {
      const button = page.getByRole('button', { name: 'Start talking' });
      await button.waitFor();
      await page.evaluate(() => {
        document.addEventListener('click', () => Object.assign(window, { clickedMs: window.callRecorder.nowMs() }), {
          capture: true,
          once: true,
        });
      });
      await button.click();
      await waitForEvent(page, 'output_audio_buffer.stopped', 0);
      const recording = await readRecording(page);
      const clicked = await page.evaluate(() => (window as unknown as { clickedMs: number }).clickedMs);
      frameMs.push((recording.frames[0]?.atMs ?? Number.NaN) - clicked);
      greetingMs.push((avatarOnset(recording, clicked) ?? Number.NaN) - clicked);
    }, '');
  }
  return { frameMs, greetingMs };
}

// — P1, P1r, P2

async function measureTurns(count: number): Promise<{ turns: SpokenTurn[]; skews: number[] }> {
  const human = humanClips(Math.ceil(count / 2));
  const open = human.slice(0, Math.ceil(human.length / 2));
  const paused = human.slice(open.length).map((clip, i) => withPause(clip, 300 + ((i * 200) % 700)));
  const questions: Clip[] = [];
  for (let i = 0; questions.length + human.length < count; i++) {
    const text = QUESTIONS[i % QUESTIONS.length] as string;
    questions.push({ name: text, pcm: await voice.of(text) });
  }
  const plan = [
    ...questions.map((clip) => ({ kind: 'question' as const, clip })),
    ...open.map((clip) => ({ kind: 'open' as const, clip })),
    ...paused.map((clip) => ({ kind: 'pause' as const, clip })),
  ];
  const turns: SpokenTurn[] = [];
  const skews: number[] = [];
  // A fresh call every eight turns, as visitors come and go.
  for (let from = 0; from < plan.length; from += 8) {
    await call(async (page) => {
      await waitForEvent(page, 'output_audio_buffer.stopped', 0);
      const spoken: { kind: SpokenTurn['kind']; clip: Clip; startMs: number }[] = [];
      for (const { kind, clip } of plan.slice(from, from + 8)) {
        await untilQuiet(page);
        const startMs = await speakClip(page, clip.pcm);
        spoken.push({ kind, clip, startMs });
        const stopped = await countOf(page, 'output_audio_buffer.stopped');
        await waitForEvent(page, 'output_audio_buffer.stopped', stopped, 15_000).catch(() => undefined);
      }
      const recording = await readRecording(page);
      skews.push(...recording.skewMs);
      for (const { kind, clip, startMs } of spoken) turns.push(turnFigures(recording, kind, clip, startMs));
      process.stderr.write(`caller: ${turns.length} of ${plan.length} turns\n`);
    });
  }
  return { turns, skews };
}

function turnFigures(recording: Recording, kind: SpokenTurn['kind'], clip: Clip, startMs: number): SpokenTurn {
  const span = speechSpan(clip.pcm, SPEECH_RATE_HZ);
  const endMs = startMs + span.endMs;
  const early = avatarOnset(recording, startMs + span.startMs, endMs);
  const onset = avatarOnset(recording, endMs, endMs + 10_000);
  const reaction = recording.events.find(({ type, atMs }) => type === 'visavis.reaction' && atMs >= endMs - 30);
  const shown =
    reaction && recording.frames.find(({ mediaMs, atMs }) => mediaMs >= (reaction['at_media_ms'] as number) && atMs >= reaction.atMs - 200);
  const lips = onset === undefined ? undefined : lipOnset(recording, onset - 200, onset + 400);
  return {
    kind,
    name: clip.name,
    latencyMs: onset === undefined ? undefined : onset - endMs,
    cutOff: early !== undefined,
    reactionMs: shown ? shown.atMs - endMs : undefined,
    lipSkewMs: onset === undefined || lips === undefined ? undefined : lips - onset,
  };
}

// — P3

async function measureBargeIns(count: number): Promise<{ silenceMs: number[]; duckMs: number[] }> {
  const silenceMs: number[] = [];
  const duckMs: number[] = [];
  const question = await voice.of('How do I install Visavis?');
  await call(async (page) => {
    await waitForEvent(page, 'output_audio_buffer.stopped', 0);
    for (let i = 0; i < count; i++) {
      await untilQuiet(page);
      const started = await countOf(page, 'output_audio_buffer.started');
      await speakClip(page, question);
      await waitForEvent(page, 'output_audio_buffer.started', started);
      const clip = await voice.of(BARGE_INS[i % BARGE_INS.length] as string);
      const onsetMs = (await speakClip(page, clip, 1_500)) + speechSpan(clip, SPEECH_RATE_HZ).startMs;
      const recording = await readRecording(page);
      const silent = avatarSilence(recording, onsetMs, 250);
      if (silent !== undefined) silenceMs.push(silent - onsetMs);
      const duck = avatarDuck(recording, onsetMs, 7, onsetMs + 600);
      if (duck !== undefined) duckMs.push(duck - onsetMs);
    }
  });
  return { silenceMs, duckMs };
}

// — P6

/** While the avatar is heard: a face at rest is shown at half the rate. */
async function measureFrames(seconds: number): Promise<ReturnType<typeof frameFigures>> {
  const question = await voice.of('What is Visavis?');
  return call(async (page) => {
    await waitForEvent(page, 'output_audio_buffer.stopped', 0);
    const nowMs = () => page.evaluate(() => window.callRecorder.nowMs());
    const spans: { fromMs: number; toMs: number }[] = [];
    const spokenMs = () => spans.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
    while (spokenMs() < seconds * 1_000) {
      await untilQuiet(page);
      const started = await countOf(page, 'output_audio_buffer.started');
      const stopped = await countOf(page, 'output_audio_buffer.stopped');
      await speakClip(page, question);
      await waitForEvent(page, 'output_audio_buffer.started', started);
      const fromMs = await nowMs();
      await waitForEvent(page, 'output_audio_buffer.stopped', stopped);
      spans.push({ fromMs, toMs: await nowMs() });
    }
    const recording = await readRecording(page);
    // The server says that it speaks before that is heard, while frames of the resting face are still on their way.
    const heard = spans.map(({ fromMs, toMs }) => ({ fromMs: avatarOnset(recording, fromMs - 200, toMs) ?? fromMs, toMs }));
    return frameFigures(recording, heard);
  });
}

// — the table

function report(
  starts: { frameMs: number[]; greetingMs: number[] },
  turns: readonly SpokenTurn[],
  skews: readonly number[],
  bargeIns: { silenceMs: number[]; duckMs: number[] },
  frames: ReturnType<typeof frameFigures>,
): void {
  const ms = (value: number) => (Number.isFinite(value) ? `${value.toFixed(0)} ms` : 'none');
  const rows: ReportRow[] = [];
  const goal = (id: string, figure: string, value: number, limit: number) =>
    rows.push({ id, figure, value: ms(value), goal: `<= ${limit} ms`, pass: value <= limit });
  const latencies = (kinds: readonly SpokenTurn['kind'][]) =>
    turns.filter(({ kind, latencyMs }) => kinds.includes(kind) && latencyMs !== undefined).map(({ latencyMs }) => latencyMs as number);
  const questions = latencies(['question']);
  const hard = latencies(['open', 'pause']);
  goal('P1', `voice to voice, ${questions.length} questions of the knowledge, p50`, quantile(questions, 0.5), 550);
  rows.push({ id: 'P1', figure: '  p95', value: ms(quantile(questions, 0.95)) });
  if (hard.length > 0) {
    const value = ms(quantile(hard, 0.5));
    rows.push({ id: 'P1', figure: `voice to voice, ${hard.length} human utterances, half of them with an inner pause, p50`, value });
    rows.push({ id: 'P1', figure: '  p95', value: ms(quantile(hard, 0.95)) });
  }
  const cutOffs = turns.filter(({ cutOff }) => cutOff).length / Math.max(1, turns.length);
  rows.push({
    id: 'P1',
    figure: `cut-offs in ${turns.length} turns`,
    value: `${(cutOffs * 100).toFixed(0)} %`,
    goal: '<= 5 %',
    pass: cutOffs <= 0.05,
  });
  const unanswered = turns.filter(({ latencyMs }) => latencyMs === undefined).length;
  rows.push({ id: 'P1', figure: 'turns without an answer', value: `${unanswered}`, goal: '0', pass: unanswered === 0 });
  const reactions = turns.flatMap(({ reactionMs }) => (reactionMs === undefined ? [] : [reactionMs]));
  goal('P1r', `end of speech -> visible reaction, ${reactions.length} turns, p50`, quantile(reactions, 0.5), 300);
  const lips = turns.flatMap(({ lipSkewMs }) => (lipSkewMs === undefined ? [] : [lipSkewMs]));
  const lipMedian = quantile(lips, 0.5);
  rows.push({
    id: 'P2',
    figure: `first lip movement after first sound, ${lips.length} turns, p50`,
    value: ms(lipMedian),
    goal: '+-60 ms',
    pass: Math.abs(lipMedian) <= 60,
  });
  const skew = quantile(skews.map(Math.abs), 0.95);
  rows.push({
    id: 'P2',
    figure: `picture against sound, ${skews.length} frames, |skew| p95`,
    value: ms(skew),
    goal: '<= 60 ms',
    pass: skew <= 60,
  });
  goal('P3', `barge-in: onset -> silence, ${bargeIns.silenceMs.length} times, p95`, quantile(bargeIns.silenceMs, 0.95), 650);
  goal('P3', `onset -> lowered voice heard, ${bargeIns.duckMs.length} times, p50`, quantile(bargeIns.duckMs, 0.5), 200);
  goal('P4', 'click -> first frame, p50', quantile(starts.frameMs, 0.5), 1_000);
  goal('P4', 'click -> greeting, p50', quantile(starts.greetingMs, 0.5), 1_500);
  rows.push({
    id: 'P6',
    figure: 'frames a second while the avatar speaks',
    value: frames.framesPerS.toFixed(2),
    goal: '25.0 +- 0.5',
    pass: Math.abs(frames.framesPerS - 25) <= 0.5,
  });
  rows.push({ id: 'P6', figure: 'freezes', value: `${frames.freezes}`, goal: '0', pass: frames.freezes === 0 });
  goal('P6', 'largest gap between frames', frames.largestGapMs, 80);
  const allReached = printReport({
    title: 'The synthetic caller: Chromium with a recorded voice',
    rows,
    notes: [
      'The browser runs on the same cores as the server. What is not a question of the knowledge has its goal on the hard set: bench turn-end.',
      ...(hard.length === 0 ? ['No human recordings here: only our own voice was used.'] : []),
    ],
  });
  if (!allReached) process.exitCode = 1;
}
