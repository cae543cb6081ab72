import { HighPass } from './high-pass.ts';
import { PowerSpectrum } from './power-spectrum.ts';
import { SpeakerLevel, speechShape } from './speaker-level.ts';

/**
 * Sound -> one row of numbers per 10 ms: 24 log-mel bands against the speaker's long-term spectrum, the level against the
 * loud speech and against the room, and the zero crossings. Rows come in order and depend on the past and on half a
 * window of future alone.
 */
export const BANDS = 24;
export const FEATURES = BANDS + 3;
export const HOP_MS = 10;
const WINDOW_MS = 20;
/** From the middle of a row's window to its end: what a row needs to hear of the future. */
export const HALF_WINDOW_MS = WINDOW_MS / 2;

const LOWEST_HZ = 80;
const HIGHEST_HZ = 7_600;
const HIGH_PASS_HZ = 110;
/** Below this a band is silent: the noise of 16-bit sound. */
const QUIETEST_POWER = 1e-10;
const RANGE = 3;

interface Band {
  readonly firstBin: number;
  readonly weights: Float64Array;
}

export class SoundFeatures {
  readonly #window: Float64Array;
  readonly #samplesPerMs: number;
  readonly #spectrum: PowerSpectrum;
  readonly #power: Float64Array;
  readonly #frame: Float64Array;
  readonly #bands: readonly Band[];
  readonly #scale: number;
  readonly #logs = new Float64Array(BANDS);
  /** How this voice sounds; may be handed on to the next piece of it. */
  readonly speaker: SpeakerLevel;
  readonly #highPass: HighPass;
  /** The last window of filtered sound, as a ring. */
  readonly #ring: Float64Array;
  readonly #out = new Float32Array(FEATURES);
  #written = 0;
  #due: number;
  #count = 0;

  /** Any rate from 16 to 48 kHz. */
  constructor(sampleRateHz: number, speaker = new SpeakerLevel(Float64Array.from({ length: BANDS }, (_, b) => speechShape(centreHz(b))))) {
    this.speaker = speaker;
    const length = Math.round((WINDOW_MS * sampleRateHz) / 1000);
    const size = 2 ** Math.ceil(Math.log2(length));
    this.#window = Float64Array.from({ length }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / length));
    this.#samplesPerMs = sampleRateHz / 1000;
    this.#spectrum = new PowerSpectrum(size);
    this.#power = new Float64Array(this.#spectrum.bins);
    this.#frame = new Float64Array(size);
    this.#bands = melBands(size, sampleRateHz);
    this.#scale = 2 / (size * this.#window.reduce((sum, w) => sum + w * w, 0));
    this.#highPass = new HighPass(HIGH_PASS_HZ, sampleRateHz);
    this.#ring = new Float64Array(length);
    this.#due = this.#windowEnd(0);
  }

  /** Calls `onRow` for each row that this sound completes, which is reused by the next; row i belongs to (i + 0.5) * HOP_MS. */
  push(pcm: Int16Array, onRow: (row: Float32Array) => void): void {
    const ring = this.#ring;
    const highPass = this.#highPass;
    for (let i = 0; i < pcm.length; i++) {
      ring[this.#written % ring.length] = highPass.next((pcm[i] as number) / 32_768);
      this.#written++;
      if (this.#written < this.#due) continue;
      this.#due = this.#windowEnd(++this.#count);
      onRow(this.#row());
    }
  }

  /** Windows are centred on the middle of their hop, so half of the first one lies before the sound. */
  #windowEnd(row: number): number {
    return Math.round(((row + 0.5) * HOP_MS + HALF_WINDOW_MS) * this.#samplesPerMs);
  }

  #row(): Float32Array {
    const crossings = this.#windowed();
    this.#spectrum.of(this.#frame, this.#power);
    const power = this.#power;
    const logs = this.#logs;
    let total = 0;
    for (const [b, { firstBin, weights }] of this.#bands.entries()) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += (weights[k] as number) * (power[firstBin + k] as number);
      sum *= this.#scale;
      total += sum;
      logs[b] = Math.log10(sum + QUIETEST_POWER);
    }
    const level = Math.log10(total + QUIETEST_POWER);
    const { speaker } = this;
    speaker.update(level, logs);
    const out = this.#out;
    for (let b = 0; b < BANDS; b++) out[b] = clip((logs[b] as number) - speaker.expected(b));
    out[BANDS] = clip(level - speaker.peak + 1);
    out[BANDS + 1] = clip(level - speaker.floor - 1);
    out[BANDS + 2] = clip((8 * crossings) / this.#ring.length - 1);
    return out;
  }

  /** Fills the frame with the last window of sound; returns how often it crosses zero. */
  #windowed(): number {
    const ring = this.#ring;
    const frame = this.#frame;
    const window = this.#window;
    let at = this.#written % ring.length;
    let crossings = 0;
    let before = 0;
    for (let i = 0; i < ring.length; i++) {
      const sample = ring[at] as number;
      if (++at === ring.length) at = 0;
      if (sample * before < 0) crossings++;
      before = sample;
      frame[i] = sample * (window[i] as number);
    }
    return crossings;
  }
}

const clip = (value: number): number => Math.min(RANGE, Math.max(-RANGE, value));

const melOf = (hz: number): number => 2595 * Math.log10(1 + hz / 700);
const hzOf = (mel: number): number => 700 * (10 ** (mel / 2595) - 1);
/** Edges of triangle b are numbers b, b + 1 and b + 2. */
const edgeHz = (i: number): number => hzOf(melOf(LOWEST_HZ) + ((melOf(HIGHEST_HZ) - melOf(LOWEST_HZ)) * i) / (BANDS + 1));
const centreHz = (band: number): number => edgeHz(band + 1);

function melBands(size: number, sampleRateHz: number): Band[] {
  const binHz = sampleRateHz / size;
  return Array.from({ length: BANDS }, (_, b) => {
    const [low, centre, high] = [edgeHz(b), edgeHz(b + 1), edgeHz(b + 2)];
    const firstBin = Math.ceil(low / binHz);
    const lastBin = Math.min(size / 2, Math.floor(high / binHz));
    const weights = Float64Array.from({ length: Math.max(0, lastBin - firstBin + 1) }, (_, k) => {
      const hz = (firstBin + k) * binHz;
      return hz <= centre ? (hz - low) / (centre - low) : (high - hz) / (high - centre);
    });
    return { firstBin, weights };
  });
}
