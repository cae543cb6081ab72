import { describe, expect, it } from 'vitest';
import { MEDIA_RATE_HZ } from '../core/media-time.ts';
import type { FaceMode } from './contract.ts';
import { P } from './parameters.ts';
import { FacePerformer } from './performer.ts';
import { RestingRate } from './resting-rate.ts';

const FRAME = MEDIA_RATE_HZ / 25;
const SECONDS = 60;

/** Which of a minute's frames at 25 per second are shown. */
function shownFrames(mode: FaceMode, restingFramesPerS = 12.5) {
  const performer = new FacePerformer({ seed: 5 });
  performer.setMode(mode, 0);
  const rate = new RestingRate(restingFramesPerS);
  return Array.from({ length: SECONDS * 25 }, (_, i) => {
    const parameters = performer.frameAt(i * FRAME).slice();
    return { parameters, shown: rate.isDue(parameters, i * FRAME, mode !== 'speaking') };
  });
}

describe('RestingRate', () => {
  it('shows a resting face at half the rate, never more than two frames apart', () => {
    const frames = shownFrames('idle');
    const perS = frames.filter(({ shown }) => shown).length / SECONDS;
    expect(perS).toBeGreaterThanOrEqual(12.5);
    expect(perS).toBeLessThan(17);
    expect(frames.some(({ shown }, i) => i > 0 && !shown && !frames[i - 1]?.shown)).toBe(false);
  });

  it('shows every frame of a blink', () => {
    const frames = shownFrames('idle');
    const lids = frames.map(({ parameters }) => parameters[P.eyeBlinkLeft] as number);
    const moving = frames.filter((_, i) => Math.abs((lids[i] as number) - (lids[i - 1] ?? (lids[i] as number))) > 0.1);
    expect(moving.length).toBeGreaterThan(30);
    expect(moving.every(({ shown }) => shown)).toBe(true);
  });

  it('shows every frame of a face that speaks, and all where resting is not wanted', () => {
    expect(shownFrames('speaking').every(({ shown }) => shown)).toBe(true);
    expect(shownFrames('idle', 25).every(({ shown }) => shown)).toBe(true);
  });

  it('shows the first frame that moves, and the first one of all', () => {
    const rate = new RestingRate(5);
    const still = shownFrames('idle')[0]?.parameters as Float32Array;
    const mouth = still.slice();
    mouth[P.viseme_aa] = 0.2;
    expect(rate.isDue(still, 0, true)).toBe(true);
    expect(rate.isDue(still, FRAME, true)).toBe(false);
    expect(rate.isDue(mouth, 2 * FRAME, true)).toBe(true);
  });
});
