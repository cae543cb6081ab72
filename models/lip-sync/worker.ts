import { parentPort, workerData } from 'node:worker_threads';
import { BANDS, FEATURES } from '../../server/face/lip-sync/sound-features.ts';
import { Backpropagation, ROW_STEP } from './backpropagation.ts';
import { FEATURE_STEPS, PIECE_ROWS } from './examples.ts';
import { Random } from './random.ts';

/** Half of the arithmetic of training: the gradients of some pieces of the examples. All arrays are shared with the trainer. */
export interface WorkerStart {
  readonly rows: Int8Array;
  readonly visemes: Uint8Array;
  readonly weights: Float32Array;
  readonly gradients: Float32Array;
  readonly classWeights: Float32Array;
}

export interface WorkerTask {
  /** First rows of the pieces. */
  readonly starts: readonly number[];
  readonly seed: number;
}

const DROP_SHARE = 0.1;
const SMOOTHING = 0.05;
/** What a microphone and a distance still do to the bands, decades of power. */
const SHIFT = 0.15;
const TILT = 0.2;

const { rows, visemes, weights, gradients, classWeights } = workerData as WorkerStart;
const features = new Float32Array(PIECE_ROWS * FEATURES);
const targets = new Uint8Array(PIECE_ROWS / ROW_STEP);
const network = new Backpropagation(targets.length, weights, gradients, DROP_SHARE);

parentPort?.on('message', ({ starts, seed }: WorkerTask) => {
  const random = new Random(seed);
  gradients.fill(0);
  let loss = 0;
  for (const start of starts) {
    const shift = SHIFT * random.normal();
    const tilt = TILT * random.normal();
    for (let row = 0; row < PIECE_ROWS; row++)
      for (let f = 0; f < FEATURES; f++) {
        const value = (rows[(start + row) * FEATURES + f] as number) / FEATURE_STEPS;
        features[row * FEATURES + f] = f < BANDS ? value + shift + tilt * ((2 * f) / (BANDS - 1) - 1) : value;
      }
    for (let i = 0; i < targets.length; i++) targets[i] = visemes[start + ROW_STEP * i] as number;
    loss += network.learn(features, targets, classWeights, SMOOTHING, random);
  }
  parentPort?.postMessage(loss / starts.length);
});
