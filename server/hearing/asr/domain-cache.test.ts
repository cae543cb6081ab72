import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DomainOptions, prepareDomain } from './domain.ts';
import { cachedDomain } from './domain-cache.ts';

describe('the cache of prepared domains', () => {
  let folder: string;
  let options: DomainOptions;
  const kept = () => join(folder, 'kept');

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'visavis-domain-cache-'));
    const dictionaryFile = join(folder, 'words.dict');
    options = { dictionaryFile, loadedDictionaryFile: dictionaryFile, maxTopics: 5, maxNewWords: 5 };
    await writeFile(dictionaryFile, 'hello HH AH L OW\nworld W ER L D\nwhat W AH T\nis IH Z\n');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('gives what was prepared, without the dictionary', async () => {
    const sentences = ['Hello Visavis world', 'What is Visavis?'];
    const first = await cachedDomain(sentences, options, kept());
    expect(first).toEqual(await prepareDomain(sentences, options));

    const [name] = await readdir(kept());
    const before = await readFile(join(kept(), name!));
    expect(await cachedDomain(sentences, options, kept())).toEqual(first);
    expect(await readdir(kept())).toEqual([name]);
    expect((await readFile(join(kept(), name!))).equals(before)).toBe(true);
  });

  it('prepares anew when the sentences change, and forgets those before the last four', async () => {
    await cachedDomain(['Hello world'], options, kept());
    const [old] = await readdir(kept());
    await utimes(join(kept(), old!), 1, 1);
    for (const word of ['hello', 'world', 'what', 'is']) {
      expect(await cachedDomain([word], options, kept())).toEqual(await prepareDomain([word], options));
    }
    expect(await readdir(kept())).toHaveLength(4);
    expect(await readdir(kept())).not.toContain(old);
  });

  it('prepares anew when the kept file is damaged', async () => {
    const sentences = ['Hello world'];
    const first = await cachedDomain(sentences, options, kept());
    const [name] = await readdir(kept());
    const bytes = await readFile(join(kept(), name!));
    for (const damaged of [
      bytes.subarray(0, bytes.length - 7),
      Buffer.from('junk'),
      Buffer.from(bytes.map((byte, i) => (i === bytes.length - 30 ? byte ^ 1 : byte))),
    ]) {
      await writeFile(join(kept(), name!), damaged);
      expect(await cachedDomain(sentences, options, kept())).toEqual(first);
    }
  });

  it('works where nothing can be kept', async () => {
    await writeFile(kept(), 'a file where the folder should be');
    const prepared = await prepareDomain(['Hello world'], options);
    expect(await cachedDomain(['Hello world'], options, kept())).toEqual(prepared);
    expect(await cachedDomain(['Hello world'], options, '')).toEqual(prepared);
  });
});
