import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDomain, prepareDomain } from './domain.ts';
import { buildArpa } from './domain-model.ts';
import { byLetterRules, parseLexicon, pronounce, spellOut } from './pronunciation.ts';
import { numberWords, spokenWords } from './spoken-words.ts';

const lexicon = parseLexicon(
  ['web W EH B', 'socket S AA K AH T', 'open OW P AH N', 'open(2) OW P N', 'api EY P IY AY', 'cat K AE T', 'dog D AO G', 'bus B AH S'].join(
    '\n',
  ),
);

describe('words as they are spoken', () => {
  it('leaves out what nobody says, and says numbers', () => {
    const words = spokenWords("It's on port 8080 & 95% of **URLs**: https://example.org/x").map(({ word }) => word);
    expect(words.join(' ')).toBe("it's on port eight thousand eighty and ninety five percent of urls");
  });

  it.each([
    ['0', 'zero'],
    ['19', 'nineteen'],
    ['40', 'forty'],
    ['512', 'five hundred twelve'],
    ['2026', 'two thousand twenty six'],
    ['007', 'zero zero seven'],
    ['1234567', 'one two three four five six seven'],
  ])('%s is %s', (digits, words) => {
    expect(numberWords(digits).join(' ')).toBe(words);
  });
});

describe('pronunciation', () => {
  it.each([
    ['WebRTC', 'W EH B AA R T IY S IY'],
    ['GPU', 'JH IY P IY Y UW'],
    ['opensocket', 'OW P AH N S AA K AH T'],
    ['cats', 'K AE T S'],
    ['dogs', 'D AO G Z'],
    ['buses', 'B AH S IH Z'],
    ['xyz', 'Z IH Z'],
    ['npm', 'EH N P IY EH M'],
  ])('%s is %s', (word, phones) => {
    expect(pronounce(word, lexicon)[0]).toBe(phones);
  });

  it('knows several ways to say its own name', () => {
    expect(pronounce('Visavis', lexicon).length).toBeGreaterThan(1);
  });

  it('finds some sound for every word, in the phones of the dictionary', () => {
    const phones = new Set(
      'AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH'.split(' '),
    );
    for (const word of ['thought', 'knight', 'strength', 'quixotic', 'mnemosyne', 'zzyzx', 'bookkeeper', 'psychology', "o'clock"]) {
      const sound = byLetterRules(word);
      expect(sound).not.toBe('');
      expect(sound.split(' ').filter((phone) => !phones.has(phone))).toEqual([]);
    }
    expect(spellOut('tts')).toBe('T IY T IY EH S');
  });
});

it('gives the decoders what they have not loaded of the dictionary', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'visavis-domain-'));
  try {
    const dictionaryFile = join(folder, 'all.dict');
    const loadedDictionaryFile = join(folder, 'loaded.dict');
    await writeFile(dictionaryFile, 'abattoir AE B AH T W AA R\nopen OW P AH N\nurl Y UW AA R EH L\nurl(2) UH R L\n');
    await writeFile(loadedDictionaryFile, ';; a comment\nopen OW P AH N\n');
    const options = { dictionaryFile, maxTopics: 5, maxNewWords: 5 };
    const entries = async (loaded: string) =>
      (await prepareDomain(['Open the URL of Ollama'], { ...options, loadedDictionaryFile: loaded })).newWords.map(({ entry }) => entry);
    expect(await entries(dictionaryFile)).toEqual(['the', 'of', 'ollama', 'ollama(2)']);
    expect(await entries(loadedDictionaryFile)).toEqual(['url', 'url(2)', 'the', 'of', 'ollama', 'ollama(2)']);
  } finally {
    await rm(folder, { recursive: true });
  }
});

describe('the domain language model', () => {
  const probabilities = (arpa: string) => {
    const grams = new Map<string, { p: number; backoff: number }>();
    for (const line of arpa.split('\n')) {
      const match = /^(-?[\d.]+) (\S.*?)(?: (-?[\d.]+))?$/.exec(line);
      if (match) grams.set(match[2]!, { p: 10 ** Number(match[1]), backoff: 10 ** Number(match[3] ?? 0) });
    }
    return grams;
  };

  it('is a distribution after every history', () => {
    const sentences = ['how do i start', 'how do i stop', 'how much is it', 'start it', 'stop'].map((sentence) => sentence.split(' '));
    const grams = probabilities(buildArpa(sentences));
    const words = [...grams.keys()].filter((gram) => !gram.includes(' ') && gram !== '<s>');
    const p = (history: readonly string[], word: string): number => {
      const own = grams.get([...history, word].join(' '));
      if (own || history.length === 0) return own?.p ?? 0;
      return (grams.get(history.join(' '))?.backoff ?? 1) * p(history.slice(1), word);
    };
    const total = (history: readonly string[]) => words.reduce((sum, word) => sum + p(history, word), 0);
    expect(total([])).toBeCloseTo(1, 2);
    for (const history of [['how'], ['<s>'], ['do', 'i'], ['how', 'much']]) expect(p(history, 'start')).toBeGreaterThan(0);
    expect(p(['do', 'i'], 'start')).toBeGreaterThan(p(['do', 'i'], 'much'));
    for (const history of [['how'], ['stop'], ['how', 'do'], ['do', 'i']]) expect(total(history)).toBeCloseTo(1, 2);
  });

  it('leaves no file behind', async () => {
    const domain = await openDomain({ arpa: buildArpa([['hello']]), newWords: [], spelling: new Map() }, 1);
    expect(await readFile(domain.languageModelFile, 'utf8')).toContain('\\3-grams:');
    await domain[Symbol.asyncDispose]();
    await expect(readFile(domain.languageModelFile)).rejects.toThrow(/ENOENT/);
  });
});
