import { fanIn, LAYERS, type LayerShape } from '../../server/face/lip-sync/network-shape.ts';
import type { Random } from './random.ts';

/** All weights of the network in one array, layer by layer: first the weights, then the biases. */
export const PARAMETER_COUNT = LAYERS.reduce((sum, shape) => sum + (fanIn(shape) + 1) * shape.outputs, 0);

export function layerViews(all: Float32Array): { weights: Float32Array; biases: Float32Array }[] {
  let at = 0;
  return LAYERS.map((shape) => {
    const weights = all.subarray(at, (at += fanIn(shape) * shape.outputs));
    const biases = all.subarray(at, (at += shape.outputs));
    return { weights, biases };
  });
}

/** He et al., "Delving deep into rectifiers" (2015); residual layers begin small. */
export function initialWeights(random: Random): Float32Array {
  const all = new Float32Array(PARAMETER_COUNT);
  layerViews(all).forEach(({ weights }, i) => {
    const shape = LAYERS[i] as LayerShape;
    const spread = Math.sqrt(2 / fanIn(shape)) * (shape.isResidual ? 0.7 : 1);
    for (let k = 0; k < weights.length; k++) weights[k] = spread * random.normal();
  });
  return all;
}

interface Layer {
  readonly shape: LayerShape;
  /** What its taps gather, by row. */
  readonly gathered: Float32Array;
  /** By row and output: 0 where rectified or dropped, else what dropping the others leaves to make up for. */
  readonly open: Float32Array;
  readonly out: Float32Array;
}

/**
 * Every second row is enough to learn from: all layers but the first look at rows that are even numbers apart, so half of the
 * arithmetic is spared.
 */
export const ROW_STEP = 2;

/** Forward and backward through pieces of `rows` rows, each ROW_STEP rows of features after the other. */
export class Backpropagation {
  readonly #layers: readonly Layer[];
  readonly #rows: number;
  readonly #weights: ReturnType<typeof layerViews>;
  readonly #gradients: ReturnType<typeof layerViews>;
  readonly #dropShare: number;

  constructor(rows: number, weights: Float32Array, gradients: Float32Array, dropShare: number) {
    this.#rows = rows;
    this.#weights = layerViews(weights);
    this.#gradients = layerViews(gradients);
    this.#dropShare = dropShare;
    this.#layers = LAYERS.map((shape) => ({
      shape,
      gathered: new Float32Array(rows * fanIn(shape)),
      open: new Float32Array(rows * shape.outputs),
      out: new Float32Array(rows * shape.outputs),
    }));
  }

  /**
   * Adds the gradients of the mean cross-entropy of the rows against `targets` (index of the viseme), each weighed by its
   * class and softened by `smoothing`; returns the loss.
   */
  learn(features: Float32Array, targets: Uint8Array, classWeights: Float32Array, smoothing: number, random: Random): number {
    let input = features;
    this.#layers.forEach((layer, i) => {
      this.#forward(layer, i, input, random);
      input = layer.out;
    });
    const { shape } = this.#layers.at(-1) as Layer;
    let gradient = new Float32Array(this.#rows * shape.outputs);
    const loss = crossEntropy(input, targets, classWeights, smoothing, gradient);
    for (let i = this.#layers.length - 1; i >= 0; i--) gradient = this.#backward(this.#layers[i] as Layer, i, gradient);
    return loss;
  }

  #forward({ shape, gathered, open, out }: Layer, index: number, input: Float32Array, random: Random): void {
    const { inputs, outputs, offsets, isResidual } = shape;
    const { weights, biases } = this.#weights[index] as { weights: Float32Array; biases: Float32Array };
    const isLast = index === LAYERS.length - 1;
    const width = fanIn(shape);
    const available = input.length / inputs;
    gathered.fill(0);
    for (let row = 0; row < this.#rows; row++)
      offsets.forEach((offset, tap) => {
        const from = index === 0 ? ROW_STEP * row + offset : row + offset / ROW_STEP;
        if (from >= 0 && from < available) gathered.set(input.subarray(from * inputs, (from + 1) * inputs), row * width + tap * inputs);
      });
    const kept = 1 / (1 - this.#dropShare);
    for (let row = 0; row < this.#rows; row++) {
      const base = row * width;
      for (let j = 0; j < outputs; j++) {
        const at = j * width;
        let [even, odd] = [biases[j] as number, 0];
        for (let k = 0; k + 1 < width; k += 2) {
          even += (weights[at + k] as number) * (gathered[base + k] as number);
          odd += (weights[at + k + 1] as number) * (gathered[base + k + 1] as number);
        }
        if (width % 2 === 1) even += (weights[at + width - 1] as number) * (gathered[base + width - 1] as number);
        const sum = even + odd;
        const gate = isLast ? 1 : sum <= 0 || random.chance(this.#dropShare) ? 0 : kept;
        const o = row * outputs + j;
        open[o] = gate;
        out[o] = gate * sum + (isResidual ? (input[row * inputs + j] as number) : 0);
      }
    }
  }

  /** From the gradient of a layer's output to that of its input. */
  #backward({ shape, gathered, open }: Layer, index: number, gradient: Float32Array): Float32Array<ArrayBuffer> {
    const { inputs, outputs, offsets, isResidual } = shape;
    const { weights } = this.#weights[index] as { weights: Float32Array };
    const own = this.#gradients[index] as { weights: Float32Array; biases: Float32Array };
    const width = fanIn(shape);
    const below = new Float32Array(this.#rows * inputs);
    const spread = new Float32Array(width);
    for (let row = 0; row < this.#rows; row++) {
      const base = row * width;
      spread.fill(0);
      for (let j = 0; j < outputs; j++) {
        const g = (gradient[row * outputs + j] as number) * (open[row * outputs + j] as number);
        if (g === 0) continue;
        own.biases[j] = (own.biases[j] as number) + g;
        const at = j * width;
        for (let k = 0; k < width; k++) {
          own.weights[at + k] = (own.weights[at + k] as number) + g * (gathered[base + k] as number);
          spread[k] = (spread[k] as number) + g * (weights[at + k] as number);
        }
      }
      // Nobody asks for the gradient of the features.
      if (index === 0) continue;
      offsets.forEach((offset, tap) => {
        const to = row + offset / ROW_STEP;
        if (to < 0 || to >= this.#rows) return;
        for (let k = 0; k < inputs; k++) below[to * inputs + k] = (below[to * inputs + k] as number) + (spread[tap * inputs + k] as number);
      });
      if (isResidual)
        for (let k = 0; k < inputs; k++)
          below[row * inputs + k] = (below[row * inputs + k] as number) + (gradient[row * outputs + k] as number);
    }
    return below;
  }
}

function crossEntropy(
  logits: Float32Array,
  targets: Uint8Array,
  classWeights: Float32Array,
  smoothing: number,
  gradient: Float32Array,
): number {
  const classes = classWeights.length;
  let loss = 0;
  for (let row = 0; row < targets.length; row++) {
    const own = logits.subarray(row * classes, (row + 1) * classes);
    const top = Math.max(...own);
    let sum = 0;
    for (const value of own) sum += Math.exp(value - top);
    const target = targets[row] as number;
    const weight = (classWeights[target] as number) / targets.length;
    loss -= weight * ((own[target] as number) - top - Math.log(sum));
    for (let c = 0; c < classes; c++) {
      const wanted = smoothing / classes + (c === target ? 1 - smoothing : 0);
      gradient[row * classes + c] = weight * (Math.exp((own[c] as number) - top) / sum - wanted);
    }
  }
  return loss;
}
