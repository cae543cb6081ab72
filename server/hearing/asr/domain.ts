import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildArpa } from './domain-model.ts';
import { type DictionaryEntry, entriesOf, otherPronunciations, parseLexicon, pronounce } from './pronunciation.ts';
import { FUNCTION_WORDS, QUESTION_FRAMES, SMALL_TALK } from './question-frames.ts';
import { type SpokenWord, spokenWords } from './spoken-words.ts';

/** The words and sentences of the knowledge, prepared for decoders. Plain data. */
export interface PreparedDomain {
  /** Language model in ARPA format. */
  readonly arpa: string;
  /** Words and pronunciations that the decoders lack: dictionary entry (`word`, `word(2)`) and its phones. */
  readonly newWords: readonly DictionaryEntry[];
  /** How a new word is written, by its spoken form: `webrtc` -> `WebRTC`. */
  readonly spelling: ReadonlyMap<string, string>;
}

/** A prepared domain with its language model on disk, where decoders read it as they come to it. */
export interface Domain extends PreparedDomain, AsyncDisposable {
  readonly generation: number;
  readonly languageModelFile: string;
}

export interface DomainOptions {
  /** All words whose pronunciation is known. */
  readonly dictionaryFile: string;
  /** What the decoders have loaded: the same, or the part of it that the generic language model knows. */
  readonly loadedDictionaryFile: string;
  /** Words that questions are made about, by frequency. */
  readonly maxTopics: number;
  readonly maxNewWords: number;
}

const MAX_SENTENCE_WORDS = 60;

/** The words that the domain is about: nearly all nouns and names, commonest first. */
function topicsOf(sentences: readonly (readonly SpokenWord[])[], limit: number): string[] {
  const counts = new Map<string, number>();
  for (const sentence of sentences) {
    for (const { word } of sentence) if (word.length > 2 && !FUNCTION_WORDS.has(word)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, limit)
    .map(([word]) => word);
}

function questionsAbout(topics: readonly string[]): string[][] {
  return topics.flatMap((topic) => QUESTION_FRAMES.map((frame) => frame.replace('_', topic).split(' ')));
}

export async function prepareDomain(texts: readonly string[], options: DomainOptions): Promise<PreparedDomain> {
  const dictionary = await readFile(options.dictionaryFile, 'utf8');
  const lexicon = parseLexicon(dictionary);
  const written = texts.map((text) => spokenWords(text).slice(0, MAX_SENTENCE_WORDS)).filter((words) => words.length > 0);
  const newWords = new Set<string>();
  const entries: DictionaryEntry[] = [];
  const spelling = new Map<string, string>();
  for (const { word, written: form } of new Map(written.flat().map((word) => [word.word, word])).values()) {
    const isInDictionary = lexicon.has(word);
    const sounds = isInDictionary ? otherPronunciations(word, lexicon) : pronounce(form, lexicon);
    if (sounds.length === 0 || (!isInDictionary && newWords.size >= options.maxNewWords)) continue;
    // The dictionary's own pronunciation has the plain name.
    const first = isInDictionary ? 2 : 1;
    entries.push(...sounds.map((phones, i) => ({ entry: first + i === 1 ? word : `${word}(${first + i})`, phones })));
    if (isInDictionary) continue;
    newWords.add(word);
    spelling.set(word, form);
  }
  const isKnown = (word: string): boolean => lexicon.has(word) || newWords.has(word);
  const sentences = [
    ...written.map((words) => words.map(({ word }) => word)),
    ...SMALL_TALK.map((sentence) => sentence.split(' ')),
    ...questionsAbout(topicsOf(written, options.maxTopics)),
  ].map((words) => words.filter(isKnown));
  return {
    arpa: buildArpa(sentences),
    newWords: [...(await unloadedEntries(new Set(sentences.flat()), dictionary, options)), ...entries],
    spelling,
  };
}

/** What the dictionary has about these words and the decoders have not loaded. */
async function unloadedEntries(words: ReadonlySet<string>, dictionary: string, { dictionaryFile, loadedDictionaryFile }: DomainOptions) {
  if (loadedDictionaryFile === dictionaryFile) return [];
  const loaded = parseLexicon(await readFile(loadedDictionaryFile, 'utf8'));
  return entriesOf(new Set([...words].filter((word) => !loaded.has(word))), dictionary);
}

export async function openDomain(prepared: PreparedDomain, generation: number): Promise<Domain> {
  const folder = await mkdtemp(join(tmpdir(), 'visavis-domain-'));
  const languageModelFile = join(folder, 'domain.arpa');
  await writeFile(languageModelFile, prepared.arpa);
  return { ...prepared, generation, languageModelFile, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}
