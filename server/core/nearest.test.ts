import { describe, expect, it } from 'vitest';
import { editDistance, nearest } from './nearest.ts';

describe('nearest', () => {
  it.each([
    ['strat', 'start'],
    ['Start', 'start'],
    ['docter', 'doctor'],
    ['bnech', 'bench'],
    ['log_level', 'log-level'],
  ])('%s is meant as %s', (typed, meant) => {
    expect(nearest(typed, ['start', 'test', 'bench', 'doctor', 'dev', 'log-level'])).toBe(meant);
  });

  it('says nothing when nothing is close', () => {
    expect(nearest('zebra-crossing', ['start', 'test'])).toBeUndefined();
    expect(nearest('start', [])).toBeUndefined();
  });
});

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['kitten', 'sitting', 3],
    ['ab', 'ba', 1],
    ['abcd', 'acbd', 1],
  ])('%j to %j is %i', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
    expect(editDistance(b, a)).toBe(distance);
  });
});
