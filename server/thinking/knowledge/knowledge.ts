import MiniSearch from 'minisearch';
import type { Section } from './documents.ts';
import { contentWordsOf, isContentWord, wordsOf } from './normalise.ts';

export interface Match {
  readonly section: Section;
  /** 0..1: how much of the question the section covers, weighted by how telling the words are. */
  readonly confidence: number;
  /** The question is, word for word, what the section's heading or an alias asks. */
  readonly wholeQuestion: boolean;
}

/** Sections added in one go, so that indexing thousands never holds the event loop for more than a few ms. */
const SLICE = 40;

/** What the avatar knows: an index over sections of documents. Searching takes about a millisecond. */
export class Knowledge {
  readonly #index: MiniSearch<{ id: string; title: string; aliases: string; text: string }>;
  readonly #sections = new Map<string, Section>();
  readonly #sectionsOfWord = new Map<string, number>();
  readonly #headings = new Map<string, readonly ReadonlySet<string>[]>();

  private constructor() {
    this.#index = new MiniSearch({
      fields: ['title', 'aliases', 'text'],
      tokenize: (text) => wordsOf(text),
      processTerm: (word) => (isContentWord(word) ? word : null),
      searchOptions: {
        boost: { title: 4, aliases: 3 },
        fuzzy: (word) => (word.length > 5 ? 0.2 : false),
        prefix: (word) => word.length > 4,
        combineWith: 'OR',
      },
    });
  }

  static async index(sections: readonly Section[]): Promise<Knowledge> {
    const knowledge = new Knowledge();
    for (let from = 0; from < sections.length; from += SLICE) {
      for (const section of sections.slice(from, from + SLICE)) knowledge.#add(section);
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    return knowledge;
  }

  get size(): number {
    return this.#sections.size;
  }

  get sections(): readonly Section[] {
    return [...this.#sections.values()];
  }

  /** The best sections for a question, most confident first. */
  search(question: string, limit = 5): Match[] {
    const asked = [...new Set(contentWordsOf(question))];
    if (asked.length === 0) return [];
    const weightOf = (word: string) => Math.log(1 + this.#sections.size / (1 + (this.#sectionsOfWord.get(word) ?? 0)));
    const total = asked.reduce((sum, word) => sum + weightOf(word), 0);
    return this.#index
      .search(asked.join(' '))
      .slice(0, limit * 2)
      .map(({ id, match, queryTerms }) => {
        const section = this.#sections.get(id as string) as Section;
        const covered = asked.reduce((sum, word) => sum + weightOf(word) * coverage(word, match, queryTerms), 0) / total;
        const whole =
          this.#headings
            .get(section.id)
            ?.some((words) => words.size > 0 && [...words].every((word) => asked.some((mine) => alike(mine, word)))) ?? false;
        const confidence = Math.min(1, covered * (whole ? 1 : 0.75));
        return { section, confidence, wholeQuestion: whole && covered > 0.75 };
      })
      .sort((a, b) => b.confidence - a.confidence)
      .slice(0, limit);
  }

  byTitle(title: string): Section | undefined {
    const wanted = contentWordsOf(title).join(' ');
    return this.sections.find((section) => contentWordsOf(section.title).join(' ') === wanted);
  }

  #add(section: Section): void {
    this.#sections.set(section.id, section);
    this.#index.add({ id: section.id, title: section.title, aliases: section.aliases.join('. '), text: section.text });
    this.#headings.set(
      section.id,
      [section.title, ...section.aliases].map((heading) => new Set(contentWordsOf(heading))),
    );
    for (const word of new Set(contentWordsOf([section.title, ...section.aliases, section.text].join(' ')))) {
      this.#sectionsOfWord.set(word, (this.#sectionsOfWord.get(word) ?? 0) + 1);
    }
  }
}

/** How well one asked word is found: in a heading wholly, in the text less; misspelt or cut words less again. */
function coverage(word: string, match: Readonly<Record<string, readonly string[]>>, queryTerms: readonly string[]): number {
  if (!queryTerms.includes(word)) return 0;
  let best = 0;
  for (const [term, fields] of Object.entries(match)) {
    const closeness = term === word ? 1 : alike(term, word) ? 0.85 : 0;
    if (closeness > 0) best = Math.max(best, closeness * (fields.includes('title') || fields.includes('aliases') ? 1 : 0.7));
  }
  return best;
}

/** The same word, or one a recogniser easily takes for it. */
function alike(a: string, b: string): boolean {
  if (a === b) return true;
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short.length > 4 && long.startsWith(short) && long.length - short.length <= 3;
}
