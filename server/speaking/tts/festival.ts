import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { access, constants, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { after, systemClock } from '../../core/clock.ts';
import { coreError } from '../../core/errors.ts';
import type { Phone } from '../../core/speech.ts';
import { type Availability, defineTts, type Synthesis, type SynthesisRequest, type TtsEngine } from '../engine.ts';
import { asciiText } from '../mapped-text.ts';
import { throwIfAborted, unlessAborted } from '../../core/abort.ts';
import { joinedSpeech, type Sentence, sentencesOf, type SpeechPart } from '../joined-speech.ts';
import { ipaOfArpabet } from '../phones.ts';
import { speakingError } from '../speaking-error.ts';
import { readWav } from '../wav.ts';
import { type SpokenMark, wordTimings } from '../word-times.ts';

/**
 * Festival (Debian: festival, festvox-us-slt-hts) as one persistent child that holds the voice, so that a clause costs
 * 20-60 ms. It reads Scheme on stdin and answers lines on stdout; the wave goes through a file in a private folder in memory.
 */
const optionsSchema = z.strictObject({
  voice: z
    .string()
    .regex(/^[a-z0-9_]{1,80}$/)
    .default('cmu_us_slt_arctic_hts')
    .describe('Festival voice, without the voice_ prefix.'),
});
type FestivalVoice = z.output<typeof optionsSchema>;

const VOICE_ROOTS = ['/usr/share/festival/voices', '/usr/local/share/festival/voices'];
/** A request that runs for so long has hung; the longest piece takes well below a second. */
const HUNG_AFTER_MS = 15_000;
const MAX_TEXT_CHARS = 20_000;
const MAX_RUN_CHARS = 300;
/** What is spelled (see `spelledChars`) is long to say: a minute of it in one utterance would not fit into the heap. */
const MAX_SPELLED_CHARS = 60;
const MAX_SPELLED_RUN_CHARS = 40;
const MAX_WORD_CHARS = 80;
/**
 * Of its Lisp. Festival's own default takes 320 MB and most of a second to clear; this one 40 MB. The voice needs 60 000 cells,
 * its rules for words that no dictionary has 400 000 from the first such word on, and the longest run, of 700 phones, 165 000.
 */
const HEAP_CELLS = '700000';
const SAMPLE_RATE_HZ = 32_000;

/**
 * Answers per request: `S phone endS stressed` lines, `W startS endS previousWordOfToken token` lines, then DONE or FAIL. HTS voices take
 * their speed as a parameter of the vocoder's engine (-r), the others by Duration_Stretch.
 */
const PROGRAM = `
(define (visavis_voice name rate)
  (eval (list name))
  (Parameter.set 'Duration_Stretch (/ 1.0 rate))
  (if hts_engine_params (set! hts_engine_params (append hts_engine_params (list (list "-r" rate))))))
(define (visavis_say id text path)
  (let ((u nil))
    (unwind-protect
      (begin
        (set! u (utt.synth (eval (list 'Utterance 'Text text))))
        (utt.save.wave u path 'riff)
        (mapcar (lambda (s) (format t "S %s %2.4f %s\\n" (item.name s) (item.feat s 'end) (item.feat s "R:SylStructure.parent.stress")))
          (utt.relation.items u 'Segment))
        (mapcar (lambda (w) (format t "W %2.4f %2.4f %s %s\\n" (item.feat w "word_start") (item.feat w "word_end") (item.feat w "R:Token.p.name") (item.feat w "R:Token.parent.name")))
          (utt.relation.items u 'Word))
        (format t "DONE %s\\n" id))
      (format t "FAIL %s\\n" id))))
`;

/** A Scheme string literal. Only printable ASCII may cross: a line break or another control character could end the expression. */
export function schemeString(text: string): string {
  if (/[^\x20-\x7e]/.test(text)) throw speakingError('text_refused', 'Festival takes printable ASCII only');
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}

interface Answer {
  readonly segments: { readonly name: string; readonly endMs: number; readonly stressed: boolean }[];
  readonly words: { readonly startMs: number; readonly endMs: number; readonly startsToken: boolean; readonly token: string }[];
}

interface Job {
  readonly answer: Answer;
  resolve(): void;
  reject(error: unknown): void;
}

class FestivalEngine implements TtsEngine<FestivalVoice> {
  #process: ChildProcessWithoutNullStreams | undefined;
  #dir: Promise<string> | undefined;
  /** What the process has been told to speak with, as `voice@rate`. */
  #voice = '';
  #nextId = 1;
  #running: Promise<unknown> = Promise.resolve();
  #job: Job | undefined;
  #closed = false;

  async warm(voice: FestivalVoice): Promise<void> {
    await this.synthesize({ text: 'Yes.', language: 'en', rate: 1, voice, signal: new AbortController().signal });
  }

  async synthesize(request: SynthesisRequest<FestivalVoice>): Promise<Synthesis> {
    const { text, language, rate, voice, signal } = request;
    const ascii = asciiText(text.slice(0, MAX_TEXT_CHARS));
    const parts: SpeechPart[] = [];
    const marks: SpokenMark[] = [];
    let partStartMs = 0;
    for (const sentence of runsOf(ascii.text)) {
      const { answer, ...sound } = await this.#inTurn(sentence.text, voice.voice, rate, signal);
      parts.push({ ...sound, phones: phonesOf(answer.segments) });
      for (const mark of marksOf(answer.words, sentence.text)) {
        const textOffset = ascii.sourceOffsets[sentence.textStart + mark.textOffset] ?? 0;
        marks.push({ textOffset, startMs: partStartMs + mark.startMs, endMs: partStartMs + mark.endMs });
      }
      partStartMs += (sound.pcm.length * 1000) / sound.sampleRateHz;
    }
    return { ...joinedSpeech(parts, SAMPLE_RATE_HZ), words: wordTimings(text, language, marks) };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const child = this.#process;
    this.#lose(coreError('aborted', 'The engine was closed'));
    if (child && child.exitCode === null && child.signalCode === null) {
      await new Promise((resolve) => {
        child.once('exit', resolve);
        child.kill('SIGKILL');
      });
    }
    if (this.#dir) await rm(await this.#dir, { recursive: true, force: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** For tests that kill it. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** One utterance after another; callers take turns by the sentence. */
  #inTurn(text: string, voice: string, rate: number, signal: AbortSignal) {
    const run = () => this.#synthesizeAlone(text, voice, rate, signal);
    const turn = this.#running.then(run, run);
    this.#running = turn.catch(() => undefined);
    return unlessAborted(turn, signal);
  }

  async #synthesizeAlone(text: string, voice: string, rate: number, signal: AbortSignal) {
    throwIfAborted(signal);
    if (this.#closed) throw coreError('aborted', 'The engine was closed');
    const dir = await (this.#dir ??= privateFolder());
    const id = this.#nextId++;
    const wavePath = path.join(dir, `${id}.wav`);
    const child = (this.#process ??= this.#start());
    const answer: Answer = { segments: [], words: [] };
    const voiceKey = `${voice}@${rate}`;
    const setVoice = voiceKey === this.#voice ? '' : `(visavis_voice 'voice_${voice} ${rate.toFixed(3)})\n`;
    this.#voice = voiceKey;
    const hung = after(systemClock, HUNG_AFTER_MS, () => child.kill('SIGKILL'));
    try {
      await new Promise<void>((resolve, reject) => {
        this.#job = { answer, resolve, reject };
        child.stdin.write(`${setVoice}(visavis_say ${id} ${schemeString(text)} ${schemeString(wavePath)})\n`);
      });
      return { ...readWav(await readFile(wavePath)), answer };
    } finally {
      hung[Symbol.dispose]();
      this.#job = undefined;
      await rm(wavePath, { force: true });
    }
  }

  #start(): ChildProcessWithoutNullStreams {
    // On a pipe its stdout would be buffered in blocks and every answer would come late.
    const child = spawn('stdbuf', ['-o0', 'festival', '--heap', HEAP_CELLS, '--pipe'], { stdio: ['pipe', 'pipe', 'pipe'] });
    child.once('error', (cause) => this.#lose(speakingError('engine_failed', 'Festival could not be started', { cause }), child));
    child.once('exit', () => this.#lose(speakingError('engine_failed', 'Festival has ended'), child));
    child.stdin.on('error', (cause) => this.#lose(speakingError('engine_failed', 'Festival has ended', { cause }), child));
    // Festival repeats parts of the text in its complaints, so they are not logged.
    child.stderr.resume();
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (child === this.#process) this.#read(line);
    });
    this.#voice = '';
    child.stdin.write(PROGRAM);
    return child;
  }

  #read(line: string): void {
    const job = this.#job;
    if (!job) return;
    const [kind, first = '', second = '', ...rest] = line.split(' ');
    if (kind === 'S') job.answer.segments.push({ name: first, endMs: Number(second) * 1000, stressed: rest[0] === '1' });
    else if (kind === 'W') {
      const [previous = '0', ...token] = rest;
      // A feature that isn't there reads as 0; an opening quote or bracket counts as a word of its token.
      const startsToken = previous === '0' || /^["'`([{<]+$/.test(previous);
      job.answer.words.push({ startMs: Number(first) * 1000, endMs: Number(second) * 1000, startsToken, token: token.join(' ') });
    } else if (kind === 'DONE') job.resolve();
    else if (kind === 'FAIL') {
      // Out of heap it ends, but only after its answer: the next request must not go to it.
      this.#process?.kill('SIGKILL');
      this.#lose(speakingError('engine_failed', 'Festival could not say this text'));
    }
  }

  #lose(error: Error, child = this.#process): void {
    if (child !== this.#process) return;
    this.#process = undefined;
    this.#job?.reject(error);
  }
}

/** What is said in one utterance: sentences, or less of what is long to say. */
export const runsOf = (text: string): Sentence[] =>
  sentencesOf(text, MAX_RUN_CHARS).flatMap((sentence) => {
    if (!isLongToSay(sentence.text)) return [sentence];
    const runs = sentencesOf(sentence.text, MAX_SPELLED_RUN_CHARS);
    return runs.map((run) => ({ ...run, textStart: sentence.textStart + run.textStart }));
  });

const isLongToSay = (text: string): boolean =>
  spelledChars(text) > MAX_SPELLED_CHARS || text.split(/\s+/).some((word) => word.length > MAX_WORD_CHARS);

/** Digits, signs and the letters of words without a vowel: each is said as a word of its own. */
const spelledChars = (text: string): number =>
  (text.match(/[A-Za-z]+|[^A-Za-z\s.,;:!?'"()-]/g) ?? [])
    .filter((part) => !/[aeiouy]/i.test(part))
    .reduce((chars, part) => chars + part.length, 0);

function phonesOf(segments: Answer['segments']): Phone[] {
  let startMs = 0;
  return segments.map(({ name, endMs, stressed }) => {
    const phone = { symbol: ipaOfArpabet(name), startMs, endMs, stressed };
    startMs = endMs;
    return phone;
  });
}

/** Festival tells the tokens in the order of the text, without their punctuation; each begins after the one before it. */
function marksOf(words: Answer['words'], text: string): SpokenMark[] {
  let at = 0;
  let end = 0;
  return words.map(({ token, startsToken, startMs, endMs }) => {
    if (startsToken) {
      const found = text.indexOf(token, end);
      at = found >= 0 ? found : end;
      end = at + (found >= 0 ? token.length : 0);
    }
    return { textOffset: at, startMs, endMs };
  });
}

const FOLDER_PREFIX = 'visavis-voice-';

/** In memory where the system has such a folder: a wave is written and read within a few ms. */
async function privateFolder(): Promise<string> {
  const parent = (await exists('/dev/shm', constants.W_OK)) ? '/dev/shm' : os.tmpdir();
  await removeLeftovers(parent);
  return mkdtemp(path.join(parent, `${FOLDER_PREFIX}${process.pid}-`));
}

/** A process that was killed could not remove its folder; the next one does. */
async function removeLeftovers(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const pid = Number(new RegExp(`^${FOLDER_PREFIX}(\\d+)-`).exec(name)?.[1] ?? Number.NaN);
    // Another user's folder cannot be removed, and needs not be.
    if (pid > 0 && !isRunning(pid)) await rm(path.join(parent, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

async function onPath(program: string): Promise<boolean> {
  for (const dir of (process.env['PATH'] ?? '').split(path.delimiter)) {
    if (dir !== '' && (await exists(path.join(dir, program), constants.X_OK))) return true;
  }
  return false;
}

const exists = (file: string, mode = constants.F_OK): Promise<boolean> =>
  access(file, mode).then(
    () => true,
    () => false,
  );

async function isAvailable({ voice }: FestivalVoice): Promise<Availability> {
  if (!(await onPath('festival'))) return { available: false, why: 'Festival is not installed (Debian: festival, festvox-us-slt-hts)' };
  if (!(await onPath('stdbuf'))) return { available: false, why: 'stdbuf is not installed (Debian: coreutils)' };
  for (const root of VOICE_ROOTS) {
    for (const language of ['us', 'english']) if (await exists(path.join(root, language, voice))) return { available: true };
  }
  return { available: false, why: `Festival's voice ${voice} is not installed (Debian: festvox-us-slt-hts)` };
}

export default defineTts({ id: 'festival', optionsSchema, isAvailable, create: async () => new FestivalEngine() });
