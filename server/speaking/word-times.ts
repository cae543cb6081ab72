import type { WordTiming } from '../core/speech.ts';

/** Where an engine heard itself say something: an offset into a text, and when. */
export interface SpokenMark {
  readonly textOffset: number;
  readonly startMs: number;
  readonly endMs: number;
}

interface Token {
  readonly textStart: number;
  textEnd: number;
}

const segmenters = new Map<string, Intl.Segmenter>();
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/**
 * Words as people see them: what stands between spaces, with its punctuation, and in scripts without spaces what the
 * language's dictionary says. Everything that is not a space belongs to exactly one word.
 */
export function tokens(text: string, language: string): Token[] {
  const found: Token[] = [];
  for (const match of text.matchAll(/\S+/gu)) {
    const start = match.index;
    if (UNSPACED.test(match[0])) {
      for (const part of segmenter(language).segment(match[0])) {
        const last = found.at(-1);
        const partStart = start + part.index;
        // Punctuation inside a run belongs to the word before it.
        if (part.isWordLike || !last || last.textEnd !== partStart)
          found.push({ textStart: partStart, textEnd: partStart + part.segment.length });
        else last.textEnd = partStart + part.segment.length;
      }
    } else found.push({ textStart: start, textEnd: start + match[0].length });
  }
  return found;
}

/**
 * Gives each word of `text` the time of the marks that fall into it. Words that were not said (a dash, an emoji) take
 * no time of their own: they join the word before them, or the one after at the beginning.
 */
export function wordTimings(text: string, language: string, marks: readonly SpokenMark[]): WordTiming[] {
  const said = marks.filter((mark) => mark.endMs > mark.startMs);
  if (said.length === 0) return [];
  const words: { textStart: number; textEnd: number; startMs: number; endMs: number }[] = [];
  let next = 0;
  let pendingStart: number | undefined;
  const all = tokens(text, language);
  for (const [index, token] of all.entries()) {
    const isLast = index === all.length - 1;
    let startMs = Infinity;
    let endMs = -Infinity;
    for (let mark = said[next]; mark && (mark.textOffset < token.textEnd || isLast); mark = said[++next]) {
      startMs = Math.min(startMs, mark.startMs);
      endMs = Math.max(endMs, mark.endMs);
    }
    const last = words.at(-1);
    if (endMs > startMs) {
      words.push({
        textStart: pendingStart ?? token.textStart,
        textEnd: token.textEnd,
        startMs: Math.max(startMs, last?.endMs ?? 0),
        endMs,
      });
      pendingStart = undefined;
    } else if (last) last.textEnd = token.textEnd;
    else pendingStart ??= token.textStart;
  }
  return words.map((word) => ({ text: text.slice(word.textStart, word.textEnd), ...word, endMs: Math.max(word.startMs, word.endMs) }));
}

function segmenter(language: string): Intl.Segmenter {
  let known = segmenters.get(language);
  if (!known) {
    const supported = Intl.Segmenter.supportedLocalesOf(/^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*$/.test(language) ? [language] : []);
    known = new Intl.Segmenter(supported[0] ?? 'en', { granularity: 'word' });
    segmenters.set(language, known);
  }
  return known;
}
