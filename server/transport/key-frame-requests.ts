import { after, type Clock } from '../core/clock.ts';

export interface KeyFrameRequestsOptions {
  readonly clock: Clock;
  /** Least time between two key frames. */
  readonly intervalMs: number;
  /** One is to be made. */
  readonly onDue: () => void;
}

/** Receivers ask for a key frame as often as they like; requests that come too soon after one are one, and wait. */
export class KeyFrameRequests implements Disposable {
  readonly #options: KeyFrameRequestsOptions;
  #lastMs = Number.NEGATIVE_INFINITY;
  #timer: Disposable | undefined;
  #closed = false;

  constructor(options: KeyFrameRequestsOptions) {
    this.#options = options;
  }

  request(): void {
    if (this.#timer || this.#closed) return;
    const { clock, intervalMs } = this.#options;
    const waitMs = this.#lastMs + intervalMs - clock.nowMs();
    if (waitMs <= 0) this.#ask();
    else this.#timer = after(clock, waitMs, () => this.#ask());
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#timer?.[Symbol.dispose]();
  }

  #ask(): void {
    this.#timer = undefined;
    this.#lastMs = this.#options.clock.nowMs();
    this.#options.onDue();
  }
}
