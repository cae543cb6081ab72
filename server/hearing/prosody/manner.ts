/** How an utterance was said: the four figures that tell most about the feelings of who said it. */
export interface Manner {
  /** Mean pitch, semitones. */
  readonly pitch: number;
  /** Standard deviation of the pitch, semitones. */
  readonly liveliness: number;
  /** Mean level of the voiced frames, dB. */
  readonly level: number;
  /** Syllables per second of speech. */
  readonly rate: number;
}

export const MANNER = ['pitch', 'liveliness', 'level', 'rate'] as const satisfies readonly (keyof Manner)[];

/** Voiced sound below this tells nothing about a whole utterance. */
const LEAST_VOICED_FRAMES = 12;
/** A syllable is a peak of the level that rises so far above the dip before it. */
const SYLLABLE_RISE_DB = 3;

/** Gathers the frames of one utterance. */
export class MannerGauge {
  readonly #frameMs: number;
  #frames = 0;
  #voiced = 0;
  #pitchSum = 0;
  #pitchSquares = 0;
  #levelSum = 0;
  #syllables = 0;
  #dipDb = Number.POSITIVE_INFINITY;
  #peakDb = Number.NEGATIVE_INFINITY;
  #rising = true;

  constructor(frameMs: number) {
    this.#frameMs = frameMs;
  }

  /** A frame of speech; `pitch` in semitones, undefined where it is not voiced. */
  add(levelDb: number, pitch: number | undefined): void {
    this.#frames++;
    this.#countSyllables(levelDb);
    if (pitch === undefined) return;
    this.#voiced++;
    this.#pitchSum += pitch;
    this.#pitchSquares += pitch * pitch;
    this.#levelSum += levelDb;
  }

  /** Undefined while there is too little to tell. */
  get manner(): Manner | undefined {
    if (this.#voiced < LEAST_VOICED_FRAMES) return undefined;
    const pitch = this.#pitchSum / this.#voiced;
    return {
      pitch,
      liveliness: Math.sqrt(Math.max(0, this.#pitchSquares / this.#voiced - pitch * pitch)),
      level: this.#levelSum / this.#voiced,
      rate: (1000 * this.#syllables) / (this.#frames * this.#frameMs),
    };
  }

  get speechMs(): number {
    return this.#frames * this.#frameMs;
  }

  #countSyllables(levelDb: number): void {
    if (this.#rising) {
      this.#peakDb = Math.max(this.#peakDb, levelDb);
      if (levelDb > this.#peakDb - SYLLABLE_RISE_DB) return;
      if (this.#peakDb > this.#dipDb + SYLLABLE_RISE_DB || this.#dipDb === Number.POSITIVE_INFINITY) this.#syllables++;
      this.#rising = false;
      this.#dipDb = levelDb;
    } else {
      this.#dipDb = Math.min(this.#dipDb, levelDb);
      if (levelDb < this.#dipDb + SYLLABLE_RISE_DB) return;
      this.#rising = true;
      this.#peakDb = levelDb;
    }
  }
}
