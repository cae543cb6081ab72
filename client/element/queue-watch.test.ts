import { expect, test } from 'vitest';
import { QueueWatch } from './queue-watch.ts';

const seen = (watch: QueueWatch, roundTripsMs: readonly (number | undefined)[]): boolean[] => roundTripsMs.map((ms) => watch.sees(ms));

test('a queue is one that stays', () => {
  const watch = new QueueWatch();
  expect(seen(watch, [undefined, 45, 40, 60, 400, 400, 400, 45, 420, 420, undefined, 430, 430])).toEqual([...Array(12).fill(false), true]);
  expect(watch.sees(50)).toBe(false);
});

test('a long way is no queue, and another way begins anew', () => {
  const watch = new QueueWatch();
  expect(seen(watch, Array(10).fill(600))).toEqual(Array(10).fill(false));
  seen(watch, [30, 30]);
  watch.restart();
  expect(seen(watch, Array(10).fill(600))).toEqual(Array(10).fill(false));
});
