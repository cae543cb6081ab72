import { describe, expect, it } from 'vitest';
import { resample } from './resample.ts';

const AMPLITUDE = 10_000;
const tone = (hz: number, rateHz: number, seconds = 0.5) =>
  Int16Array.from({ length: Math.round(seconds * rateHz) }, (_, i) => AMPLITUDE * Math.sin((2 * Math.PI * hz * i) / rateHz));

describe.each([32_000, 22_050, 16_000, 44_100, 48_000])('from %i Hz to 24 kHz', (fromHz) => {
  it('keeps length and phase: the result is the tone itself', () => {
    const heard = resample(tone(1_000, fromHz), fromHz, 24_000);
    const wanted = tone(1_000, 24_000);
    expect(heard).toHaveLength(wanted.length);
    let worst = 0;
    for (let i = 500; i < heard.length - 500; i++) worst = Math.max(worst, Math.abs((heard[i] as number) - (wanted[i] as number)));
    // 0.02 % of the amplitude, besides the 16-bit rounding.
    expect(worst).toBeLessThan(4);
  });

  it('lets nothing above the lower Nyquist frequency fold back', () => {
    const nyquist = Math.min(fromHz, 24_000) / 2;
    if (fromHz <= 24_000) return expect(resample(tone(nyquist * 0.85, fromHz), fromHz, 24_000)).toHaveLength(12_000);
    const folded = resample(tone(nyquist * 1.12, fromHz), fromHz, 24_000);
    const rms = Math.sqrt(folded.subarray(500, -500).reduce((sum, sample) => sum + sample * sample, 0) / (folded.length - 1_000));
    expect(20 * Math.log10(rms / (AMPLITUDE / Math.SQRT2))).toBeLessThan(-60);
  });
});

it('gives the samples themselves at the same rate', () => {
  expect([...resample(Int16Array.of(1, -2, 3), 24_000, 24_000)]).toEqual([1, -2, 3]);
});
