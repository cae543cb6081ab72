import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spokenText } from './spoken-text.ts';

const said = (text: string, language = 'en') => spokenText(text, language).text.replace(/\s+/g, ' ').trim();

describe('what is said', () => {
  it.each([
    ['**Bold** and _soft_ and `code`', 'Bold and soft and code'],
    ['## A title', 'A title'],
    ['- a point', 'a point'],
    ['see [the guide](https://a.example/b "t") now', 'see the guide now'],
    ['a fact [3] here', 'a fact here'],
    ['go to https://www.museum.example/visit?x=1#y now', 'go to museum dot example slash visit now'],
    ['write to info@museum.example.', 'write to info at museum dot example .'],
    ['well done 👩‍👩‍👧 1️⃣ 🇩🇪!', 'well done 1 !'],
    ['50% off, 20 °C, 10–12 people', '50 percent off, 20 degrees Celsius, 10 to 12 people'],
    ['on 2024-01-02', 'on 2024-01-02'],
    ['bread & butter', 'bread and butter'],
    ['e.g. this, i.e. that, etc.', 'for example this, that is that, et cetera'],
    ['<b>bold</b> 3 < 4', 'bold 3 < 4'],
    ['snake_case_name', 'snake case name'],
    ['a well-known don’t', 'a well-known don’t'],
    ['bad\u0000\u001bsign', 'bad sign'],
  ])('%s', (shown, expected) => {
    expect(said(shown)).toBe(expected);
  });

  it("uses the language's words", () => {
    expect(said('50% & mehr', 'de-AT')).toBe('50 Prozent und mehr');
    expect(said('z.B. heute', 'de')).toBe('zum Beispiel heute');
    expect(said('50%', 'fr')).toBe('50 pour cent');
    expect(said('50%', 'ko')).toBe('50 %');
  });

  it('keeps the joiners that Persian words need', () => {
    expect(said('می‌خواهم', 'fa')).toBe('می‌خواهم');
  });
});

it('knows where every character came from, for any text', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 120 }), fc.string({ unit: 'grapheme', maxLength: 120 })), (shown) => {
      const { text, sourceOffsets } = spokenText(shown, 'en');
      expect(sourceOffsets).toHaveLength(text.length + 1);
      expect(sourceOffsets.at(-1)).toBe(shown.length);
      for (let i = 1; i < sourceOffsets.length; i++) expect(sourceOffsets[i]).toBeGreaterThanOrEqual(sourceOffsets[i - 1] as number);
      expect(text).not.toMatch(/\p{Cc}/u);
    }),
  );
});

it('takes linear time on hostile text', () => {
  for (const sign of ['[', '!', '(', 'a.', '<a', 'http://', '_*', 'x@', '-', '# ']) {
    const shown = sign.repeat(5_000);
    expect(spokenText(shown, 'en').sourceOffsets.at(-1)).toBe(shown.length);
  }
});
