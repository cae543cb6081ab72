import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { thinkingError } from '../thinking-error.ts';

/** A piece of knowledge that answers one question: a heading of a document and the text below it. */
export interface Section {
  readonly id: string;
  readonly document: string;
  /** The heading, often a question. */
  readonly title: string;
  /** Other ways to ask for it: a line `Also: …; …` below the heading. */
  readonly aliases: readonly string[];
  /** Plain sentences. */
  readonly text: string;
  readonly sentences: readonly string[];
}

export interface LoadedDocuments {
  readonly sections: readonly Section[];
  readonly documents: number;
  readonly warnings: readonly string[];
}

/**
 * Reads `*.md` and `*.txt` of a folder, in the order of their names. What cannot be read is left out with a warning.
 * Throws `knowledge_unreadable` when the folder exists but cannot be listed; a missing folder is an empty one.
 */
export async function loadDocuments(folder: string, maxBytes: number): Promise<LoadedDocuments> {
  const warnings: string[] = [];
  const files = await listFiles(folder, warnings);
  const sections: Section[] = [];
  let documents = 0;
  let bytes = 0;
  for (const file of files) {
    const full = path.join(folder, file);
    try {
      const { size } = await stat(full);
      if (bytes + size > maxBytes) {
        warnings.push(`${file} is left out: the documents have more than ${maxBytes} bytes (thinking.knowledgeMaxBytes)`);
        continue;
      }
      const text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(full));
      bytes += size;
      documents++;
      sections.push(...sectionsOf(file, text));
    } catch (error) {
      warnings.push(`${file} is left out: ${error instanceof TypeError ? 'it is not UTF-8 text' : (error as Error).message}`);
    }
  }
  return { sections, documents, warnings };
}

async function listFiles(folder: string, warnings: string[]): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((file) => /\.(md|txt)$/i.test(file)).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      throw thinkingError('knowledge_unreadable', `The knowledge folder ${folder} cannot be read`, { cause: error });
    warnings.push(`There is no knowledge folder ${folder}`);
    return [];
  }
}

/** Sections of a Markdown (or plain) text: one per heading, long ones cut at paragraphs. */
export function sectionsOf(document: string, markdown: string): Section[] {
  const sections: Section[] = [];
  let title = document.replace(/\.(md|txt)$/i, '').replaceAll(/[-_]+/g, ' ');
  let aliases: string[] = [];
  let paragraph: string[] = [];
  let paragraphs: string[] = [];
  let inCode = false;
  const endParagraph = () => {
    const text = plain(paragraph.join(' '));
    if (text) paragraphs.push(text);
    paragraph = [];
  };
  const endSection = () => {
    endParagraph();
    for (const text of joinShort(paragraphs)) {
      sections.push({
        id: `${document}#${sections.length}`,
        document,
        title: plain(title),
        aliases,
        text,
        sentences: splitSentences(text),
      });
    }
    paragraphs = [];
    aliases = [];
  };
  for (const line of markdown.replace(/^---\n[\s\S]*?\n---\n/, '').split(/\r?\n/)) {
    if (/^\s*(```|~~~)/.test(line)) inCode = !inCode;
    else if (inCode) continue;
    else if (/^#{1,6}\s/.test(line)) {
      endSection();
      title = line.replace(/^#+\s*/, '').replace(/\s*#*\s*$/, '');
    } else if (/^also:/i.test(line))
      aliases = line
        .slice(5)
        .split(';')
        .map((alias) => alias.trim())
        .filter(Boolean);
    else if (line.trim() === '') endParagraph();
    else if (/^\s*([-*+]|\d+[.)])\s/.test(line)) {
      endParagraph();
      paragraph.push(closeSentence(line.replace(/^\s*([-*+]|\d+[.)])\s+/, '')));
    } else if (!/^\s*(\||<!--|!\[)/.test(line)) paragraph.push(line.trim());
  }
  endSection();
  return sections;
}

const MAX_SECTION_CHARS = 900;

/** Paragraphs of one heading belong together while they are short enough to be one answer. */
function joinShort(paragraphs: readonly string[]): string[] {
  const joined: string[] = [];
  for (const text of paragraphs) {
    const last = joined.at(-1);
    if (last !== undefined && last.length + text.length < MAX_SECTION_CHARS) joined[joined.length - 1] = `${last} ${text}`;
    else joined.push(text);
  }
  return joined;
}

/** Markdown to what a voice can say. */
export const plain = (markdown: string): string =>
  markdown
    .replace(/!\[[^\]]*\]\([^)]*\)/g, '')
    .replace(/\[([^\]]+)\]\([^)]*\)/g, '$1')
    .replace(/[*_]{1,3}(\S(?:.*?\S)?)[*_]{1,3}/g, '$1')
    .replace(/`([^`]*)`/g, '$1')
    .replace(/<[^>]+>/g, '')
    .replace(/\s+/g, ' ')
    .trim();

const closeSentence = (line: string): string => (/[.!?:;؟]$/.test(line.trim()) ? line : `${line.trim()}.`);

const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });
export const splitSentences = (text: string): string[] => [...segmenter.segment(text)].map(({ segment }) => segment.trim()).filter(Boolean);
