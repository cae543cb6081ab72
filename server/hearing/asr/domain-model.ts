/**
 * A trigram model of a small domain with Witten-Bell smoothing (Witten & Bell 1991), as ARPA text. Every word is known to
 * the dictionary when it is built.
 */
const START = '<s>';
const END = '</s>';
/** Added to each word's count, so that no word of the domain is impossible. */
const UNIGRAM_PRIOR = 0.1;
/** ARPA's way to say never. */
const NEVER = -99;
const MIN_BACKOFF = 1e-6;

interface Context {
  count: number;
  kinds: number;
}

const log10 = (p: number): string => (p > 0 ? Math.log10(p) : NEVER).toFixed(4);

const countUp = (counts: Map<string, number>, key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);

const historyOf = (gram: string): string => gram.slice(0, gram.lastIndexOf(' '));
const lastOf = (gram: string): string => gram.slice(gram.lastIndexOf(' ') + 1);
const withoutFirst = (gram: string): string => gram.slice(gram.indexOf(' ') + 1);

function contexts(grams: ReadonlyMap<string, number>): Map<string, Context> {
  const result = new Map<string, Context>();
  for (const [gram, count] of grams) {
    const context = result.get(historyOf(gram)) ?? { count: 0, kinds: 0 };
    context.count += count;
    context.kinds++;
    result.set(historyOf(gram), context);
  }
  return result;
}

export function buildArpa(sentences: readonly (readonly string[])[]): string {
  const unigrams = new Map<string, number>();
  const bigrams = new Map<string, number>();
  const trigrams = new Map<string, number>();
  for (const words of sentences) {
    const tokens = [START, ...words, END];
    tokens.forEach((token, i) => {
      countUp(unigrams, token);
      if (i >= 1) countUp(bigrams, `${tokens[i - 1]} ${token}`);
      if (i >= 2) countUp(trigrams, `${tokens[i - 2]} ${tokens[i - 1]} ${token}`);
    });
  }
  const afterOne = contexts(bigrams);
  const afterTwo = contexts(trigrams);
  let total = 0;
  for (const [word, count] of unigrams) if (word !== START) total += count;
  const p1 = (word: string): number =>
    word === START ? 0 : ((unigrams.get(word) ?? 0) + UNIGRAM_PRIOR) / (total + UNIGRAM_PRIOR * unigrams.size);
  const smoothed = (context: Context, count: number, lower: number): number =>
    (count + context.kinds * lower) / (context.count + context.kinds);
  const p2 = (gram: string): number => smoothed(afterOne.get(historyOf(gram))!, bigrams.get(gram) ?? 0, p1(lastOf(gram)));
  const p3 = (gram: string): number => smoothed(afterTwo.get(historyOf(gram))!, trigrams.get(gram) ?? 0, p2(withoutFirst(gram)));
  const backoff = (context: Context | undefined): string =>
    context ? log10(Math.max(MIN_BACKOFF, context.kinds / (context.count + context.kinds))) : '0.0000';

  const lines = ['\\data\\', `ngram 1=${unigrams.size}`, `ngram 2=${bigrams.size}`, `ngram 3=${trigrams.size}`, '', '\\1-grams:'];
  for (const word of [...unigrams.keys()].sort()) lines.push(`${log10(p1(word))} ${word} ${backoff(afterOne.get(word))}`);
  lines.push('', '\\2-grams:');
  for (const gram of [...bigrams.keys()].sort()) lines.push(`${log10(p2(gram))} ${gram} ${backoff(afterTwo.get(gram))}`);
  lines.push('', '\\3-grams:');
  for (const gram of [...trigrams.keys()].sort()) lines.push(`${log10(p3(gram))} ${gram}`);
  lines.push('', '\\end\\', '');
  return lines.join('\n');
}
