import { languageMouths } from './language-mouths.ts';
import { all, type MouthShape, type MouthShapes, shape } from './mouth-shape.ts';
import type { Viseme } from './parameters.ts';

/**
 * IPA to the 15 visemes of Oculus lip-sync (Meta's "Viseme reference"): the phones of English, Arabic and the rest of
 * Europe; what is not here is reduced to its base letter, see `mouthShape`.
 */
const IPA: MouthShapes = {
  ...all('p b m ɓ ʙ', shape(['PP'])),
  ...all('f v ɱ ʋ', shape(['FF'])),
  // Lips that come near each other, away from the teeth.
  ...all('ɸ β', shape(['U'], 0.5)),
  ...all('θ ð', shape(['TH'])),
  ...all('t d ʈ ɖ ɗ ɾ', shape(['DD'])),
  ...all('k g ɡ ŋ x ɣ q ɢ χ ʁ ɴ ħ ʕ c ɟ ç', shape(['kk'])),
  ...all('ʔ', shape(['kk'], 0.4)),
  ...all('h ɦ', shape(['kk'], 0.5)),
  ...all('tʃ dʒ ʃ ʒ ʂ ʐ ɕ ʑ tɕ dʑ ɧ', shape(['CH'])),
  ...all('s z ts dz', shape(['SS'])),
  ...all('n ɲ ɳ', shape(['nn'])),
  ...all('l ɫ ɭ ʎ ɬ ɮ ɺ', { ...shape(['nn']), tip: 0.35 }),
  ...all('r ɹ ɻ ʀ ɽ', shape(['RR'])),
  ...all('ɜ ɝ ɚ ɜɹ', shape(['RR'], 0.9)),
  ...all('a ɑ ɒ æ ä ɐ', shape(['aa'])),
  ...all('ʌ', shape(['aa'], 0.8)),
  ...all('ə ɘ ɵ', shape(['E'], 0.6)),
  // espeak-ng writes some with the Greek letter.
  ...all('e ɛ ε', shape(['E'])),
  ...all('ø œ', shape(['O'], 0.8)),
  ...all('i ɪ ɨ', shape(['I'])),
  ...all('j ʝ', shape(['I'], 0.8)),
  ...all('o ɔ', shape(['O'])),
  ...all('u ʊ ʉ y ʏ', shape(['U'])),
  // Back, and not rounded.
  ...all('ɤ', shape(['E'], 0.8)),
  ...all('ɯ ɰ', shape(['I'], 0.7)),
  ...all('w ʍ ɥ', shape(['U'])),
  ...all('aɪ ɑɪ ʌɪ', shape(['aa', 'I'])),
  ...all('aʊ ɑʊ æʊ', shape(['aa', 'U'])),
  ...all('eɪ ɛɪ', shape(['E', 'I'])),
  ...all('oʊ əʊ ɔʊ', shape(['O', 'U'])),
  ...all('ɔɪ oɪ', shape(['O', 'I'])),
  ...all('ɪə iə', shape(['I', 'E'])),
  ...all('eə ɛə', shape(['E', 'aa'], 0.8)),
  ...all('ʊə uə', shape(['U', 'E'])),
  ...all('ɑɹ', shape(['aa', 'RR'])),
  ...all('ɔɹ oɹ', shape(['O', 'RR'])),
  ...all('ju', shape(['I', 'U'], 1, 0.3)),
};

/** ARPAbet, for voices that name phones so; names that are also IPA mean the same mouth. */
const ARPABET: MouthShapes = {
  ...all('aa ae', shape(['aa'])),
  ...all('ah', shape(['aa'], 0.8)),
  ...all('ao', shape(['O'])),
  ...all('aw', shape(['aa', 'U'])),
  ...all('ay', shape(['aa', 'I'])),
  ...all('ax ix axr', shape(['E'], 0.6)),
  ...all('eh', shape(['E'])),
  ...all('er', shape(['RR'], 0.9)),
  ...all('ey', shape(['E', 'I'])),
  ...all('ih iy', shape(['I'])),
  ...all('ow', shape(['O', 'U'])),
  ...all('oy', shape(['O', 'I'])),
  ...all('uh uw', shape(['U'])),
  ...all('ch jh sh zh', shape(['CH'])),
  ...all('th dh', shape(['TH'])),
  ...all('dx', shape(['DD'])),
  ...all('hh hv', shape(['kk'], 0.5)),
  ...all('ng', shape(['kk'])),
  ...all('en nx', shape(['nn'])),
  ...all('el', { ...shape(['nn']), tip: 0.35 }),
  ...all('em', shape(['PP'])),
};

const SILENT = new Set(['', 'pau', 'sil', 'sp', '_', '#', 'h#', 'ssil', '|', '‖']);

/** Length, stress, tie bars, tone and other modifiers that do not change the mouth. */
const MODIFIERS = /[\p{M}ːˑˈˌ‿.ʰʲˠˤʷˀ˞'`~^0-9]/gu;
const EMPHATIC = /[ˤˠ]/u;
/** What is left of a glottal stop before a phone, or of a breath behind it, moves no lips. */
const GLOTTAL = /^ʔ(?=.)|(?<=.)[hɦ]$/gu;

/**
 * The mouth of a phone as people of that language (BCP 47) shape it; undefined for silence. An unknown phone opens the
 * mouth a little, which is wrong less often than anything else.
 */
export function mouthShape(symbol: string, language?: string): MouthShape | undefined {
  if (SILENT.has(symbol.toLowerCase())) return undefined;
  const plain = symbol.normalize('NFD').replace(MODIFIERS, '').normalize('NFC');
  if (SILENT.has(plain)) return undefined;
  const { shapes } = languageMouths(language);
  const known = (EMPHATIC.test(symbol) ? shapes[`${plain}ˤ`] : undefined) ?? shapes[plain] ?? IPA[plain] ?? ARPABET[plain.toLowerCase()];
  if (known) return known;
  const open = plain.replace(GLOTTAL, '');
  if (open !== plain) return mouthShape(open, language);
  const letters = [...plain];
  const first = IPA[letters[0] ?? ''];
  const last = IPA[letters.at(-1) ?? ''];
  if (first && last && letters.length > 1) return shape([first.visemes[0], last.visemes[0]], Math.max(first.weight, last.weight));
  return first ?? shape(['E'], 0.5);
}

export const isBilabial = (mouth: MouthShape): boolean => mouth.visemes[0] === 'PP';
export const isLabiodental = (mouth: MouthShape): boolean => mouth.visemes[0] === 'FF';
export const isVowel = (viseme: Viseme): boolean => VOWELS.has(viseme);

const VOWELS: ReadonlySet<Viseme> = new Set<Viseme>(['aa', 'E', 'I', 'O', 'U']);
