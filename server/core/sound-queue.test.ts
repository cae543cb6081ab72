import { expect, it } from 'vitest';
import { SoundQueue } from './sound-queue.ts';

it('gives sound in other lengths than it came in, in order, and what was put back first', () => {
  const queue = new SoundQueue();
  queue.push(Int16Array.of(1, 2, 3));
  queue.push(Int16Array.of());
  queue.push(Int16Array.of(4, 5));
  expect(queue.samples).toBe(5);
  expect(queue.take(2)).toEqual(Int16Array.of(1, 2));
  expect(queue.take(2)).toEqual(Int16Array.of(3, 4));
  queue.putBack([Int16Array.of(1, 2), Int16Array.of(3)]);
  expect(queue.samples).toBe(4);
  expect(queue.take(100)).toEqual(Int16Array.of(1, 2, 3, 5));
  expect(queue.take(100)).toEqual(Int16Array.of());
  queue.push(Int16Array.of(6));
  queue.clear();
  expect(queue.samples).toBe(0);
  expect(queue.take(1)).toEqual(Int16Array.of());
});
