import { fanIn, LAYERS, layerLookAhead, type LayerShape, type LayerWeights } from './network-shape.ts';

/** The network on sound as it comes: a row of features in, and LOOK_AHEAD_ROWS later the probability of each viseme. */
export class MouthNetwork {
  readonly #layers: readonly StreamingLayer[];
  readonly #probabilities: Float32Array;

  constructor(weights: readonly LayerWeights[]) {
    this.#layers = LAYERS.map((shape, i) => new StreamingLayer(shape, weights[i] as LayerWeights, i < LAYERS.length - 1));
    this.#probabilities = new Float32Array((LAYERS.at(-1) as LayerShape).outputs);
  }

  /** Probabilities for the row LOOK_AHEAD_ROWS before this one, once there is one; reused by the next call. */
  push(row: Float32Array): Float32Array | undefined {
    let values: Float32Array | undefined = row;
    for (const layer of this.#layers) {
      values = layer.push(values);
      if (!values) return undefined;
    }
    return softmax(values, this.#probabilities);
  }
}

class StreamingLayer {
  readonly #shape: LayerShape;
  readonly #weights: LayerWeights;
  readonly #isRectified: boolean;
  readonly #lookAhead: number;
  /** The last rows of input, row i at (i mod rows). */
  readonly #ring: Float32Array;
  readonly #rows: number;
  readonly #gathered: Float32Array;
  readonly #out: Float32Array;
  #count = 0;

  constructor(shape: LayerShape, weights: LayerWeights, isRectified: boolean) {
    this.#shape = shape;
    this.#weights = weights;
    this.#isRectified = isRectified;
    this.#lookAhead = layerLookAhead(shape);
    this.#rows = this.#lookAhead - Math.min(0, ...shape.offsets) + 1;
    this.#ring = new Float32Array(this.#rows * shape.inputs);
    this.#gathered = new Float32Array(fanIn(shape));
    this.#out = new Float32Array(shape.outputs);
  }

  push(input: Float32Array): Float32Array | undefined {
    const { inputs, outputs, offsets, isResidual } = this.#shape;
    this.#ring.set(input, (this.#count % this.#rows) * inputs);
    const centre = this.#count++ - this.#lookAhead;
    if (centre < 0) return undefined;
    // Rows before the sound are silent: the ring still holds its first zeros there.
    for (const [i, offset] of offsets.entries()) this.#gathered.set(this.#row(centre + offset), i * inputs);
    const { weights, biases } = this.#weights;
    const gathered = this.#gathered;
    const length = gathered.length;
    const out = this.#out;
    const through = isResidual ? this.#row(centre) : undefined;
    for (let j = 0, at = 0; j < outputs; j++, at += length) {
      // Two sums, so that one addition need not wait for the other.
      let [even, odd] = [biases[j] as number, 0];
      for (let k = 1; k < length; k += 2) {
        even += (weights[at + k - 1] as number) * (gathered[k - 1] as number);
        odd += (weights[at + k] as number) * (gathered[k] as number);
      }
      if (length % 2 === 1) even += (weights[at + length - 1] as number) * (gathered[length - 1] as number);
      const sum = this.#isRectified ? Math.max(0, even + odd) : even + odd;
      out[j] = through ? sum + (through[j] as number) : sum;
    }
    return out;
  }

  #row(index: number): Float32Array {
    const slot = (index + this.#rows) % this.#rows;
    return this.#ring.subarray(slot * this.#shape.inputs, (slot + 1) * this.#shape.inputs);
  }
}

function softmax(logits: Float32Array, out: Float32Array): Float32Array {
  const top = Math.max(...logits);
  let sum = 0;
  for (let i = 0; i < logits.length; i++) {
    const value = Math.exp((logits[i] as number) - top);
    out[i] = value;
    sum += value;
  }
  for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) / sum;
  return out;
}
