import type { PersonBrief, Wish } from './brief.ts';
import { HAIR_COLOURS } from './colours.ts';
import type { ColourWord, Lexicon, Meaning, Subject } from './words.ts';
import { ARABIC, arabicStems, isFeminine, normaliseArabic } from './words-ar.ts';
import { ENGLISH, normaliseEnglish } from './words-en.ts';

export interface Understood {
  readonly wish: Wish;
  /** Words that mean nothing to us, as typed. */
  readonly unknown: readonly string[];
  /** Where two words contradict each other the last one holds. */
  readonly overridden: readonly { readonly field: string; readonly dropped: unknown; readonly kept: unknown }[];
}

const MAX_WORDS = 200;
const LONGEST_PHRASE = 4;

/** Reads a description in English or Arabic (or both, word by word). Never throws: what it cannot read it reports. */
export function understand(text: string): Understood {
  const reader = new Reader();
  // Arabic-Indic digits; then words, numbers and the marks that end a phrase.
  const plain = text
    .normalize('NFKC')
    .replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x0660))
    .replace(/(\d+)\s*-?\s*(year|yr)s?\b/gi, '$1 $2');
  const tokens = plain.match(/\p{L}[\p{L}\p{M}'’-]*|\d+(?:s\b)?|[,;.،؛:&()]/gu) ?? [];
  reader.read(
    tokens.slice(0, MAX_WORDS).flatMap((token) => (/\p{Script=Arabic}/u.test(token) ? [token] : token.split(/[-–]/).filter(Boolean))),
  );
  return reader.result();
}

type Path = readonly string[];

class Reader {
  readonly #wish: Record<string, unknown> = {};
  readonly #hints: Wish[] = [];
  readonly #unknown: string[] = [];
  readonly #overridden: { field: string; dropped: unknown; kept: unknown }[] = [];
  /** Qualities that wait for their subject (English), and the subject that later qualities describe (Arabic). */
  #pending: Meaning[] = [];
  #subject: Subject = 'person';
  #subjectOpen = false;
  #without = false;
  #decadePart = 5;

  read(tokens: readonly string[]): void {
    for (let i = 0; i < tokens.length; ) {
      const token = tokens[i]!;
      if (/^[,;.،؛:&()]$/.test(token)) {
        if (token !== '&') this.#endPhrase();
        i++;
        continue;
      }
      if (/^\d/.test(token)) {
        const value = Number.parseInt(token, 10);
        if (token.endsWith('s')) this.#decade(value);
        else this.#number(value);
        i++;
        continue;
      }
      const arabic = /\p{Script=Arabic}/u.test(token);
      const found = arabic ? findArabic(tokens, i) : findEnglish(tokens, i);
      if (!found) {
        this.#unknown.push(token);
        i++;
        continue;
      }
      if (found.meaning.kind === 'name') {
        const name = tokens[i + found.length];
        if (name && /^\p{L}/u.test(name)) this.#set(['title'], name[0]!.toUpperCase() + name.slice(1));
        i += found.length + 1;
        continue;
      }
      if (arabic && isFeminine(found.stem)) this.#apply({ sex: 'woman' });
      this.#take(found.meaning, arabic ? ARABIC : ENGLISH);
      i += found.length;
    }
    this.#endPhrase();
  }

  result(): Understood {
    for (const hint of this.#hints.reverse()) this.#apply(hint, true);
    return { wish: this.#wish as Wish, unknown: this.#unknown, overridden: this.#overridden };
  }

  #take(meaning: Meaning, language: Lexicon): void {
    switch (meaning.kind) {
      case 'subject':
        if (this.#without) this.#apply(meaning.none ?? {});
        else this.#apply(meaning.sets ?? {});
        for (const pending of this.#pending) if (!this.#without) this.#describe(pending, meaning.subject);
        this.#pending = [];
        this.#without = false;
        this.#subject = meaning.subject;
        this.#subjectOpen = true;
        return;
      case 'quality':
        if (language.qualitiesLead) this.#pending.push(meaning);
        else this.#describe(meaning, this.#subject);
        return;
      case 'fact':
        if (this.#without) return;
        if (meaning.hint) this.#hints.push(meaning.sets);
        else this.#apply(meaning.sets);
        return;
      case 'decade':
        this.#decade(meaning.years);
        return;
      case 'number':
        this.#number(meaning.value);
        return;
      case 'part-of-decade':
        this.#decadePart = meaning.offset;
        return;
      case 'without':
        this.#endPhrase();
        this.#without = true;
        return;
      case 'break':
        this.#endPhrase(!language.qualitiesLead);
        return;
      default:
    }
  }

  /** Qualities left over describe what was named last in the phrase ("hair short and grey"), or else the person. */
  #endPhrase(keepSubject = false): void {
    for (const pending of this.#pending) this.#describe(pending, this.#subjectOpen ? this.#subject : 'person');
    this.#pending = [];
    this.#without = false;
    this.#subjectOpen = false;
    if (!keepSubject) this.#subject = 'person';
  }

  #describe(meaning: Meaning, subject: Subject): void {
    if (meaning.kind !== 'quality') return;
    const { colour, says } = meaning;
    if (says[subject]) this.#apply(says[subject]);
    else if (colour) this.#colour(colour, subject);
    else if (says.person) this.#apply(says.person);
  }

  #colour(colour: ColourWord, subject: Subject): void {
    if (subject === 'hair' || subject === 'beard' || subject === 'brows') {
      if (colour.hair === 'grey') this.#apply({ hair: { grey: 0.9 } });
      else if (colour.hair === 'white') this.#apply({ hair: { grey: 1 } });
      else if (colour.hair && colour.hair in HAIR_COLOURS) this.#apply({ hair: { colour: colour.hair, grey: 0 } });
    } else if (subject === 'eyes' && colour.eyes) this.#apply({ eyes: { colour: colour.eyes } });
    else if ((subject === 'skin' || subject === 'face') && colour.skin) this.#apply({ skinTone: colour.skin });
    else if (subject === 'clothes' && colour.any) this.#apply({ clothes: { colour: colour.any } });
    else if (subject === 'cover' && colour.any) this.#apply({ headCover: { colour: colour.any } });
    else if (subject === 'background' && colour.any) this.#apply({ background: colour.any });
  }

  #decade(years: number): void {
    this.#number(years + this.#decadePart);
    this.#decadePart = 5;
  }

  #number(value: number): void {
    if (value >= 10 && value <= 100) this.#set(['ageYears'], Math.min(90, Math.max(16, value)));
  }

  #apply(part: Wish, onlyGaps = false): void {
    for (const [key, value] of Object.entries(part)) {
      if (typeof value === 'object' && value !== null)
        for (const [inner, leaf] of Object.entries(value)) this.#set([key, inner], leaf, onlyGaps);
      else this.#set([key], value, onlyGaps);
    }
  }

  #set(path: Path, value: unknown, onlyGaps = false): void {
    const [key, inner] = path as [keyof PersonBrief, string?];
    let holder = this.#wish;
    if (inner !== undefined) holder = (this.#wish[key] ??= {}) as Record<string, unknown>;
    const leaf = inner ?? key;
    const before = holder[leaf];
    if (before !== undefined && (onlyGaps || before === value)) return;
    // A noun's usual form gives way to what is said of it: "a short beard" is no contradiction.
    if (before !== undefined && !REFINED.has(path.join('.')))
      this.#overridden.push({ field: path.join('.'), dropped: before, kept: value });
    holder[leaf] = value;
  }
}

