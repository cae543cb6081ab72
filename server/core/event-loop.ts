import { monitorEventLoopDelay } from 'node:perf_hooks';
import { after, type Clock, systemClock } from './clock.ts';

/**
 * How long the main loop keeps the next callback waiting. The main process carries every call's sound, so its delay is
 * published and has a limit. Figures are of the last whole window, or of the running one until the first is over.
 */
export interface LoopDelay {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export interface EventLoopOptions {
  readonly windowMs?: number;
  readonly clock?: Clock;
}

/** The histogram's sampling interval, which it includes in what it measures. */
const RESOLUTION_MS = 5;

export class EventLoopDelay {
  readonly #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  readonly #clock: Clock;
  readonly #windowMs: number;
  #lastWindow: LoopDelay | undefined;
  #rollover: Disposable | undefined;

  constructor({ windowMs = 10_000, clock = systemClock }: EventLoopOptions = {}) {
    this.#clock = clock;
    this.#windowMs = windowMs;
    this.#histogram.enable();
    this.#schedule();
  }

  get delay(): LoopDelay {
    return this.#lastWindow ?? this.#read();
  }

  close(): void {
    this.#rollover?.[Symbol.dispose]();
    this.#rollover = undefined;
    this.#histogram.disable();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #schedule(): void {
    this.#rollover = after(this.#clock, this.#windowMs, () => {
      this.#lastWindow = this.#read();
      this.#histogram.reset();
      this.#schedule();
    });
  }

  #read(): LoopDelay {
    if (this.#histogram.count === 0) return { p50Ms: 0, p99Ms: 0, maxMs: 0 };
    const ms = (ns: number) => Math.max(0, ns / 1e6 - RESOLUTION_MS);
    return { p50Ms: ms(this.#histogram.percentile(50)), p99Ms: ms(this.#histogram.percentile(99)), maxMs: ms(this.#histogram.max) };
  }
}
