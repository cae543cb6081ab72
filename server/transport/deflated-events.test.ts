import { createInflateRaw } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../core/clock.ts';
import { DeflatedEvents } from './deflated-events.ts';

const open: Disposable[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each[Symbol.dispose]();
});

/** What a visitor reads, and when each piece left. */
function channel() {
  const clock = new VirtualClock();
  const inflater = createInflateRaw();
  const pieces: { bytes: number; atMs: number }[] = [];
  let text = '';
  inflater.on('data', (bytes: Buffer) => (text += bytes.toString()));
  const events = new DeflatedEvents({
    clock,
    send: (piece) => {
      pieces.push({ bytes: piece.length, atMs: clock.nowMs() });
      inflater.write(piece);
    },
  });
  open.push(events, { [Symbol.dispose]: () => inflater.destroy() });
  /** The events that have arrived, as soon as there are so many; time goes on until then. */
  const read = async (count: number): Promise<string[]> => {
    while (text.split('\n').length <= count) {
      clock.advance(10);
      await new Promise(setImmediate);
      if (clock.nowMs() > 60_000) throw new Error(`Not more came than ${text}`);
    }
    return text.split('\n').slice(0, -1);
  };
  return { clock, events, pieces, read };
}

const event = (i: number) => JSON.stringify({ type: 'visavis.caption', event_id: `event_${i}`, item_id: 'item_1', text: `Word ${i}.` });
/** What deflates badly: a generator of numbers that look like chance. */
function noise(bytes: number): string {
  let state = 1;
  return Buffer.from(Array.from({ length: bytes }, () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) >>> 24)).toString(
    'base64',
  );
}

describe('deflated events', () => {
  it('of one moment leave together, in order, and take a fraction of their size', async () => {
    const { events, pieces, read } = channel();
    const said = Array.from({ length: 10 }, (_, i) => event(i));
    for (const text of said) expect(events.send(text)).toBe(true);
    expect(await read(10)).toEqual(said);
    expect(pieces).toHaveLength(1);
    expect(pieces[0]!.bytes).toBeLessThan(said.join('').length / 4);
    events.send(event(11));
    expect((await read(11)).at(-1)).toBe(event(11));
    // It is much like those before.
    expect(pieces[1]!.bytes).toBeLessThan(30);
  });

  it('leave in small pieces with time between them, however much is said', async () => {
    const { events, pieces, read } = channel();
    const said = [noise(1_500), event(1), noise(700)];
    events.send(said[0]!);
    events.send(said[1]!);
    events.send(said[2]!);
    expect(await read(3)).toEqual(said);
    expect(pieces.length).toBeGreaterThan(5);
    for (const [i, { bytes, atMs }] of pieces.entries()) {
      expect(bytes).toBeLessThanOrEqual(300);
      if (i > 0) expect(atMs - pieces[i - 1]!.atMs).toBeGreaterThanOrEqual(150);
    }
  });

  it('leave at once when the call ends; later ones are refused', async () => {
    const { clock, events, pieces, read } = channel();
    events.send(noise(2_000));
    events.send(event(1));
    await events.finish();
    expect(await read(2)).toEqual([noise(2_000), event(1)]);
    expect(pieces).toHaveLength(1);
    expect(events.send(event(2))).toBe(false);
    expect(clock.pendingAlarms).toBe(0);
  });

  it('are dropped when far too many wait', () => {
    const { events } = channel();
    expect(events.send(noise(150_000))).toBe(true);
    expect(events.send(noise(150_000))).toBe(true);
    expect(events.send(event(1))).toBe(false);
  });
});
