/** Delay is looked at over so many ticks (3 s) before it is changed. */
const WINDOW_TICKS = 150;

/** How early sound comes, at the least, and how far playout is behind its ticks, at the least, over a while. */
export class DelayWatch {
  #leastSlackMs = Number.POSITIVE_INFINITY;
  #leastOwedMs = Number.POSITIVE_INFINITY;
  #ticks = 0;

  /** A packet came so long before it was due. */
  came(slackMs: number): void {
    this.#leastSlackMs = Math.min(this.#leastSlackMs, slackMs);
  }

  /** At each tick: playout is so far behind. */
  tick(owedMs: number): void {
    this.#ticks++;
    this.#leastOwedMs = Math.min(this.#leastOwedMs, owedMs);
  }

  forget(): void {
    this.#leastSlackMs = Number.POSITIVE_INFINITY;
    this.#leastOwedMs = Number.POSITIVE_INFINITY;
    this.#ticks = 0;
  }

  /** What everything of the last window was early by (positive) or playout behind by (negative); asked once a window. */
  takeSpareMs(): number {
    if (this.#ticks < WINDOW_TICKS) return 0;
    const slackMs = Number.isFinite(this.#leastSlackMs) ? this.#leastSlackMs : 0;
    const owedMs = this.#leastOwedMs;
    this.forget();
    return owedMs > 0 ? -owedMs : slackMs;
  }
}
