import { primaryLanguage } from '../core/language.ts';
import { type MappedText, MappedTextBuilder } from './mapped-text.ts';

/**
 * What a piece says, made from what it shows: markup and emoji dropped, addresses and signs spelled out. Only little is
 * rewritten, because engines read numbers and dates by themselves.
 */
interface Rule {
  /** Sticky. */
  readonly pattern: RegExp;
  /** Text to say, or the part of the match to say verbatim as [offset, length]. */
  say(match: RegExpExecArray, context: Context): string | readonly [offset: number, length: number];
}

interface Context {
  readonly words: SignWords;
  readonly before: string;
}

interface SignWords {
  readonly dot: string;
  readonly slash: string;
  readonly at: string;
  readonly and: string;
  readonly percent: string;
  readonly plus: string;
  readonly equals: string;
  readonly degrees: string;
  readonly to: string;
  readonly abbreviations: Readonly<Record<string, string>>;
}

const ENGLISH: SignWords = {
  dot: 'dot',
  slash: 'slash',
  at: 'at',
  and: 'and',
  percent: 'percent',
  plus: 'plus',
  equals: 'equals',
  degrees: 'degrees',
  to: 'to',
  abbreviations: { 'e.g.': 'for example', 'i.e.': 'that is', 'etc.': 'et cetera', 'vs.': 'versus', 'approx.': 'approximately' },
};
const SIGN_WORDS: Readonly<Record<string, SignWords>> = {
  en: ENGLISH,
  de: {
    dot: 'Punkt',
    slash: 'Schrägstrich',
    at: 'ät',
    and: 'und',
    percent: 'Prozent',
    plus: 'plus',
    equals: 'gleich',
    degrees: 'Grad',
    to: 'bis',
    abbreviations: { 'z.B.': 'zum Beispiel', 'd.h.': 'das heißt', 'usw.': 'und so weiter', 'bzw.': 'beziehungsweise' },
  },
  fr: {
    dot: 'point',
    slash: 'slash',
    at: 'arobase',
    and: 'et',
    percent: 'pour cent',
    plus: 'plus',
    equals: 'égale',
    degrees: 'degrés',
    to: 'à',
    abbreviations: { 'p.ex.': 'par exemple', 'etc.': 'et cetera' },
  },
  es: {
    dot: 'punto',
    slash: 'barra',
    at: 'arroba',
    and: 'y',
    percent: 'por ciento',
    plus: 'más',
    equals: 'igual',
    degrees: 'grados',
    to: 'a',
    abbreviations: { 'p.ej.': 'por ejemplo', 'etc.': 'etcétera' },
  },
  ar: {
    dot: 'نقطة',
    slash: 'شرطة',
    at: 'آت',
    and: 'و',
    percent: 'بالمئة',
    plus: 'زائد',
    equals: 'يساوي',
    degrees: 'درجة',
    to: 'إلى',
    abbreviations: {},
  },
};
/** Other languages: the engine reads signs as it knows them. */
const UNKNOWN: SignWords = {
  dot: '.',
  slash: '/',
  at: '@',
  and: '&',
  percent: '%',
  plus: '+',
  equals: '=',
  degrees: '°',
  to: '-',
  abbreviations: {},
};

const spelled = (address: string, { dot, slash, at }: SignWords): string =>
  ` ${address
    .replace(/^www\./i, '')
    .replace(/\/$/, '')
    .replace(/\./g, ` ${dot} `)
    .replace(/\//g, ` ${slash} `)
    .replace(/@/g, ` ${at} `)
    .replace(/[-_]/g, ' ')} `;

