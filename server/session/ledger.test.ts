import { describe, expect, it } from 'vitest';
import { mediaTimeFromMs, SPEECH_RATE_HZ } from '../core/media-time.ts';
import type { SpokenPiece } from '../core/speech.ts';
import { Ledger } from './ledger.ts';

/** A piece of which every word takes 200 ms. */
function piece(text: string): SpokenPiece {
  const words = [...text.matchAll(/\S+/g)].map((match, index) => ({
    text: match[0],
    startMs: index * 200,
    endMs: index * 200 + 200,
    textStart: match.index,
    textEnd: match.index + match[0].length,
  }));
  return { text, words, phones: [], engine: 'test', pcm: new Int16Array((words.length * 200 * SPEECH_RATE_HZ) / 1000) };
}
const at = mediaTimeFromMs;

describe('what was heard', () => {
  it('is the words that were played, not those that were sent', () => {
    const ledger = new Ledger();
    ledger.add('t1', piece('one two three four '), at(1_000));
    ledger.played(at(1_410));
    expect(ledger.heard('t1', at(1_600))).toEqual({ text: 'one two', heardMs: 410, complete: false });
  });

  it('is everything once the last word was played', () => {
    const ledger = new Ledger();
    ledger.add('t1', piece('one two, '), at(0));
    ledger.add('t1', piece('three.'), at(400));
    ledger.played(at(600));
    expect(ledger.heard('t1', at(700))).toEqual({ text: 'one two, three.', heardMs: 600, complete: true });
  });

  it('assumes a network delay for clients that report nothing', () => {
    const ledger = new Ledger(150);
    ledger.add('t1', piece('one two three'), at(0));
    expect(ledger.heard('t1', at(150)).text).toBe('');
    expect(ledger.heard('t1', at(550)).text).toBe('one two');
  });

  it('does not freeze when a client stops reporting', () => {
    const ledger = new Ledger(150);
    ledger.add('t1', piece('one two three'), at(0));
    ledger.played(at(200));
    expect(ledger.heard('t1', at(5_000)).complete).toBe(true);
  });

  it('knows how far a client had heard that is silent at once', () => {
    const ledger = new Ledger();
    expect(ledger.heardUntil(at(900))).toBe(at(900));
    ledger.add('t1', piece('one two three four '), at(0));
    ledger.played(at(300), at(450));
    expect(ledger.heardUntil(at(600))).toBe(at(450));
    const [left] = ledger.cut('t1', ledger.heardUntil(at(600)));
    expect(left).toMatchObject({ offsetMs: 450 });
    // A report that is far from the truth, or was long on its way.
    ledger.played(at(310), at(60_000));
    expect(ledger.heardUntil(at(60_000))).toBe(at(59_000));
  });

  it('never counts what was cut before it left', () => {
    const ledger = new Ledger();
    ledger.add('t1', piece('one two three '), at(0));
    ledger.add('t1', piece('four five'), at(600));
    const left = ledger.cut('t1', at(300));
    ledger.played(at(5_000));
    expect(ledger.heard('t1', at(5_000))).toMatchObject({ text: 'one', complete: false });
    expect(left.map(({ piece: { text }, offsetMs }) => [text, offsetMs])).toEqual([
      ['one two three ', 300],
      ['four five', 0],
    ]);
  });

  it('joins what was heard before and after an interruption without repeating words', () => {
    const ledger = new Ledger();
    const spoken = piece('one two three');
    ledger.add('t1', spoken, at(0));
    const [left] = ledger.cut('t1', at(400));
    ledger.add('t1', spoken, at(2_000), left?.offsetMs);
    ledger.played(at(2_200));
    expect(ledger.heard('t1', at(2_250))).toEqual({ text: 'one two three', heardMs: 600, complete: true });
  });

  it('finds the media time of an audio position across an interruption', () => {
    const ledger = new Ledger();
    const spoken = piece('one two three');
    ledger.add('t1', spoken, at(0));
    ledger.cut('t1', at(400));
    ledger.add('t1', spoken, at(2_000), 400);
    expect(ledger.mediaTimeOf('t1', 500)).toBe(at(2_100));
    expect(ledger.mediaTimeOf('t1', 700)).toBeUndefined();
  });
});
