import { primaryLanguage } from '../core/language.ts';
import { all, type MouthShapes, shape } from './mouth-shape.ts';

/** What the mouths of a language's speakers do otherwise than IPA alone tells. */
export interface LanguageMouths {
  readonly shapes: MouthShapes;
  /** How early lips round for a coming o or u; 1 as in English. */
  readonly earlyRounding: number;
}

const rounded = (mouth: ReturnType<typeof shape>, rounding: number) => ({ ...mouth, rounding });

/** The r that is written `r` is trilled or tapped with the tip of the tongue wherever English has no hand in it. */
const TRILL: MouthShapes = all('r', shape(['nn'], 0.8));
/** The r of the throat. */
const UVULAR_R: MouthShapes = all('r ɹ ʁ ʀ', shape(['kk'], 0.8));

const ENGLISH: LanguageMouths = { shapes: {}, earlyRounding: 1 };

/**
 * Arabic: emphatic consonants draw the root of the tongue back and the lips a little forward (Watson, "The Phonology and
 * Morphology of Arabic", 2002); the throat's consonants lower the jaw (Ghazeli, "Back consonants and backing
 * coarticulation in Arabic", 1977).
 */
const ARABIC: LanguageMouths = {
  shapes: {
    ...TRILL,
    ...all('tˤ dˤ', rounded(shape(['DD']), 0.35)),
    ...all('sˤ zˤ', rounded(shape(['SS']), 0.35)),
    ...all('ðˤ', rounded(shape(['TH']), 0.3)),
    ...all('lˤ rˤ', rounded(shape(['nn'], 0.9), 0.3)),
    ...all('ħ ʕ', shape(['aa'], 0.5)),
    ...all('q', rounded(shape(['kk']), 0.15)),
  },
  earlyRounding: 1,
};

/** Rounding that tells words apart comes earlier (Lubker & Gay, "Anticipatory labial coarticulation", 1982, on Swedish against English). */
const EARLY = 1.4;

const FRENCH: LanguageMouths = {
  shapes: { ...UVULAR_R, ...all('ʃ ʒ', rounded(shape(['CH']), 0.3)), ...all('y ø œ', shape(['U'])) },
  earlyRounding: EARLY,
};
const GERMAN: LanguageMouths = { shapes: { ...UVULAR_R, ...all('ʃ ʒ', rounded(shape(['CH']), 0.2)) }, earlyRounding: EARLY };
const NORDIC: LanguageMouths = { shapes: TRILL, earlyRounding: EARLY };
/** Japanese u is hardly rounded. */
const JAPANESE: LanguageMouths = { shapes: all('u ɯ', shape(['U'], 0.55)), earlyRounding: 0.7 };
/** Their r is the approximant that IPA says. */
const APPROXIMANT_R: LanguageMouths = { shapes: {}, earlyRounding: 1 };
const OTHER: LanguageMouths = { shapes: TRILL, earlyRounding: 1.1 };

const LANGUAGES: Readonly<Record<string, LanguageMouths>> = {
  en: ENGLISH,
  ar: ARABIC,
  fr: FRENCH,
  de: GERMAN,
  da: GERMAN,
  he: { ...GERMAN, earlyRounding: 1 },
  sv: NORDIC,
  nb: NORDIC,
  no: NORDIC,
  ja: JAPANESE,
  zh: APPROXIMANT_R,
  cmn: APPROXIMANT_R,
};

/** By BCP 47 tag; a language that is not known has IPA's mouths, and without a language they are English ones. */
export const languageMouths = (language = 'en'): LanguageMouths => LANGUAGES[primaryLanguage(language)] ?? OTHER;
