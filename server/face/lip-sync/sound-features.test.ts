import { describe, expect, it } from 'vitest';
import { BANDS, FEATURES, SoundFeatures } from './sound-features.ts';
import { hiss, pcmOf, silence, vowel } from './test-sound.ts';

function rowsOf(pcm: Int16Array, sampleRateHz: number, packet = pcm.length): Float32Array[] {
  const features = new SoundFeatures(sampleRateHz);
  const rows: Float32Array[] = [];
  for (let at = 0; at < pcm.length; at += packet) features.push(pcm.subarray(at, at + packet), (row) => rows.push(Float32Array.from(row)));
  return rows;
}

const speech = (rate: number) =>
  pcmOf(vowel(300, rate), silence(60, rate), hiss(150, rate), vowel(300, rate, [300, 870, 2_240]), silence(200, rate));
const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;

describe('features of sound', () => {
  it('come every 10 ms, half a window after their middle', () => {
    expect(rowsOf(speech(16_000), 16_000)).toHaveLength(100);
    // Row 0 is centred on 5 ms and needs 10 ms more.
    expect(rowsOf(pcmOf(silence(14, 16_000)), 16_000)).toHaveLength(0);
    expect(rowsOf(pcmOf(silence(15, 16_000)), 16_000)).toHaveLength(1);
    expect(rowsOf(pcmOf(silence(4_000, 22_050)), 22_050)).toHaveLength(399);
  });

  it('do not depend on how the sound is cut', () => {
    const pcm = speech(16_000);
    expect(rowsOf(pcm, 16_000, 37)).toEqual(rowsOf(pcm, 16_000));
  });

  it('are nearly the same at another sample rate', () => {
    const [a, b] = [rowsOf(speech(16_000), 16_000), rowsOf(speech(24_000), 24_000)];
    // A steady vowel: its row has settled.
    const difference = mean(
      Array.from({ length: BANDS - 4 }, (_, band) => Math.abs((a[20]?.[band] as number) - (b[20]?.[band] as number))),
    );
    expect(difference).toBeLessThan(0.25);
  });

  it('do not depend on how loud the speaker is', () => {
    const loud = speech(16_000);
    const quiet = loud.map((v) => Math.round(v / 8));
    const [a, b] = [rowsOf(loud, 16_000), rowsOf(quiet, 16_000)];
    for (const at of [20, 42, 60]) for (let f = 0; f < FEATURES; f++) expect(b[at]?.[f]).toBeCloseTo(a[at]?.[f] as number, 0);
  });

  it('do not hear hum', () => {
    const hum = Float32Array.from({ length: 16_000 }, (_, i) => 0.3 * Math.sin((2 * Math.PI * 50 * i) / 16_000));
    const clean = vowel(1_000, 16_000);
    const [a, b] = [rowsOf(pcmOf(clean), 16_000), rowsOf(pcmOf(clean.map((v, i) => v + (hum[i] as number))), 16_000)];
    for (let f = 3; f < 16; f++) expect(b[70]?.[f]).toBeCloseTo(a[70]?.[f] as number, 0);
  });
});
