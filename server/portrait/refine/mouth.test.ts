import { describe, expect, it } from 'vitest';
import { type Curve, curveAt, range } from '../numeric/curve.ts';
import { underTeeth } from './mouth.ts';

const xs = range(0, 100, 101);
const curve = (y: (x: number) => number): Curve => ({ xs, ys: xs.map(y) });
/** A smile: the lower lip's outer edge, and its inner edge ten pixels above in the middle. */
const outer = curve((x) => 40 - 0.016 * (x - 50) ** 2);
const inner = curve((x) => curveAt(outer, x) - 10 * Math.sqrt(Math.max(0, 1 - ((x - 50) / 50) ** 2)));

describe('the lower lip of a smile', () => {
  it('is left where it was found while it is about as thick as in its middle', () => {
    const found = curve((x) => curveAt(inner, x) - 2);
    expect(Array.from(underTeeth(found, outer, [0, 100], 4).ys)).toEqual(Array.from(found.ys));
  });

  it('begins below the teeth where the line was led across them', () => {
    const astray = curve((x) => curveAt(inner, x) - (x > 75 && x < 90 ? 12 : 0));
    const line = underTeeth(astray, outer, [0, 100], 4);
    for (const x of [80, 83, 86]) expect(Math.abs(curveAt(line, x) - curveAt(inner, x))).toBeLessThan(2);
    expect(curveAt(line, 50)).toBeCloseTo(curveAt(inner, 50), 6);
  });
});
