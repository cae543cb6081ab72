import { emotionEstimate, type EmotionEstimate } from '../../core/emotion.ts';
import type { Emotion } from '../../core/speech.ts';
import { normaliseWord } from '../knowledge/normalise.ts';
import { ARABIC } from './words-ar.ts';
import { ENGLISH } from './words-en.ts';

type Felt = Exclude<Emotion, 'neutral'>;

/** The feelings in a language's words. Lists are separated by spaces, phrases by commas, each with its weight. */
export type EmotionWords = Readonly<
  Record<Felt, { readonly strong: string; readonly clear: string; readonly mild: string; readonly phrases: string }>
> & {
  readonly negations: string;
  readonly stronger: string;
  readonly weaker: string;
  readonly contrast: string;
};

interface Lexicon {
  readonly words: ReadonlyMap<string, { readonly emotion: Felt; readonly weight: number }>;
  /** By their first word. */
  readonly phrases: ReadonlyMap<string, readonly { readonly words: readonly string[]; readonly emotion: Felt; readonly weight: number }[]>;
  readonly negations: ReadonlySet<string>;
  readonly stronger: ReadonlySet<string>;
  readonly weaker: ReadonlySet<string>;
  readonly contrast: ReadonlySet<string>;
}

const FELT: readonly Felt[] = ['happy', 'sad', 'angry', 'fearful', 'disgusted', 'surprised'];
const WEIGHTS = { strong: 1, clear: 0.75, mild: 0.3 } as const;
/** A negation reaches over so many words; "not at all very happy" is about as far as people go. */
const NEGATION_REACH = 3;
const MODIFIER_REACH = 2;
const STRONGER = 1.4;
const WEAKER = 0.55;
/** After a "but" comes what is meant (Hutto & Gilbert, "VADER", 2014). */
const BEFORE_CONTRAST = 0.5;
/** Who says what he does not feel, says something about the opposite. */
const NEGATED: Readonly<Record<Felt, { readonly emotion: Emotion; readonly share: number }>> = {
  happy: { emotion: 'sad', share: 0.7 },
  sad: { emotion: 'happy', share: 0.4 },
  angry: { emotion: 'neutral', share: 0.6 },
  fearful: { emotion: 'neutral', share: 0.6 },
  disgusted: { emotion: 'neutral', share: 0.5 },
  surprised: { emotion: 'neutral', share: 0.5 },
};
const EXCLAMATION = 0.12;
const SHOUTED = 1.25;
/** Weight of "nothing special" beside what was found; and how sure a text without any such word is of it. */
const RESIDUE = 0.3;
const PLAIN_CONFIDENCE = 0.15;
const MOST_CONFIDENCE = 0.9;

