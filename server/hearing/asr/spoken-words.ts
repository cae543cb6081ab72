/** Text as a language model counts it: the words that somebody says when reading it aloud. */
export interface SpokenWord {
  /** Lower case. */
  readonly word: string;
  /** As written, with its capitals. */
  readonly written: string;
}

const ONES =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const TENS = 'zero ten twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');

/** English cardinals below a million; longer ones digit by digit. */
export function numberWords(digits: string): string[] {
  const value = Number(digits);
  if (digits.length > 6 || (digits.length > 1 && digits.startsWith('0'))) return [...digits].map((digit) => ONES[Number(digit)]!);
  if (value < 20) return [ONES[value]!];
  if (value < 100) return [TENS[Math.floor(value / 10)]!, ...(value % 10 ? [ONES[value % 10]!] : [])];
  if (value < 1_000) return [ONES[Math.floor(value / 100)]!, 'hundred', ...(value % 100 ? numberWords(String(value % 100)) : [])];
  return [...numberWords(String(Math.floor(value / 1_000))), 'thousand', ...(value % 1_000 ? numberWords(String(value % 1_000)) : [])];
}

export function spokenWords(text: string): SpokenWord[] {
  const plain = text
    .normalize('NFKC')
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/\bhttps?:\/\/\S+/g, ' ')
    .replace(/%/g, ' percent ')
    .replace(/&/g, ' and ');
  const words: SpokenWord[] = [];
  for (const token of plain.match(/[0-9]+|[A-Za-z][A-Za-z']*/g) ?? []) {
    if (/^[0-9]/.test(token)) {
      for (const word of numberWords(token)) words.push({ word, written: word });
      continue;
    }
    const written = token.replace(/'+$/, '');
    words.push({ word: written.toLowerCase(), written });
  }
  return words;
}
