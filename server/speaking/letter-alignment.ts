import type { Phone } from '../core/speech.ts';
import { type SpokenMark, tokens } from './word-times.ts';

/**
 * Word times for an English engine that tells only phones: the text's letters are aligned with the phones by the
 * spellings that each phone can have (edit distance), and a word lasts from its first to its last phone.
 */
const VOWEL_LETTERS = 'aeiouyw';
const SPELLINGS: Readonly<Record<string, string>> = {
  b: 'b',
  d: 'd',
  f: 'fpg',
  h: 'hw',
  k: 'ckqx',
  l: 'l',
  m: 'm',
  n: 'nkg',
  p: 'p',
  s: 'scxz',
  t: 'td',
  v: 'vf',
  w: 'wuo',
  z: 'szx',
  j: 'yiue',
  ɡ: 'gx',
  ð: 't',
  θ: 't',
  ŋ: 'n',
  ɹ: 'rw',
  ɾ: 'td',
  ʃ: 'stc',
  ʒ: 'szg',
  tʃ: 'ct',
  dʒ: 'jgd',
  ɝ: 'eiouar',
  ɚ: 'eiouar',
};
/** Shortened words, as they are said. */
const FULL_WORDS: Readonly<Record<string, string>> = {
  dr: 'doctor',
  mr: 'mister',
  mrs: 'misses',
  prof: 'professor',
  vs: 'versus',
  etc: 'etcetera',
};
/** Names of digits and signs, since their letters are what is said. */
const SAID: Readonly<Record<string, string>> = {
  0: 'zero',
  1: 'one',
  2: 'two',
  3: 'three',
  4: 'four',
  5: 'five',
  6: 'six',
  7: 'seven',
  8: 'eight',
  9: 'nine',
  '%': 'percent',
  '&': 'and',
  $: 'dollars',
  '+': 'plus',
};
const COST = { silentLetter: 0.45, extraPhone: 0.6, mismatch: 1, strayPause: 1.5, pauseAtSpace: 0.15 };

interface Letter {
  /** Lower case; a space between words, a full stop where punctuation invites a pause. */
  readonly sign: string;
  readonly token: number;
}

/** One mark per word of `text` that has phones. */
export function marksFromPhones(text: string, phones: readonly Phone[]): SpokenMark[] {
  const words = tokens(text, 'en');
  const letters = words.flatMap((word, index) => lettersOf(text.slice(word.textStart, word.textEnd), index));
  const tokenOfPhone = align(letters, phones);
  const marks = new Map<number, SpokenMark>();
  for (const [index, phone] of phones.entries()) {
    const token = tokenOfPhone[index];
    const word = token === undefined || phone.symbol === '' ? undefined : words[token];
    if (token === undefined || !word) continue;
    marks.set(token, { textOffset: word.textStart, startMs: marks.get(token)?.startMs ?? phone.startMs, endMs: phone.endMs });
  }
  return [...marks.values()];
}

function lettersOf(word: string, token: number): Letter[] {
  const letters: Letter[] = [];
  const lower = word.toLowerCase().replace(/[a-z]+/, (letters) => FULL_WORDS[letters] ?? letters);
  for (const char of lower) {
    if (SAID[char]) letters.push(...[...SAID[char]].map((sign) => ({ sign, token })));
    else if (/[a-z]/.test(char)) letters.push({ sign: char, token });
    else if (/[,.;:!?()"]/.test(char)) letters.push({ sign: '.', token });
  }
  letters.push({ sign: ' ', token });
  return letters;
}

/** For each phone the token of the letter that it was aligned with. */
function align(letters: readonly Letter[], phones: readonly Phone[]): number[] {
  const width = phones.length + 1;
  const cost = new Float32Array((letters.length + 1) * width);
  const step = new Uint8Array(cost.length); // 1: letter unsaid, 2: phone without a letter, 3: both
  for (let i = 0; i <= letters.length; i++) {
    const sign = letters[i - 1]?.sign ?? ' ';
    for (let j = 0; j <= phones.length; j++) {
      if (i === 0 && j === 0) continue;
      const at = i * width + j;
      const symbol = phones[j - 1]?.symbol ?? '';
      let best = Infinity;
      if (i > 0) {
        best = (cost[at - width] as number) + (/[ .]/.test(sign) ? 0 : COST.silentLetter);
        step[at] = 1;
      }
      if (j > 0) {
        const extra = (cost[at - 1] as number) + (symbol === '' ? COST.strayPause : COST.extraPhone);
        if (extra < best) {
          best = extra;
          step[at] = 2;
        }
      }
      if (i > 0 && j > 0) {
        const both = (cost[at - width - 1] as number) + pairCost(sign, symbol);
        if (both < best) {
          best = both;
          step[at] = 3;
        }
      }
      cost[at] = best;
    }
  }
  const tokenOfPhone = new Array<number>(phones.length);
  for (let i = letters.length, j = phones.length; i > 0 || j > 0; ) {
    const move = step[i * width + j];
    if (move !== 1) tokenOfPhone[j - 1] = letters[Math.max(0, i - 1)]?.token ?? 0;
    if (move !== 2) i--;
    if (move !== 1) j--;
  }
  return tokenOfPhone;
}

function pairCost(sign: string, symbol: string): number {
  if (symbol === '') return sign === '.' ? 0 : sign === ' ' ? COST.pauseAtSpace : 2 * COST.mismatch;
  if (sign === ' ' || sign === '.') return 2 * COST.mismatch;
  return (SPELLINGS[symbol] ?? VOWEL_LETTERS).includes(sign) ? 0 : COST.mismatch;
}
