import { constants, createDeflateRaw } from 'node:zlib';
import { after, type Clock } from '../core/clock.ts';

/** Events of one moment share a packet. */
const GATHER_MS = 20;
/** A packet of so much, once in so long a time, holds sound up by no more than a frame of it, and leaves room for faces. */
const PIECE_BYTES = 300;
const PIECE_EVERY_MS = 150;
const MAX_WAITING_BYTES = 256 * 1024;

export interface DeflatedEventsOptions {
  readonly clock: Clock;
  readonly send: (piece: Buffer) => void;
}

/**
 * Events for a narrow link: as one deflated stream, since each is much like those before it, in small pieces that leave time
 * for sound between them. See core/deflated-events.ts for the format.
 */
export class DeflatedEvents implements Disposable {
  readonly #options: DeflatedEventsOptions;
  /** A small window: events that are alike come soon after each other. */
  readonly #deflater = createDeflateRaw({ windowBits: 13, memLevel: 6 });
  #events: string[] = [];
  #eventBytes = 0;
  #deflated: Buffer = Buffer.alloc(0);
  #turn: Disposable | undefined;
  #deflating: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: DeflatedEventsOptions) {
    this.#options = options;
    this.#deflater.on('data', (bytes: Buffer) => {
      this.#deflated = Buffer.concat([this.#deflated, bytes]);
    });
  }

  /** False: so much is waiting already that it was dropped. */
  send(text: string): boolean {
    if (this.#closed || this.#eventBytes + this.#deflated.length > MAX_WAITING_BYTES) return false;
    this.#events.push(text);
    this.#eventBytes += Buffer.byteLength(text);
    this.#turn ??= after(this.#options.clock, GATHER_MS, () => void this.#sendPiece());
    return true;
  }

  /** Everything leaves at once; nothing is said after that. */
  async finish(): Promise<void> {
    this.#turn?.[Symbol.dispose]();
    await this.#deflate();
    if (!this.#closed && this.#deflated.length > 0) this.#options.send(this.#deflated);
    this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#turn?.[Symbol.dispose]();
    this.#deflater.destroy();
  }

  async #sendPiece(): Promise<void> {
    await this.#deflate();
    if (this.#closed) return;
    const piece = this.#deflated.subarray(0, PIECE_BYTES);
    this.#deflated = this.#deflated.subarray(piece.length);
    if (piece.length > 0) this.#options.send(piece);
    const isDone = this.#deflated.length === 0 && this.#events.length === 0;
    this.#turn = isDone ? undefined : after(this.#options.clock, PIECE_EVERY_MS, () => void this.#sendPiece());
  }

  /** One after the other: resolves when everything that was said before is deflated. */
  #deflate(): Promise<void> {
    this.#deflating = this.#deflating.then(async () => {
      if (this.#closed || this.#events.length === 0) return;
      const lines = this.#events.splice(0).map((event) => `${event}\n`);
      this.#eventBytes = 0;
      this.#deflater.write(lines.join(''));
      await new Promise<void>((resolve) => this.#deflater.flush(constants.Z_SYNC_FLUSH, resolve));
    });
    return this.#deflating;
  }
}
