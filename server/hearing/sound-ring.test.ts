import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SoundRing } from './sound-ring.ts';

describe('the sound ring', () => {
  it('keeps exactly the newest sound, at its positions, for every sequence of pushes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.nat(100),
        fc.array(fc.nat(70), { maxLength: 20 }),
        fc.nat(400),
        (capacity, start, lengths, from) => {
          const ring = new SoundRing(capacity, start);
          let next = start;
          for (const length of lengths) {
            ring.push(Int16Array.from({ length }, () => next++ & 0x7fff));
          }
          expect(ring.endSample).toBe(next);
          expect(ring.beginSample).toBe(Math.max(start, next - capacity));
          const { fromSample, pcm } = ring.since(from);
          expect(fromSample).toBe(Math.min(next, Math.max(ring.beginSample, from)));
          expect([...pcm]).toEqual(Array.from({ length: next - fromSample }, (_, i) => fromSample + i));
        },
      ),
    );
  });

  it('forgets on reset', () => {
    const ring = new SoundRing(10);
    ring.push(Int16Array.of(1, 2, 3));
    ring.reset(100);
    ring.push(Int16Array.of(4));
    expect(ring.since(0)).toEqual({ fromSample: 100, pcm: Int16Array.of(4) });
  });
});
