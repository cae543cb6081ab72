import { describe, expect, it } from 'vitest';
import { Places } from './places.ts';

describe('places', () => {
  const FULL = { code: 'server_full', retryAfterS: 15 };

  it('are for so many calls that the server draws for, or for three times as many that it does not draw for', () => {
    const places = new Places({ limit: 2, retryAfterS: 15 });
    places.take('a', 'drawn');
    for (const call of ['b', 'c', 'd']) places.take(call, 'undrawn');
    expect(() => places.take('e', 'undrawn')).toThrow(expect.objectContaining(FULL));
    expect(places.taken).toBe(4);
    places.free('a');
    expect(() => places.take('e', 'drawn')).not.toThrow();
  });

  it('are kept by a call whose work changes, while there is room for more of it', () => {
    const places = new Places({ limit: 1, retryAfterS: 15 });
    places.take('a', 'undrawn');
    places.take('b', 'undrawn');
    expect(() => places.change('a', 'drawn')).toThrow(expect.objectContaining(FULL));
    places.free('b');
    expect(places.change('a', 'drawn')).toBe('undrawn');
    expect(places.change('a', 'drawn')).toBe('drawn');
    expect(() => places.take('b', 'undrawn')).toThrow(expect.objectContaining(FULL));
  });

  it('are not taken by a call that has ended', () => {
    const places = new Places({ limit: 1, retryAfterS: 15 });
    places.take('a', 'undrawn');
    places.free('a');
    expect(() => places.change('a', 'drawn')).toThrow(expect.objectContaining({ code: 'call_unknown' }));
    expect(places.taken).toBe(0);
  });
});
