import { describe, expect, it } from 'vitest';
import { LoadSteps } from './load-steps.ts';

/** Pictures 25 times a second; each as long as `tookMs` says. */
class Load {
  readonly steps = new LoadSteps({ lateAfterMs: 40 });
  /** When it changed, in seconds, and to what. */
  readonly changes: [atS: number, rate: number, scale: number][] = [];
  #nowMs = 0;

  goesOn(seconds: number, tookMs: (index: number) => number, intervalMs = 40): this {
    const untilMs = this.#nowMs + seconds * 1_000;
    for (let i = 0; this.#nowMs < untilMs; i++) {
      this.#nowMs += intervalMs;
      if (!this.steps.took(tookMs(i), this.#nowMs)) continue;
      const { rate, scale } = this.steps.current;
      this.changes.push([Math.round(this.#nowMs / 1_000), rate, scale]);
    }
    return this;
  }
}

const inTime = () => 12;
const late = () => 90;

describe('LoadSteps', () => {
  it('takes size first, then pictures, a second for each step, and then has nothing left to take', () => {
    const { changes } = new Load().goesOn(10, late);
    expect(changes.map(([, ...step]) => step)).toEqual([
      [1, 0.75],
      [0.8, 0.75],
      [0.6, 0.75],
      [0.5, 0.5],
    ]);
    expect(changes.at(-1)?.[0]).toBe(4);
  });

  it('does not mind a hiccup', () => {
    const { changes } = new Load().goesOn(60, (i) => (i % 25 < 5 ? 300 : 12));
    expect(changes).toEqual([]);
  });

  it('notices when pictures take so long that few are made', () => {
    const { changes } = new Load().goesOn(6, () => 900, 500);
    expect(changes[0]).toEqual([2, 1, 0.75]);
  });

  it('comes back step by step when there is time again', () => {
    const { changes, steps } = new Load().goesOn(3, late).goesOn(25, inTime);
    expect(changes.slice(3)).toEqual([
      [8, 0.8, 0.75],
      [13, 1, 0.75],
      [18, 1, 1],
    ]);
    expect(steps.current).toEqual({ rate: 1, scale: 1 });
  });

  it('stays where it is between good and bad', () => {
    const load = new Load().goesOn(2.2, late);
    const before = load.changes.length;
    load.goesOn(60, (i) => (i % 10 === 0 ? 90 : 12));
    expect(load.changes).toHaveLength(before);
  });

  it('tries ever less often what proves too much', () => {
    const load = new Load();
    for (let second = 0; second < 180; second++) load.goesOn(1, load.steps.current.rate === 1 ? late : inTime);
    const tries = load.changes.filter(([, rate]) => rate === 1).map(([atS]) => atS);
    const pauses = tries.slice(1).map((atS, i) => atS - (tries[i] as number));
    expect(pauses.length).toBeGreaterThan(2);
    for (const [i, pause] of pauses.slice(1).entries()) expect(pause).toBeGreaterThan((pauses[i] as number) * 1.5);
  });

  it('forgets an earlier failure when a better picture has held', () => {
    const load = new Load().goesOn(1.2, late).goesOn(7, inTime);
    // Too much at once, so the next try waits for twice as long, and then holds.
    load.goesOn(1, late).goesOn(30, inTime);
    load.goesOn(1, late).goesOn(8, inTime);
    expect(load.changes.map(([atS, , scale]) => [atS, scale])).toEqual([
      [1, 0.75],
      [7, 1],
      [9, 0.75],
      [20, 1],
      [40, 0.75],
      [46, 1],
    ]);
  });
});
