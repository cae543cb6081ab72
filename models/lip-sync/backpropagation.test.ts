import { describe, expect, it } from 'vitest';
import { FEATURES } from '../../server/face/lip-sync/sound-features.ts';
import { adamState, adamStep } from './adam.ts';
import { Backpropagation, initialWeights, PARAMETER_COUNT, ROW_STEP } from './backpropagation.ts';
import { Random } from './random.ts';

const ROWS = 15;
const random = new Random(5);
const features = Float32Array.from({ length: ROWS * ROW_STEP * FEATURES }, () => random.normal());
const targets = Uint8Array.from({ length: ROWS }, (_, i) => i % 15);
const evenly = new Float32Array(15).fill(1);

describe('gradients', () => {
  it('are those of the loss', () => {
    const weights = initialWeights(new Random(1));
    const gradient = new Float32Array(PARAMETER_COUNT);
    const loss = (smoothing = 0) => new Backpropagation(ROWS, weights, gradient, 0).learn(features, targets, evenly, smoothing, random);
    loss();
    const analytic = gradient.slice();
    const step = 1e-2;
    let checked = 0;
    for (let i = 11; i < PARAMETER_COUNT; i += 4_567) {
      const kept = weights[i] as number;
      weights[i] = kept + step;
      const above = loss();
      weights[i] = kept - step;
      const below = loss();
      weights[i] = kept;
      expect((above - below) / (2 * step)).toBeCloseTo(analytic[i] as number, 2);
      checked++;
    }
    expect(checked).toBeGreaterThan(9);
    expect(analytic.some((g) => Math.abs(g) > 0.01)).toBe(true);
  });

  it('lead to weights that know the examples, the same ones every time', () => {
    const learned = () => {
      const own = new Random(3);
      const weights = initialWeights(own);
      const gradient = new Float32Array(PARAMETER_COUNT);
      const state = adamState(PARAMETER_COUNT);
      const network = new Backpropagation(ROWS, weights, gradient, 0.1);
      const losses = Array.from({ length: 8 }, () => {
        gradient.fill(0);
        const loss = network.learn(features, targets, evenly, 0.05, own);
        adamStep(weights, gradient, state, 3e-3, 1e-3, 1);
        return loss;
      });
      return { first: losses[0] as number, last: losses.at(-1) as number, weights };
    };
    const { first, last, weights } = learned();
    expect(last).toBeLessThan(0.75 * first);
    expect(learned().weights).toEqual(weights);
  });
});
