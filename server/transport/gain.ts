/** Time of a change over the whole range: short enough to be a reaction, long enough not to click. */
const RAMP_MS = 30;
const FULL_RANGE_DB = 24;

/** A volume that moves sample by sample, a straight line in decibels, which is what the ear calls smooth. */
export class Gain {
  readonly #stepDb: number;
  #currentDb = 0;
  #targetDb = 0;

  constructor(sampleRateHz: number) {
    this.#stepDb = FULL_RANGE_DB / ((sampleRateHz * RAMP_MS) / 1000);
  }

  /** 0: as it is. */
  fadeTo(gainDb: number): void {
    this.#targetDb = Number.isFinite(gainDb) ? Math.max(-96, Math.min(0, gainDb)) : -96;
  }

  /** Applies itself to a tick of sound, in place; in silence (`undefined`) it goes where it should. */
  apply(pcm: Int16Array | undefined, samples: number): Int16Array | undefined {
    if (!pcm) {
      const distance = this.#targetDb - this.#currentDb;
      this.#currentDb += Math.sign(distance) * Math.min(Math.abs(distance), this.#stepDb * samples);
      return undefined;
    }
    if (this.#currentDb === 0 && this.#targetDb === 0) return pcm;
    let factor = 10 ** (this.#currentDb / 20);
    for (let i = 0; i < pcm.length; i++) {
      if (this.#currentDb !== this.#targetDb) {
        const distance = this.#targetDb - this.#currentDb;
        this.#currentDb = Math.abs(distance) <= this.#stepDb ? this.#targetDb : this.#currentDb + Math.sign(distance) * this.#stepDb;
        factor = 10 ** (this.#currentDb / 20);
      }
      pcm[i] = Math.round(pcm[i]! * factor);
    }
    return pcm;
  }
}
