import { describe, expect, it } from 'vitest';
import { PictureLadder, type PictureTarget } from './picture-ladder.ts';

const options = { framesPerS: 25, minVideoBps: 80_000, startVideoBps: 900_000, maxVideoBps: 1_800_000 };

/** Feeds the estimate every 50 ms. */
function run(ladder: PictureLadder, bps: number, fromMs: number, forMs: number): PictureTarget[] {
  const targets: PictureTarget[] = [];
  for (let atMs = fromMs; atMs < fromMs + forMs; atMs += 50) {
    const target = ladder.update(bps, atMs);
    if (target) targets.push(target);
  }
  return targets;
}

describe('PictureLadder', () => {
  it('takes bits first, then frames, then size, then the picture', () => {
    const ladder = new PictureLadder(options);
    const seen: PictureTarget[] = [];
    let atMs = 0;
    for (const bps of [900_000, 600_000, 400_000, 300_000, 200_000, 140_000, 90_000, 50_000]) {
      seen.push(...run(ladder, bps, atMs, 1_000));
      atMs += 1_000;
    }
    expect(seen.map(({ videoBps, framesPerS, scale }) => [videoBps, framesPerS, scale])).toEqual([
      [600_000, 25, 1],
      [400_000, 25, 1],
      [300_000, 20, 1],
      [200_000, 15, 1],
      [140_000, 15, 0.75],
      [90_000, 13, 0.5],
      [0, 0, 0.5],
    ]);
  });

  it('climbs slowly and with a margin, so that it does not flutter', () => {
    const ladder = new PictureLadder(options);
    run(ladder, 240_000, 0, 1_000);
    expect(ladder.current).toMatchObject({ framesPerS: 15 });
    // Just above the step's edge is not enough.
    expect(run(ladder, 260_000, 1_000, 10_000)).toEqual([]);
    expect(run(ladder, 300_000, 11_000, 1_000)).toEqual([{ videoBps: 300_000, framesPerS: 20, scale: 1 }]);
    let changes = 0;
    for (let atMs = 12_000; atMs < 72_000; atMs += 50) if (ladder.update(250_000 + 20_000 * Math.sin(atMs / 500), atMs)) changes++;
    expect(changes).toBeLessThan(8);
  });

  it('does not ask for a key frame over small change', () => {
    const ladder = new PictureLadder(options);
    let changes = 0;
    for (let atMs = 0; atMs < 60_000; atMs += 50) if (ladder.update(900_000 * (1 + 0.05 * Math.sin(atMs / 700)), atMs)) changes++;
    expect(changes).toBe(0);
  });

  it('tries a picture again now and then, but not into congestion', () => {
    const ladder = new PictureLadder(options);
    run(ladder, 30_000, 0, 1_000);
    expect(ladder.current.videoBps).toBe(0);
    expect(ladder.retry(false, 3_000)).toBe(false);
    expect(ladder.retry(true, 20_000)).toBe(false);
    expect(ladder.retry(false, 20_000)).toBe(true);
    const [back] = run(ladder, 110_000, 20_000, 5_000);
    expect(back).toEqual({ videoBps: 110_000, framesPerS: 13, scale: 0.5 });
    // Failing again, it waits longer.
    run(ladder, 30_000, 26_000, 1_000);
    expect(ladder.retry(false, 33_000)).toBe(false);
    expect(ladder.retry(false, 40_000)).toBe(true);
  });
});
