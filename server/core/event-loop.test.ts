import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { VirtualClock } from './clock.ts';
import { EventLoopDelay } from './event-loop.ts';

/** Lets the histogram's own timer run: it samples only while the loop turns. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await wait(1);
}

const block = (ms: number) => {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs);
};

it('sees a loop that is kept waiting, and forgets it with its window', async () => {
  const clock = new VirtualClock();
  using loop = new EventLoopDelay({ windowMs: 1_000, clock });
  await until(() => {
    block(60);
    return loop.delay.maxMs >= 40;
  });
  clock.advance(1_000);
  const { p50Ms, p99Ms, maxMs } = loop.delay;
  expect(maxMs).toBeGreaterThanOrEqual(40);
  expect(p50Ms).toBeLessThanOrEqual(p99Ms);
  expect(p99Ms).toBeLessThanOrEqual(maxMs);

  clock.advance(1_000);
  expect(loop.delay).toEqual({ p50Ms: 0, p99Ms: 0, maxMs: 0 });
});

it('stops its timer when closed, and may be closed twice', () => {
  const clock = new VirtualClock();
  const loop = new EventLoopDelay({ clock });
  expect(clock.pendingAlarms).toBe(1);
  loop.close();
  loop.close();
  expect(clock.pendingAlarms).toBe(0);
});
