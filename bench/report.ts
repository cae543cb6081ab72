import { cpus, freemem, loadavg, totalmem } from 'node:os';

/** One figure of a report: what was measured, against which goal, and whether it holds. */
export interface ReportRow {
  /** Of the goals' table, e.g. `P1`. */
  readonly id: string;
  readonly figure: string;
  readonly value: string;
  /** Left out where there is nothing to reach. */
  readonly goal?: string;
  readonly pass?: boolean;
}

export interface Report {
  readonly title: string;
  readonly rows: readonly ReportRow[];
  readonly notes?: readonly string[];
}

/** Prints the table and what the machine was doing; says whether every goal was reached. */
export function printReport(report: Report): boolean {
  process.stdout.write(`${formatReport(report)}\n`);
  return report.rows.every(({ pass }) => pass !== false);
}

export function formatReport({ title, rows, notes = [] }: Report, load = machineLoad()): string {
  const cells = rows.map(({ id, figure, value, goal, pass }) => [id, figure, value, goal ?? '', verdict(pass)]);
  return [
    '',
    title,
    ...alignTable([['id', 'figure', 'value', 'goal', ''], ...cells]),
    ...notes.map((note) => `  ${note}`),
    `  ${load}`,
    '',
  ].join('\n');
}

const verdict = (pass: boolean | undefined): string => (pass === undefined ? '' : pass ? 'reached' : 'MISSED');

/** Columns padded to their widest cell, under a ruled head. */
export function alignTable(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>((widest, row) => row.map((cell, i) => Math.max(widest[i] ?? 0, cell.length)), []);
  const line = (row: readonly string[]) => `  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}`.trimEnd();
  const [head, ...body] = rows.map(line);
  return [head ?? '', `  ${widths.map((width) => '-'.repeat(width)).join('  ')}`, ...body];
}

/** Cores, what they were busy with and the memory: figures of a busy machine mean less. */
export function machineLoad(): string {
  const cores = cpus();
  const gigabytes = (bytes: number) => (bytes / 2 ** 30).toFixed(1);
  const load = loadavg().map((average) => average.toFixed(1));
  return `machine: ${cores.length} cores (${cores[0]?.model.trim() ?? 'unknown'}), load ${load.join(' ')}, ${gigabytes(freemem())} of ${gigabytes(totalmem())} GB free, Node ${process.version}`;
}

/** The value below which `share` (0..1) of the samples lie; linear between ranks. NaN without samples. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  if (sorted.length === 0) return Number.NaN;
  const rank = (sorted.length - 1) * Math.min(1, Math.max(0, share));
  const below = sorted[Math.floor(rank)]!;
  const above = sorted[Math.ceil(rank)]!;
  return below + (above - below) * (rank - Math.floor(rank));
}
