import { describe, expect, it } from 'vitest';
import { configSchema } from '../core/config-schema.ts';
import { readingFromLetters, readingOfSound, withPhones } from './estimated-phones.ts';
import type { Synthesis } from './engine.ts';
import flite from './tts/flite.ts';

const text = 'Maybe both of them came by boat, but nobody has seen the ship.';

async function spoken(): Promise<Synthesis> {
  await using engine = await flite.create(configSchema.parse({}).speaking);
  return engine.synthesize({ text, language: 'en', rate: 1, voice: { voice: 'rms' }, signal: new AbortController().signal });
}

describe('phones of a voice that tells none', () => {
  it('are placed where they sound, and their words with them', async () => {
    const speech = await spoken();
    const phones = speech.phones.filter(({ symbol }) => symbol !== '');
    // Another reading of the same text: slower here, faster there.
    const endMs = phones.at(-1)?.endMs as number;
    const swayed = (ms: number) => ms + 110 * Math.sin((3 * Math.PI * ms) / endMs);
    const sway = <T extends { startMs: number; endMs: number }>(span: T): T => ({
      ...span,
      startMs: swayed(span.startMs),
      endMs: swayed(span.endMs),
    });
    const reading = { phones: phones.map(sway), words: speech.words.map(sway) };
    const placed = readingOfSound(reading, speech);
    expect(placed.phones.map(({ symbol }) => symbol)).toEqual(phones.map(({ symbol }) => symbol));
    const median = (list: readonly { startMs: number }[], of: readonly { startMs: number }[]) =>
      list.map(({ startMs }, i) => Math.abs(startMs - (of[i]?.startMs as number))).sort((a, b) => a - b)[
        Math.floor(list.length / 2)
      ] as number;
    expect(median(reading.phones, phones)).toBeGreaterThan(50);
    expect(median(placed.phones, phones)).toBeLessThan(25);
    expect(median(placed.words, speech.words)).toBeLessThan(40);
  });

  it('follow the sound where only letters are known', async () => {
    const { pcm, sampleRateHz, words } = await spoken();
    const { phones, words: guessed } = readingOfSound(readingFromLetters(text, 'en'), { pcm, sampleRateHz });
    expect(guessed.map((word) => word.text)).toEqual(words.map((word) => word.text));
    expect(phones.length).toBeGreaterThan(20);
    expect(phones.at(-1)?.endMs).toBeCloseTo((pcm.length * 1000) / sampleRateHz, -2);
  });

  it('are those of its sound where an engine says that all is silent', async () => {
    const speech = await spoken();
    const durationMs = (speech.pcm.length * 1000) / speech.sampleRateHz;
    const silent = { ...speech, phones: [{ symbol: '', startMs: 0, endMs: durationMs }] };
    const { phones } = withPhones(silent);
    expect(phones.filter(({ symbol }) => symbol !== '').length).toBeGreaterThan(20);
    expect(phones[0]?.startMs).toBe(0);
    expect(phones.at(-1)?.endMs).toBe(durationMs);
    expect(withPhones(speech)).toBe(speech);
  });

  it('are left as stretched in telephone sound', () => {
    const pcm = Int16Array.from({ length: 8_000 }, (_, i) => 8_000 * Math.sin(i / 3));
    const reading = { phones: [{ symbol: 'a', startMs: 0, endMs: 100 }], words: [] };
    expect(readingOfSound(reading, { pcm, sampleRateHz: 8_000 }).phones).toEqual([
      { symbol: 'a', startMs: expect.closeTo(0, 1), endMs: 1_000 },
    ]);
  });
});
