import type { Decoder } from './decoder.ts';

export interface DecoderPoolOptions {
  /** Loaded at once; what `DecoderPool.ready` begins with. */
  readonly ready: number;
  readonly max: number;
  readonly load: () => Promise<Decoder>;
  /** Brings a decoder up to date before it is lent. */
  readonly refresh: (decoder: Decoder) => Promise<void>;
}

interface Waiter {
  readonly callId: string;
  readonly resolve: (decoder: Decoder) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Lends decoders to utterances, first come first served. A call gets the decoder that it had before where that one is
 * idle, for the sake of its adapted cepstral mean.
 */
export class DecoderPool {
  readonly #options: DecoderPoolOptions;
  readonly #idle: Decoder[] = [];
  readonly #waiting: Waiter[] = [];
  #count = 0;
  #ready: number;
  #closed = false;
  #lent = 0;
  #loading = false;
  /** There is something to be brought up to: a decoder that is loaded from now on is, too, before anybody waits for it. */
  #refreshes = false;

  constructor(options: DecoderPoolOptions) {
    this.#options = options;
    this.#ready = options.ready;
    this.#grow();
  }

  get size(): number {
    return this.#count;
  }

  /** How many should be loaded even while nobody speaks. Those beyond it that are idle are let go. */
  set ready(count: number) {
    this.#ready = Math.min(count, this.#options.max);
    while (this.#count > this.#ready && this.#idle.length > 0) {
      this.#count--;
      this.#idle.shift()!.free();
    }
    this.#grow();
  }

  get lent(): number {
    return this.#lent;
  }

  take(callId: string): Promise<Decoder> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ callId, resolve, reject });
      this.#serve();
      this.#grow();
    });
  }

  /** `isBroken`: the decoder has failed and another is loaded when it is needed. */
  giveBack(decoder: Decoder, isBroken = false): void {
    this.#lent--;
    if (isBroken || this.#closed) {
      this.#count--;
      decoder.free();
      this.#grow();
      return;
    }
    this.#idle.push(decoder);
    this.#serve();
  }

  /** Brings the idle decoders up to date, one after another, so that the others still serve; those that come later, too. */
  async refreshIdle(): Promise<void> {
    this.#refreshes = true;
    for (const decoder of [...this.#idle]) {
      const at = this.#idle.indexOf(decoder);
      if (at < 0) continue;
      this.#idle.splice(at, 1);
      this.#lent++;
      let isBroken = false;
      try {
        await this.#options.refresh(decoder);
      } catch {
        isBroken = true;
      }
      this.giveBack(decoder, isBroken);
    }
  }

  close(): void {
    this.#closed = true;
    for (const waiter of this.#waiting.splice(0)) waiter.reject(new DOMException('The pool is closed', 'AbortError'));
    for (const decoder of this.#idle.splice(0)) decoder.free();
  }

  /** One at a time: the first of two that load together would be ready as late as the second. */
  #grow(): void {
    const wanted = Math.min(this.#options.max, Math.max(this.#ready, this.#lent + this.#waiting.length));
    if (this.#loading || this.#closed || this.#count >= wanted) return;
    this.#loading = true;
    this.#count++;
    this.#load().then(
      (decoder) => {
        if (this.#closed) decoder.free();
        else this.#idle.push(decoder);
        this.#loading = false;
        this.#serve();
        this.#grow();
      },
      (error) => {
        this.#loading = false;
        this.#count--;
        // Nobody will come back with a decoder: those who wait would wait for ever.
        if (this.#count === 0) for (const waiter of this.#waiting.splice(0)) waiter.reject(error);
      },
    );
  }

  async #load(): Promise<Decoder> {
    const decoder = await this.#options.load();
    try {
      if (this.#refreshes) await this.#options.refresh(decoder);
    } catch (error) {
      decoder.free();
      throw error;
    }
    return decoder;
  }

  #serve(): void {
    while (this.#idle.length > 0 && this.#waiting.length > 0) {
      const waiter = this.#waiting.shift()!;
      const own = this.#idle.findIndex((decoder) => decoder.lastCallId === waiter.callId);
      // Else the one that has been idle longest: its last call is the least likely to speak again.
      const decoder = this.#idle.splice(Math.max(0, own), 1)[0]!;
      this.#lent++;
      this.#options.refresh(decoder).then(
        () => {
          decoder.lastCallId = waiter.callId;
          waiter.resolve(decoder);
        },
        (error) => {
          this.giveBack(decoder, true);
          waiter.reject(error);
        },
      );
    }
  }
}
