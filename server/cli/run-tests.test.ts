import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failuresOf, type Runner, runAll, tallyOf } from './run-tests.ts';

const file = (status: string, ...results: string[]) => ({
  name: 'some.test.ts',
  status,
  message: status === 'failed' ? 'no such module' : '',
  assertionResults: results.map((result, index) => ({
    status: result,
    fullName: `test ${index}`,
    failureMessages: result === 'failed' ? ['expected 1 to be 2'] : [],
  })),
});

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

describe('failuresOf', () => {
  it('names each failed test with its reason, or the file that failed as a whole', () => {
    expect(failuresOf({ testResults: [file('failed', 'passed', 'failed'), file('passed', 'passed'), file('failed')] })).toEqual([
      'some.test.ts: test 1\nexpected 1 to be 2',
      'some.test.ts: no such module',
    ]);
    expect(failuresOf(undefined)).toEqual([]);
  });
});

describe('runAll', () => {
  let rootDir: string;
  beforeEach(() => {
    rootDir = mkdtempSync(join(tmpdir(), 'visavis-tests-'));
  });
  afterEach(() => rmSync(rootDir, { recursive: true }));

  const tool = (title: string, source: string, reportFile?: string): Runner => {
    const path = join(rootDir, `${title}.cjs`);
    writeFileSync(path, source);
    return { title, part: 'unit', args: [path], ...(reportFile ? { reportFile } : {}) };
  };
  async function run(runners: readonly Runner[], timeoutMs = 60_000) {
    const lines: string[] = [];
    const total = await runAll(runners, { rootDir, timeoutMs, say: (line) => lines.push(line) });
    return { total, last: lines.at(-1), lines };
  }

  it('sums tools and reports, and ends with the sum alone on its line', async () => {
    const reportFile = join(rootDir, 'report.json');
    const report = JSON.stringify({ testResults: [file('failed', 'passed', 'passed', 'failed')] });
    const writes = `require('node:fs').writeFileSync(${JSON.stringify(reportFile)}, ${JSON.stringify(report)}); process.exit(1)`;
    const { total, last, lines } = await run([tool('good', ''), tool('bad', 'process.exit(2)'), tool('suite', writes, reportFile)]);
    expect(total).toEqual({ passed: 3, failed: 2 });
    expect(last).toBe('\n3 passed, 2 failed');
    expect(lines.at(-2)).toBe('\n== bad: 1 failed\n== suite: 1 failed\nsome.test.ts: test 2\nexpected 1 to be 2');
  });

  it('ends a tool that hangs, and still runs and sums the rest', async () => {
    const { total, lines } = await run([tool('hangs', 'setInterval(() => {}, 1000)')], 300);
    expect(total).toEqual({ passed: 0, failed: 1 });
    expect(lines.join('\n')).toContain('== hangs: ENDED, it took too long,');
  });
});
