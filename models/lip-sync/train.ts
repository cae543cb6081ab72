import { once } from 'node:events';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { VISEMES } from '../../server/face/parameters.ts';
import { packWeights } from '../../server/face/lip-sync/weight-codec.ts';
import { type AdamState, adamState, adamStep } from './adam.ts';
import { initialWeights, layerViews, PARAMETER_COUNT } from './backpropagation.ts';
import { allExamples, type Examples } from './example-store.ts';
import { PIECE_ROWS } from './examples.ts';
import { Random } from './random.ts';
import { CACHE } from './speech-store.ts';
import type { WorkerStart, WorkerTask } from './worker.ts';

/**
 * Trains the lips that follow sound alone, and writes server/face/lip-sync/weights.ts. Run: node models/lip-sync/train.ts.
 * `--minutes N` stops after about so long; the next run goes on from there. See NOTES.md.
 */
const WEIGHTS = fileURLToPath(new URL('../../server/face/lip-sync/weights.ts', import.meta.url));
const CHECKPOINT = join(CACHE, 'checkpoint.bin');
const SEED = 1000;
/** How often all voices speak, each time in other throats and rooms. */
const PASSES = 1;
const EPOCHS = 6;
/** The gradients' sum must not depend on the machine's cores. */
const WORKERS = 2;
const PIECES_PER_WORKER = 8;
const HIGHEST_RATE = 3e-3;
const WARM_UP_SHARE = 0.15;
const DECAY = 1e-3;
const LONGEST_GRADIENT = 1;
/** Rare visemes count more than their share, but not as much as frequent ones. */
const BALANCE = 0.45;
const STEPS_PER_LINE = 20;

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '600' } } });
const endMs = Date.now() + Number(values.minutes) * 60_000;
const log = (line: string): void => void process.stdout.write(`${line}\n`);

const examples = await allExamples(SEED, PASSES, () => Date.now() < endMs, log);
if (!examples) log('Time is up while speaking; run it again to go on.');
else await train(examples);

async function train({ rows, visemes }: Examples): Promise<void> {
  const steps = Math.floor((EPOCHS * visemes.length) / (WORKERS * PIECES_PER_WORKER * PIECE_ROWS));
  const classWeights = classWeightsOf(visemes);
  const weights = sharedFloats(PARAMETER_COUNT);
  const state = adamState(PARAMETER_COUNT);
  weights.set(initialWeights(new Random(SEED)));
  await resume(weights, state);
  log(`${(visemes.length / 360_000).toFixed(1)} hours of sound, ${PARAMETER_COUNT} weights, step ${state.steps} of ${steps}`);
  const gradients = Array.from({ length: WORKERS }, () => sharedFloats(PARAMETER_COUNT));
  const workers = gradients.map((own) => {
    const workerData: WorkerStart = { rows, visemes, weights, gradients: own, classWeights };
    return new Worker(new URL('./worker.ts', import.meta.url), { workerData });
  });
  const sum = new Float32Array(PARAMETER_COUNT);
  let shownLoss = 0;
  while (state.steps < steps && Date.now() < endMs) {
    const random = new Random(SEED + 7919 * (state.steps + 1));
    const losses = await Promise.all(
      workers.map(async (worker) => {
        const starts = Array.from({ length: PIECES_PER_WORKER }, () => random.below(visemes.length - PIECE_ROWS));
        worker.postMessage({ starts, seed: random.below(2 ** 31) } satisfies WorkerTask);
        const [loss] = (await once(worker, 'message')) as [number];
        return loss;
      }),
    );
    for (let i = 0; i < sum.length; i++)
      sum[i] = gradients.reduce((total, own) => total + (own[i] as number), 0) / (WORKERS * PIECES_PER_WORKER);
    adamStep(weights, sum, state, rateAt(state.steps / steps), DECAY, LONGEST_GRADIENT);
    shownLoss += losses.reduce((a, b) => a + b, 0) / WORKERS / STEPS_PER_LINE;
    if (state.steps % STEPS_PER_LINE !== 0) continue;
    log(`step ${state.steps} of ${steps}, loss ${shownLoss.toFixed(3)}`);
    shownLoss = 0;
    await keep(weights, state);
  }
  await Promise.all(workers.map((worker) => worker.terminate()));
  await keep(weights, state);
  if (state.steps < steps) {
    log('Time is up; run it again to go on.');
    return;
  }
  await writeWeights(weights, visemes.length);
  await rm(CHECKPOINT);
  log(`Written: ${WEIGHTS}`);
}

/** Up in a straight line, down along a cosine. */
function rateAt(share: number): number {
  if (share < WARM_UP_SHARE) return HIGHEST_RATE * (0.05 + (0.95 * share) / WARM_UP_SHARE);
  return HIGHEST_RATE * Math.max(0.001, 0.5 + 0.5 * Math.cos((Math.PI * (share - WARM_UP_SHARE)) / (1 - WARM_UP_SHARE)));
}

/** Mean 1 over all rows. */
function classWeightsOf(visemes: Uint8Array): Float32Array {
  const counts = new Float64Array(VISEMES.length);
  for (const viseme of visemes) counts[viseme] = (counts[viseme] as number) + 1;
  const raw = counts.map((count) => (count > 0 ? (visemes.length / count) ** BALANCE : 0));
  const mean = raw.reduce((sum, weight, i) => sum + weight * (counts[i] as number), 0) / visemes.length;
  return Float32Array.from(raw, (weight) => weight / mean);
}

function sharedFloats(length: number): Float32Array<SharedArrayBuffer> {
  return new Float32Array(new SharedArrayBuffer(4 * length));
}

async function keep(weights: Float32Array, { first, second, steps }: AdamState): Promise<void> {
  await writeFile(`${CHECKPOINT}.part`, Buffer.from(Float32Array.from([steps, ...weights, ...first, ...second]).buffer));
  await rename(`${CHECKPOINT}.part`, CHECKPOINT);
}

async function resume(weights: Float32Array, state: AdamState): Promise<void> {
  const file = await readFile(CHECKPOINT).catch(() => undefined);
  if (!file || file.length !== 4 * (1 + 3 * PARAMETER_COUNT)) return;
  const all = new Float32Array(file.buffer.slice(file.byteOffset, file.byteOffset + file.length));
  state.steps = all[0] as number;
  weights.set(all.subarray(1, 1 + PARAMETER_COUNT));
  state.first.set(all.subarray(1 + PARAMETER_COUNT, 1 + 2 * PARAMETER_COUNT));
  state.second.set(all.subarray(1 + 2 * PARAMETER_COUNT));
}

async function writeWeights(weights: Float32Array, rows: number): Promise<void> {
  await writeFile(
    WEIGHTS,
    `/** Written by models/lip-sync/train.ts from ${(rows / 360_000).toFixed(1)} hours of synthetic speech; see weight-codec.ts. */
export const MOUTH_WEIGHTS =
  '${packWeights(layerViews(weights))}';
`,
  );
}
