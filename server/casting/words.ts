import type { Colour, EyeColour, HairColour } from './colours.ts';
import type { Wish } from './brief.ts';

/** What a word of a description can be about. */
export type Subject =
  | 'person'
  | 'hair'
  | 'eyes'
  | 'skin'
  | 'face'
  | 'jaw'
  | 'nose'
  | 'lips'
  | 'brows'
  | 'beard'
  | 'glasses'
  | 'cover'
  | 'clothes'
  | 'background';

/** A colour word, for each thing that it may colour. */
export interface ColourWord {
  readonly any?: Colour;
  readonly hair?: HairColour | 'grey' | 'white';
  readonly eyes?: EyeColour;
  readonly skin?: number;
}

/** What a word means. */
export type Meaning =
  /** Names a subject, and may say something about it by being there. `none`: what its absence means ("no beard"). */
  | { readonly kind: 'subject'; readonly subject: Subject; readonly sets?: Wish; readonly none?: Wish }
  /** Describes a subject; what it says depends on which. */
  | { readonly kind: 'quality'; readonly says: Partial<Record<Subject, Wish>>; readonly colour?: ColourWord }
  /** Says something by itself. `hint`: only where nothing else says otherwise (what a chef wears). */
  | { readonly kind: 'fact'; readonly sets: Wish; readonly hint?: boolean }
  | { readonly kind: 'decade'; readonly years: number }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'part-of-decade'; readonly offset: number }
  /** The next word is the name to show. */
  | { readonly kind: 'name' }
  | { readonly kind: 'without' }
  /** Ends a phrase: qualities before it have found their subject or never will. */
  | { readonly kind: 'break' }
  | { readonly kind: 'filler' };

export interface Lexicon {
  /** Keys are normalised words or phrases of up to three words. */
  readonly meanings: ReadonlyMap<string, Meaning>;
  /** Qualities stand before their subject (English) or after it (Arabic). */
  readonly qualitiesLead: boolean;
}

export const subject = (name: Subject, sets?: Wish, none?: Wish): Meaning => ({
  kind: 'subject',
  subject: name,
  ...(sets && { sets }),
  ...(none && { none }),
});
export const quality = (says: Partial<Record<Subject, Wish>>, colour?: ColourWord): Meaning => ({
  kind: 'quality',
  says,
  ...(colour && { colour }),
});
export const fact = (sets: Wish): Meaning => ({ kind: 'fact', sets });
export const hint = (sets: Wish): Meaning => ({ kind: 'fact', sets, hint: true });
export const BREAK: Meaning = { kind: 'break' };
export const FILLER: Meaning = { kind: 'filler' };

/** What absence means, for subjects that can be absent. */
export const NO_BEARD: Wish = { beard: 'none' };
export const NO_GLASSES: Wish = { glasses: 'none' };
export const NO_COVER: Wish = { headCover: { kind: 'none' } };
export const NO_HAIR: Wish = { hair: { style: 'bald' } };

/** `tall|big: meaning` rows to a map; `normalise` makes keys comparable with what people type. */
export function lexicon(rows: Readonly<Record<string, Meaning>>, normalise: (word: string) => string): Map<string, Meaning> {
  const map = new Map<string, Meaning>();
  for (const [words, meaning] of Object.entries(rows)) for (const word of words.split('|')) map.set(normalise(word.trim()), meaning);
  return map;
}

const hairShort: Wish = { hair: { style: 'short' } };

