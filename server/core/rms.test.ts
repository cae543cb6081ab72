import { describe, expect, it } from 'vitest';
import { rms } from './rms.ts';

describe('rms', () => {
  const pcm = Int16Array.of(3, -4, 0, 0, 12, -5);

  it('is that of the samples in the span', () => {
    expect(rms(pcm, 0, 2)).toBeCloseTo(Math.sqrt(25 / 2));
    expect(rms(pcm, 4)).toBeCloseTo(Math.sqrt(169 / 2));
  });

  it('leaves out what lies outside, and is 0 for nothing', () => {
    expect(rms(pcm, -5, 2)).toBe(rms(pcm, 0, 2));
    expect(rms(pcm, 4, 99)).toBe(rms(pcm, 4, 6));
    expect(rms(pcm, 2, 2)).toBe(0);
    expect(rms(new Int16Array(0))).toBe(0);
  });
});
