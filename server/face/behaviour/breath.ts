import { Move } from './motion.ts';
import type { Random } from './random.ts';

/**
 * Breathing: 0 exhaled, 1 a full breath. At rest about 14 breaths a minute, the exhalation longer and followed by a rest;
 * speech is preceded by a quick breath and then lets the air go slowly.
 */
export class Breath {
  readonly #random: Random;
  readonly #level = new Move(0.2);
  #phase: 'in' | 'out' | 'rest' = 'rest';
  #untilMs: number;

  constructor(random: Random, startMs: number) {
    this.#random = random;
    this.#untilMs = startMs + random.between(0, 1_500);
  }

  /** A quick, visible breath now. */
  inhale(ms: number): void {
    this.#begin('in', ms, 420, 0.95);
  }

  at(ms: number, speaking: boolean): number {
    while (ms >= this.#untilMs) this.#next(this.#untilMs, speaking);
    return this.#level.at(ms);
  }

  #next(ms: number, speaking: boolean): void {
    const random = this.#random;
    if (this.#phase === 'in')
      this.#begin('out', ms, speaking ? random.between(2_800, 4_200) : random.between(1_900, 2_700), random.between(0.02, 0.15));
    else if (this.#phase === 'out') this.#begin('rest', ms, speaking ? 80 : random.between(250, 900), this.#level.at(ms));
    else this.#begin('in', ms, speaking ? random.between(380, 600) : random.between(1_300, 1_900), random.between(0.55, 0.85));
  }

  #begin(phase: 'in' | 'out' | 'rest', ms: number, durationMs: number, level: number): void {
    this.#phase = phase;
    this.#untilMs = ms + durationMs;
    this.#level.to(level, ms, durationMs);
  }
}
