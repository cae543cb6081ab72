import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SpeechToHearing } from './resample.ts';

const tone = (hz: number, ms: number) =>
  Int16Array.from({ length: 24 * ms }, (_, i) => Math.round(16_000 * Math.sin((2 * Math.PI * hz * i) / 24_000)));
const rms = (pcm: Int16Array) => Math.sqrt(pcm.reduce((sum, sample) => sum + sample * sample, 0) / pcm.length);
/** Level of what comes out for a tone, decibels. */
const gainDb = (hz: number) => 20 * Math.log10(rms(new SpeechToHearing().convert(tone(hz, 500)).subarray(100)) / rms(tone(hz, 500)));

describe('SpeechToHearing', () => {
  it('leaves speech as it is and takes away what would fold', () => {
    for (const hz of [50, 300, 1_000, 3_400, 6_000]) expect(Math.abs(gainDb(hz)), `${hz} Hz`).toBeLessThan(0.5);
    expect(Math.abs(gainDb(7_000))).toBeLessThan(1);
    for (const hz of [9_000, 10_000, 11_500]) expect(gainDb(hz), `${hz} Hz`).toBeLessThan(-55);
  });

  it('gives the same for any way of cutting the stream', () => {
    const pcm = tone(440, 100);
    const whole = new SpeechToHearing().convert(pcm);
    expect(whole).toHaveLength(1_600);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 20 }), (lengths) => {
        const resampler = new SpeechToHearing();
        const out: number[] = [];
        let at = 0;
        for (const length of [...lengths, pcm.length]) {
          out.push(...resampler.convert(pcm.subarray(at, at + length)));
          at = Math.min(pcm.length, at + length);
        }
        expect(out).toEqual([...whole]);
      }),
    );
  });

  it('does not wrap around at full scale', () => {
    const square = Int16Array.from({ length: 24_000 }, (_, i) => (i % 100 < 50 ? 32_767 : -32_768));
    const out = new SpeechToHearing().convert(square);
    for (const [i, sample] of out.entries()) {
      const inHalf = (i * 1.5 - 23.75 + 1_000) % 100;
      if (i > 50 && inHalf > 10 && inHalf < 40) expect(sample).toBeGreaterThan(20_000);
    }
  });
});
