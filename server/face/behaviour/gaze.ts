import type { FaceMode } from '../contract.ts';
import { Move } from './motion.ts';
import type { Random } from './random.ts';

/**
 * Where the eyes look: 0, 0 is the visitor. People look at a listener's face in glances between eyes and mouth, away
 * while they think (mostly up and aside), more often away when they speak than when they listen (Argyle & Cook, "Gaze
 * and mutual gaze", 1976: 40 % and 75 % of the time at the other). Eyes jump, within 25-70 ms.
 */
const MODES: Readonly<
  Record<FaceMode, { readonly away: number; readonly visitorMs: readonly [number, number]; readonly awayMs: readonly [number, number] }>
> = {
  idle: { away: 0.3, visitorMs: [900, 3_200], awayMs: [600, 1_800] },
  listening: { away: 0.06, visitorMs: [700, 2_200], awayMs: [350, 700] },
  reacting: { away: 0, visitorMs: [600, 1_200], awayMs: [300, 500] },
  thinking: { away: 0.7, visitorMs: [300, 700], awayMs: [600, 1_500] },
  speaking: { away: 0.2, visitorMs: [700, 2_400], awayMs: [400, 1_100] },
};

export class Gaze {
  readonly #random: Random;
  readonly #x = new Move();
  readonly #y = new Move();
  #nextMs: number;
  #isAway = false;

  constructor(random: Random, startMs: number) {
    this.#random = random;
    this.#nextMs = startMs + 1_000;
  }

  get isAway(): boolean {
    return this.#isAway;
  }

  get targetX(): number {
    return this.#x.target;
  }

  get targetY(): number {
    return this.#y.target;
  }

  x(ms: number): number {
    return this.#x.at(ms);
  }

  y(ms: number): number {
    return this.#y.at(ms);
  }

  lookAtVisitor(ms: number): void {
    this.#isAway = false;
    this.#jump(ms, this.#random.between(-0.03, 0.03), this.#random.between(-0.02, 0.03));
    this.#nextMs = ms + this.#random.between(600, 1_400);
  }

  lookAway(ms: number, durationMs: number): void {
    this.#isAway = true;
    const side = this.#random.chance(0.6) ? 1 : -1;
    this.#jump(ms, side * this.#random.between(0.3, 0.6), this.#random.between(0.15, 0.45));
    this.#nextMs = ms + durationMs;
  }

  /** Takes the next look when it is time. Returns the size of a jump that began, else 0. */
  advance(ms: number, mode: FaceMode): number {
    if (ms < this.#nextMs) return 0;
    const { away, visitorMs, awayMs } = MODES[mode];
    const random = this.#random;
    this.#isAway = random.chance(away);
    if (!this.#isAway) {
      this.#nextMs = ms + random.between(...visitorMs);
      // Between the visitor's eyes and mouth.
      return this.#jump(ms, random.between(-0.07, 0.07), random.between(-0.08, 0.05));
    }
    this.#nextMs = ms + random.between(...awayMs);
    const up = mode === 'thinking' ? random.between(0.2, 0.5) : random.between(-0.3, 0.2);
    const side = random.chance(0.5) ? 1 : -1;
    return this.#jump(ms, side * random.between(mode === 'listening' ? 0.12 : 0.2, mode === 'thinking' ? 0.6 : 0.45), up);
  }

  #jump(ms: number, x: number, y: number): number {
    const size = Math.hypot(x - this.#x.at(ms), y - this.#y.at(ms));
    const durationMs = 25 + 60 * size;
    this.#x.to(x, ms, durationMs);
    this.#y.to(y, ms, durationMs);
    return size;
  }
}
