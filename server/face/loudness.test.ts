import { describe, expect, it } from 'vitest';
import { withLoudness } from './loudness.ts';

const RATE_HZ = 8_000;
const tone = (durationMs: number, level: number) =>
  Int16Array.from({ length: (durationMs * RATE_HZ) / 1000 }, (_, i) => level * Math.sin(i));

describe('withLoudness', () => {
  it('gives each phone its share of the loudest', () => {
    const pcm = Int16Array.from([...tone(100, 10_000), ...tone(100, 5_000), ...tone(100, 0)]);
    const phones = [0, 100, 200].map((startMs) => ({ symbol: 'a', startMs, endMs: startMs + 100 }));
    const [loud, soft, silent] = withLoudness(phones, pcm, RATE_HZ).map((phone) => phone.loudness);
    expect(loud).toBe(1);
    expect(soft).toBeGreaterThan(0.4);
    expect(silent).toBe(0);
  });

  it('leaves phones alone when there is no sound to judge by', () => {
    const phones = [{ symbol: 'a', startMs: 0, endMs: 100 }];
    expect(withLoudness(phones, new Int16Array(0), RATE_HZ)).toEqual(phones);
    expect(withLoudness([], tone(10, 1), RATE_HZ)).toEqual([]);
  });
});
