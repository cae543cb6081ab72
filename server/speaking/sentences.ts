/**
 * Cuts a reply that is still being written into pieces to speak: the first at its first natural clause, so that speech
 * begins early, then sentence by sentence. A piece keeps its spaces and markup: all pieces joined are the text itself.
 */
export interface CutOptions {
  /** A longer sentence is cut at its last comma, else space. */
  readonly maxPieceChars: number;
  /** Whether the first piece is a clause; otherwise it is a sentence, too. */
  readonly firstClause?: boolean;
}

/** Words that a period doesn't end, whatever follows. */
const TITLES = new Set(
  'dr mr mrs ms prof st sr jr gen rep sen gov capt lt col sgt rev hon pres mt ft no vs fig figs vol pp approx resp ca cf hr fr bzw usw nr art abs ggf evtl inkl zzgl str mme mlle sra srta'.split(
    ' ',
  ),
);
/** Abbreviations that may also end a sentence: then a capital letter follows. */
const MAYBE_LAST = /^(?:etc|inc|ltd|co|corp|al|e\.g|i\.e|z\.b|d\.h|u\.a|p\.ej|a\.m|p\.m|(?:\p{L}\.)+\p{L})$/iu;
/** Words that begin sentences; after an abbreviation like "U.S." any other capital may belong to a name. */
const STARTERS =
  /^(?:The|It|He|She|We|I|They|This|That|These|Those|There|You|A|An|In|On|But|And|So|If|When|What|How|Why|Who|Where|Is|Are|Do|Does|Can|Please|Der|Die|Das|Es|Er|Sie|Wir|Il|Elle|Nous|El|La|Los|Las)$/;