/** Qualities that both languages share; the lexicons give them their words. */
export const QUALITIES = {
  short: quality({
    hair: hairShort,
    nose: { nose: { length: -0.7 } },
    beard: { beard: 'short' },
    face: { face: { shape: 'round' } },
    person: {},
  }),
  long: quality({
    hair: { hair: { style: 'long' } },
    nose: { nose: { length: 0.7 } },
    beard: { beard: 'full' },
    face: { face: { shape: 'long' } },
  }),
  curly: quality({ hair: { hair: { style: 'coils' } }, person: { hair: { style: 'coils' } } }),
  wavy: quality({ hair: { hair: { style: 'wavy' } }, person: { hair: { style: 'wavy' } } }),
  straight: quality({ hair: { hair: { style: 'long' } }, nose: { nose: { bridge: 0 } }, brows: {} }),
  thick: quality({
    hair: {},
    lips: { lips: { fullness: 0.7 } },
    brows: { brows: { thickness: 0.8 } },
    beard: { beard: 'full' },
    glasses: {},
  }),
  thin: quality({
    person: { face: { fullness: -0.7 } },
    face: { face: { fullness: -0.7 } },
    hair: {},
    lips: { lips: { fullness: -0.8 } },
    brows: { brows: { thickness: -0.8 } },
    nose: { nose: { width: -0.7 } },
    beard: { beard: 'stubble' },
    glasses: {},
  }),
  full: quality({
    lips: { lips: { fullness: 0.8 } },
    beard: { beard: 'full' },
    face: { face: { fullness: 0.7 } },
    hair: {},
    brows: { brows: { thickness: 0.6 } },
  }),
  big: quality({
    eyes: { eyes: { size: 0.9 } },
    nose: { nose: { width: 0.6, length: 0.5 } },
    lips: { lips: { fullness: 0.6, width: 0.5 } },
    beard: { beard: 'full' },
    hair: { hair: { style: 'afro' } },
    glasses: {},
    person: { face: { fullness: 0.6 } },
    jaw: { face: { jaw: 0.8 } },
  }),
  small: quality({
    eyes: { eyes: { size: -0.8 } },
    nose: { nose: { width: -0.6, length: -0.5 } },
    lips: { lips: { fullness: -0.5, width: -0.6 } },
    person: {},
    glasses: {},
    beard: { beard: 'goatee' },
  }),
  broad: quality({
    nose: { nose: { width: 0.8 } },
    face: { face: { shape: 'square', fullness: 0.4 } },
    lips: { lips: { width: 0.8 } },
    jaw: { face: { jaw: 0.8 } },
    person: { face: { fullness: 0.4 } },
  }),
  narrow: quality({
    nose: { nose: { width: -0.8 } },
    face: { face: { shape: 'long', fullness: -0.4 } },
    eyes: { eyes: { size: -0.5 } },
    jaw: { face: { jaw: -0.7 } },
  }),
  strong: quality({
    jaw: { face: { jaw: 0.9 } },
    face: { face: { jaw: 0.7 } },
    nose: { nose: { bridge: 0.6, length: 0.4 } },
    brows: { brows: { thickness: 0.5 } },
    person: { face: { jaw: 0.7 } },
  }),
  round: quality({
    face: { face: { shape: 'round' } },
    eyes: { eyes: { shape: 'round' } },
    glasses: { glasses: 'round' },
    nose: { nose: { width: 0.3 } },
  }),
  square: quality({
    face: { face: { shape: 'square' } },
    jaw: { face: { shape: 'square', jaw: 0.6 } },
    glasses: { glasses: 'rectangular' },
  }),
  oval: quality({ face: { face: { shape: 'oval' } }, glasses: { glasses: 'round' } }),
  almond: quality({ eyes: { eyes: { shape: 'almond' } } }),
  hooked: quality({ nose: { nose: { bridge: 0.9, length: 0.5 } } }),
  flat: quality({ nose: { nose: { bridge: -0.8 } } }),
  dark: quality({
    skin: { skinTone: 9 },
    hair: { hair: { colour: 'black' } },
    eyes: { eyes: { colour: 'dark-brown' } },
    background: { background: 'charcoal' },
    clothes: { clothes: { colour: 'charcoal' } },
    person: { skinTone: 8 },
    brows: {},
    beard: { hair: { colour: 'black' } },
    glasses: {},
    cover: { headCover: { colour: 'charcoal' } },
  }),
  light: quality({
    skin: { skinTone: 2 },
    hair: { hair: { colour: 'light-brown' } },
    eyes: { eyes: { colour: 'blue' } },
    background: { background: 'cream' },
    clothes: { clothes: { colour: 'cream' } },
    beard: { beard: 'stubble' },
    person: { skinTone: 2 },
    cover: { headCover: { colour: 'cream' } },
  }),
} as const satisfies Record<string, Meaning>;
