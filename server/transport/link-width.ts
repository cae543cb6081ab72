/** How the way to the visitor looks at the moment; see BandwidthEstimator. */
export interface LinkView {
  /** The estimate has come down to what sound alone needs. */
  readonly isAtFloor: boolean;
  /** How long packets wait on the way. */
  readonly queueMs: number;
}

/** A queue of less may be jitter. */
const FULL_QUEUE_MS = 120;
const FULL_FOR_MS = 300;
const EMPTY_QUEUE_MS = 60;
/** On a narrow link nothing shows how wide it is; so the wide way is tried now and then, ever less often. */
const RETRY_MS = 60_000;
const MAX_RETRY_MS = 480_000;

/**
 * Whether the link is too narrow for sound as it is sent otherwise, with a packet for every 20 ms and each of them twice. Goes by
 * delay alone: where packets get lost although no queue grows, sending them twice is what helps. Pure: time comes in.
 */
export class LinkWidth {
  #isNarrow = false;
  #fullSinceMs: number | undefined;
  #changedAtMs = Number.NEGATIVE_INFINITY;
  #retryMs = RETRY_MS;

  get isNarrow(): boolean {
    return this.#isNarrow;
  }

  /** True when it has become narrow or wide. */
  update({ isAtFloor, queueMs }: LinkView, nowMs: number): boolean {
    if (this.#isNarrow) {
      if (queueMs > EMPTY_QUEUE_MS || nowMs - this.#changedAtMs < this.#retryMs) return false;
      this.#retryMs = Math.min(MAX_RETRY_MS, 2 * this.#retryMs);
      return this.#change(nowMs);
    }
    if (!isAtFloor || queueMs < FULL_QUEUE_MS) {
      this.#fullSinceMs = undefined;
      return false;
    }
    this.#fullSinceMs ??= nowMs;
    if (nowMs - this.#fullSinceMs < FULL_FOR_MS) return false;
    // It was wide for long: this is another shortage, not a retry that failed.
    if (nowMs - this.#changedAtMs > MAX_RETRY_MS) this.#retryMs = RETRY_MS;
    return this.#change(nowMs);
  }

  /** Another path may be wide, though the one before was not: it is tried at the next report. */
  restart(): void {
    this.#changedAtMs = Number.NEGATIVE_INFINITY;
    this.#fullSinceMs = undefined;
  }

  #change(nowMs: number): true {
    this.#isNarrow = !this.#isNarrow;
    this.#fullSinceMs = undefined;
    this.#changedAtMs = nowMs;
    return true;
  }
}
