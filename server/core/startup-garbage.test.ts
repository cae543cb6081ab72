import { expect, it } from 'vitest';
import { collectStartupGarbage } from './startup-garbage.ts';

it('gives back what nobody holds any more, at once', () => {
  const dropped = new WeakRef(Array.from({ length: 100_000 }, (_, i) => ({ i })));
  const held = new WeakRef([1, 2, 3]);
  const holder = held.deref();
  return new Promise<void>((resolve, reject) => {
    // A WeakRef holds its target until the turn of the event loop that made it is over.
    setImmediate(() => {
      try {
        collectStartupGarbage();
        expect(dropped.deref()).toBeUndefined();
        expect(held.deref()).toBe(holder);
        resolve();
      } catch (error) {
        reject(error as Error);
      }
    });
  });
});
