import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { HeardCaptions, type Transcript } from './heard-captions.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** An answer of three words, one a second, and a loudspeaker that is where the test says. */
function answering() {
  let playoutMs: number | undefined = 0;
  const captions = new HeardCaptions(() => playoutMs);
  const lines: Transcript[] = [];
  captions.on('line', (line) => lines.push(line));
  const words = ['One', 'two', 'three'].map((text, i) => ({
    textStart: [0, 5, 9][i] as number,
    textEnd: [0, 5, 9][i]! + text.length,
    startMs: i * 1_000,
    endMs: i * 1_000 + 500,
  }));
  captions.apply({ type: 'avatar', id: 'a', text: 'One, two three.', words, final: true });
  const heard = () => captions.captions.lines.map((line) => captions.heardText(line)).join('|');
  const playTo = (ms: number | undefined) => {
    playoutMs = ms;
    vi.advanceTimersByTime(100);
  };
  return { captions, lines, heard, playTo };
}

test('words come as they are heard, and never go back', () => {
  const { captions, lines, heard, playTo } = answering();
  const seen = [heard()];
  for (const ms of [990, 1_010, 400, 2_500]) {
    playTo(ms);
    seen.push(heard());
  }
  expect(seen).toEqual(['One,', 'One,', 'One, two', 'One, two', 'One, two three.']);
  expect(lines.map(({ text, final }) => [text, final])).toEqual([
    ['One,', false],
    ['One, two', false],
    ['One, two three.', true],
  ]);
  expect(captions.captions.lines.map((line) => captions.isHeard(line))).toEqual([true]);
  expect(vi.getTimerCount()).toBe(0);
});

test('at the end of a call a line ends where its sound did, and nothing is waited for', () => {
  const { captions, heard, playTo } = answering();
  playTo(1_200);
  captions.finish();
  expect(captions.captions.lines).toMatchObject([{ text: 'One, two', state: 'cut' }]);
  playTo(5_000);
  expect(heard()).toBe('One, two');
  expect(vi.getTimerCount()).toBe(0);
});

test('where nothing is played everything counts as heard', () => {
  const { heard, playTo } = answering();
  playTo(undefined);
  expect(heard()).toBe('One, two three.');
});
