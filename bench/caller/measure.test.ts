import { describe, expect, it } from 'vitest';
import { avatarDuck, avatarOnset, avatarSilence, frameFigures, lipOnset, speechSpan } from './measure.ts';
import { BLOCK_MS, type Frame, type Recording } from './recorder.ts';

/** A recording whose avatar level at each moment is `level(ms)`. */
function recording(lengthMs: number, level: (ms: number) => number, frames: readonly Frame[] = []): Recording {
  const avatarRms = Float32Array.from({ length: Math.floor(lengthMs / BLOCK_MS) }, (_, i) => level(i * BLOCK_MS));
  return { startMs: 0, avatarRms, visitorPeak: new Float32Array(0), frames, events: [], skewMs: [] };
}

describe('what the synthetic caller measures', () => {
  it('finds where the avatar begins, and takes no click for a word', () => {
    const heard = recording(2_000, (ms) => (ms >= 1_000 || Math.abs(ms - 500) < BLOCK_MS / 2 ? 0.1 : 0));
    expect(avatarOnset(heard, 0)).toBeCloseTo(1_000, -1);
    expect(avatarOnset(heard, 0, 900)).toBeUndefined();
  });

  it('finds where the avatar ends, not its pauses', () => {
    const heard = recording(3_000, (ms) => (ms < 1_000 || (ms > 1_150 && ms < 2_000) ? 0.1 : 0));
    expect(avatarSilence(heard, 0, 300)).toBeCloseTo(2_000, -1);
  });

  it('hears a duck of 12 dB', () => {
    const heard = recording(3_000, (ms) => (ms < 1_500 ? 0.1 : 0.025));
    expect(avatarDuck(heard, 1_300, 8, 2_500)).toBeCloseTo(1_500, -2);
    expect(
      avatarDuck(
        recording(3_000, () => 0.1),
        1_300,
        8,
        2_500,
      ),
    ).toBeUndefined();
  });

  it('finds speech in a clip', () => {
    const pcm = new Int16Array(24_000);
    pcm.fill(5_000, 2_400, 12_000);
    expect(speechSpan(pcm, 24_000)).toEqual({ startMs: 100, endMs: 11_999 / 24 });
  });

  it('tells lips from idle motion', () => {
    const frames = Array.from({ length: 50 }, (_, i) => ({ atMs: i * 40, mediaMs: i * 40, mouthChange: i < 30 ? 0.4 : 5 }));
    expect(
      lipOnset(
        recording(2_000, () => 0, frames),
        1_000,
        2_000,
      ),
    ).toBe(1_200);
    expect(
      lipOnset(
        recording(2_000, () => 0, frames),
        900,
        1_150,
      ),
    ).toBeUndefined();
  });

  it('counts frames, gaps and freezes', () => {
    const frames = Array.from({ length: 50 }, (_, i) => ({ atMs: i * 40 + (i >= 25 ? 200 : 0), mediaMs: 0, mouthChange: 0 }));
    const shown = recording(3_000, () => 0, frames);
    const figures = frameFigures(shown, [{ fromMs: 0, toMs: 3_000 }]);
    expect(figures.largestGapMs).toBe(240);
    expect(figures.freezes).toBe(1);
    const apart = [
      { fromMs: 0, toMs: 970 },
      { fromMs: 1_200, toMs: 3_000 },
    ];
    expect(frameFigures(shown, apart)).toEqual({ framesPerS: 25, largestGapMs: 40, freezes: 0 });
  });
});
