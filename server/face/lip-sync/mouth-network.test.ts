import { describe, expect, it } from 'vitest';
import { MouthNetwork } from './mouth-network.ts';
import { fanIn, LAYERS, LOOK_AHEAD_ROWS, type LayerWeights } from './network-shape.ts';
import { FEATURES } from './sound-features.ts';
import { packWeights, unpackWeights } from './weight-codec.ts';

const wave = (i: number) => Math.sin(12.9898 * i) * 0.3;
const weights: LayerWeights[] = LAYERS.map((shape, l) => ({
  weights: Float32Array.from({ length: fanIn(shape) * shape.outputs }, (_, i) => wave(i + l)),
  biases: Float32Array.from({ length: shape.outputs }, (_, i) => wave(3 * i)),
}));
const rows = Array.from({ length: 60 }, (_, t) => Float32Array.from({ length: FEATURES }, (_, f) => wave(7 * t + f) * 3));

/** All rows at once, straight from the definition. */
function whole(input: readonly Float32Array[]): Float32Array[] {
  const logits = LAYERS.reduce<readonly Float32Array[]>((below, { inputs, outputs, offsets, isResidual }, l) => {
    const { weights: w, biases } = weights[l] as LayerWeights;
    return below.map((own, t) =>
      Float32Array.from({ length: outputs }, (_, j) => {
        let sum = biases[j] as number;
        offsets.forEach((offset, tap) => {
          for (let k = 0; k < inputs; k++) sum += (w[(j * offsets.length + tap) * inputs + k] as number) * (below[t + offset]?.[k] ?? 0);
        });
        if (l < LAYERS.length - 1) sum = Math.max(0, sum);
        return isResidual ? sum + (own[j] as number) : sum;
      }),
    );
  }, input);
  return logits.map((row) => {
    const powers = row.map((v) => Math.exp(v - Math.max(...row)));
    return powers.map((v) => v / powers.reduce((a, b) => a + b, 0));
  });
}

describe('network', () => {
  it('gives row by row what it gives for all rows at once, after its look-ahead', () => {
    const network = new MouthNetwork(weights);
    const streamed = rows.map((row) => network.push(row)?.slice());
    expect(streamed.findIndex(Boolean)).toBe(LOOK_AHEAD_ROWS);
    const wanted = whole(rows);
    streamed.slice(LOOK_AHEAD_ROWS).forEach((row, t) => {
      const error = row?.reduce((worst, p, v) => Math.max(worst, Math.abs(p - (wanted[t]?.[v] as number))), 0);
      expect(error).toBeLessThan(1e-4);
    });
  });
});

describe('weights as text', () => {
  it('come back to within half a step', () => {
    const back = unpackWeights(packWeights(weights));
    back.forEach((layer, l) => {
      expect(layer.biases).toEqual(weights[l]?.biases);
      const error = layer.weights.reduce((worst, w, i) => Math.max(worst, Math.abs(w - (weights[l]?.weights[i] as number))), 0);
      expect(error).toBeLessThan(0.3 / 127);
    });
  });

  it('of another network are refused', () => {
    expect(() => unpackWeights(packWeights(weights).slice(0, -8))).toThrow(RangeError);
    expect(() => unpackWeights('')).toThrow(RangeError);
  });
});
