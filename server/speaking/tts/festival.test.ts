import { existsSync, readdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configSchema } from '../../core/config-schema.ts';
import type { TtsEngine } from '../engine.ts';
import festival, { runsOf, schemeString } from './festival.ts';

describe('Scheme strings', () => {
  it('escape what would end them', () => {
    expect(schemeString('say "a\\b"')).toBe('"say \\"a\\\\b\\""');
  });

  it.each(['line\nbreak', 'bell\u0007', 'é', 'nul\0'])('refuse %j', (text) => {
    expect(() => schemeString(text)).toThrow(expect.objectContaining({ code: 'text_refused' }));
  });
});

describe('what is said in one utterance', () => {
  const lengths = (text: string) => runsOf(text).map((run) => run.text.length);

  it('is a sentence, with a number or two', () => {
    const sentence = "Mr. Smith's call no. 12, at 10:30 on the 24th of May 2026, took $1,234.50 and didn't end before 11:45. ";
    expect(runsOf(sentence.repeat(2)).map(({ text }) => text)).toEqual([sentence, sentence]);
  });

  it.each([
    ['digits', '7'.repeat(100), [40, 40, 20]],
    ['letters', 'WWW '.repeat(25), [40, 40, 20]],
    ['a word', 'a'.repeat(100), [40, 40, 20]],
    ['digits behind a sentence', `Yes. ${'7'.repeat(80)}`, [5, 40, 40]],
  ])('is less of %s, where there are many', (_name, text, expected) => {
    expect(lengths(text)).toEqual(expected);
    for (const run of runsOf(text)) expect(text.slice(run.textStart, run.textStart + run.text.length)).toBe(run.text);
    expect(
      runsOf(text)
        .map((run) => run.text)
        .join(''),
    ).toBe(text);
  });
});

const config = configSchema.parse({}).speaking;
const voice = festival.optionsSchema.parse({});
const present = (await festival.isAvailable(voice, config)).available;

describe.runIf(present)('the Festival process', () => {
  let engine: TtsEngine<typeof voice> & { readonly pid?: number | undefined };
  beforeAll(async () => {
    engine = await festival.create(config);
  });
  afterAll(() => engine.close());
  const say = (text: string) => engine.synthesize({ text, language: 'en', rate: 1, voice, signal: new AbortController().signal });

  it('starts with the first request', async () => {
    expect(engine.pid).toBeUndefined();
    await say('Hello.');
    expect(engine.pid).toBeGreaterThan(0);
  });

  it('when killed fails the running request as retryable, and the next one starts another', async () => {
    const before = engine.pid as number;
    const running = say('This sentence is long enough to be in the making when the process is killed.');
    const failed = expect(running).rejects.toMatchObject({ code: 'engine_failed', retryable: true });
    process.kill(before, 'SIGKILL');
    await failed;
    expect((await say('Hello again.')).pcm.length).toBeGreaterThan(0);
    expect(engine.pid).not.toBe(before);
  });

  it('leaves nothing behind, neither its own folder nor that of a process that was killed', async () => {
    const parent = existsSync('/dev/shm') ? '/dev/shm' : os.tmpdir();
    // A number that no process can have.
    const leftover = path.join(parent, 'visavis-voice-99999999-test');
    await mkdir(leftover, { recursive: true });
    const another = await festival.create(config);
    await another.synthesize({ text: 'Hello.', language: 'en', rate: 1, voice, signal: new AbortController().signal });
    expect(existsSync(leftover)).toBe(false);
    const own = () => readdirSync(parent).filter((name) => name.startsWith(`visavis-voice-${process.pid}-`));
    const whileOpen = own().length;
    await another.close();
    expect(own()).toHaveLength(whileOpen - 1);
  });

  it.each([
    ['digits', '7'.repeat(120)],
    ['prices', '$999 '.repeat(30)],
    ['letters', 'W'.repeat(120)],
    ['a long word', 'a'.repeat(300)],
    [
      'as much as goes into one utterance',
      `${'7'.repeat(60)} ${'and then they went on to say a little more about it '.repeat(5).slice(0, 238)}`,
    ],
  ])('has room for %s', async (_name, text) => {
    // Not in the dictionary: loads the rules for such words, which take most of the heap.
    await say('Zorblatt.');
    const { pid } = engine;
    const { words, pcm, sampleRateHz } = await say(text);
    expect(words.map((word) => word.text).join(' ')).toBe(text.trim());
    expect(pcm.length / sampleRateHz).toBeGreaterThan(20);
    expect(engine.pid).toBe(pid);
  });

  it('does not run what a text says', async () => {
    const speech = await say('") (exit) (format t "DONE 99\\n") ("');
    expect(speech.words.length).toBeGreaterThan(0);
    expect((await say('Still here.')).words.map(({ text }) => text)).toEqual(['Still', 'here.']);
  });

  it('marks stressed syllables', async () => {
    const { phones } = await say('banana');
    expect(
      phones
        .filter(({ symbol }) => symbol !== '')
        .map(({ symbol, stressed }) => (stressed ? symbol.toUpperCase() : symbol))
        .join(' '),
    ).toBe('b ə N Æ n ə');
  });
});

describe('a voice that is not installed', () => {
  it('says so', async () => {
    expect(await festival.isAvailable({ voice: 'nobody' }, config)).toMatchObject({
      available: false,
      why: expect.stringMatching(/installed/),
    });
  });
});
