import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutPieces, SentenceCutter } from './sentences.ts';

const cut = (text: string, { maxPieceChars = 220, chunkChars = text.length || 1 } = {}): string[] => {
  const cutter = new SentenceCutter({ maxPieceChars });
  const pieces: string[] = [];
  for (let at = 0; at < text.length; at += chunkChars) pieces.push(...cutter.push(text.slice(at, at + chunkChars)));
  return [...pieces, ...cutter.end()];
};
/** Sentences only: a first piece that is none gives way to the clause rule otherwise. */
const sentences = (text: string): string[] => cut(`Well! ${text}`).slice(1);

describe('first piece', () => {
  it.each([
    ['I can tell you about that, if you like.', 'I can tell you about that, '],
    ['Opening hours: nine to five.', 'Opening hours: '],
    ['That is easy; ask me anything.', 'That is easy; '],
    ['A good question — let me think.', 'A good question — '],
    ['I can tell you about opening hours and the history of the house.', 'I can tell you about opening hours '],
    ['It is closed on Mondays because the guides rest.', 'It is closed on Mondays '],
    ['Hello! How are you?', 'Hello! '],
    ['مرحبا بك في المتحف، كيف حالك؟', 'مرحبا بك في المتحف، '],
    ['今天天气很好，我们去公园吧。', '今天天气很好，'],
  ])('%s', (text, first) => {
    expect(cut(text)[0]).toBe(first);
  });

  it.each([
    ['one word before a comma', 'Sure, I can help.'],
    ['a number', 'It costs 1,000,000 euros.'],
    ['a time', 'We open at 10:30 today.'],
    ['nouns joined by "and"', 'Bread and butter.'],
    ['a comma within brackets', 'That house (old, but nice) is here.'],
  ])('is not cut at %s', (_name, text) => {
    expect(cut(text)).toEqual([text]);
  });

  it('comes as soon as the space behind its comma is written', () => {
    const cutter = new SentenceCutter({ maxPieceChars: 220 });
    expect(cutter.push('I can tell you about that,')).toEqual([]);
    expect(cutter.push(' ')).toEqual(['I can tell you about that, ']);
  });

  it('is the only clause: later pieces are sentences', () => {
    expect(cut('Good morning everyone, welcome. After that, we go on, and on.')).toEqual([
      'Good morning everyone, ',
      'welcome. ',
      'After that, we go on, and on.',
    ]);
  });
});

describe('sentences', () => {
  it.each([
    ['Dr. Smith and Mrs. Jones met. They talked.', ['Dr. Smith and Mrs. Jones met. ', 'They talked.']],
    ['It costs 3.50 euros. That is all.', ['It costs 3.50 euros. ', 'That is all.']],
    ['We speak, e.g. English. Fine.', ['We speak, e.g. English. ', 'Fine.']],
    ['We open at 9 a.m. and close at 5 p.m. The shop is near.', ['We open at 9 a.m. and close at 5 p.m. ', 'The shop is near.']],
    ['The U.S. Senate sits. Yes.', ['The U.S. Senate sits. ', 'Yes.']],
    ['He lives in the U.S. He likes it.', ['He lives in the U.S. ', 'He likes it.']],
    ['J. R. Tolkien wrote it. I read it.', ['J. R. Tolkien wrote it. ', 'I read it.']],
    ['So do I. You too.', ['So do I. ', 'You too.']],
    ['Well... maybe not. Yes… No.', ['Well... maybe not. ', 'Yes… ', 'No.']],
    ['Really?! Yes!! Good.', ['Really?! ', 'Yes!! ', 'Good.']],
    ['"Stop." He left. (He did.) Now.', ['"Stop." ', 'He left. ', '(He did.) ', 'Now.']],
    ['See https://a.example/x.y?z=1. Then go.', ['See https://a.example/x.y?z=1. ', 'Then go.']],
    ['1. First thing\n2. Second thing\nDone.', ['1. First thing\n', '2. Second thing\n', 'Done.']],
    ['A line that\ngoes on. Next.', ['A line that\ngoes on. ', 'Next.']],
    ['**Bold.** _Soft._ Plain.', ['**Bold.** ', '_Soft._ ', 'Plain.']],
    ['你好。再见！好吗？', ['你好。', '再见！', '好吗？']],
    ['「行きます。」と言った。', ['「行きます。」', 'と言った。']],
    ['كيف حالك؟ أنا بخير.', ['كيف حالك؟ ', 'أنا بخير.']],
    ['नमस्ते। आप कैसे हैं?', ['नमस्ते। ', 'आप कैसे हैं?']],
    ['Great! 😊 Go on.', ['Great! ', '😊 Go on.']],
    ['Er kommt z.B. heute. Gut.', ['Er kommt z.B. heute. ', 'Gut.']],
  ])('%s', (text, expected) => {
    expect(sentences(text)).toEqual(expected);
  });

  it.each([1, 2, 3, 7])('does not depend on chunks of %i characters', (chunkChars) => {
    const text = 'Sure. Dr. Smith, e.g., paid $3.50 in the U.S. He said: "Fine... or not?" At 9 a.m. we go!\n\n- one\n- two\nEnd.';
    expect(cut(text, { chunkChars })).toEqual(cut(text));
  });
});

