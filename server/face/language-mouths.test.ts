import { describe, expect, it } from 'vitest';
import { SpeechTrack } from './coarticulation.ts';
import { VISEMES } from './parameters.ts';
import { mouthShape } from './visemes.ts';

/** Phones as espeak-ng writes them, language by language: each must be known, not guessed. */
const HEARD: Readonly<Record<string, string>> = {
  en: 'p b t d k ɡ tʃ dʒ f v θ ð s z ʃ ʒ h m n ŋ l ɹ j w ɪ ɛ æ ɑ ʌ ʊ i u ɜ ɚ ə aɪ eɪ ɔɪ aʊ oʊ aɪɚ əl ɐ ɾ ʔ',
  ar: 'b t d dˤ tˤ sˤ ðˤ k q ʔ f s z ʃ ħ ʕ h χ ɣ θ ð m n l r w j dʒ a i u',
  de: 'pf ts tʃ ç x ø œ y ʏ ɔø aɪ aʊ ɐ ɜ h j ʃ r',
  fr: 'ɑ ɔ œ ø y ɲ ʒ ʃ ɹ w ɥ ɛ ə',
  es: 'β ð ɣ ʝ ɲ ʎ r ɾ θ tʃ x',
  ja: 'ɕ dʑ tɕ ɯ ɸ ɴ ɽ ts',
  zh: 'tsh tɕ ɕ ʂ ɻ y ər ou ei ŋ x',
  da: 'ʁ ʔo ʔʌ ε ʋ ɒ',
  vi: 'ɯ ɤ ɓ ɗ iɛ yə ŋ',
};
const GUESS = { weight: 0.5, viseme: 'E' };

describe('mouths of many languages', () => {
  it.each(Object.entries(HEARD))('knows the phones of %s', (language, phones) => {
    for (const phone of phones.split(' ')) {
      const mouth = mouthShape(phone, language);
      expect(mouth, phone).toBeDefined();
      expect(mouth?.weight === GUESS.weight && mouth.visemes[0] === GUESS.viseme, phone).toBe(false);
    }
  });

  it('shapes an r as its speakers do', () => {
    expect(mouthShape('ɹ', 'en-GB')?.visemes).toEqual(['RR']);
    expect(mouthShape('r', 'ar')?.visemes).toEqual(['nn']);
    expect(mouthShape('r', 'es')?.visemes).toEqual(['nn']);
    expect(mouthShape('ɹ', 'fr')?.visemes).toEqual(['kk']);
  });

  it('rounds the lips a little on the emphatic consonants of Arabic', () => {
    expect(mouthShape('sˤ', 'ar')?.rounding).toBeGreaterThan(0.2);
    expect(mouthShape('sˤ', 'en')?.rounding).toBeUndefined();
    expect(rounding('ar', ['a', 'sˤ', 'a'], 150)).toBeGreaterThan(rounding('ar', ['a', 's', 'a'], 150) + 0.1);
  });

  it('rounds earlier where rounding tells words apart', () => {
    expect(rounding('fr', ['a', 't', 'u'], 130)).toBeGreaterThan(rounding('en', ['a', 't', 'u'], 130));
  });

  it('lets lips that only come near each other stay away from the teeth', () => {
    for (const phone of ['β', 'ɸ']) expect(mouthShape(phone, 'es')?.visemes).toEqual(['U']);
  });
});

/** How much of the mouth is U at `ms`; each phone takes 100 ms. */
function rounding(language: string, symbols: readonly string[], ms: number): number {
  const track = new SpeechTrack();
  track.add(
    0,
    symbols.map((symbol, i) => ({ symbol, startMs: i * 100, endMs: (i + 1) * 100 })),
    language,
  );
  const out = new Float32Array(VISEMES.length);
  track.weightsAt(ms, out);
  return out[VISEMES.indexOf('U')] as number;
}