const SIGNS: readonly (readonly [Felt, RegExp])[] = [
  ['happy', /[\u{1F600}-\u{1F606}\u{1F609}-\u{1F60D}\u{1F618}\u{1F642}\u{1F929}\u{1F973}\u{2764}\u{1F44D}\u{1F389}]|[:;]-?[)D]/gu],
  ['sad', /[\u{1F61E}\u{1F614}\u{1F622}\u{1F62D}\u{1F641}\u{2639}\u{1F494}]|:['’]?-?\(/gu],
  ['angry', /[\u{1F620}\u{1F621}\u{1F92C}\u{1F624}]/gu],
  ['fearful', /[\u{1F628}\u{1F630}\u{1F631}]/gu],
  ['disgusted', /[\u{1F922}\u{1F92E}]/gu],
  ['surprised', /[\u{1F62E}\u{1F62F}\u{1F632}\u{1F92F}]/gu],
];

/**
 * What a text says its writer feels, by words, phrases and signs of English and Arabic with negations, intensifiers and
 * the turn that a "but" takes. Well under a millisecond for a sentence; texts of other languages get by on their signs.
 */
export function emotionInWords(text: string): EmotionEstimate {
  const found: Partial<Record<Emotion, number>> = {};
  const add = (emotion: Emotion, weight: number) => {
    found[emotion] = (found[emotion] ?? 0) + weight;
  };
  const spoken = text.match(/[\p{L}\p{M}\p{N}]+(?:['’]\p{L}+)?/gu) ?? [];
  const arabic = /\p{Script=Arabic}/u.test(text);
  score(spoken, arabic ? lexicons.arabic : lexicons.english, arabic ? arabicForms : englishForms, add);
  for (const [emotion, sign] of SIGNS) for (const _ of text.match(sign) ?? []) add(emotion, WEIGHTS.clear);
  const total = FELT.reduce((sum, emotion) => sum + (found[emotion] ?? 0), 0);
  if (total === 0) return emotionEstimate({ neutral: 1 }, PLAIN_CONFIDENCE);
  const loud = 1 + EXCLAMATION * Math.min(3, text.match(/[!！]/g)?.length ?? 0);
  return emotionEstimate({ ...found, neutral: (found.neutral ?? 0) + RESIDUE }, MOST_CONFIDENCE * (1 - Math.exp(-1.3 * total * loud)));
}

type Forms = (word: string) => readonly string[];

function score(spoken: readonly string[], lexicon: Lexicon, formsOf: Forms, add: (emotion: Emotion, weight: number) => void): void {
  const forms = spoken.map(formsOf);
  const is = (at: number, set: ReadonlySet<string>) => forms[at]?.some((form) => set.has(form)) === true;
  const near = (at: number, from: number, to: number, set: ReadonlySet<string>) => {
    for (let i = from; i <= to; i++) if (i !== 0 && is(at + i, set)) return true;
    return false;
  };
  const turn = forms.findLastIndex((_, at) => is(at, lexicon.contrast));
  for (let at = 0; at < forms.length; at++) {
    const hit = phraseAt(forms, at, lexicon) ?? wordAt(forms, at, lexicon);
    if (!hit) continue;
    let { weight } = hit;
    if (near(at, -MODIFIER_REACH, hit.length, lexicon.stronger)) weight *= STRONGER;
    if (near(at, -MODIFIER_REACH, hit.length, lexicon.weaker)) weight *= WEAKER;
    const word = spoken[at] as string;
    if (word.length > 2 && word === word.toUpperCase() && word !== word.toLowerCase()) weight *= SHOUTED;
    if (turn > at) weight *= BEFORE_CONTRAST;
    const negated = !hit.isPhrase && near(at, -NEGATION_REACH, -1, lexicon.negations);
    if (negated) add(NEGATED[hit.emotion].emotion, weight * NEGATED[hit.emotion].share);
    else add(hit.emotion, weight);
    at += hit.length - 1;
  }
}

interface Hit {
  readonly emotion: Felt;
  readonly weight: number;
  readonly length: number;
  readonly isPhrase: boolean;
}

function phraseAt(forms: readonly (readonly string[])[], at: number, { phrases }: Lexicon): Hit | undefined {
  const candidates = forms[at]?.flatMap((form) => phrases.get(form) ?? []) ?? [];
  const hit = candidates.find(({ words }) => words.every((word, i) => forms[at + i]?.includes(word)));
  return hit && { emotion: hit.emotion, weight: hit.weight, length: hit.words.length, isPhrase: true };
}

function wordAt(forms: readonly (readonly string[])[], at: number, { words }: Lexicon): Hit | undefined {
  for (const form of forms[at] ?? []) {
    const hit = words.get(form);
    if (hit) return { ...hit, length: 1, isPhrase: false };
  }
  return undefined;
}

/** Shorter words have stems that are other words: "made" is not "mad". */
const STEMMED_CHARS = 5;

const englishForms: Forms = (word) => {
  const plain = word.toLowerCase().replace(/['’]/g, '');
  return plain.length < STEMMED_CHARS ? [plain] : [plain, normaliseWord(plain)];
};

/** As it is, without what is written in front of it, and without its ending. */
const arabicForms: Forms = (word) => {
  const folded = normaliseWord(word);
  const bare = folded.replace(/^[وف](?=.{3})/, '');
  const stem = bare.replace(/(ين|ون|ات|ه|ا)$/, (ending) => (bare.length - ending.length >= 3 ? '' : ending));
  return [folded, bare, stem];
};

function compile(source: EmotionWords, formsOf: Forms): Lexicon {
  const split = (list: string) => list.split(' ');
  const set = (list: string) => new Set(split(list).map((word) => formsOf(word)[0] as string));
  const words = new Map<string, { emotion: Felt; weight: number }>();
  const phrases = new Map<string, { words: string[]; emotion: Felt; weight: number }[]>();
  for (const emotion of FELT) {
    for (const strength of ['strong', 'clear', 'mild'] as const)
      for (const word of split(source[emotion][strength]))
        for (const form of formsOf(word)) if (!words.has(form)) words.set(form, { emotion, weight: WEIGHTS[strength] });
    for (const entry of source[emotion].phrases.split(', ')) {
      const [phrase, weight] = entry.split('=') as [string, string];
      const parts = split(phrase).map((word) => formsOf(word)[0] as string);
      const first = parts[0] as string;
      phrases.set(first, [...(phrases.get(first) ?? []), { words: parts, emotion, weight: Number(weight) }]);
    }
  }
  const { negations, stronger, weaker, contrast } = source;
  return { words, phrases, negations: set(negations), stronger: set(stronger), weaker: set(weaker), contrast: set(contrast) };
}

const lexicons = { english: compile(ENGLISH, englishForms), arabic: compile(ARABIC, arabicForms) };
