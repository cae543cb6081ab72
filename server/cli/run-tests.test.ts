import { describe, expect, it } from 'vitest';
import { tallyOf } from './run-tests.ts';

const file = (status: string, ...results: string[]) => ({ status, assertionResults: results.map((result) => ({ status: result })) });

describe('tallyOf', () => {
  it('sums passed and failed tests of all files', () => {
    const report = { testResults: [file('passed', 'passed', 'passed'), file('failed', 'passed', 'failed', 'failed')] };
    expect(tallyOf(report, 1)).toEqual({ passed: 3, failed: 2 });
  });

  it('counts a file that fails as a whole once', () => {
    expect(tallyOf({ testResults: [file('failed'), file('passed', 'passed')] }, 1)).toEqual({ passed: 1, failed: 1 });
  });

  it('counts a run that fails without a failed test', () => {
    expect(tallyOf({ testResults: [file('passed', 'passed')] }, 1)).toEqual({ passed: 1, failed: 1 });
    expect(tallyOf(undefined, -1)).toEqual({ passed: 0, failed: 1 });
  });

  it('counts nothing where there is nothing', () => {
    expect(tallyOf({ testResults: [] }, 0)).toEqual({ passed: 0, failed: 0 });
  });
});
