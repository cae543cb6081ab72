import { describe, expect, it } from 'vitest';
import { followBeside } from './head-depth.ts';

describe('what lies beside the head', () => {
  it('goes with it up to its outline', () => {
    for (const isCutOut of [true, false]) for (const distance of [0, 0.8, 1.2]) expect(followBeside(distance, isCutOut)).toBe(1);
  });

  it('follows less the further out it lies, and hardly where only background can be', () => {
    for (const isCutOut of [true, false]) {
      expect(followBeside(1.9, isCutOut)).toBeLessThan(followBeside(1.5, isCutOut));
      expect(followBeside(2.6, isCutOut)).toBeLessThan(0.2);
    }
  });
});
