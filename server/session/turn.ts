import { unlessAborted } from '../core/abort.ts';
import type { AvatarControls } from '../core/avatar-controls.ts';
import { coreError, isAbort, toVisavisError, type VisavisError } from '../core/errors.ts';
import { BoundedQueue } from '../core/queue.ts';
import type { Emotion, Gesture, SpokenPiece } from '../core/speech.ts';
import type { Speaking } from '../speaking/contract.ts';
import type { ReplyPart } from '../thinking/contract.ts';
import type { TurnKind } from './floor-state.ts';

/** Something that the face does when the words at `textOffset` are spoken. */
export type Mark = { readonly textOffset: number } & (
  | { readonly emotion: Emotion; readonly intensity: number }
  | { readonly gesture: Gesture }
  | { readonly controls: Partial<AvatarControls> }
);

export interface TurnFigures {
  startedAtMs: number;
  firstTextAtMs: number | undefined;
  firstPieceAtMs: number | undefined;
}

export interface TurnOptions {
  readonly turnId: string;
  readonly kind: TurnKind;
  readonly itemId: string;
  readonly responseId: string;
  /** Undefined: the reply stays text (text-only sessions). */
  readonly speaking: { readonly speaking: Speaking; readonly voice: string; readonly language: string; readonly rate: number } | undefined;
  /** The client's own labels, given back with the response. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly nowMs: () => number;
  readonly reply: (signal: AbortSignal) => AsyncIterable<ReplyPart>;
}

/**
 * One turn of the avatar in the making: the reply's text, cut and spoken piece by piece. It starts before it is certain
 * that it will be needed; until its sound is read it costs one clause of speech, and then it works two pieces ahead of the reader.
 */
export class Turn {
  readonly turnId: string;
  readonly kind: TurnKind;
  readonly itemId: string;
  readonly responseId: string;
  /** The answer is written, not spoken. */
  readonly textOnly: boolean;
  readonly metadata: Readonly<Record<string, string>>;
  readonly figures: TurnFigures;
  readonly #options: TurnOptions;
  readonly #abort = new AbortController();
  readonly #pieces = new BoundedQueue<SpokenPiece>(1);
  readonly #read = Promise.withResolvers<void>();
  readonly #marks: Mark[] = [];
  #text = '';
  #engine = '';
  #error: VisavisError | undefined;

  constructor(options: TurnOptions) {
    this.#options = options;
    this.turnId = options.turnId;
    this.kind = options.kind;
    this.itemId = options.itemId;
    this.responseId = options.responseId;
    this.textOnly = options.speaking === undefined;
    this.metadata = options.metadata ?? {};
    this.figures = { startedAtMs: options.nowMs(), firstTextAtMs: undefined, firstPieceAtMs: undefined };
    void this.#make();
  }

  /** BCP 47; undefined where nothing is spoken. */
  get language(): string | undefined {
    return this.#options.speaking?.language;
  }

  /** Text so far. */
  get text(): string {
    return this.#text;
  }

  get engine(): string {
    return this.#engine;
  }

  get cancelled(): boolean {
    return this.#abort.signal.aborted;
  }

  /** Aborts every request of this turn; `pieces` ends at once. */
  cancel(): void {
    this.#abort.abort();
    this.#pieces.fail(coreError('aborted', 'The turn was cancelled'));
  }

  /** The turn as sound, once. Without a voice: the text as pieces without sound. Ends quietly when cancelled; throws what made it fail. */
  async *pieces(): AsyncGenerator<SpokenPiece> {
    this.#read.resolve();
    try {
      for await (const piece of this.#pieces) yield piece;
    } catch (error) {
      if (!isAbort(error)) throw error;
    }
    if (this.#error) throw this.#error;
  }

  /** Marks whose words lie in [from, to) of the turn's text. */
  marksBetween(from: number, to: number): readonly Mark[] {
    return this.#marks.filter(({ textOffset }) => textOffset >= from && textOffset < to);
  }

  async #make(): Promise<void> {
    const { speaking } = this.#options;
    const { signal } = this.#abort;
    try {
      const text = this.#readText(this.#options.reply(signal));
      const pieces = speaking ? speaking.speaking.speak(text, { ...speaking, signal }) : silentPieces(text);
      for await (const piece of pieces) {
        this.figures.firstPieceAtMs ??= this.#options.nowMs();
        await this.#pieces.push(piece);
        await unlessAborted(this.#read.promise, signal);
      }
    } catch (error) {
      if (!signal.aborted) this.#error = toVisavisError(error, 'session');
    }
    this.#pieces.close();
  }

  async *#readText(parts: AsyncIterable<ReplyPart>): AsyncGenerator<string> {
    for await (const part of parts) {
      switch (part.type) {
        case 'text':
          this.figures.firstTextAtMs ??= this.#options.nowMs();
          this.#text += part.text;
          yield part.text;
          break;
        case 'engine':
          this.#engine = part.engine;
          break;
        case 'emotion':
          this.#marks.push({ textOffset: this.#text.length, emotion: part.emotion, intensity: part.intensity });
          break;
        case 'controls':
          this.#marks.push({ textOffset: this.#text.length, controls: part.controls });
          break;
        case 'gesture':
          this.#marks.push({ textOffset: this.#text.length, gesture: part.gesture });
          break;
      }
    }
  }
}

async function* silentPieces(text: AsyncIterable<string>): AsyncGenerator<SpokenPiece> {
  for await (const part of text) yield { text: part, pcm: new Int16Array(0), phones: [], words: [], engine: 'none' };
}

/** A reply that is already written. */
export async function* fixedReply(text: string): AsyncGenerator<ReplyPart> {
  yield { type: 'engine', engine: 'script' };
  yield { type: 'text', text };
}
