import { type Clock, systemClock } from '../core/clock.ts';

/** A timer may fire this much before its time (libuv counts whole milliseconds); waking again for it would cost more. */
const EARLY_MS = 0.75;

interface Alarm {
  readonly fn: () => void;
}

/**
 * One timer for every call of the process. Alarms are gathered into slots of `gridMs`, and only the earliest slot holds
 * a real timer, so that fifty calls that send every 20 ms wake the process as often as one does. Whoever puts its
 * deadlines on the grid is not delayed by it; others are late by less than one slot.
 */
export class Ticker implements Clock {
  readonly #clock: Clock;
  readonly #gridMs: number;
  readonly #slots = new Map<number, Set<Alarm>>();
  #armedSlot = Number.POSITIVE_INFINITY;
  #timer: Disposable | undefined;

  constructor(clock: Clock, gridMs = 5) {
    this.#clock = clock;
    this.#gridMs = gridMs;
  }

  nowMs(): number {
    return this.#clock.nowMs();
  }

  at(atMs: number, fn: () => void): Disposable {
    // The tiny step back keeps a deadline that is on the grid, but for rounding, in its own slot.
    const slot = Math.ceil(atMs / this.#gridMs - 1e-6);
    const alarm: Alarm = { fn };
    let alarms = this.#slots.get(slot);
    if (!alarms) this.#slots.set(slot, (alarms = new Set()));
    alarms.add(alarm);
    if (slot < this.#armedSlot) this.#arm(slot);
    return { [Symbol.dispose]: () => this.#cancel(slot, alarm) };
  }

  /** Alarms that wait; for leak tests. */
  get pending(): number {
    let count = 0;
    for (const alarms of this.#slots.values()) count += alarms.size;
    return count;
  }

  #arm(slot: number): void {
    this.#timer?.[Symbol.dispose]();
    this.#armedSlot = slot;
    this.#timer = this.#clock.at(slot * this.#gridMs, () => this.#run());
  }

  #cancel(slot: number, alarm: Alarm): void {
    const alarms = this.#slots.get(slot);
    if (!alarms?.delete(alarm) || alarms.size > 0) return;
    this.#slots.delete(slot);
    if (slot === this.#armedSlot) this.#rearm();
  }

  #run(): void {
    this.#armedSlot = Number.POSITIVE_INFINITY;
    this.#timer = undefined;
    const untilSlot = Math.floor((this.#clock.nowMs() + EARLY_MS) / this.#gridMs);
    const due = [...this.#slots.keys()].filter((slot) => slot <= untilSlot).sort((a, b) => a - b);
    const failures: unknown[] = [];
    for (const slot of due) {
      const alarms = this.#slots.get(slot);
      if (!alarms) continue;
      for (const alarm of alarms) {
        alarms.delete(alarm);
        try {
          alarm.fn();
        } catch (error) {
          // One call's mistake must not stop the others' sound; it is thrown on when they have had their turn.
          failures.push(error);
        }
      }
      if (alarms.size === 0 && this.#slots.get(slot) === alarms) this.#slots.delete(slot);
    }
    this.#rearm();
    if (failures.length > 0) throw failures[0];
  }

  #rearm(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#armedSlot = Number.POSITIVE_INFINITY;
    let earliest = Number.POSITIVE_INFINITY;
    for (const slot of this.#slots.keys()) earliest = Math.min(earliest, slot);
    if (earliest < Number.POSITIVE_INFINITY) this.#arm(earliest);
  }
}

/** The ticker of this process, on the machine's clock. */
export const sharedTicker = new Ticker(systemClock);
