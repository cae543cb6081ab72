import { type MediaTime, mediaTimeFromMs, msFromMediaTime, SPEECH_RATE_HZ } from '../core/media-time.ts';
import type { SpokenPiece } from '../core/speech.ts';

/**
 * What was said, what was sent, and so what was heard. The conversation's memory, captions and transcripts follow the
 * visitor's ears, not the server's output: when a turn is cut off, only the words that had been played by then count.
 *
 * Pieces of one turn are entered with the media time at which their sound starts. The client reports how far it has
 * played (`played`); without reports the sound is taken as heard once it was sent and a typical network delay has passed.
 */
interface Entry {
  readonly piece: SpokenPiece;
  readonly startsAt: MediaTime;
  /** Where the piece was cut, when it was. */
  endsAt: MediaTime;
  /** How much of the piece's own sound came before this entry (a resumed piece has two entries). */
  readonly offsetMs: number;
}

export interface Heard {
  readonly text: string;
  /** Sound of the turn that was heard. */
  readonly heardMs: number;
  readonly complete: boolean;
}

/** Sound that left so long ago was heard, whatever the client reports: an answer that goes on must not begin anew. */
const MOST_LAG = mediaTimeFromMs(1_000);

export class Ledger {
  readonly #turns = new Map<string, Entry[]>();
  /** Turns of which something was left unsaid. */
  readonly #unsaid = new Set<string>();
  readonly #assumedDelay: MediaTime;
  #played: MediaTime | undefined;
  /** From leaving the server to being heard, by the last report. */
  #lag: MediaTime = 0;

  /** @param assumedDelayMs sending to hearing, for clients that report nothing. */
  constructor(assumedDelayMs = 150) {
    this.#assumedDelay = mediaTimeFromMs(assumedDelayMs);
  }

  add(turnId: string, piece: SpokenPiece, startsAt: MediaTime, offsetMs = 0): void {
    const durationMs = pieceMs(piece) - offsetMs;
    const entries = this.#turns.get(turnId) ?? [];
    entries.push({ piece, startsAt, endsAt: startsAt + mediaTimeFromMs(durationMs), offsetMs });
    this.#turns.set(turnId, entries);
    this.#unsaid.delete(turnId);
  }

  /** The turn's sound stopped leaving at `at`; what was entered for later was not sent. Returns what is left to say. */
  cut(turnId: string, at: MediaTime): { piece: SpokenPiece; offsetMs: number }[] {
    const left: { piece: SpokenPiece; offsetMs: number }[] = [];
    const kept: Entry[] = [];
    for (const entry of this.#turns.get(turnId) ?? []) {
      if (entry.endsAt <= at) kept.push(entry);
      else if (entry.startsAt >= at) left.push({ piece: entry.piece, offsetMs: entry.offsetMs });
      else {
        left.push({ piece: entry.piece, offsetMs: entry.offsetMs + msFromMediaTime(at - entry.startsAt) });
        entry.endsAt = at;
        kept.push(entry);
      }
    }
    if (this.#turns.has(turnId)) this.#turns.set(turnId, kept);
    if (left.length > 0) this.#unsaid.add(turnId);
    return left;
  }

  /** The client has played everything up to `at`, and says so at `now`. Never goes back. */
  played(at: MediaTime, now = at): void {
    this.#lag = Math.max(0, now - at);
    if (this.#played === undefined || at > this.#played) this.#played = at;
  }

  /** How far a client that reports what it plays, and is silent as soon as it is interrupted, has heard at `now`. */
  heardUntil(now: MediaTime): MediaTime {
    return now - Math.min(this.#lag, MOST_LAG);
  }

  /** What the visitor has heard of a turn when the server's media clock says `now`. */
  heard(turnId: string, now: MediaTime): Heard {
    // A report that stopped coming must not freeze the truth: sound cannot stay unheard for long.
    return this.heardBy(turnId, Math.max(this.#played ?? 0, now - this.#assumedDelay * (this.#played === undefined ? 1 : 4)));
  }

  /** The same for a playout position that is known. */
  heardBy(turnId: string, until: MediaTime): Heard {
    let text = '';
    let heard = 0;
    let last: { piece: SpokenPiece; chars: number } | undefined;
    let complete = !this.#unsaid.has(turnId);
    for (const entry of this.#turns.get(turnId) ?? []) {
      const heardUntil = Math.min(until, entry.endsAt);
      complete &&= heardUntil === entry.endsAt;
      // A piece without sound (a smiley) was heard when its moment has come.
      if (until < entry.startsAt || (heardUntil === entry.startsAt && entry.endsAt > entry.startsAt)) break;
      heard += heardUntil - entry.startsAt;
      const positionMs = entry.offsetMs + msFromMediaTime(heardUntil - entry.startsAt);
      const part = heardPart(entry.piece, positionMs);
      // A resumed piece begins again with the word that was cut, which may have been understood already.
      const before = last?.piece === entry.piece ? last.chars : 0;
      text += part.slice(before);
      last = { piece: entry.piece, chars: Math.max(before, part.length) };
    }
    return { text, heardMs: msFromMediaTime(heard), complete };
  }

  /** Audio position (from the first sample of the turn, without pauses of an interruption) to media time. */
  mediaTimeOf(turnId: string, audioMs: number): MediaTime | undefined {
    let beforeMs = 0;
    for (const entry of this.#turns.get(turnId) ?? []) {
      const lengthMs = msFromMediaTime(entry.endsAt - entry.startsAt);
      if (audioMs <= beforeMs + lengthMs) return entry.startsAt + mediaTimeFromMs(audioMs - beforeMs);
      beforeMs += lengthMs;
    }
    return undefined;
  }

  forget(turnId: string): void {
    this.#turns.delete(turnId);
    this.#unsaid.delete(turnId);
  }
}

/** The text of a piece up to the last word of which most was heard. */
export function heardPart(piece: SpokenPiece, positionMs: number): string {
  const durationMs = pieceMs(piece);
  if (positionMs >= durationMs - 1) return piece.text;
  const lastWord = piece.words.at(-1);
  if (lastWord && positionMs >= lastWord.endMs) return piece.text;
  let end = 0;
  for (const word of piece.words) {
    if (positionMs < word.startMs + 0.6 * (word.endMs - word.startMs)) break;
    end = word.textEnd;
  }
  return piece.text.slice(0, end);
}

const pieceMs = (piece: SpokenPiece): number => (piece.pcm.length * 1000) / SPEECH_RATE_HZ;
