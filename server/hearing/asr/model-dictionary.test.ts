import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { canMakeSpeech, makeSpeech, scene } from '../test-speech.ts';
import { buildArpa } from './domain-model.ts';
import { modelDictionary } from './model-dictionary.ts';
import pocketsphinx from './pocketsphinx.ts';
import { findModel, loadPocketSphinx, type ModelFiles } from './pocketsphinx-library.ts';

const hasPocketSphinx = (await pocketsphinx.isAvailable(pocketsphinx.optionsSchema.parse({}))).available;
const hasSpeech = await canMakeSpeech();

describe.runIf(hasPocketSphinx)('the dictionary of the language model', () => {
  let folder: string;
  let files: ModelFiles;
  const kept = () => join(folder, 'kept');
  const made = async () => modelDictionary(loadPocketSphinx(), files, kept());
  const linesOf = async (file: string) =>
    (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '' && !line.startsWith(';;'));

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'visavis-model-dictionary-'));
    files = { acousticDir: '', dictionaryFile: join(folder, 'words.dict'), languageModelFile: join(folder, 'model.arpa') };
    await writeFile(
      files.dictionaryFile,
      ";;; a comment\nabattoir AE B AH T W AA R\nit's IH T S\nopen OW P AH N\nopen(2) OW P N\nopener OW P AH N ER\nopener(2) OW P N ER\nwe W IY\n",
    );
    await writeFile(
      files.languageModelFile,
      buildArpa([
        ['we', 'open'],
        ["it's", 'open'],
      ]),
    );
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('has the words that the model knows, with all their pronunciations', async () => {
    const file = await made();
    expect(await linesOf(file)).toEqual(["it's IH T S", 'open OW P AH N', 'open(2) OW P N', 'we W IY']);
    expect(await readdir(kept())).toHaveLength(1);
  });

  it('is made once, and anew for another model', async () => {
    const first = await made();
    const { mtimeMs } = await stat(first);
    expect(await made()).toBe(first);
    expect((await stat(first)).mtimeMs).toBe(mtimeMs);

    await writeFile(files.languageModelFile, buildArpa([['we', 'open', 'the', 'abattoir']]));
    const second = await made();
    expect(await linesOf(second)).toContain('abattoir AE B AH T W AA R');
    expect(await readdir(kept())).toEqual([second.slice(kept().length + 1)]);
  });

  it('is made anew when it is damaged or gone', async () => {
    const file = await made();
    const whole = await readFile(file);
    for (const damaged of [whole.subarray(0, -9), Buffer.from('junk'), Buffer.from(''), undefined]) {
      if (damaged) await writeFile(file, damaged);
      else await rm(kept(), { recursive: true });
      expect(await made()).toBe(file);
      expect((await readFile(file)).equals(whole)).toBe(true);
    }
  });

  it('is the full one where nothing can be kept, or the model cannot be read', async () => {
    expect(await modelDictionary(loadPocketSphinx(), files, '')).toBe(files.dictionaryFile);
    const blocked = join(folder, 'blocked');
    await writeFile(blocked, '');
    expect(await modelDictionary(loadPocketSphinx(), files, blocked)).toBe(files.dictionaryFile);
    await writeFile(files.languageModelFile, 'junk');
    expect(await made()).toBe(files.dictionaryFile);
    await rm(files.languageModelFile);
    expect(await made()).toBe(files.dictionaryFile);
  });

  it('has most of the English words', async () => {
    const english = (await findModel())!;
    const words = new Set((await linesOf(await modelDictionary(loadPocketSphinx(), english, kept()))).map((line) => line.split(' ')[0]!));
    expect(words.size).toBeGreaterThan(50_000);
    for (const word of ['a', 'the', 'the(2)', 'station', "it's"]) expect(words).toContain(word);
    expect(words).not.toContain('abattoir');
  });

  it.runIf(hasSpeech)('leaves the recogniser what the knowledge is about', async () => {
    const options = pocketsphinx.optionsSchema.parse({ decoders: 1, maxDecoders: 1, domainCacheDir: kept() });
    const engine = await pocketsphinx.create(options);
    try {
      // The second time every word is there already.
      for (const sentence of ['The zygote is closed.', 'Where is the zygote?']) await engine.setDomain?.([sentence]);
      const stream = engine.open({ callId: 'test', language: 'en', onPartial: () => undefined, onFailure: () => undefined });
      stream.push(scene([{ pcm: await makeSpeech('Where is the zygote?'), pauseBeforeMs: 300 }], { tailMs: 300 }).pcm);
      expect((await stream.finish()).text).toBe('where is the zygote');
    } finally {
      await engine.close();
    }
  });
});
