/**
 * Time as a dependency. Everything that waits takes a Clock, so that tests run on VirtualClock: hours of simulated
 * conversation in milliseconds, and no sleeps.
 */
export interface Clock {
  /** Monotonic milliseconds with fractions. Only differences mean anything. */
  nowMs(): number;
  /** Calls `fn` once at `atMs` (of `nowMs`) or as soon after it as possible. Dispose to cancel. */
  at(atMs: number, fn: () => void): Disposable;
}

export const after = (clock: Clock, delayMs: number, fn: () => void): Disposable => clock.at(clock.nowMs() + delayMs, fn);

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  at(atMs, fn) {
    const timer = setTimeout(fn, Math.max(0, atMs - performance.now()));
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};

interface Alarm {
  readonly atMs: number;
  readonly order: number;
  readonly fn: () => void;
}

/** A clock that moves only when told to. Alarms run in order of time, then of registration. */
export class VirtualClock implements Clock {
  #nowMs = 0;
  #order = 0;
  readonly #alarms = new Set<Alarm>();

  nowMs(): number {
    return this.#nowMs;
  }

  at(atMs: number, fn: () => void): Disposable {
    const alarm: Alarm = { atMs, order: this.#order++, fn };
    this.#alarms.add(alarm);
    return { [Symbol.dispose]: () => void this.#alarms.delete(alarm) };
  }

  /** Moves to `untilMs`, running every alarm due on the way at its own time. */
  advanceTo(untilMs: number): void {
    for (;;) {
      const next = this.#nextDue(untilMs);
      if (!next) break;
      this.#alarms.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.fn();
    }
    this.#nowMs = Math.max(this.#nowMs, untilMs);
  }

  advance(byMs: number): void {
    this.advanceTo(this.#nowMs + byMs);
  }

  get pendingAlarms(): number {
    return this.#alarms.size;
  }

  #nextDue(untilMs: number): Alarm | undefined {
    let next: Alarm | undefined;
    for (const alarm of this.#alarms) {
      if (alarm.atMs > untilMs) continue;
      if (!next || alarm.atMs < next.atMs || (alarm.atMs === next.atMs && alarm.order < next.order)) next = alarm;
    }
    return next;
  }
}
