/**
 * Words as the index sees them. Latin: case and diacritics folded, a light plural stem. Arabic: diacritics and tatweel
 * stripped, forms of alef, ya and ta marbuta folded, the article and the conjunction before it removed; without this a
 * question rarely shares a written form with its answer.
 */
const STOP_WORDS = new Set(
  (
    'a an the and or but of in on at to for from with by as is are was were be been being am i you he she it we they me my your his her its our their this that ' +
    'these those do does did can could will would shall should may might must have has had not no so if then than there here what which who whom whose when ' +
    'where why how please tell say about some any just also too very really much many more most up out into over again okay ok hey hi hello well um uh like ' +
    'know want need let get give me us them him ' +
    'ما ماذا من هل كيف اين متي لماذا في علي عن الي مع هذا هذه ذلك تلك هو هي انا انت نحن هم كان يكون و او ثم لو سمحت'
  ).split(' '),
);

const ARABIC = /\p{Script=Arabic}/u;

export function normaliseWord(word: string): string {
  const folded = word
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase();
  return ARABIC.test(folded) ? stemArabic(folded) : stemLatin(folded);
}

/** Normalised words with their order; `isContent` leaves out words that say nothing about the subject. */
export const wordsOf = (text: string): string[] =>
  (text.match(/[\p{L}\p{N}]+(?:['’][\p{L}]+)?/gu) ?? []).map((word) => normaliseWord(word.replace(/['’].*$/, '')));

export const isContentWord = (word: string): boolean => word.length > 0 && !STOP_WORDS.has(word);

export const contentWordsOf = (text: string): string[] => wordsOf(text).filter(isContentWord);

function stemArabic(word: string): string {
  let stem = word
    .replaceAll('\u0640', '')
    .replace(/[أإآٱ]/g, 'ا')
    .replaceAll('ى', 'ي')
    .replaceAll('ؤ', 'و')
    .replaceAll('ئ', 'ي')
    .replaceAll('ة', 'ه');
  stem = stem.replace(/^(وال|بال|كال|فال|لل|ال)(?=.{3})/, '');
  return stem;
}

function stemLatin(word: string): string {
  if (word.length > 5 && word.endsWith('ing')) return dropDouble(word.slice(0, -3));
  if (word.length > 4 && word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (word.length > 4 && word.endsWith('ed')) return dropDouble(word.slice(0, -2));
  if (word.length > 4 && /(ss|sh|ch|x|z)es$/.test(word)) return word.slice(0, -2);
  if (word.length > 3 && word.endsWith('s') && !word.endsWith('ss') && !/(us|is)$/.test(word)) return dropE(word.slice(0, -1));
  return dropE(word);
}

/** "running" and "run", "using" and "use" meet. */
const dropDouble = (stem: string): string => (/([bdfgmnprt])\1$/.test(stem) ? stem.slice(0, -1) : dropE(stem));
const dropE = (stem: string): string => (stem.length > 3 && stem.endsWith('e') ? stem.slice(0, -1) : stem);
