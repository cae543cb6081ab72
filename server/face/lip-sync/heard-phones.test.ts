import { describe, expect, it } from 'vitest';
import { phonesFromSound, phonesPlacedBySound } from './heard-phones.ts';
import { hiss, pcmOf, silence, vowel } from './test-sound.ts';

const RATE = 24_000;
/** "asa" between silences: borders at 300, 600, 800 and 1,100 ms. */
const pcm = pcmOf(silence(300, RATE), vowel(300, RATE), hiss(200, RATE), vowel(300, RATE), silence(300, RATE));

describe('phones of sound', () => {
  it('cover it, and are heard where it sounds', () => {
    const phones = phonesFromSound(pcm, RATE);
    expect(phones[0]).toMatchObject({ symbol: '', startMs: 0 });
    phones.slice(1).forEach(({ startMs }, i) => {
      expect(startMs).toBe(phones[i]?.endMs);
    });
    expect(Math.abs((phones[0]?.endMs as number) - 300)).toBeLessThan(60);
    const hissing = phones.find(({ startMs, endMs }) => startMs <= 700 && endMs > 700);
    expect(['s', 'ʃ', 'd', 'θ']).toContain(hissing?.symbol);
  });

  it('that are known are placed where they sound', () => {
    const guessed = [
      { symbol: 'a', startMs: 200, endMs: 480 },
      { symbol: 's', startMs: 480, endMs: 700 },
      { symbol: 'a', startMs: 700, endMs: 1_000 },
    ];
    const [first, middle, last] = phonesPlacedBySound(guessed, pcm, RATE);
    expect([first?.symbol, middle?.symbol, last?.symbol]).toEqual(['a', 's', 'a']);
    expect(Math.abs((first?.startMs as number) - 300)).toBeLessThan(60);
    expect(Math.abs((middle?.startMs as number) - 600)).toBeLessThan(60);
    expect(Math.abs((middle?.endMs as number) - 800)).toBeLessThan(60);
    expect(Math.abs((last?.endMs as number) - 1_100)).toBeLessThan(60);
  });

  it('stay as guessed where the sound is too short for them', () => {
    const guessed = Array.from({ length: 30 }, (_, i) => ({ symbol: 'a', startMs: 2 * i, endMs: 2 * i + 2 }));
    expect(phonesPlacedBySound(guessed, pcm.subarray(0, 1_440), RATE)).toEqual(guessed);
    expect(phonesFromSound(new Int16Array(0), RATE)).toEqual([]);
  });
});
