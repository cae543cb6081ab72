import { expect, it } from 'vitest';
import { evened, fillGaps } from './fill-gaps.ts';

const gap = Number.NaN;

it('gaps get the mean of what lies beside them, step by step', () => {
  expect(fillGaps([1, gap, 3, gap, gap, gap], 3)).toEqual([1, 2, 3, 1, 2, 3]);
});

it('evened cells are the means of what surrounds them, at the border of what is there', () => {
  expect(evened([0, 0, 0, 0, 9, 0, 0, 0, 0], 3)).toEqual([2.25, 1.5, 2.25, 1.5, 1, 1.5, 2.25, 1.5, 2.25]);
  expect(evened([4, 4, 4, 4], 2)).toEqual([4, 4, 4, 4]);
});
