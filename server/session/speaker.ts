import { after, type Clock } from '../core/clock.ts';
import { type MediaTime, mediaTimeFromMs, SPEECH_RATE_HZ } from '../core/media-time.ts';
import type { Phone, SpokenPiece } from '../core/speech.ts';
import type { Performer } from '../face/contract.ts';
import { withLoudness } from '../face/loudness.ts';
import type { Pacer } from '../transport/contract.ts';
import type { Expression } from './expression.ts';
import type { Ledger } from './ledger.ts';
import type { Turn } from './turn.ts';

export interface SpeakerEvents {
  /** A piece is on its way: what captions and transcripts show. `textStart` counts in the whole turn. */
  piece(turn: Turn, piece: SpokenPiece, startsAt: MediaTime, textStart: number): void;
  /** Everything was made and queued; with `error`, as much as could be made. */
  made(turn: Turn, error: unknown): void;
  /** All of that was played out. */
  finished(turn: Turn, error: unknown): void;
}

export interface SpeakerParts {
  readonly pacer: Pacer;
  /** The picture's, if there is one. */
  readonly performer: Performer | undefined;
  readonly expression: Expression | undefined;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly events: SpeakerEvents;
}

interface Held {
  readonly piece: SpokenPiece;
  readonly offsetMs: number;
  /** Of a piece that was made during the interruption: nobody has been told about it. */
  readonly textStart?: number;
}

interface Speech {
  readonly turn: Turn;
  textEnd: number;
  /** Where each piece that was announced begins in the turn's text. */
  readonly textStarts: Map<SpokenPiece, number>;
  made: boolean;
  error: unknown;
  stopped: boolean;
  /** Held back by an interruption that may be none. */
  held: Held[] | undefined;
  wake: () => void;
  timer: Disposable | undefined;
}

/** More sound than this is not queued ahead: an interruption would throw it away. */
const QUEUE_AHEAD_MS = 4_000;

/**
 * The avatar's mouth: takes a committed turn piece by piece and gives each to the pacer (sound), the performer (lips) and
 * the ledger (what was said when), all at one media time. One turn speaks at a time.
 */
export class Speaker {
  readonly #pacer: Pacer;
  readonly #performer: Performer | undefined;
  readonly #expression: Expression | undefined;
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #events: SpeakerEvents;
  #speech: Speech | undefined;

