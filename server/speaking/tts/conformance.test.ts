import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configSchema } from '../../core/config-schema.ts';
import { scanEngines } from '../../core/engine-folder.ts';
import { OWN_ENGINES, type SpeakingConfig, type Synthesis, type TtsDefinition, type TtsEngine } from '../engine.ts';
import { speechLevelDb } from '../loudness.ts';
import { startSpeechServer } from '../speech-server.fixture.ts';

/** What every engine must do, run against each one that is found and works here. */
const SENTENCE = 'Hello there, my friend. How are you today?';
const speechServer = await startSpeechServer();
const config: SpeakingConfig = { ...configSchema.parse({}).speaking, httpBaseUrl: speechServer.baseUrl };
const engines = await scanEngines<TtsDefinition>(OWN_ENGINES);
const available = new Map<string, boolean>();
for (const [id, definition] of engines) {
  available.set(id, (await definition.isAvailable(definition.optionsSchema.parse({}), config)).available);
}

afterAll(() => speechServer[Symbol.asyncDispose]());

it('finds the engines that the folder holds', () => {
  expect([...engines.keys()].sort()).toEqual(['espeak', 'festival', 'flite', 'openai-compatible']);
  // These two need nothing but npm.
  expect(available.get('flite')).toBe(true);
  expect(available.get('openai-compatible')).toBe(true);
});

