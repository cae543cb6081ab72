/**
 * What a voice and its microphone do to every frame, followed as the sound comes: how loud speech is, how loud the room
 * is, and the long-term spectrum. Levels are decades of power (1 is 10 dB).
 */
const PEAK_FALL = 0.0025;
const FLOOR_RISE = 0.004;
const FLOOR_FALL_SHARE = 0.2;
/** A frame counts as speech within so much of the loud ones, and so far above the room. */
const SPEECH_BELOW_PEAK = 2;
const SPEECH_ABOVE_FLOOR = 0.6;
/** The spectrum's level settles within some syllables, its shape within some sentences. */
const LEVEL_FRAMES = 150;
const SHAPE_FRAMES = 600;
const SHAPE_TRUST_FRAMES = 80;

/** Long-term average speech, decades of power by mel band from 80 to 7,600 Hz (after Byrne et al., 1994). */
export const speechShape = (bandCentreHz: number): number => -0.25 * Math.max(0, Math.log2(bandCentreHz / 500)) * 1.6;

export class SpeakerLevel {
  readonly shape: Float64Array;
  #meanLevel = 0;
  #frames = 0;
  #peak = -3;
  #floor = -7;
  #isFirst = true;

  constructor(prior: Float64Array) {
    this.shape = Float64Array.from(prior);
  }

  get peak(): number {
    return this.#peak;
  }

  get floor(): number {
    return this.#floor;
  }

  /** What a band of a usual frame of speech would show. */
  expected(band: number): number {
    return this.#meanLevel + (this.shape[band] as number);
  }

  update(level: number, bands: Float64Array): void {
    if (this.#isFirst) {
      this.#isFirst = false;
      this.#floor = level;
      this.#peak = Math.max(level + 1.5, -5);
      this.#meanLevel = this.#peak - 1.2;
    }
    this.#peak = Math.max(level, this.#peak - PEAK_FALL * Math.max(0, this.#peak - this.#floor - 1.5));
    this.#floor = level < this.#floor ? this.#floor + FLOOR_FALL_SHARE * (level - this.#floor) : Math.min(level, this.#floor + FLOOR_RISE);
    if (level < this.#peak - SPEECH_BELOW_PEAK || level < this.#floor + SPEECH_ABOVE_FLOOR) return;
    this.#frames++;
    let above = 0;
    for (let b = 0; b < bands.length; b++) above += (bands[b] as number) - (this.shape[b] as number);
    const mean = above / bands.length;
    this.#meanLevel += (mean - this.#meanLevel) / Math.min(this.#frames + 4, LEVEL_FRAMES);
    const rate = 1 / Math.min(this.#frames + SHAPE_TRUST_FRAMES, SHAPE_FRAMES);
    for (let b = 0; b < bands.length; b++)
      this.shape[b] = (this.shape[b] as number) + rate * ((bands[b] as number) - mean - (this.shape[b] as number));
  }
}
