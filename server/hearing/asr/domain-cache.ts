import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { type DomainOptions, type PreparedDomain, prepareDomain } from './domain.ts';

/** What a prepared domain is made by: a change to one of them makes what was kept worthless. */
const SOURCES = ['domain.ts', 'domain-model.ts', 'pronunciation.ts', 'question-frames.ts', 'spoken-words.ts'];
const SUFFIX = '.domain';
/** Servers with different knowledge may share the folder; what is older than these is deleted. */
const MAX_KEPT = 4;

/**
 * `prepareDomain`, but what an earlier process prepared from the same sentences is read from `folder`: preparing takes half
 * a second of processor time and 60 MB for the dictionary, at every start. Without a folder, or with one that cannot be
 * used, it is prepared.
 */
export async function cachedDomain(sentences: readonly string[], options: DomainOptions, folder: string): Promise<PreparedDomain> {
  if (folder === '') return prepareDomain(sentences, options);
  const file = join(folder, `${await keyOf(sentences, options)}${SUFFIX}`);
  const kept = await readFile(file).then(
    (bytes) => parse(bytes),
    () => undefined,
  );
  if (kept) return kept;
  const prepared = await prepareDomain(sentences, options);
  await keep(prepared, file, folder).catch(() => undefined);
  return prepared;
}

async function keyOf(sentences: readonly string[], options: DomainOptions): Promise<string> {
  const files = [options.dictionaryFile, options.loadedDictionaryFile, ...SOURCES.map((name) => join(import.meta.dirname, name))];
  const versions = await Promise.all(files.map(async (file) => stat(file).then(({ size, mtimeMs }) => [file, size, mtimeMs])));
  return createHash('sha256')
    .update(JSON.stringify([sentences, options, versions]))
    .digest('hex')
    .slice(0, 32);
}

/** A file that was cut short or overwritten counts as none. */
function parse(bytes: Buffer): PreparedDomain | undefined {
  try {
    const { digest, body } = deserialize(bytes) as { digest: string; body: Uint8Array };
    return digest === digestOf(body) ? (deserialize(body) as PreparedDomain) : undefined;
  } catch {
    return undefined;
  }
}

const digestOf = (body: Uint8Array): string => createHash('sha256').update(body).digest('hex');

async function keep(prepared: PreparedDomain, file: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const unfinished = join(folder, `${randomUUID()}.tmp`);
  const body = serialize(prepared);
  await writeFile(unfinished, serialize({ digest: digestOf(body), body }), { mode: 0o600 });
  await rename(unfinished, file);
  const kept = (await readdir(folder)).filter((name) => name.endsWith(SUFFIX)).map((name) => join(folder, name));
  const ages = await Promise.all(kept.map(async (path) => ({ path, mtimeMs: (await stat(path)).mtimeMs })));
  const old = ages.sort((a, b) => b.mtimeMs - a.mtimeMs).slice(MAX_KEPT);
  await Promise.all(old.map(({ path }) => rm(path, { force: true })));
}
