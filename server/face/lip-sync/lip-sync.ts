import { VISEMES } from '../parameters.ts';
import { CLASS_OF_VISEME, MOUTH_CLASSES, type MouthClass } from './mouth-classes.ts';
import { MouthNetwork } from './mouth-network.ts';
import { LOOK_AHEAD_ROWS } from './network-shape.ts';
import { QuietGate } from './quiet-gate.ts';
import { FEATURES, HALF_WINDOW_MS, HOP_MS, SoundFeatures } from './sound-features.ts';
import { unpackWeights } from './weight-codec.ts';
import { MOUTH_WEIGHTS } from './weights.ts';

/** What the lips do at a moment of the sound. */
export interface MouthFrame {
  /** Of HOP_MS that it stands for, from the first sample on. */
  readonly startMs: number;
  /** The likeliest mouth. */
  readonly mouth: MouthClass;
  /** In the order of VISEMES; they sum to 1. */
  readonly visemes: Float32Array;
}

/** Lips from sound alone: any voice, any language, live or recorded. */
export interface SoundLipSync {
  /** How much of the sound after a moment must be heard before its frame is given. */
  readonly lookAheadMs: number;
  /** Mono sound, in order, in pieces of any length; gives the frames that it completes. */
  push(pcm: Int16Array): MouthFrame[];
  /** The frames of the end of the sound; then it may be dropped. */
  end(): MouthFrame[];
}

export const LOOK_AHEAD_MS = LOOK_AHEAD_ROWS * HOP_MS + HALF_WINDOW_MS;

/** So much of a frame is the one before: the network's answers flicker at the borders of phones. */
const KEPT = 0.25;
/** Lips are shut only by a sure p, b or m: false closures are seen at once, missed ones hardly. */
const SURE = 0.5;
const PP = VISEMES.indexOf('PP');
const SIL = VISEMES.indexOf('sil');

let unpacked: ReturnType<typeof unpackWeights> | undefined;
/** Unpacked when first needed: most calls speak with voices that tell their phones. */
const layers = () => (unpacked ??= unpackWeights(MOUTH_WEIGHTS));

/** `sampleRateHz`: 16 to 48 kHz. `knows` is sound of the same voice, if there is some already. */
export function openLipSync(sampleRateHz: number, { knows }: { knows?: Int16Array } = {}): SoundLipSync {
  return new NetworkLipSync(sampleRateHz, knows);
}

class NetworkLipSync implements SoundLipSync {
  readonly lookAheadMs = LOOK_AHEAD_MS;
  readonly #features: SoundFeatures;
  readonly #network = new MouthNetwork(layers());
  readonly #gate = new QuietGate(LOOK_AHEAD_ROWS);
  #last = atRest();
  #rows = 0;

  constructor(sampleRateHz: number, knows: Int16Array | undefined) {
    const first = new SoundFeatures(sampleRateHz);
    if (knows) first.push(knows, () => {});
    this.#features = knows ? new SoundFeatures(sampleRateHz, first.speaker) : first;
  }

  push(pcm: Int16Array): MouthFrame[] {
    const frames: MouthFrame[] = [];
    this.#features.push(pcm, (row) => this.#take(row, frames));
    return frames;
  }

  end(): MouthFrame[] {
    const frames: MouthFrame[] = [];
    const silence = new Float32Array(FEATURES).fill(-1);
    for (let i = 0; i < LOOK_AHEAD_ROWS; i++) this.#take(silence, frames);
    return frames;
  }

  #take(row: Float32Array, frames: MouthFrame[]): void {
    const isQuiet = this.#gate.push(row);
    const heard = this.#network.push(row);
    if (!heard) return;
    const visemes = isQuiet ? atRest() : heard.map((p, v) => KEPT * (this.#last[v] as number) + (1 - KEPT) * p);
    this.#last = visemes;
    frames.push({ startMs: this.#rows++ * HOP_MS, mouth: mouthOf(visemes), visemes });
  }
}

function atRest(): Float32Array {
  const visemes = new Float32Array(VISEMES.length);
  visemes[SIL] = 1;
  return visemes;
}

function mouthOf(visemes: Float32Array): MouthClass {
  const classes = new Float32Array(MOUTH_CLASSES.length);
  visemes.forEach((weight, v) => {
    const c = CLASS_OF_VISEME[v] as number;
    classes[c] = (classes[c] as number) + weight;
  });
  const shut = CLASS_OF_VISEME[PP] as number;
  if ((visemes[PP] as number) < SURE) classes[shut] = 0;
  return MOUTH_CLASSES[classes.indexOf(Math.max(...classes))] as MouthClass;
}
