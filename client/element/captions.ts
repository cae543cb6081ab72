/**
 * What both sides said, as it is shown. The visitor's words appear while they are recognised; the avatar's appear as
 * they are heard: each word has its time in the call's media clock, and the playout position decides how far the text
 * has come. An interruption cuts the avatar's text where its sound stopped.
 */
export type Speaker = 'visitor' | 'avatar';

/** A word of the avatar: `[textStart, textEnd)` of its line, sounding from `startMs` to `endMs` of media time. */
export interface CaptionWord {
  readonly textStart: number;
  readonly textEnd: number;
  readonly startMs: number;
  readonly endMs: number;
}

export interface CaptionLine {
  readonly id: string;
  readonly speaker: Speaker;
  readonly text: string;
  /** `partial`: may still change. `cut`: the avatar was interrupted here. */
  readonly state: 'partial' | 'final' | 'cut';
  readonly words: readonly CaptionWord[];
  readonly typed: boolean;
}

export interface Captions {
  readonly lines: readonly CaptionLine[];
}

export type CaptionAction =
  | { readonly type: 'visitor'; readonly id: string; readonly text: string; readonly final: boolean; readonly typed?: boolean }
  /** The avatar's reply as far as it is known, with the times at which its words sound; replaces what was known before. */
  | { readonly type: 'avatar'; readonly id: string; readonly text: string; readonly words: readonly CaptionWord[]; readonly final: boolean }
  /** Only this was heard before the reply was interrupted. */
  | { readonly type: 'cut'; readonly id: string; readonly text: string }
  | { readonly type: 'clear' };

export const noCaptions: Captions = Object.freeze({ lines: [] });

/** The page keeps this many lines; older ones scroll out of memory. */
const MAX_LINES = 400;

export function reduceCaptions(captions: Captions, action: CaptionAction): Captions {
  switch (action.type) {
    case 'clear':
      return noCaptions;
    case 'visitor':
      if (action.text.trim() === '') {
        // Recognised as nothing after all.
        return action.final ? { lines: captions.lines.filter((line) => line.id !== action.id) } : captions;
      }
      return put(captions, action.id, 'visitor', (line) => {
        if (line.state === 'final' && !action.final) return line;
        return { ...line, text: action.text, state: action.final ? 'final' : 'partial', typed: action.typed ?? line.typed };
      });
    case 'avatar':
      return put(captions, action.id, 'avatar', (line) => {
        if (line.state === 'cut') return line;
        return { ...line, text: action.text, words: action.words, state: action.final ? 'final' : 'partial' };
      });
    case 'cut':
      return edit(captions, action.id, (line) => cut(line, action.text));
  }
}

function cut(line: CaptionLine, text: string): CaptionLine {
  const heard = text.trimEnd();
  return { ...line, text: heard, state: 'cut', words: line.words.filter((w) => w.textEnd <= heard.length) };
}

/** Nothing heard, nothing shown: a line that was cut before its first word disappears. */
function edit(captions: Captions, id: string, change: (line: CaptionLine) => CaptionLine): Captions {
  const lines = captions.lines.map((line) => (line.id === id ? change(line) : line));
  return { lines: lines.filter((line) => line.state !== 'cut' || line.text !== '') };
}

function put(captions: Captions, id: string, speaker: Speaker, change: (line: CaptionLine) => CaptionLine): Captions {
  const at = captions.lines.findIndex((line) => line.id === id);
  if (at < 0) {
    const line = change({ id, speaker, text: '', state: 'partial', words: [], typed: false });
    return { lines: [...captions.lines, line].slice(-MAX_LINES) };
  }
  return { lines: captions.lines.map((line, i) => (i === at ? change(line) : line)) };
}

/**
 * How many characters of the line have begun to sound at `playoutMs`. Text without word times counts as heard at once,
 * and so does punctuation behind a heard word.
 */
export function heardChars(line: CaptionLine, playoutMs: number): number {
  if (line.speaker === 'visitor' || line.words.length === 0 || line.state === 'cut') return line.text.length;
  const next = line.words.find((word) => word.startMs > playoutMs);
  if (!next) {
    const last = line.words.at(-1);
    // Pieces without word times behind the last timed word are held back until the line is complete.
    return !last || line.state === 'final' ? line.text.length : trailing(line.text, last.textEnd);
  }
  const before = line.words[line.words.indexOf(next) - 1];
  return before ? trailing(line.text, before.textEnd) : 0;
}

/** Steps over the punctuation that belongs to the word before. */
function trailing(text: string, from: number): number {
  let end = from;
  while (end < text.length && !/\s/.test(text[end]!)) end++;
  return end;
}

/**
 * Gives timed words their places in the text. A word that does not occur there (a number that is spoken otherwise than
 * it is written) takes the next word of the text instead, so that the caption never stops.
 */
export function placeWords(
  text: string,
  words: readonly { readonly text: string; readonly start_ms: number; readonly end_ms: number }[],
): CaptionWord[] {
  const placed: CaptionWord[] = [];
  let from = 0;
  for (const word of words) {
    const found = wordAt(text, word.text, from);
    const textStart = found ?? nextWord(text, from);
    const textEnd = found === undefined ? trailing(text, textStart) : found + word.text.length;
    if (textStart >= text.length) break;
    placed.push({ textStart, textEnd, startMs: word.start_ms, endMs: word.end_ms });
    from = textEnd;
  }
  return placed;
}

/** A match further ahead than this is a later occurrence of the same word, not the one that is meant. */
const NEAR_CHARS = 24;

/** Where the word stands from `from` on, as a whole word and near. */
function wordAt(text: string, word: string, from: number): number | undefined {
  for (let at = text.indexOf(word, from); at >= 0 && at - from <= NEAR_CHARS; at = text.indexOf(word, at + 1)) {
    if (at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1]!)) return at;
  }
  return undefined;
}

/** The start of the next word behind the one that ended at `from`. */
function nextWord(text: string, from: number): number {
  let at = from === 0 ? 0 : trailing(text, from);
  while (at < text.length && /\s/.test(text[at]!)) at++;
  return at;
}

/** The conversation as text for the clipboard. */
export const transcriptText = (captions: Captions, nameOf: (speaker: Speaker) => string): string =>
  captions.lines.map((line) => `${nameOf(line.speaker)}: ${line.text}${line.state === 'cut' ? ' …' : ''}`).join('\n');
