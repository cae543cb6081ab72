import { describe, expect, it } from 'vitest';
import { areaUnderCurve, fitLogistic, logit } from './logistic.ts';

describe('logistic regression', () => {
  it('finds the odds of a table of counts', () => {
    // With x = 0 one in four is true, with x = 1 three in four: bias -log 3, weight 2 log 3.
    const model = fitLogistic(
      [
        { x: [0], y: 1, weight: 1 },
        { x: [0], y: 0, weight: 3 },
        { x: [1], y: 1, weight: 3 },
        { x: [1], y: 0, weight: 1 },
      ],
      0,
    );
    expect(model.bias).toBeCloseTo(-Math.log(3), 4);
    expect(model.weights[0]).toBeCloseTo(2 * Math.log(3), 4);
    expect(logit(model, [1])).toBeCloseTo(Math.log(3), 4);
  });

  it('stays finite where the examples are separable, thanks to the penalty', () => {
    const model = fitLogistic(
      [
        { x: [-1, 2], y: 0, weight: 1 },
        { x: [1, 2], y: 1, weight: 1 },
      ],
      1,
    );
    expect(model.weights[0]).toBeGreaterThan(0);
    expect(model.weights[0]).toBeLessThan(1);
    expect(model.weights[1]).toBeCloseTo(0, 3);
  });

  it('tells how well scores separate', () => {
    const scored = [
      { score: 1, y: 1 },
      { score: 0, y: 0 },
      { score: 2, y: 0 },
      { score: 1, y: 0 },
    ] as const;
    expect(areaUnderCurve(scored)).toBe(0.5);
  });
});
