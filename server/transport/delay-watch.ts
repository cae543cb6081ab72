import { FRAME_MS } from './opus.ts';

/** Delay is looked at over so many ticks (3 s) before it is changed. */
const WINDOW_TICKS = 150;

/** How early sound comes, at the least, and how far playout is behind its ticks, at the least, over a while. */
export class DelayWatch {
  #leastEarlyMs = Number.POSITIVE_INFINITY;
  #leastOwedMs = Number.POSITIVE_INFINITY;
  #ticks = 0;

  /** A packet came so long before it was due. */
  came(earlyMs: number): void {
    this.#leastEarlyMs = Math.min(this.#leastEarlyMs, earlyMs);
  }

  /** At each tick: playout is so far behind. */
  tick(owedMs: number): void {
    this.#ticks++;
    this.#leastOwedMs = Math.min(this.#leastOwedMs, owedMs);
  }

  forget(): void {
    this.#leastEarlyMs = Number.POSITIVE_INFINITY;
    this.#leastOwedMs = Number.POSITIVE_INFINITY;
    this.#ticks = 0;
  }

  /** Whole milliseconds that may be left out now: what all sound of the last while came early by, but for a frame. */
  takeEarlyMs(mostMs: number): number {
    if (this.#ticks < WINDOW_TICKS || this.#isBehind) return 0;
    const spareMs = this.#leastEarlyMs - FRAME_MS;
    if (spareMs < FRAME_MS || !Number.isFinite(spareMs)) {
      this.forget();
      return 0;
    }
    const takenMs = Math.floor(Math.min(mostMs, spareMs));
    this.#leastEarlyMs -= takenMs;
    return takenMs;
  }

  /** Whole milliseconds of those that playout was behind by all the last while; told once. */
  takeBehindMs(mostMs: number): number {
    if (this.#ticks < WINDOW_TICKS || !this.#isBehind) return 0;
    const behindMs = Math.floor(Math.min(mostMs, this.#leastOwedMs));
    this.forget();
    return behindMs;
  }

  /** Timers are always a little late; less than a frame is nothing. */
  get #isBehind(): boolean {
    return this.#leastOwedMs >= FRAME_MS;
  }
}
