import { FEATURES, HOP_MS, SoundFeatures } from '../../server/face/lip-sync/sound-features.ts';
import { visemeAt } from '../../server/face/lip-sync/mouth-classes.ts';
import { type Recording, recordingOf } from './augment.ts';
import type { Random } from './random.ts';
import { TRAINING_RATE_HZ, type Utterance } from './speech-store.ts';

/** Rows of features with the viseme that belongs to each: one recording. */
export interface Example {
  /** FEATURES numbers per row, in steps of 1 / FEATURE_STEPS. */
  readonly rows: Int8Array;
  /** Index into VISEMES per row. */
  readonly visemes: Uint8Array;
}

/** Features lie in -3..3. */
export const FEATURE_STEPS = 40;
/** What is learned from at once. */
export const PIECE_ROWS = 400;
const UTTERANCES_PER_RECORDING = 3;

/** All utterances of a voice once, in random company. */
export function* examplesOf(utterances: readonly Utterance[], others: readonly Utterance[], random: Random): Generator<Example> {
  const order = random.shuffle([...utterances]);
  for (let i = 0; i < order.length; i += UTTERANCES_PER_RECORDING) {
    const babble = others.length > 0 ? Float32Array.from(random.pick(others).pcm, (v) => v / 32_768) : undefined;
    yield exampleOf(recordingOf(order.slice(i, i + UTTERANCES_PER_RECORDING), babble, random));
  }
}

function exampleOf({ sound, phones }: Recording): Example {
  const pcm = Int16Array.from(sound, (v) => Math.max(-32_768, Math.min(32_767, Math.round(v * 32_767))));
  const features = new SoundFeatures(TRAINING_RATE_HZ);
  const rows: number[] = [];
  features.push(pcm, (row) => {
    for (const value of row) rows.push(Math.round(value * FEATURE_STEPS));
  });
  let next = 0;
  const visemes = Uint8Array.from({ length: rows.length / FEATURES }, (_, i) => {
    const ms = (i + 0.5) * HOP_MS;
    // Phones come in order, so that only the current ones are looked at.
    while (next < phones.length && (phones[next]?.endMs ?? 0) <= ms) next++;
    return visemeAt(phones.slice(next, next + 2), ms);
  });
  return { rows: Int8Array.from(rows), visemes };
}
