import { expect, test } from 'vitest';
import { QueueWatch } from './queue-watch.ts';

const seen = (watch: QueueWatch, roundTripsMs: readonly (number | undefined)[]): boolean[] => roundTripsMs.map((ms) => watch.sees(ms));

test('a queue is one that stays', () => {
  const watch = new QueueWatch();
  expect(seen(watch, [undefined, 45, 40, 60, 400, 410, 45, 420, 430, undefined, 440])).toEqual([...Array(10).fill(false), true]);
  expect(seen(watch, [440, undefined, 50])).toEqual([true, true, false]);
});

test('one measurement is one, however often it is read', () => {
  const watch = new QueueWatch();
  expect(seen(watch, [40, ...Array(10).fill(900), 910, 910, 40])).toEqual(Array(14).fill(false));
});

test('a long way is no queue, and another way begins anew', () => {
  const watch = new QueueWatch();
  const far = Array.from({ length: 10 }, (_, i) => 600 + i);
  expect(seen(watch, far)).toEqual(Array(10).fill(false));
  seen(watch, [30, 30]);
  watch.restart();
  expect(seen(watch, far)).toEqual(Array(10).fill(false));
});
