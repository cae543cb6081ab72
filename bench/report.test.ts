import { describe, expect, it } from 'vitest';
import { formatReport, machineLoad, quantile } from './report.ts';

describe('formatReport', () => {
  it('aligns figures with their goals and verdicts, and ends with notes and the machine', () => {
    const text = formatReport(
      {
        title: 'start',
        rows: [
          { id: 'P8', figure: 'ready', value: '1.20 s', goal: '<= 2 s', pass: true },
          { id: 'P8m', figure: 'memory at rest', value: '512 MB', goal: '<= 400 MB', pass: false },
          { id: '-', figure: 'processes', value: '4' },
        ],
        notes: ['five starts'],
      },
      'machine: M',
    );
    expect(text).toBe(
      [
        '',
        'start',
        '  id   figure          value   goal',
        '  ---  --------------  ------  ---------  -------',
        '  P8   ready           1.20 s  <= 2 s     reached',
        '  P8m  memory at rest  512 MB  <= 400 MB  MISSED',
        '  -    processes       4',
        '  five starts',
        '  machine: M',
        '',
      ].join('\n'),
    );
  });

  it('tells the load of this machine', () => {
    expect(machineLoad()).toMatch(/^machine: \d+ cores \(.+\), load [\d.]+ [\d.]+ [\d.]+, [\d.]+ of [\d.]+ GB free, Node v\d+/);
  });
});

describe('quantile', () => {
  it('is exact at the ranks and linear between them', () => {
    const samples = [40, 10, 30, 20, 50];
    expect([0, 0.5, 1, 0.95].map((share) => quantile(samples, share))).toEqual([10, 30, 50, 48]);
    expect(samples).toEqual([40, 10, 30, 20, 50]);
    expect(quantile([], 0.5)).toBeNaN();
    expect(quantile([7], 0.95)).toBe(7);
  });
});