const SENTENCE_END = /[.!?…。！？؟۔।॥։]/u;
const FULL_WIDTH = /[。！？।॥、，；：،؛؟۔]/u;
const CLAUSE_END = /[,;:،؛、，；：]/u;
const CLOSER = /["'”’»)\]}」』）】*_`~]/u;
const SPACE = /\s/u;
const CONJUNCTION =
  /^(?:and|but|or|because|so|which|when|while|where|although|if|und|aber|oder|weil|denn|et|mais|ou|car|parce|y|pero|porque|aunque|و|لكن|ثم)$/iu;

const FIRST_CLAUSE_WORDS = 2;
const FIRST_CLAUSE_CHARS = 8;
const CONJUNCTION_AFTER_WORDS = 5;
const CONJUNCTION_AFTER_CHARS = 20;
/** How much text behind a cut must be seen before the cut is certain; only ever a word. */
const UNDECIDED = -1;
const NONE = -2;

export class SentenceCutter {
  readonly #maxPieceChars: number;
  #text = '';
  #isFirst: boolean;

  constructor({ maxPieceChars, firstClause = true }: CutOptions) {
    this.#isFirst = firstClause;
    this.#maxPieceChars = Math.max(1, maxPieceChars);
  }

  /** Takes what was written and gives the pieces that are complete now. */
  push(written: string): string[] {
    this.#text += written;
    return this.#take(false);
  }

  /** The writing has ended: gives the rest. */
  end(): string[] {
    const pieces = this.#take(true);
    if (this.#text !== '') pieces.push(this.#text);
    this.#text = '';
    return pieces;
  }

  #take(ended: boolean): string[] {
    const pieces: string[] = [];
    for (;;) {
      const end = this.#nextCut(ended);
      if (end <= 0 || end >= this.#text.length + (ended ? 0 : 1)) break;
      const piece = this.#text.slice(0, end);
      this.#text = this.#text.slice(end);
      pieces.push(piece);
      if (SPEAKABLE.test(piece)) this.#isFirst = false;
    }
    return pieces;
  }

  #nextCut(ended: boolean): number {
    const text = this.#text;
    const limit = Math.min(text.length, this.#maxPieceChars);
    for (let at = 0; at < limit; at++) {
      const char = text[at] as string;
      let cut = NONE;
      if (char === '\n') cut = lineCut(text, at, ended);
      else if (SENTENCE_END.test(char) && !SENTENCE_END.test(text[at - 1] ?? '')) cut = sentenceCut(text, at, ended);
      else if (this.#isFirst && CLAUSE_END.test(char)) cut = clauseCut(text, at, ended);
      else if (this.#isFirst && (char === '—' || char === '–')) cut = dashCut(text, at);
      else if (this.#isFirst && SPACE.test(char)) cut = conjunctionCut(text, at, ended);
      if (cut === UNDECIDED) return text.length > this.#maxPieceChars ? overlongCut(text, this.#maxPieceChars) : UNDECIDED;
      if (cut > 0 && SPEAKABLE.test(text.slice(0, cut))) return cut > this.#maxPieceChars ? overlongCut(text, this.#maxPieceChars) : cut;
    }
    return text.length > this.#maxPieceChars ? overlongCut(text, this.#maxPieceChars) : NONE;
  }
}

/** Something that a voice can say. Pieces without it never end a cut on their own. */
const SPEAKABLE = /[\p{L}\p{N}]/u;

/** The pieces of a text that is still being written. */
export async function* cutPieces(text: AsyncIterable<string>, options: CutOptions): AsyncGenerator<string, void, void> {
  const cutter = new SentenceCutter(options);
  for await (const written of text) yield* cutter.push(written);
  yield* cutter.end();
}

/** A line break ends a piece unless the sentence plainly goes on in the next line. */
function lineCut(text: string, at: number, ended: boolean): number {
  let next = at + 1;
  while (next < text.length && SPACE.test(text[next] as string)) next++;
  if (next >= text.length) return ended ? NONE : UNDECIDED;
  return /\p{Ll}/u.test(text[next] as string) && !text.slice(at + 1, next).includes('\n') ? NONE : next;
}

/** The end of a sentence's signs, closing quotes and the space behind them; UNDECIDED while what follows is not written. */
function sentenceCut(text: string, at: number, ended: boolean): number {
  let end = at + 1;
  while (end < text.length && SENTENCE_END.test(text[end] as string)) end++;
  const signs = text.slice(at, end);
  while (end < text.length && CLOSER.test(text[end] as string)) end++;
  if (end >= text.length) return ended ? NONE : UNDECIDED;
  const hasSpace = SPACE.test(text[end] as string);
  if (!hasSpace) return FULL_WIDTH.test(signs) ? end : NONE;
  const cut = end + 1;
  if (!signs.startsWith('.') && !signs.startsWith('…')) return cut;

  const word = /[\p{L}\p{N}.'’-]*$/u.exec(text.slice(0, at))?.[0] ?? '';
  const lineStart = text.lastIndexOf('\n', at) + 1;
  if (/^\s*\d{1,3}$/.test(text.slice(lineStart, at))) return NONE;
  if (signs === '.' && TITLES.has(word.toLowerCase())) return NONE;
  if (signs === '.' && /^\p{Lu}$/u.test(word) && word !== 'I') return NONE;
  const isEllipsis = signs.startsWith('..') || signs.startsWith('…');
  const isShortened = signs === '.' && MAYBE_LAST.test(word);
  if (!isEllipsis && !isShortened) return cut;
  // The next word decides, as soon as it is complete.
  const rest = text.slice(cut).trimStart();
  const next = /^["'“‘(*_]*([\p{L}\p{M}\p{N}'’-]+)/u.exec(rest);
  const complete = ended || (next && next[0].length < rest.length);
  if (isEllipsis) {
    const first = rest.replace(/^["'“‘(*_]+/u, '')[0];
    if (first === undefined) return ended ? NONE : UNDECIDED;
    return /\p{Ll}/u.test(first) ? NONE : cut;
  }
  if (rest === '' || !complete) return ended && rest === '' ? NONE : rest !== '' && /^\p{Ll}/u.test(rest) ? NONE : UNDECIDED;
  const follower = next?.[1] ?? '';
  if (/^(?:etc|a\.m|p\.m)$/i.test(word)) return /^\p{Lu}/u.test(follower) ? cut : NONE;
  return STARTERS.test(follower) ? cut : NONE;
}

function clauseCut(text: string, at: number, ended: boolean): number {
  const next = text[at + 1];
  if (FULL_WIDTH.test(text[at] as string)) return isClause(text, at) ? at + 1 + (next !== undefined && SPACE.test(next) ? 1 : 0) : NONE;
  if (next === undefined) return ended ? NONE : UNDECIDED;
  if (!SPACE.test(next) || !isClause(text, at)) return NONE;
  return at + 2;
}

function dashCut(text: string, at: number): number {
  const isSpaced = SPACE.test(text[at - 1] ?? '') && SPACE.test(text[at + 1] ?? '');
  if (text[at] === '–' && !isSpaced) return NONE;
  return isClause(text, at) ? at + 1 + (isSpaced ? 1 : 0) : NONE;
}

/** The conjunction itself belongs to the next piece. */
function conjunctionCut(text: string, at: number, ended: boolean): number {
  const before = text.slice(0, at);
  if (at < CONJUNCTION_AFTER_CHARS || words(before) < CONJUNCTION_AFTER_WORDS || insideBrackets(before)) return NONE;
  const next = /^\S+/u.exec(text.slice(at + 1))?.[0] ?? '';
  if (at + 1 + next.length >= text.length && !ended) return UNDECIDED;
  return CONJUNCTION.test(next) ? at + 1 : NONE;
}

/** Enough of a clause to be said on its own, and not in the middle of a link or an aside. */
function isClause(text: string, at: number): boolean {
  const before = text.slice(0, at);
  if (insideBrackets(before)) return false;
  const letters = before.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
  if (/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(before)) return letters >= 4;
  return words(before) >= FIRST_CLAUSE_WORDS && letters >= FIRST_CLAUSE_CHARS;
}

const words = (text: string): number => text.match(/\S*[\p{L}\p{N}]\S*/gu)?.length ?? 0;
const insideBrackets = (text: string): boolean =>
  text.lastIndexOf('[') > text.lastIndexOf(']') || text.lastIndexOf('(') > text.lastIndexOf(')');

/** The last comma, else the last space, else a hard cut that leaves characters whole. */
function overlongCut(text: string, maxChars: number): number {
  const head = text.slice(0, maxChars);
  for (let at = head.length - 2; at > maxChars / 3; at--) {
    if (CLAUSE_END.test(head[at] as string) && (SPACE.test(head[at + 1] as string) || FULL_WIDTH.test(head[at] as string)))
      return at + 1 + (SPACE.test(head[at + 1] as string) ? 1 : 0);
  }
  const space = Math.max(head.lastIndexOf(' '), head.lastIndexOf('\n'));
  if (space > 0 && SPEAKABLE.test(head.slice(0, space))) return space + 1;
  const code = text.charCodeAt(maxChars - 1);
  return code >= 0xd800 && code <= 0xdbff && maxChars < text.length ? Math.max(1, maxChars - 1) + (maxChars === 1 ? 1 : 0) : maxChars;
}
