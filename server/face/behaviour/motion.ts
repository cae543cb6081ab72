/** 0..1 with zero velocity and acceleration at both ends: how limbs, heads and lids move (minimum jerk). */
export const minimumJerk = (x: number): number => {
  const t = Math.min(1, Math.max(0, x));
  return t * t * t * (t * (6 * t - 15) + 10);
};

/** Follows a target without overshoot (critically damped). Exact for any step, so the frame rate does not matter. */
export class Spring {
  value: number;
  #velocity = 0;

  constructor(value = 0) {
    this.value = value;
  }

  /** `perS`: angular speed; the way is done to 90 % after 3.9 / perS seconds. */
  advance(seconds: number, target: number, perS: number): number {
    const offset = this.value - target;
    const decay = Math.exp(-perS * seconds);
    const slope = this.#velocity + perS * offset;
    this.value = target + (offset + slope * seconds) * decay;
    this.#velocity = (this.#velocity - slope * perS * seconds) * decay;
    return this.value;
  }
}

/** A move from one value to another within a given time. */
export class Move {
  #from: number;
  #to: number;
  #startMs = 0;
  #durationMs = 1;

  constructor(value = 0) {
    this.#from = value;
    this.#to = value;
  }

  get target(): number {
    return this.#to;
  }

  to(value: number, atMs: number, durationMs: number): void {
    this.#from = this.at(atMs);
    this.#to = value;
    this.#startMs = atMs;
    this.#durationMs = durationMs;
  }

  at(ms: number): number {
    return this.#from + (this.#to - this.#from) * minimumJerk((ms - this.#startMs) / this.#durationMs);
  }
}
