import { describe, expect, it } from 'vitest';
import { fadeEdges, normaliseLoudness, speechLevelDb } from './loudness.ts';

const RATE_HZ = 24_000;
const tone = (seconds: number, amplitude: number, hz = 200) =>
  Float32Array.from({ length: seconds * RATE_HZ }, (_, i) => amplitude * Math.sin((2 * Math.PI * hz * i) / RATE_HZ));
const peakOf = (samples: Float32Array) => samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);

describe('speech level', () => {
  it('is the RMS of a steady tone', () => {
    expect(speechLevelDb(tone(1, 32_768 / 10), RATE_HZ)).toBeCloseTo(-23.01, 1);
  });

  it('does not count silence or faint noise around speech', () => {
    const speech = tone(1, 3_000);
    const padded = new Float32Array(3 * RATE_HZ).map((_, i) => (i % 2 === 0 ? 12 : -12));
    padded.set(speech, RATE_HZ);
    expect(speechLevelDb(padded, RATE_HZ)).toBeCloseTo(speechLevelDb(speech, RATE_HZ), 1);
    expect(speechLevelDb(new Float32Array(1_000), RATE_HZ)).toBe(-Infinity);
  });
});

describe('normalising', () => {
  it.each([200, 3_000, 20_000])('brings amplitude %i to the target', (amplitude) => {
    const samples = tone(0.5, amplitude);
    normaliseLoudness(samples, RATE_HZ, -20);
    expect(speechLevelDb(samples, RATE_HZ)).toBeCloseTo(-20, 1);
  });

  it('leaves silence alone', () => {
    const silence = new Float32Array(2_400);
    normaliseLoudness(silence, RATE_HZ, -20);
    expect(peakOf(silence)).toBe(0);
  });

  it('turns peaks down without steps', () => {
    const samples = tone(1, 1_000);
    for (let i = 12_000; i < 12_040; i++) samples[i] = 30_000 * Math.sin(((i - 12_000) * Math.PI) / 40);
    normaliseLoudness(samples, RATE_HZ, -14);
    expect(peakOf(samples)).toBeLessThanOrEqual(32_768 * 10 ** (-1 / 20) + 1);
  });
});

it('fades both ends to nothing', () => {
  const samples = new Float32Array(100).fill(1_000);
  fadeEdges(samples, 10, 20);
  expect([samples[0], samples[99]]).toEqual([0, 0]);
  expect(samples[50]).toBe(1_000);
  for (let i = 1; i < 10; i++) expect(samples[i]).toBeGreaterThan(samples[i - 1] as number);
});
