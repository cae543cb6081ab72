import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../core/clock.ts';
import { Ticker } from './ticker.ts';

describe('Ticker', () => {
  it('runs alarms of one slot on one timer, at the end of the slot', () => {
    const clock = new VirtualClock();
    const ticker = new Ticker(clock, 5);
    const ran: string[] = [];
    for (const [atMs, name] of [
      [11, 'a'],
      [14, 'b'],
      [15, 'c'],
      [16, 'd'],
    ] as const)
      ticker.at(atMs, () => ran.push(`${name}@${clock.nowMs()}`));
    expect(clock.pendingAlarms).toBe(1);
    clock.advanceTo(100);
    expect(ran).toEqual(['a@15', 'b@15', 'c@15', 'd@20']);
    expect(clock.pendingAlarms).toBe(0);
    expect(ticker.pending).toBe(0);
  });

  it('does not delay a deadline on the grid, whatever its rounding', () => {
    const clock = new VirtualClock();
    const ticker = new Ticker(clock, 5);
    const late: number[] = [];
    const startMs = 0.1 + 0.2 - 0.3;
    for (let k = 1; k < 1_000; k++) ticker.at(startMs + k * 20, () => late.push(clock.nowMs() - k * 20));
    clock.advanceTo(30_000);
    expect(late).toHaveLength(999);
    expect(Math.max(...late)).toBeLessThan(0.001);
  });

  it('forgets what is disposed, its own timer too', () => {
    const clock = new VirtualClock();
    const ticker = new Ticker(clock, 5);
    const ran: string[] = [];
    const early = ticker.at(10, () => ran.push('early'));
    const late = ticker.at(50, () => ran.push('late'));
    early[Symbol.dispose]();
    early[Symbol.dispose]();
    clock.advanceTo(49);
    late[Symbol.dispose]();
    clock.advanceTo(100);
    expect(ran).toEqual([]);
    expect(clock.pendingAlarms).toBe(0);
  });

  it('lets the others have their turn when one throws', () => {
    const clock = new VirtualClock();
    const ticker = new Ticker(clock, 5);
    const ran: string[] = [];
    ticker.at(10, () => {
      throw new Error('mine');
    });
    ticker.at(10, () => ran.push('same slot'));
    ticker.at(20, () => ran.push('later'));
    expect(() => clock.advanceTo(15)).toThrow('mine');
    clock.advanceTo(30);
    expect(ran).toEqual(['same slot', 'later']);
  });

  it('takes alarms that are set, and removed, while it runs', () => {
    const clock = new VirtualClock();
    const ticker = new Ticker(clock, 5);
    const ran: string[] = [];
    const second: { alarm?: Disposable } = {};
    ticker.at(10, () => {
      ran.push('first');
      second.alarm?.[Symbol.dispose]();
      ticker.at(0, () => ran.push('overdue'));
      ticker.at(12, () => ran.push('next'));
    });
    second.alarm = ticker.at(10, () => ran.push('second'));
    clock.advanceTo(15);
    expect(ran).toEqual(['first', 'overdue', 'next']);
  });
});