describe('limits', () => {
  it('cuts a long sentence at its last comma, else at a space, else hard', () => {
    expect(cut('alpha beta, gamma delta epsilon', { maxPieceChars: 20 })[0]).toBe('alpha beta, ');
    expect(cut('alphabet gammadelta epsilon', { maxPieceChars: 20 })[0]).toBe('alphabet gammadelta ');
    expect(cut('x'.repeat(50), { maxPieceChars: 20 }).map(({ length }) => length)).toEqual([20, 20, 10]);
  });

  it('keeps surrogate pairs whole', () => {
    for (const piece of cut('𝒳'.repeat(40), { maxPieceChars: 15 })) expect(piece.isWellFormed()).toBe(true);
  });
});

describe('properties', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 400 }),
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc
      .array(
        fc.constantFrom(
          'Dr.',
          'e.g.',
          '3.5',
          'Hello',
          'and',
          ',',
          '.',
          '...',
          '?!',
          '"',
          ' ',
          ' ',
          '\n',
          '\n\n',
          '。',
          '؟ ',
          '😀',
          '(',
          ')',
          '[x](http://a.b/c)',
          'U.S.',
          '—',
          '**',
        ),
        {
          maxLength: 80,
        },
      )
      .map((parts) => parts.join('')),
  );

  it('pieces joined are the text, none is empty, none too long, for any chunks', () => {
    fc.assert(
      fc.property(
        texts,
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 60 }),
        (text, sizes, maxPieceChars) => {
          const cutter = new SentenceCutter({ maxPieceChars });
          const pieces: string[] = [];
          for (let at = 0, i = 0; at < text.length; i++) {
            const size = sizes[i % sizes.length] as number;
            pieces.push(...cutter.push(text.slice(at, at + size)));
            at += size;
          }
          pieces.push(...cutter.end());
          expect(pieces.join('')).toBe(text);
          // One more unit keeps a surrogate pair whole.
          for (const piece of pieces) expect(piece.length > 0 && piece.length <= maxPieceChars + 1).toBe(true);
        },
      ),
    );
  });
});

it('cuts a stream', async () => {
  async function* written() {
    yield 'Good mor';
    yield 'ning to you, ';
    yield 'friend. How are';
    yield ' you?';
  }
  const pieces: string[] = [];
  for await (const piece of cutPieces(written(), { maxPieceChars: 220 })) pieces.push(piece);
  expect(pieces).toEqual(['Good morning to you, ', 'friend. ', 'How are you?']);
});
