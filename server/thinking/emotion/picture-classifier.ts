import { readFile } from 'node:fs/promises';
import type { InferenceSession } from 'onnxruntime-web';
import type { EmotionEstimate } from '../../core/emotion.ts';
import { loadOnnxRuntime } from '../../core/onnx-runtime.ts';
import type { Picture } from '../contract.ts';
import { estimateOfLogits } from './emotion-labels.ts';

/** The classes of FER+ (Barsoum et al., "Training deep networks for facial expression recognition with crowd-sourced label distribution", 2016), in its order. */
const FER_PLUS = ['neutral', 'happiness', 'surprise', 'sadness', 'anger', 'disgust', 'fear', 'contempt'];
const USUAL_SIDE = 64;
const MOST_CONFIDENCE = 0.75;

/** A FER+-shaped model in one file: a grey face [1, 1, side, side], 0..255, to eight logits. */
export class PictureClassifier {
  readonly #session: InferenceSession;
  readonly #tensor: typeof import('onnxruntime-web').Tensor;

  private constructor(session: InferenceSession, tensor: typeof import('onnxruntime-web').Tensor) {
    this.#session = session;
    this.#tensor = tensor;
  }

  /** @throws when it is no model that the runtime can load */
  static async load(file: string): Promise<PictureClassifier> {
    const { ort } = await loadOnnxRuntime();
    return new PictureClassifier(await ort.InferenceSession.create(await readFile(file), { intraOpNumThreads: 1 }), ort.Tensor);
  }

  async estimate(picture: Picture): Promise<EmotionEstimate> {
    const { inputNames, outputNames } = this.#session;
    const face = new this.#tensor('float32', greyFace(picture, USUAL_SIDE), [1, 1, USUAL_SIDE, USUAL_SIDE]);
    const result = await this.#session.run({ [inputNames[0] as string]: face });
    return estimateOfLogits(result[outputNames[0] as string]?.data as Float32Array, FER_PLUS, MOST_CONFIDENCE);
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}

/** Luma (BT.601) of the picture, each pixel the mean of the area that it stands for. */
function greyFace({ width, height, rgb }: Picture, side: number): Float32Array {
  const grey = new Float32Array(side * side);
  const span = (i: number, length: number) =>
    [Math.floor((i * length) / side), Math.max(Math.floor((i * length) / side) + 1, Math.floor(((i + 1) * length) / side))] as const;
  for (let y = 0; y < side; y++) {
    const [top, bottom] = span(y, height);
    for (let x = 0; x < side; x++) {
      const [left, right] = span(x, width);
      let sum = 0;
      for (let v = top; v < bottom; v++)
        for (let u = left; u < right; u++) {
          const at = 3 * (v * width + u);
          sum += 0.299 * (rgb[at] ?? 0) + 0.587 * (rgb[at + 1] ?? 0) + 0.114 * (rgb[at + 2] ?? 0);
        }
      grey[y * side + x] = sum / ((bottom - top) * (right - left));
    }
  }
  return grey;
}
