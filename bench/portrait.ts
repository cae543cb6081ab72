import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { toVisavisError } from '../server/core/errors.ts';
import { importPortrait } from '../server/portrait/import.ts';
import { printReport, type ReportRow } from './report.ts';

/** A photograph becomes an avatar: time, likeness and size of every portrait in `--folder`, or why it was refused. */
const GOAL_S = 15;
const LIKENESS_DB = 40;
const MATERIAL = path.resolve(import.meta.dirname, '../../shared/material/portraits');

const { values } = parseArgs({ options: { folder: { type: 'string', default: MATERIAL } } });
const names = (await readdir(values.folder).catch(() => [])).filter((name) => /\.(jpe?g|png|webp)$/i.test(name)).sort();
if (names.length === 0) {
  process.stderr.write(`No pictures in ${values.folder}; name a folder of portraits with --folder.\n`);
  process.exit(2);
}

const outDir = await mkdtemp(path.join(tmpdir(), 'visavis-portraits-'));
const rows: ReportRow[] = [];
try {
  for (const [i, name] of names.entries()) {
    process.stderr.write(`portrait: ${i + 1} of ${names.length}\n`);
    try {
      const { elapsedMs, psnrDb, triangles } = await importPortrait(path.join(values.folder, name), { name: `portrait-${i}`, outDir });
      rows.push({
        id: 'A5',
        figure: name,
        value: `${(elapsedMs / 1000).toFixed(1)} s, ${psnrDb.toFixed(1)} dB, ${triangles} triangles`,
        goal: `<= ${GOAL_S} s, >= ${LIKENESS_DB} dB`,
        pass: elapsedMs <= GOAL_S * 1000 && psnrDb >= LIKENESS_DB,
      });
    } catch (error) {
      rows.push({ id: 'A5', figure: name, value: `refused: ${toVisavisError(error, 'portrait').code}` });
    }
  }
} finally {
  await rm(outDir, { recursive: true });
}
const reached = printReport({
  title: 'Photographs that become avatars',
  rows,
  notes: ['dB: luma of the neutral frame against the levelled photograph'],
});
process.exitCode = reached ? 0 : 1;
