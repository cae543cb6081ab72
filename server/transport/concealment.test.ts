import { describe, expect, it } from 'vitest';
import { Concealer } from './concealment.ts';

const RATE = 16_000;
const FRAME = 320;

/** A voice-like tone: harmonics of a fundamental that are not aligned with frames. */
function voice(hz: number, from: number, samples: number): Int16Array {
  return Int16Array.from({ length: samples }, (_, i) => {
    const t = (from + i) / RATE;
    let sum = 0;
    for (let k = 1; k <= 5; k++) sum += Math.sin(2 * Math.PI * hz * k * t + k) / k;
    return Math.round(4_000 * sum);
  });
}

/** Plays `good` frames, hides those in `lost`, and returns all that is heard. */
function play(signal: Int16Array, lost: readonly number[], silence: readonly number[] = []): Int16Array {
  const concealer = new Concealer();
  const heard = new Int16Array(signal.length);
  for (let k = 0; k * FRAME < signal.length; k++) {
    const frame = lost.includes(k)
      ? concealer.conceal(FRAME)
      : silence.includes(k)
        ? concealer.silence(FRAME)
        : concealer.heard(signal.slice(k * FRAME, (k + 1) * FRAME));
    heard.set(frame, k * FRAME);
  }
  return heard;
}

const largestStep = (pcm: Int16Array) => pcm.subarray(1).reduce((most, sample, i) => Math.max(most, Math.abs(sample - pcm[i]!)), 0);
const rms = (pcm: Int16Array) => Math.sqrt(pcm.reduce((sum, sample) => sum + sample * sample, 0) / pcm.length);

describe('Concealer', () => {
  for (const hz of [75, 110, 173, 220, 317, 390]) {
    it(`continues a voice of ${hz} Hz so well that the loss of a frame is hardly there`, () => {
      const signal = voice(hz, 0, FRAME * 20);
      const heard = play(signal, [10]);
      const error = heard.map((sample, i) => sample - signal[i]!).subarray(10 * FRAME, 12 * FRAME);
      expect(rms(error)).toBeLessThan(0.35 * rms(signal));
    });

    it(`never clicks at ${hz} Hz, whatever is lost`, () => {
      const signal = voice(hz, 0, FRAME * 40);
      const most = largestStep(signal);
      for (const lost of [[10], [10, 11], [10, 12, 14], [5, 6, 7, 8, 9, 10, 11, 12], [0], [0, 1, 39]]) {
        expect(largestStep(play(signal, lost))).toBeLessThan(1.25 * most);
      }
    });
  }

  it('fades a longer loss away, and back in', () => {
    const signal = voice(150, 0, FRAME * 40);
    const heard = play(signal, [10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
    const level = (k: number) => rms(heard.subarray(k * FRAME, (k + 1) * FRAME));
    expect(level(10)).toBeGreaterThan(0.7 * rms(signal));
    expect(level(12)).toBeLessThan(0.8 * level(10));
    expect(level(14)).toBe(0);
    expect(level(19)).toBe(0);
    expect(level(21)).toBeGreaterThan(0.7 * rms(signal));
  });

  it('does not hum where there was noise', () => {
    let seed = 1;
    const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647 - 0.5;
    const noise = Int16Array.from({ length: FRAME * 20 }, () => Math.round(8_000 * random()));
    const heard = play(noise, [10, 11]);
    expect(rms(heard.subarray(11 * FRAME, 12 * FRAME))).toBeLessThan(0.2 * rms(noise));
  });

  it('lets sound die away where the sender falls silent in mid-wave', () => {
    const signal = voice(150, 0, FRAME * 20);
    const heard = play(signal, [], [10, 11, 12, 13, 14]);
    expect(largestStep(heard)).toBeLessThan(1.25 * largestStep(signal));
    expect(heard.subarray(10 * FRAME + 80, 15 * FRAME).every((sample) => sample === 0)).toBe(true);
  });

  it('makes nothing out of silence', () => {
    expect(play(new Int16Array(FRAME * 10), [3, 4, 5]).every((sample) => sample === 0)).toBe(true);
  });

  it('does not wrap around at full scale', () => {
    const loud = Int16Array.from({ length: FRAME * 20 }, (_, i) => Math.round(32_767 * Math.sin((2 * Math.PI * 311 * i) / RATE)));
    expect(largestStep(play(loud, [7, 9, 12]))).toBeLessThan(1.5 * largestStep(loud));
  });
});
