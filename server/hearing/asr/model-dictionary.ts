import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Handle, ModelFiles, PocketSphinxLibrary } from './pocketsphinx-library.ts';

const SUFFIX = '.dict';
/** What PocketSphinx skips in a dictionary. */
const COMMENT = ';; ';
/** Any base does: only words are asked for. */
const LOG_BASE = 1.0001;
/** In no dictionary; the language model gives every word that it does not know the number of this one. */
const UNKNOWN_WORD = '<UNK>';

/**
 * The path of a dictionary with the words that the language model knows, made from the full one the first time and kept in
 * `folder`. The recogniser can understand no other words, and without them each decoder takes 13 MB less and loads sooner.
 * Without a folder, or with one that cannot be used, it is the full dictionary.
 */
export async function modelDictionary(lib: PocketSphinxLibrary, files: ModelFiles, folder: string): Promise<string> {
  if (folder === '') return files.dictionaryFile;
  try {
    const file = join(folder, `${await keyOf(files)}${SUFFIX}`);
    if (!(await isWhole(file))) await keep(await withoutUnknownWords(lib, files), file, folder);
    return file;
  } catch {
    return files.dictionaryFile;
  }
}

async function keyOf({ dictionaryFile, languageModelFile }: ModelFiles): Promise<string> {
  const files = [dictionaryFile, languageModelFile, import.meta.filename];
  const versions = await Promise.all(files.map(async (file) => stat(file).then(({ size, mtimeMs }) => [file, size, mtimeMs])));
  return createHash('sha256').update(JSON.stringify(versions)).digest('hex').slice(0, 32);
}

/** Its first line tells the digest of the others: a file that was cut short or overwritten counts as none. */
async function isWhole(file: string): Promise<boolean> {
  const bytes = await readFile(file).catch(() => Buffer.alloc(0));
  const body = bytes.indexOf('\n') + 1;
  return body > 0 && bytes.toString('latin1', 0, body) === firstLine(bytes.subarray(body));
}

const firstLine = (body: Buffer): string => `${COMMENT}${createHash('sha256').update(body).digest('hex')}\n`;

async function withoutUnknownWords(lib: PocketSphinxLibrary, { dictionaryFile, languageModelFile }: ModelFiles): Promise<Buffer> {
  const dictionary = await readFile(dictionaryFile, 'utf8');
  const logMath = lib.newLogMath(LOG_BASE, 0, 0) as Handle;
  const model = (await lib.readModel(null, languageModelFile, lib.autoType, logMath)) as Handle | null;
  try {
    if (!model) throw new Error(`PocketSphinx could not load the language model ${languageModelFile}`);
    const unknownId = lib.wordId(model, UNKNOWN_WORD) as number;
    const lines = dictionary.split('\n').filter((line) => {
      const word = /^\S+?(?=\(\d+\)\s|\s)/.exec(line)?.[0];
      return word !== undefined && lib.wordId(model, word) !== unknownId;
    });
    return Buffer.from(`${lines.join('\n')}\n`);
  } finally {
    if (model) lib.freeModel(model);
    lib.freeLogMath(logMath);
  }
}

async function keep(body: Buffer, file: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const unfinished = join(folder, `${randomUUID()}.tmp`);
  await writeFile(unfinished, Buffer.concat([Buffer.from(firstLine(body)), body]));
  await rename(unfinished, file);
  // Those of an earlier model or dictionary.
  const old = (await readdir(folder)).map((name) => join(folder, name)).filter((path) => path.endsWith(SUFFIX) && path !== file);
  await Promise.all(old.map((path) => rm(path, { force: true })));
}
