import { expect, it } from 'vitest';
import { overallShare } from './draw-brief.ts';

it('steps that each go from nothing to all become one share that never falls', () => {
  const overall = overallShare();
  const steps: readonly (readonly [string, number])[] = [
    ['shadows', 0],
    ['head', 0.5],
    ['head', 1],
    ['body', 0],
    ['body', 1],
    ['left lid', 1],
    ['something new', 0.5],
    ['front hair', 0],
  ];
  const shares = steps.map(([what, share]) => overall(what, share));
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  expect(shares[1]).toBeCloseTo(0.14);
  expect(shares.at(-1)).toBeCloseTo(0.39);
});
