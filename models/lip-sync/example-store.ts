import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { examplesOf } from './examples.ts';
import { Random } from './random.ts';
import { CACHE, type Utterance, utterancesOf } from './speech-store.ts';
import { TEACHERS } from './voices.ts';

/** All examples in a row, in shared memory for the workers. */
export interface Examples {
  readonly rows: Int8Array<SharedArrayBuffer>;
  readonly visemes: Uint8Array<SharedArrayBuffer>;
}

/** One voice after the other, each kept when it is done; `goOn` is asked in between, and false ends with undefined. */
export async function allExamples(
  seed: number,
  passes: number,
  goOn: () => boolean,
  log: (line: string) => void,
): Promise<Examples | undefined> {
  await mkdir(join(CACHE, 'examples'), { recursive: true });
  const files: { rows: Buffer; visemes: Buffer }[] = [];
  for (let pass = 0; pass < passes; pass++)
    for (const [i, teacher] of TEACHERS.entries()) {
      const base = join(CACHE, 'examples', `${seed}-${pass}-${teacher.engine}-${teacher.name}-${teacher.texts}`);
      if (!(await isThere(base))) {
        if (!goOn()) return undefined;
        const utterances = await utterancesOf(teacher, seed + i);
        if (!utterances) {
          if (pass === 0) log(`${teacher.engine} ${teacher.name} is not installed`);
          continue;
        }
        const others =
          (await utterancesOf(TEACHERS[(i + 1) % TEACHERS.length] as (typeof TEACHERS)[number], seed + ((i + 1) % TEACHERS.length))) ?? [];
        await make(base, utterances, others, new Random(seed + 1000 * pass + i));
        log(`pass ${pass + 1} of ${passes}: ${teacher.engine} ${teacher.name}`);
      }
      files.push({ rows: await readFile(`${base}.rows`), visemes: await readFile(`${base}.visemes`) });
    }
  return {
    rows: new Int8Array(shared(files.map(({ rows }) => rows))),
    visemes: new Uint8Array(shared(files.map(({ visemes }) => visemes))),
  };
}

async function make(base: string, utterances: readonly Utterance[], others: readonly Utterance[], random: Random): Promise<void> {
  const examples = [...examplesOf(utterances, others, random)];
  await writeFile(`${base}.rows`, Buffer.concat(examples.map(({ rows }) => Buffer.from(rows.buffer))));
  await writeFile(`${base}.part`, Buffer.concat(examples.map(({ visemes }) => Buffer.from(visemes.buffer))));
  await rename(`${base}.part`, `${base}.visemes`);
}

const isThere = (base: string): Promise<boolean> =>
  readFile(`${base}.visemes`).then(
    () => true,
    () => false,
  );

function shared(parts: readonly Buffer[]): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(parts.reduce((sum, part) => sum + part.length, 0));
  const bytes = new Uint8Array(buffer);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return buffer;
}
