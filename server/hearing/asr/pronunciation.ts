/**
 * Pronunciations (ARPAbet of the CMU dictionary) for words that the recogniser's dictionary lacks: product names,
 * abbreviations, inflections, compounds; at last by letter-to-sound rules. A word may have several.
 */
export type Lexicon = ReadonlyMap<string, string>;

/** Names of this field that no rule gets right. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  visavis: ['V IY Z AH V IY', 'V IY Z AA V IY', 'V IH S AH V IH S', 'V IH S AE V IH S', 'V IH Z AH V IH S'],
  ollama: ['OW L AA M AH', 'AH L AA M AH'],
  json: ['JH EY S AH N'],
  yaml: ['Y AE M AH L'],
  wasm: ['W AA Z AH M'],
  mistral: ['M IH S T R AA L'],
  websocket: ['W EH B S AA K IH T'],
  whatsapp: ['W AH T S AE P'],
  kubernetes: ['K UW B ER N EH T IY Z'],
  opus: ['OW P AH S'],
  prometheus: ['P R AH M IY TH IY AH S'],
  postgresql: ['P OW S T G R EH S K Y UW EH L'],
  sqlite: ['EH S K Y UW L AY T', 'S IY K W AH L AY T'],
  silero: ['S IH L EH R OW'],
  linux: ['L IH N AH K S'],
  debian: ['D EH B IY AH N'],
  ubuntu: ['UW B UH N T UW'],
  nginx: ['EH N JH IH N EH K S'],
  avatar: ['AE V AH T AA R', 'AE V AH T ER'],
};

const LETTERS: Readonly<Record<string, string>> = {
  a: 'EY',
  b: 'B IY',
  c: 'S IY',
  d: 'D IY',
  e: 'IY',
  f: 'EH F',
  g: 'JH IY',
  h: 'EY CH',
  i: 'AY',
  j: 'JH EY',
  k: 'K EY',
  l: 'EH L',
  m: 'EH M',
  n: 'EH N',
  o: 'OW',
  p: 'P IY',
  q: 'K Y UW',
  r: 'AA R',
  s: 'EH S',
  t: 'T IY',
  u: 'Y UW',
  v: 'V IY',
  w: 'D AH B AH L Y UW',
  x: 'EH K S',
  y: 'W AY',
  z: 'Z IY',
};

/** Longest spelling first; `$` is the end of the word, `^` its beginning. The first rule that matches is taken. */
const LETTER_RULES: readonly (readonly [spelling: RegExp, phones: string])[] = (
  [
    ['tion', 'SH AH N'],
    ['sion', 'ZH AH N'],
    ['ture$', 'CH ER'],
    ['ough', 'AO'],
    ['augh', 'AO'],
    ['eigh', 'EY'],
    ['igh', 'AY'],
    ['tch', 'CH'],
    ['^kn', 'N'],
    ['^wr', 'R'],
    ['^ps', 'S'],
    ['^wh', 'W'],
    ['sch', 'SH'],
    ['ch', 'CH'],
    ['sh', 'SH'],
    ['th', 'TH'],
    ['ph', 'F'],
    ['gh', 'G'],
    ['ck', 'K'],
    ['qu', 'K W'],
    ['ng$', 'NG'],
    ['nk', 'NG K'],
    ['dge', 'JH'],
    ['ge$', 'JH'],
    ['ce$', 'S'],
    ['se$', 'Z'],
    ['le$', 'AH L'],
    ['ism$', 'IH Z AH M'],
    ['ee', 'IY'],
    ['ea', 'IY'],
    ['oo', 'UW'],
    ['ou', 'AW'],
    ['ow$', 'OW'],
    ['ow', 'AW'],
    ['oi', 'OY'],
    ['oy', 'OY'],
    ['ai', 'EY'],
    ['ay', 'EY'],
    ['au', 'AO'],
    ['aw', 'AO'],
    ['ie$', 'IY'],
    ['ie', 'IY'],
    ['ei', 'IY'],
    ['ey$', 'IY'],
    ['eu', 'Y UW'],
    ['ew', 'Y UW'],
    ['oa', 'OW'],
    ['oe', 'OW'],
    ['ue$', 'UW'],
    ['ui', 'UW'],
    ['ar', 'AA R'],
    ['er', 'ER'],
    ['ir', 'ER'],
    ['or', 'AO R'],
    ['ur', 'ER'],
    ['yr', 'ER'],
    ['a(?=[^aeiouy]e$)', 'EY'],
    ['e(?=[^aeiouy]e$)', 'IY'],
    ['i(?=[^aeiouy]e$)', 'AY'],
    ['o(?=[^aeiouy]e$)', 'OW'],
    ['u(?=[^aeiouy]e$)', 'UW'],
    ['bb', 'B'],
    ['cc(?=[eiy])', 'K S'],
    ['cc', 'K'],
    ['dd', 'D'],
    ['ff', 'F'],
    ['gg', 'G'],
    ['ll', 'L'],
    ['mm', 'M'],
    ['nn', 'N'],
    ['pp', 'P'],
    ['rr', 'R'],
    ['ss', 'S'],
    ['tt', 'T'],
    ['zz', 'Z'],
    ['a$', 'AH'],
    ['e$', ''],
    ['i$', 'IY'],
    ['o$', 'OW'],
    ['u$', 'UW'],
    ['y$', 'IY'],
    ['^y', 'Y'],
    ['es$', 'IH Z'],
    ['c(?=[eiy])', 'S'],
    ['g(?=[ei])', 'JH'],
    ['a', 'AE'],
    ['e', 'EH'],
    ['i', 'IH'],
    ['o', 'AA'],
    ['u', 'AH'],
    ['y', 'IH'],
    ['b', 'B'],
    ['c', 'K'],
    ['d', 'D'],
    ['f', 'F'],
    ['g', 'G'],
    ['h', 'HH'],
    ['j', 'JH'],
    ['k', 'K'],
    ['l', 'L'],
    ['m', 'M'],
    ['n', 'N'],
    ['p', 'P'],
    ['q', 'K'],
    ['r', 'R'],
    ['s', 'S'],
    ['t', 'T'],
    ['v', 'V'],
    ['w', 'W'],
    ['^x', 'Z'],
    ['x', 'K S'],
    ['z', 'Z'],
  ] as const
).map(([spelling, phones]) => [new RegExp(spelling, 'y'), phones] as const);