  constructor(parts: SpeakerParts) {
    this.#pacer = parts.pacer;
    this.#performer = parts.performer;
    this.#expression = parts.expression;
    this.#ledger = parts.ledger;
    this.#clock = parts.clock;
    this.#events = parts.events;
    // The last sound leaves right behind this event, and the turn ends behind the sound.
    this.#pacer.on('drained', (turnId) =>
      queueMicrotask(() => {
        const speech = this.#of(turnId);
        if (speech) this.#settle(speech);
      }),
    );
  }

  /** Speaks the turn to its end; `finished` tells when. */
  async speak(turn: Turn): Promise<void> {
    const speech: Speech = {
      turn,
      textEnd: 0,
      textStarts: new Map(),
      made: false,
      error: undefined,
      stopped: false,
      held: undefined,
      wake: () => undefined,
      timer: undefined,
    };
    this.#speech = speech;
    this.#expression?.begin();
    try {
      for await (const piece of turn.pieces()) {
        if (speech.stopped) return;
        const textStart = speech.textEnd;
        speech.textEnd += piece.text.length;
        if (speech.held) speech.held.push({ piece, offsetMs: 0, textStart });
        else this.#say(speech, piece, textStart);
        await this.#room(speech);
        if (speech.stopped) return;
      }
    } catch (error) {
      speech.error = error;
    }
    if (speech.stopped) return;
    speech.made = true;
    this.#events.made(turn, speech.error);
    this.#settle(speech);
  }

  /** Silence within one tick; `resume` can take it back. */
  pause(turnId: string): void {
    const speech = this.#of(turnId);
    if (!speech || speech.held) return;
    const { stoppedAt } = this.#pacer.cancel(turnId);
    // What goes on later begins with what was sent and not heard any more.
    speech.held = this.#ledger.cut(turnId, this.#ledger.heardUntil(stoppedAt));
    this.#performer?.cancelSpeech(turnId, stoppedAt);
  }

  resume(turnId: string): void {
    const speech = this.#of(turnId);
    const held = speech?.held;
    if (!speech || !held) return;
    speech.held = undefined;
    for (const { piece, offsetMs, textStart } of held) {
      if (textStart !== undefined) {
        this.#say(speech, piece, textStart);
        continue;
      }
      const fromMs = wordStart(piece, offsetMs);
      const startsAt = this.#queue(speech.turn, piece, fromMs);
      this.#express(speech, piece, startsAt, speech.textStarts.get(piece) ?? 0, fromMs);
    }
    speech.wake();
    this.#settle(speech);
  }

  /** Silence for good. */
  stop(turnId: string): void {
    this.pause(turnId);
    const speech = this.#of(turnId);
    if (speech) this.#end(speech, { silently: true });
  }

  #of(turnId: string): Speech | undefined {
    return this.#speech?.turn.turnId === turnId ? this.#speech : undefined;
  }

  #say(speech: Speech, piece: SpokenPiece, textStart: number): void {
    const { turn } = speech;
    const startsAt = this.#queue(turn, piece, 0);
    this.#express(speech, piece, startsAt, textStart, 0);
    speech.textStarts.set(piece, textStart);
    this.#events.piece(turn, piece, startsAt, textStart);
  }

  /** What the face adds to a piece from `offsetMs` on, each mark with its word. */
  #express({ turn }: Speech, piece: SpokenPiece, startsAt: MediaTime, textStart: number, offsetMs: number): void {
    const marks = turn.marksBetween(textStart, textStart + piece.text.length).flatMap((mark) => {
      const word = piece.words.find(({ textEnd }) => textEnd > mark.textOffset - textStart);
      const aheadMs = (word?.startMs ?? 0) - offsetMs;
      return aheadMs < 0 ? [] : [{ mark, at: startsAt + mediaTimeFromMs(aheadMs) }];
    });
    this.#expression?.say({ text: piece.text, pcm: piece.pcm, startsAt, marks });
  }

  #queue({ turnId, textOnly, language }: Turn, piece: SpokenPiece, offsetMs: number): MediaTime {
    if (textOnly) return this.#pacer.now();
    const pcm = offsetMs > 0 ? piece.pcm.subarray(Math.round((offsetMs * SPEECH_RATE_HZ) / 1000)) : piece.pcm;
    const { startsAt } = this.#pacer.speak(turnId, pcm);
    const phones = withLoudness(piece.phones, piece.pcm, SPEECH_RATE_HZ);
    this.#performer?.speak(turnId, startsAt, offsetMs > 0 ? phonesFrom(phones, offsetMs) : phones, language);
    this.#ledger.add(turnId, piece, startsAt, offsetMs);
    return startsAt;
  }

  /** Waits while enough is queued or the turn is held. */
  async #room(speech: Speech): Promise<void> {
    for (;;) {
      if (speech.stopped) return;
      const aheadMs = this.#pacer.queuedMs(speech.turn.turnId) - QUEUE_AHEAD_MS;
      if (!speech.held && aheadMs <= 0) return;
      await new Promise<void>((resolve) => {
        speech.wake = resolve;
        if (!speech.held) speech.timer = after(this.#clock, aheadMs, resolve);
      });
      speech.timer?.[Symbol.dispose]();
    }
  }

  #settle(speech: Speech): void {
    if (speech.made && !speech.held && this.#pacer.queuedMs(speech.turn.turnId) <= 0) this.#end(speech);
  }

  #end(speech: Speech, { silently = false } = {}): void {
    if (speech.stopped) return;
    speech.stopped = true;
    speech.timer?.[Symbol.dispose]();
    speech.wake();
    if (this.#speech === speech) {
      this.#speech = undefined;
      this.#expression?.rest(this.#pacer.now());
    }
    if (!silently) this.#events.finished(speech.turn, speech.error);
  }
}

/** Where the word that was cut begins: a resumed sentence starts with a whole word. */
function wordStart(piece: SpokenPiece, offsetMs: number): number {
  return piece.words.findLast(({ startMs }) => startMs <= offsetMs)?.startMs ?? offsetMs;
}

function phonesFrom(phones: readonly Phone[], offsetMs: number): Phone[] {
  return phones
    .filter(({ endMs }) => endMs > offsetMs)
    .map((phone) => ({ ...phone, startMs: Math.max(0, phone.startMs - offsetMs), endMs: phone.endMs - offsetMs }));
}