const REFINED = new Set(['beard', 'glasses', 'hair.style', 'hair.grey', 'skinTone', 'face.shape']);

interface Found {
  readonly meaning: Meaning;
  readonly stem: string;
  readonly length: number;
}

function findEnglish(tokens: readonly string[], at: number): Found | undefined {
  for (let length = LONGEST_PHRASE; length > 0; length--) {
    const words = tokens.slice(at, at + length);
    if (words.length < length || !words.every((word) => /^[\p{L}']/u.test(word))) continue;
    const phrase = normaliseEnglish(words.join(' '));
    const meaning =
      ENGLISH.meanings.get(phrase) ?? (length === 1 && phrase.endsWith('s') ? ENGLISH.meanings.get(phrase.slice(0, -1)) : undefined);
    if (meaning) return { meaning, stem: phrase, length };
  }
  return undefined;
}

function findArabic(tokens: readonly string[], at: number): Found | undefined {
  for (let length = 2; length > 0; length--) {
    const words = tokens.slice(at, at + length).map(normaliseArabic);
    if (words.length < length) continue;
    const last = words.at(-1)!;
    for (const stem of arabicStems(words[0]!)) {
      const candidates = length === 1 ? [stem] : [`${stem} ${last}`, `${stem} ${last.replace(/^ال/, '')}`];
      for (const phrase of candidates) {
        const meaning = ARABIC.meanings.get(phrase);
        if (meaning) return { meaning, stem: phrase, length };
      }
    }
  }
  return undefined;
}