for (const [id, definition] of engines) {
  describe.runIf(available.get(id))(`engine ${id}`, () => {
    const voice = definition.optionsSchema.parse({});
    let engine: TtsEngine;
    beforeAll(async () => {
      engine = await definition.create(config);
      await engine.warm?.(voice);
    });
    afterAll(() => engine.close());

    const say = (text: string, { rate = 1, signal = new AbortController().signal, language = 'en' } = {}) =>
      engine.synthesize({ text, language, rate, voice, signal });

    it('speaks at a sensible rate, level and length', async () => {
      const speech = await say(SENTENCE);
      expect(speech.sampleRateHz).toBeGreaterThanOrEqual(16_000);
      expect(speech.sampleRateHz).toBeLessThanOrEqual(48_000);
      expect(speechLevelDb(speech.pcm, speech.sampleRateHz)).toBeGreaterThan(-40);
      const seconds = speech.pcm.length / speech.sampleRateHz;
      expect(seconds).toBeGreaterThan(1.5);
      expect(seconds).toBeLessThan(6);
    });

    it('gives phones that cover the sound in order, most of them heard', async () => {
      const speech = await say(SENTENCE);
      expectCoveringPhones(speech);
      const spoken = speech.phones.filter(({ symbol }) => symbol !== '');
      expect(spoken.length).toBeGreaterThan(20);
      expect(spoken.length).toBeLessThan(45);
      // The first word's consonants and the closed lips of "my" are there, in this order.
      const symbols = spoken.map(({ symbol }) => symbol).join(' ');
      expect(symbols).toMatch(/^h .*l .*m .*f .*t/);
      // Where phones say silence, there is little sound.
      const levels = (wanted: boolean) =>
        speechLevelDb(
          speech.phones
            .filter(({ symbol }) => (symbol === '') === wanted)
            .flatMap((phone) => samplesOf(speech, phone.startMs + 10, phone.endMs - 10)),
          speech.sampleRateHz,
        );
      expect(levels(false)).toBeGreaterThan(levels(true) + 6);
    });

    it('gives words whose offsets cover the text and whose times rise', async () => {
      const { words, pcm, sampleRateHz } = await say(SENTENCE);
      expect(words.map(({ text }) => text).join(' ')).toBe(SENTENCE);
      let endMs = 0;
      for (const word of words) {
        expect(SENTENCE.slice(word.textStart, word.textEnd)).toBe(word.text);
        expect(word.startMs).toBeGreaterThanOrEqual(endMs - 0.001);
        expect(word.endMs).toBeGreaterThan(word.startMs);
        endMs = word.endMs;
      }
      expect(endMs).toBeLessThanOrEqual((pcm.length * 1000) / sampleRateHz + 0.001);
    });

    it('obeys the rate', async () => {
      const [slow, fast] = await Promise.all([say(SENTENCE, { rate: 0.8 }), say(SENTENCE, { rate: 1.4 })]);
      expect(slow.pcm.length / fast.pcm.length).toBeGreaterThan(1.3);
    });

    it('stops when aborted before, at once and in mid-synthesis', async () => {
      await expect(say(SENTENCE, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' });
      const long = `${SENTENCE} `.repeat(40);
      const abort = new AbortController();
      const speech = say(long, { signal: abort.signal });
      setImmediate(() => abort.abort());
      await expect(speech).rejects.toMatchObject({ code: 'aborted' });
    });

    it('speaks on after an abort', async () => {
      const abort = new AbortController();
      const dropped = say(`${SENTENCE} `.repeat(3), { signal: abort.signal });
      const kept = say('Good morning to you.');
      abort.abort();
      await expect(dropped).rejects.toMatchObject({ code: 'aborted' });
      expect((await kept).words.map(({ text }) => text)).toEqual(['Good', 'morning', 'to', 'you.']);
    });

    it.each([
      ['nothing', ''],
      ['spaces', ' \n\t '],
      ['punctuation', '... - !! ?'],
      ['emoji', '😀🎉'],
    ])('has nothing to say for %s', async (_name, text) => {
      const speech = await say(text);
      expect(speech.pcm.length / speech.sampleRateHz).toBeLessThan(2);
      expectCoveringPhones(speech);
    });

    it.each([
      ['quotes and backslashes', 'She said "yes \\ no" and (system "date") \'ok\'.'],
      ['control characters', 'one\u0000two\u0007three\u001b[31m four\r\nfive'],
      ['emoji and joiners', 'Well done 👩‍👩‍👧‍👦 my 1️⃣ friend 🇩🇪!'],
      ['right-to-left', 'The word مرحبا means hello'],
      ['half a surrogate pair', 'broken \ud83d text'],
      ['option-like text', '--help -f /etc/passwd'],
      ['format signs', '%s %n %d {0} $HOME `id`'],
      ['a very long word', 'a'.repeat(80)],
      ['a very long number', '7'.repeat(90)],
      ['numbers', '3.5 and 1,000,000 at 10:30, $35 in 1984, 50% of 12345678901234567890'],
    ])('survives %s', async (_name, text) => {
      const speech = await say(text);
      expect(speech.pcm.length).toBeGreaterThan(0);
      expectCoveringPhones(speech);
      let end = 0;
      for (const word of speech.words) {
        expect(word.textStart).toBeGreaterThanOrEqual(end);
        expect(text.slice(word.textStart, word.textEnd)).toBe(word.text);
        end = word.textEnd;
      }
    });

    it('answers many at once, each with its own text', async () => {
      const texts = ['One small step.', 'The weather is fine today.', 'Good evening, ladies and gentlemen.', 'Where is the station?'];
      const speeches = await Promise.all(texts.map((text) => say(text)));
      expect(speeches.map(({ words }) => words.map(({ text }) => text).join(' '))).toEqual(texts);
    });

    it('closes twice, and refuses to speak afterwards', async () => {
      const another = await definition.create(config);
      await another.synthesize({ text: 'Yes.', language: 'en', rate: 1, voice, signal: new AbortController().signal });
      await another.close();
      await another.close();
      await expect(
        another.synthesize({ text: 'No.', language: 'en', rate: 1, voice, signal: new AbortController().signal }),
      ).rejects.toMatchObject({ code: 'aborted' });
    });
  });
}

function expectCoveringPhones({ phones, pcm, sampleRateHz }: Synthesis): void {
  let atMs = 0;
  for (const phone of phones) {
    expect(phone.startMs).toBeCloseTo(atMs, 6);
    expect(phone.endMs).toBeGreaterThan(phone.startMs);
    expect(phone.symbol).toMatch(/^\p{L}{0,3}$/u);
    atMs = phone.endMs;
  }
  expect(atMs).toBeCloseTo((pcm.length * 1000) / sampleRateHz, 3);
}

function samplesOf({ pcm, sampleRateHz }: Synthesis, fromMs: number, toMs: number): number[] {
  return toMs > fromMs ? [...pcm.subarray(Math.round((fromMs * sampleRateHz) / 1000), Math.round((toMs * sampleRateHz) / 1000))] : [];
}
