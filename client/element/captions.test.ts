import { describe, expect, test } from 'vitest';
import {
  type CaptionAction,
  type CaptionLine,
  type Captions,
  heardChars,
  noCaptions,
  placeWords,
  reduceCaptions,
  transcriptText,
} from './captions.ts';

const run = (...actions: CaptionAction[]): Captions => actions.reduce(reduceCaptions, noCaptions);
const text = 'Well, it costs 12 euros.';
const spoken = [
  { text: 'Well', start_ms: 1000, end_ms: 1300 },
  { text: 'it', start_ms: 1500, end_ms: 1600 },
  { text: 'costs', start_ms: 1600, end_ms: 1900 },
  { text: 'twelve', start_ms: 1900, end_ms: 2200 },
  { text: 'euros', start_ms: 2200, end_ms: 2600 },
];
const words = placeWords(text, spoken);
const avatar = (final: boolean): CaptionAction => ({ type: 'avatar', id: 'a', text, words, final });
const only = (captions: Captions): CaptionLine => {
  expect(captions.lines).toHaveLength(1);
  return captions.lines[0]!;
};

describe('the visitor', () => {
  test('words change until they are final', () => {
    const captions = run(
      { type: 'visitor', id: 'v', text: 'what a', final: false },
      { type: 'visitor', id: 'v', text: 'what are', final: false },
      { type: 'visitor', id: 'v', text: 'What are you?', final: true },
    );
    expect(only(captions)).toMatchObject({ speaker: 'visitor', text: 'What are you?', state: 'final' });
  });

  test('a late partial does not undo the final words', () => {
    const captions = run(
      { type: 'visitor', id: 'v', text: 'What are you?', final: true },
      { type: 'visitor', id: 'v', text: 'what are', final: false },
    );
    expect(only(captions).text).toBe('What are you?');
  });

  test('noise that was recognised as nothing leaves no line', () => {
    expect(run({ type: 'visitor', id: 'v', text: 'uh', final: false }, { type: 'visitor', id: 'v', text: ' ', final: true }).lines).toEqual(
      [],
    );
    expect(run({ type: 'visitor', id: 'v', text: '', final: false }).lines).toEqual([]);
  });
});

describe('the avatar', () => {
  test('words find their places, spoken numbers too', () => {
    expect(words.map((w) => text.slice(w.textStart, w.textEnd))).toEqual(['Well', 'it', 'costs', '12', 'euros']);
  });

  test('a word that comes again far ahead is not jumped to', () => {
    const long = 'One two three four five six seven eight nine ten and then one more.';
    const placed = placeWords(long, [
      { text: 'uno', start_ms: 0, end_ms: 1 },
      { text: 'more', start_ms: 1, end_ms: 2 },
    ]);
    expect(placed.map((w) => long.slice(w.textStart, w.textEnd))).toEqual(['One', 'two']);
  });

  test('a word inside another word is not that word', () => {
    const placed = placeWords('With it', [{ text: 'it', start_ms: 0, end_ms: 1 }]);
    expect(placed).toMatchObject([{ textStart: 5, textEnd: 7 }]);
  });

  test('more timed words than text never run beyond it', () => {
    expect(placeWords('Hi', [spoken[0]!, spoken[1]!, spoken[2]!])).toHaveLength(1);
  });

  test.each([
    [0, ''],
    [999, ''],
    [1000, 'Well,'],
    [1499, 'Well,'],
    [1500, 'Well, it'],
    [1950, 'Well, it costs 12'],
    [9999, text],
  ])('at %i ms of media time "%s" has been heard', (playoutMs, heard) => {
    const line = only(run(avatar(true)));
    expect(line.text.slice(0, heardChars(line, playoutMs))).toBe(heard);
  });

  test('a reply without word times is shown at once', () => {
    const line = only(run({ type: 'avatar', id: 'a', text: 'Hello.', words: [], final: false }));
    expect(heardChars(line, 0)).toBe(6);
  });

  test('an unfinished reply stops after the last timed word', () => {
    const line = only(run({ type: 'avatar', id: 'a', text: `${text} And more`, words, final: false }));
    expect(line.text.slice(0, heardChars(line, 9999))).toBe(text);
  });

  test('an interruption cuts the line where its sound stopped, for good', () => {
    const line = only(run(avatar(false), { type: 'cut', id: 'a', text: 'Well, it costs' }, avatar(true)));
    expect(line).toMatchObject({ text: 'Well, it costs', state: 'cut' });
    expect(heardChars(line, 0)).toBe('Well, it costs'.length);
  });

  test('cut before the first word: as if it had never been', () => {
    expect(run(avatar(false), { type: 'cut', id: 'a', text: '' }).lines).toEqual([]);
  });
});

test('the transcript names both sides and marks what was cut', () => {
  const captions = run({ type: 'visitor', id: 'v', text: 'How much?', final: true }, avatar(false), {
    type: 'cut',
    id: 'a',
    text: 'Well, it',
  });
  expect(transcriptText(captions, (speaker) => (speaker === 'visitor' ? 'You' : 'Mia'))).toBe('You: How much?\nMia: Well, it …');
});

test('an endless conversation does not grow without end', () => {
  let captions = noCaptions;
  for (let i = 0; i < 1_000; i++) captions = reduceCaptions(captions, { type: 'visitor', id: `v${i}`, text: 'x', final: true });
  expect(captions.lines).toHaveLength(400);
  expect(captions.lines.at(-1)?.id).toBe('v999');
});
