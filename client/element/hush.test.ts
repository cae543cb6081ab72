import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Hush } from './hush.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A loudspeaker that is `behindMs` behind the server, at media time 10,000 of the server. */
function listening(behindMs: number | undefined) {
  const bornMs = Date.now();
  const track = { enabled: true };
  const hush = new Hush({ track, positionMs: () => (behindMs === undefined ? undefined : 10_000 + Date.now() - bornMs - behindMs) });
  return { track, hush };
}

describe('Hush', () => {
  it.each([100, 680])('is silent at once, and until the old sound has passed: %i ms', (behindMs) => {
    const { track, hush } = listening(behindMs);
    hush.begin(10_000);
    expect(track.enabled).toBe(false);
    vi.advanceTimersByTime(behindMs + 60);
    expect(track.enabled).toBe(false);
    vi.advanceTimersByTime(40);
    expect(track.enabled).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does nothing where the old sound has passed already', () => {
    const { track, hush } = listening(-100);
    hush.begin(10_000);
    expect(track.enabled).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('goes on when it is asked for again', () => {
    const { track, hush } = listening(200);
    hush.begin(10_000);
    vi.advanceTimersByTime(250);
    hush.begin(10_100);
    vi.advanceTimersByTime(100);
    expect(track.enabled).toBe(false);
    vi.advanceTimersByTime(50);
    expect(track.enabled).toBe(true);
  });

  it('never keeps new sound away where nothing tells what is heard', () => {
    const { track, hush } = listening(undefined);
    hush.begin(10_000);
    vi.advanceTimersByTime(1_600);
    expect(track.enabled).toBe(true);
  });

  it('leaves no timer behind', () => {
    const { hush } = listening(200);
    hush.begin(10_000);
    hush[Symbol.dispose]();
    expect(vi.getTimerCount()).toBe(0);
  });
});
