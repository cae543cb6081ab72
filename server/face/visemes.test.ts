import { describe, expect, it } from 'vitest';
import { isBilabial, isLabiodental, mouthShape } from './visemes.ts';

const visemes = (symbol: string) => mouthShape(symbol)?.visemes;

describe('mouthShape', () => {
  it.each([
    ['p', ['PP']],
    ['b', ['PP']],
    ['m', ['PP']],
    ['f', ['FF']],
    ['v', ['FF']],
    ['θ', ['TH']],
    ['ð', ['TH']],
    ['t', ['DD']],
    ['ɾ', ['DD']],
    ['ŋ', ['kk']],
    ['ɡ', ['kk']],
    ['tʃ', ['CH']],
    ['t͡ʃ', ['CH']],
    ['ʒ', ['CH']],
    ['z', ['SS']],
    ['ɫ', ['nn']],
    ['ɹ', ['RR']],
    ['ɝ', ['RR']],
    ['ɑː', ['aa']],
    ['æ', ['aa']],
    ['ə', ['E']],
    ['iː', ['I']],
    ['ɔː', ['O']],
    ['ʊ', ['U']],
    ['w', ['U']],
    ['aɪ', ['aa', 'I']],
    ['əʊ', ['O', 'U']],
    ['ħ', ['kk']],
    ['tˤ', ['DD']],
    ['pʰ', ['PP']],
    ['ˈa', ['aa']],
  ])('knows the IPA phone %s', (symbol, expected) => {
    expect(visemes(symbol)).toEqual(expected);
  });

  it.each([
    ['aa', ['aa']],
    ['ae', ['aa']],
    ['ao', ['O']],
    ['aw', ['aa', 'U']],
    ['ch', ['CH']],
    ['dh', ['TH']],
    ['er', ['RR']],
    ['ey', ['E', 'I']],
    ['hh', ['kk']],
    ['iy', ['I']],
    ['ng', ['kk']],
    ['ow', ['O', 'U']],
    ['sh', ['CH']],
    ['uw', ['U']],
    ['AA1', ['aa']],
    ['OW0', ['O', 'U']],
  ])('tolerates the ARPAbet phone %s', (symbol, expected) => {
    expect(visemes(symbol)).toEqual(expected);
  });

  it.each(['', 'pau', 'sil', 'SIL', '_', 'ˈ'])('takes "%s" as silence', (symbol) => {
    expect(mouthShape(symbol)).toBeUndefined();
  });

  it('reduces what it does not know to its letters, and opens a little for the rest', () => {
    expect(visemes('aə')).toEqual(['aa', 'E']);
    expect(visemes('bʙ')).toEqual(['PP', 'PP']);
    expect(mouthShape('☃')?.weight).toBeLessThan(0.6);
  });

  it('knows which phones shut the lips and which touch the teeth', () => {
    for (const symbol of ['p', 'b', 'm', 'em']) expect(isBilabial(mouthShape(symbol)!)).toBe(true);
    for (const symbol of ['f', 'v']) expect(isLabiodental(mouthShape(symbol)!)).toBe(true);
    expect(isBilabial(mouthShape('t')!)).toBe(false);
  });
});