const RULES: readonly Rule[] = [
  // ![alt](url), [label](url), [^1]
  { pattern: /!?\[([^\]\n]{0,400})\]\([^)\s]{0,2000}(?:\s+"[^"]*")?\)/uy, say: (m) => [m[0].indexOf('[') + 1, m[1]?.length ?? 0] },
  { pattern: /\[\^?\d{1,3}\]/uy, say: () => '' },
  // Addresses: the host is said; a path longer than a word or two would only be noise.
  {
    pattern: /(?:https?:\/\/|www\.)([^\s/?#<>"')\]]{1,253})(\/[^\s?#<>"')\]]{0,30})?[^\s<>"')\]]*?(?=[.,;:!?…]*(?:[\s<>"')\]]|$))/iuy,
    say: (m, { words }) => spelled((m[1] ?? '') + ((m[2]?.match(/\//g)?.length ?? 9) <= 2 ? (m[2] ?? '') : ''), words),
  },
  { pattern: /[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63})+/uy, say: (m, { words }) => spelled(m[0], words) },
  // HTML and code fences
  { pattern: /<\/?[a-z][^<>\n]{0,200}>/iuy, say: () => ' ' },
  { pattern: /```[\w-]*/uy, say: () => ' ' },
  // Line starts: headings, quotes, bullets, rules, tables
  { pattern: /(?:#{1,6}|>|[-*+•‣▪])[ \t]+/uy, say: (m, { before }) => (/(?:^|\n)[ \t]*$/u.test(before) ? '' : m[0]) },
  {
    pattern: /[*_~`#|\\^{}]+/uy,
    say: (m, { before }) => (m[0].includes('|') ? ', ' : m[0] === '_' && /[\p{L}\p{N}]$/u.test(before) ? ' ' : ''),
  },
  { pattern: /[=-]{3,}/uy, say: () => ' ' },
  // Keycaps, flags, emoji with all that they are made of
  {
    pattern:
      /(?:[\p{Extended_Pictographic}\p{Regional_Indicator}\p{Variation_Selector}\p{Me}](?:\p{Emoji_Modifier}|\u{200d}|[\u{e0020}-\u{e007f}])*)+/uy,
    say: (m) => (/^[©®™]+$/u.test(m[0]) ? '' : ' '),
  },
  { pattern: /(?:->|=>|→|⇒|➜)/uy, say: () => ', ' },
  { pattern: /(?<=\d)\s?%/uy, say: (_m, { words }) => ` ${words.percent}` },
  {
    pattern: /(?<=\d)\s?°\s?[CF]?(?!\p{L})/uy,
    say: (m, { words }) => ` ${words.degrees}${m[0].endsWith('C') ? ' Celsius' : m[0].endsWith('F') ? ' Fahrenheit' : ''}`,
  },
  { pattern: /(?<=(?:^|[^\d–-])\d{1,4})\s?[–-](?=\d+(?![\d–-]))/uy, say: (_m, { words }) => ` ${words.to} ` },
  { pattern: /\s&\s/uy, say: (_m, { words }) => ` ${words.and} ` },
  { pattern: /\s\+\s/uy, say: (_m, { words }) => ` ${words.plus} ` },
  { pattern: /\s=\s/uy, say: (_m, { words }) => ` ${words.equals} ` },
  {
    pattern: /\p{L}{1,6}\.(?:\p{L}\.)*/uy,
    say: (m, { words, before }) => (/[\p{L}\p{N}]$/u.test(before) ? m[0] : (abbreviation(m[0], words) ?? m[0])),
  },
];

const abbreviation = (written: string, { abbreviations }: SignWords): string | undefined =>
  abbreviations[written] ?? abbreviations[written.toLowerCase()];

/** Characters at which a rule can begin; everything else is copied. */
const MAY_BEGIN =
  /[[!hHwW<`#>\-*+•‣▪_~|\\^{}=→⇒➜%°–&\s@\p{L}\p{N}\p{Extended_Pictographic}\p{Regional_Indicator}\p{Variation_Selector}\p{Me}]/u;

export function spokenText(shown: string, language: string): MappedText {
  const builder = new MappedTextBuilder();
  const words = SIGN_WORDS[primaryLanguage(language)] ?? UNKNOWN;
  speak(shown, 0, words, builder);
  return builder.finish(shown.length);
}

function speak(text: string, sourceStart: number, words: SignWords, builder: MappedTextBuilder): void {
  for (let at = 0; at < text.length; ) {
    const char = String.fromCodePoint(text.codePointAt(at) as number);
    const matched = MAY_BEGIN.test(char) ? firstMatch(text, at, words) : undefined;
    if (!matched) {
      // A control character or half of a surrogate pair says nothing.
      if (/[\p{Cc}\p{Cs}\p{Co}]/u.test(char)) builder.append(' ', sourceStart + at);
      else builder.append(char, sourceStart + at, true);
      at += char.length;
      continue;
    }
    const { said, length } = matched;
    if (typeof said === 'string') builder.append(said, sourceStart + at, said === text.slice(at, at + length));
    else speak(text.slice(at + said[0], at + said[0] + said[1]), sourceStart + at + said[0], words, builder);
    at += length;
  }
}

function firstMatch(text: string, at: number, words: SignWords) {
  const before = text.slice(Math.max(0, at - 80), at);
  for (const rule of RULES) {
    rule.pattern.lastIndex = at;
    const match = rule.pattern.exec(text);
    if (!match || match[0] === '') continue;
    const said = rule.say(match, { words, before });
    if (said !== match[0]) return { said, length: match[0].length };
  }
  return undefined;
}
