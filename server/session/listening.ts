import type { Ear, EarEvent } from '../hearing/contract.ts';
import type { Wire } from './wire.ts';

export type SpeechEvent = Exclude<EarEvent, { type: 'unavailable' | 'recovered' }>;

export interface ListeningOptions {
  readonly wire: Wire;
  /** Milliseconds of the call. */
  readonly nowMs: () => number;
  /** The ear's events, with `atMs` on the axis of the call. */
  readonly onSpeech: (event: SpeechEvent, atMs: number) => void;
}

/** Sound that reaches the server has just been spoken for so long. */
const FRAME_MS = 20;

/** The visitor's sound on its way to the ear, and what the ear makes of it. The ear may change with the language. */
export class Listening {
  readonly #options: ListeningOptions;
  #ear: Ear | undefined;
  #offsetMs: number | undefined;
  #closed = false;

  constructor(options: ListeningOptions) {
    this.#options = options;
  }

  /** Between the ear's clock, which begins with the first sample that it gets, and the call's. */
  get offsetMs(): number {
    return this.#offsetMs ?? 0;
  }

  /** Listens with this ear from now on. Returns the one before, which the caller closes. */
  use(ear: Ear | undefined): Ear | undefined {
    const former = this.#ear;
    this.#ear = ear;
    this.#offsetMs = undefined;
    ear?.onEvent((event) => {
      if (ear === this.#ear && !this.#closed) this.#take(event);
    });
    return former;
  }

  hear(pcm: Int16Array): void {
    this.#offsetMs ??= this.#options.nowMs() - FRAME_MS;
    this.#ear?.push(pcm);
  }

  endUtterance(): void {
    this.#ear?.endUtterance();
  }

  dropUtterance(): void {
    this.#ear?.dropUtterance();
  }

  /** Tells the client that nobody understands speech, and why. */
  missing(reason: string): void {
    this.#options.wire.notice('recognition_unavailable', 'warning', 'I cannot understand speech at the moment. Please type.', reason);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#ear?.close();
  }

  #take(event: EarEvent): void {
    if (event.type === 'unavailable') this.missing(event.reason);
    else if (event.type === 'recovered') this.#options.wire.notice('recognition_recovered', 'info', 'I can hear you again.');
    // A recording that was sent faster than it sounds is heard ahead of time.
    else this.#options.onSpeech(event, Math.min(this.#options.nowMs(), event.atMs + this.offsetMs));
  }
}
