import { readFileSync } from 'node:fs';
import type { Random } from './random.ts';

/** What the voices say: English sentences, and for voices of other languages syllables that any of them can read. */
const SENTENCES = new URL('./sentences.txt', import.meta.url);
const QUESTIONS = new URL('../turn/utterances.txt', import.meta.url);

export function englishTexts(): string[] {
  return [SENTENCES, QUESTIONS].flatMap((file) => readFileSync(file, 'utf8').trim().split('\n'));
}

const ONSETS = 'p b m f v t d s z n l r k g p b m f v w j sp st pr br tr dr kr pl bl fl mb'.split(' ');
const CODAS = ['', '', '', '', 'n', 's', 'm', 'r', 'l', 'p', 't'];
const VOWELS = ['a', 'e', 'i', 'o', 'u'];

/** Latin letters that mean nothing and nearly the same sounds in most languages. */
export function nonsense(random: Random): string {
  const word = () =>
    Array.from({ length: 1 + random.below(3) }, () => random.pick(ONSETS) + random.pick(VOWELS) + random.pick(CODAS)).join('');
  const phrase = () => Array.from({ length: 2 + random.below(3) }, word).join(' ');
  return `${phrase()}, ${phrase()}.`;
}
