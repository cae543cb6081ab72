import { describe, expect, it } from 'vitest';
import { type LinkView, LinkWidth } from './link-width.ts';

const FULL: LinkView = { isAtFloor: true, queueMs: 300 };
const EMPTY: LinkView = { isAtFloor: true, queueMs: 5 };

/** Reports every 50 ms for so long; when the width changed, on the clock of the reports. */
function report(width: LinkWidth, view: LinkView, { fromMs, forMs }: { fromMs: number; forMs: number }): number[] {
  const changes: number[] = [];
  for (let atMs = fromMs; atMs < fromMs + forMs; atMs += 50) if (width.update(view, atMs)) changes.push(atMs);
  return changes;
}

describe('a link', () => {
  it('is narrow once a queue stands although no more is sent than sound needs', () => {
    const width = new LinkWidth();
    expect(report(width, FULL, { fromMs: 1_000, forMs: 1_000 })).toEqual([1_300]);
    expect(width.isNarrow).toBe(true);
  });

  it('is not narrow for jitter, for a queue that goes, or while there is a picture to give up', () => {
    const width = new LinkWidth();
    expect(report(width, { isAtFloor: true, queueMs: 100 }, { fromMs: 0, forMs: 10_000 })).toEqual([]);
    expect(report(width, { isAtFloor: false, queueMs: 300 }, { fromMs: 10_000, forMs: 10_000 })).toEqual([]);
    for (let atMs = 20_000; atMs < 30_000; atMs += 400) {
      expect(report(width, FULL, { fromMs: atMs, forMs: 200 })).toEqual([]);
      expect(report(width, EMPTY, { fromMs: atMs + 200, forMs: 200 })).toEqual([]);
    }
  });

  it('is tried as a wide one now and then, ever less often, and never while a queue stands', () => {
    const width = new LinkWidth();
    const narrowings: number[] = [];
    const widenings: number[] = [];
    for (let atMs = 0; atMs < 3_600_000; atMs += 50) {
      if (!width.update(width.isNarrow ? EMPTY : FULL, atMs)) continue;
      (width.isNarrow ? narrowings : widenings).push(atMs);
    }
    const waits = widenings.map((atMs, i) => atMs - narrowings[i]!);
    expect(waits.slice(0, 4)).toEqual([60_000, 120_000, 240_000, 480_000]);
    expect(Math.max(...waits)).toBe(480_000);
    expect(report(width, { isAtFloor: true, queueMs: 200 }, { fromMs: 3_600_000, forMs: 1_000_000 })).toEqual([]);
  });

  it('is tried as a wide one as soon as it is another path', () => {
    const width = new LinkWidth();
    expect(report(width, FULL, { fromMs: 0, forMs: 1_000 })).toEqual([300]);
    width.restart();
    expect(report(width, EMPTY, { fromMs: 10_000, forMs: 60_000 })).toEqual([10_000]);
    expect(width.isNarrow).toBe(false);
  });
});
