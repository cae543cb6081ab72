import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { InferenceSession } from 'onnxruntime-web';
import { z } from 'zod';
import type { EmotionEstimate } from '../../core/emotion.ts';
import { loadOnnxRuntime } from '../../core/onnx-runtime.ts';
import { estimateOfLogits } from './emotion-labels.ts';
import { createTokenizer, type Tokenizer } from './tokenizer.ts';

const configSchema = z.object({ id2label: z.record(z.string(), z.string()) });

/** A spoken utterance has fewer. */
const MOST_TOKENS = 128;
/** Such models are right four times in five on texts like those that they were trained on. */
const MOST_CONFIDENCE = 0.85;

/**
 * A text classifier as a folder: `model.onnx` (`input_ids` and `attention_mask`, int64 [1, tokens], to logits [1, labels]),
 * `tokenizer.json` and `config.json` with `id2label`. DistilRoBERTa- and DistilBERT-shaped emotion models are published so.
 */
export class TextClassifier {
  readonly #session: InferenceSession;
  readonly #tensor: typeof import('onnxruntime-web').Tensor;
  readonly #tokenizer: Tokenizer;
  readonly #labels: readonly string[];

  private constructor(parts: {
    session: InferenceSession;
    tensor: typeof import('onnxruntime-web').Tensor;
    tokenizer: Tokenizer;
    labels: readonly string[];
  }) {
    this.#session = parts.session;
    this.#tensor = parts.tensor;
    this.#tokenizer = parts.tokenizer;
    this.#labels = parts.labels;
  }

  /** @throws whatever is wrong with the folder */
  static async load(folder: string): Promise<TextClassifier> {
    const read = async (file: string): Promise<unknown> => JSON.parse(await readFile(path.join(folder, file), 'utf8'));
    const tokenizer = createTokenizer(await read('tokenizer.json'));
    const { id2label } = configSchema.parse(await read('config.json'));
    const labels = Object.keys(id2label).map((_, i) => id2label[i] ?? '');
    const { ort } = await loadOnnxRuntime();
    const session = await ort.InferenceSession.create(await readFile(path.join(folder, 'model.onnx')), { intraOpNumThreads: 1 });
    return new TextClassifier({ session, tensor: ort.Tensor, tokenizer, labels });
  }

  async estimate(text: string): Promise<EmotionEstimate> {
    const tokens = this.#tokenizer.encode(text, MOST_TOKENS);
    const shape = [1, tokens.length];
    const inputs = {
      input_ids: () => BigInt64Array.from(tokens, BigInt),
      attention_mask: () => new BigInt64Array(tokens.length).fill(1n),
      token_type_ids: () => new BigInt64Array(tokens.length),
    };
    const feeds = this.#session.inputNames.flatMap((name) => {
      const make = inputs[name as keyof typeof inputs];
      return make ? [[name, new this.#tensor('int64', make(), shape)] as const] : [];
    });
    const result = await this.#session.run(Object.fromEntries(feeds));
    const logits = result[this.#session.outputNames[0] as string]?.data as Float32Array;
    return estimateOfLogits(logits, this.#labels, MOST_CONFIDENCE);
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}
