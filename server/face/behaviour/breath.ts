import { Move } from './motion.ts';
import type { Random } from './random.ts';

const QUICK_MS = 420;
const SHORTEST_PAUSE_MS = 220;
/** Two breaths are not nearer. */
const SHORTEST_CYCLE_MS = 1_600;
const ENOUGH_AIR = 0.55;
/** Out of air while it sounds: the next look. */
const HELD_MS = 100;

/**
 * Breathing: 0 exhaled, 1 a full breath. At rest about 14 breaths a minute, the exhalation longer and followed by a rest.
 * Nobody breathes in while he sounds: speech is preceded by a quick breath, lets the air go slowly, and takes the next one
 * in a pause (Winkworth et al., "Breathing patterns during spontaneous speech", 1995: breaths of half a second, nearly
 * all of them at the ends of clauses).
 */
export class Breath {
  readonly #random: Random;
  readonly #level = new Move(0.2);
  #phase: 'in' | 'out' | 'rest' = 'rest';
  #untilMs: number;
  #inhaledMs = Number.NEGATIVE_INFINITY;

  constructor(random: Random, startMs: number) {
    this.#random = random;
    this.#untilMs = startMs + random.between(0, 1_500);
  }

  /** A quick, visible breath now, unless one was just taken. */
  inhale(ms: number): void {
    if (ms - this.#inhaledMs < SHORTEST_CYCLE_MS) return;
    this.#begin('in', ms, QUICK_MS, 0.95);
  }

  /** A pause in speech that lasts `pauseMs`: a breath is taken if it is long enough, and air is needed. */
  pause(ms: number, pauseMs: number): void {
    if (pauseMs < SHORTEST_PAUSE_MS || this.#level.at(ms) > ENOUGH_AIR || ms - this.#inhaledMs < SHORTEST_CYCLE_MS) return;
    this.#begin('in', ms, Math.min(QUICK_MS, pauseMs), this.#random.between(0.6, 0.85));
  }

  /** `turn`: a turn is being spoken; `sounding`: right now. */
  at(ms: number, turn: boolean, sounding: boolean): number {
    while (ms >= this.#untilMs) this.#next(this.#untilMs, turn, sounding);
    return this.#level.at(ms);
  }

  #next(ms: number, turn: boolean, sounding: boolean): void {
    const random = this.#random;
    if (this.#phase === 'in')
      this.#begin('out', ms, turn ? random.between(2_800, 4_200) : random.between(1_900, 2_700), random.between(0.02, 0.15));
    else if (sounding) this.#untilMs = ms + HELD_MS;
    else if (this.#phase === 'out') this.#begin('rest', ms, turn ? 80 : random.between(250, 900), this.#level.at(ms));
    else this.#begin('in', ms, turn ? random.between(380, 600) : random.between(1_300, 1_900), random.between(0.55, 0.85));
  }

  #begin(phase: 'in' | 'out' | 'rest', ms: number, durationMs: number, level: number): void {
    this.#phase = phase;
    this.#untilMs = ms + durationMs;
    this.#level.to(level, ms, durationMs);
    if (phase === 'in') this.#inhaledMs = ms;
  }
}