const SIBILANT = /(?:S|Z|SH|ZH|CH|JH)$/;
const VOICELESS = /(?:P|T|K|F|TH)$/;

export const spellOut = (letters: string): string =>
  [...letters.toLowerCase()]
    .map((letter) => LETTERS[letter])
    .filter(Boolean)
    .join(' ');

export function byLetterRules(word: string): string {
  const phones: string[] = [];
  let at = 0;
  while (at < word.length) {
    let taken = 1;
    for (const [rule, sound] of LETTER_RULES) {
      rule.lastIndex = at;
      const match = rule.exec(word);
      if (!match) continue;
      if (sound) phones.push(sound);
      taken = match[0].length;
      break;
    }
    at += taken;
  }
  return phones.join(' ');
}

/** `WebRTC` -> Web, RTC; `ARKit52` -> AR, Kit. */
const parts = (word: string): string[] => word.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z']+|[A-Z]/g) ?? [];

function compound(word: string, lexicon: Lexicon): string | undefined {
  let best: string | undefined;
  let bestShorter = 2;
  for (let cut = 3; cut <= word.length - 3; cut++) {
    const head = lexicon.get(word.slice(0, cut));
    const tail = lexicon.get(word.slice(cut));
    const shorter = Math.min(cut, word.length - cut);
    if (head && tail && shorter > bestShorter) {
      best = `${head} ${tail}`;
      bestShorter = shorter;
    }
  }
  return best;
}

function inflected(word: string, lexicon: Lexicon): string | undefined {
  const stem = /^(.{2,}?)(?:'s|s)$/.exec(word)?.[1];
  const phones = stem && lexicon.get(stem);
  if (!phones) return undefined;
  return `${phones} ${SIBILANT.test(phones) ? 'IH Z' : VOICELESS.test(phones) ? 'S' : 'Z'}`;
}

function partSound(part: string, lexicon: Lexicon): string {
  const word = part.toLowerCase();
  const isAcronym = part.length > 1 && part === part.toUpperCase();
  const known = KNOWN[word]?.[0] ?? (isAcronym && part.length <= 3 ? undefined : lexicon.get(word));
  if (known) return known;
  if (isAcronym || !/[aeiouy]/.test(word) || word.length <= 2) return spellOut(word);
  return inflected(word, lexicon) ?? compound(word, lexicon) ?? byLetterRules(word);
}

/** Ways to say a word of the dictionary that the dictionary does not have. */
export const otherPronunciations = (word: string, lexicon: Lexicon): readonly string[] =>
  (KNOWN[word] ?? []).filter((phones) => phones !== lexicon.get(word));

/** `written` as in the text, with its capitals: they tell an abbreviation from a word. */
export function pronounce(written: string, lexicon: Lexicon): readonly string[] {
  const known = KNOWN[written.toLowerCase()];
  if (known) return known;
  const sounds = parts(written).map((part) => partSound(part, lexicon));
  const whole = sounds.filter(Boolean).join(' ');
  return whole ? [whole] : [];
}

export interface DictionaryEntry {
  /** `word`, or `word(2)` for its second pronunciation. */
  readonly entry: string;
  readonly phones: string;
}

function* entriesIn(dictionary: string): Generator<DictionaryEntry> {
  for (const line of dictionary.split('\n')) {
    const space = line.indexOf(' ');
    if (space > 0 && !line.startsWith(';;')) yield { entry: line.slice(0, space), phones: line.slice(space + 1).trim() };
  }
}

/** Reads a CMU dictionary; of several pronunciations the first. */
export function parseLexicon(dictionary: string): Lexicon {
  const lexicon = new Map<string, string>();
  for (const { entry, phones } of entriesIn(dictionary)) if (!entry.endsWith(')')) lexicon.set(entry, phones);
  return lexicon;
}

/** All pronunciations that a CMU dictionary has of these words. */
export const entriesOf = (words: ReadonlySet<string>, dictionary: string): DictionaryEntry[] =>
  [...entriesIn(dictionary)].filter(({ entry }) => words.has(entry.replace(/\(\d+\)$/, '')));
