import { BANDS } from './sound-features.ts';

/**
 * Silence shuts the mouth whatever the network thinks of the room's noise. The closure of a t or k is silent, too, but
 * shorter; rows of the look-ahead count, so that the mouth shuts soon after the sound ends.
 */
const QUIET_ROWS = 8;
/** Features of level: -2.6 decades below the loud speech, a fifth of a decade above the room. */
const BELOW_PEAK = 1 - 2.6;
const ABOVE_FLOOR = 0.2 - 1;

export class QuietGate {
  readonly #lookAheadRows: number;
  /** Of each row of the look-ahead and the current one: how many quiet rows in a row it ends. */
  readonly #runs: number[] = [];

  constructor(lookAheadRows: number) {
    this.#lookAheadRows = lookAheadRows;
  }

  /** Takes a row of features; tells whether the row before the look-ahead lies in silence. */
  push(row: Float32Array): boolean {
    const isQuiet = (row[BANDS] as number) < BELOW_PEAK || (row[BANDS + 1] as number) < ABOVE_FLOOR;
    this.#runs.push(isQuiet ? (this.#runs.at(-1) ?? 0) + 1 : 0);
    if (this.#runs.length > this.#lookAheadRows + 1) this.#runs.shift();
    // The run that the middle row lies in goes on to the last row before a sound.
    if ((this.#runs[0] as number) === 0) return false;
    const next = this.#runs.indexOf(0);
    return (this.#runs[(next < 0 ? this.#runs.length : next) - 1] as number) >= QUIET_ROWS;
  }
}
