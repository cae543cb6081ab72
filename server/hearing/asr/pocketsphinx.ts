import { z } from 'zod';
import { hearingError } from '../hearing-error.ts';
import { type AsrEngine, type AsrStream, type AsrStreamOptions, defineAsr } from './asr.ts';
import { Decoder } from './decoder.ts';
import { DecoderPool } from './decoder-pool.ts';
import { type Domain, openDomain, type PreparedDomain } from './domain.ts';
import { cachedDomain } from './domain-cache.ts';
import { modelDictionary } from './model-dictionary.ts';
import { findModel, loadPocketSphinx, type ModelFiles, type PocketSphinxLibrary } from './pocketsphinx-library.ts';
import { PocketSphinxStream } from './pocketsphinx-stream.ts';

interface PocketSphinxOptions {
  readonly decoders: number;
  readonly maxDecoders: number;
  readonly domainWeight: number;
  readonly domainTopics: number;
  readonly domainNewWords: number;
  readonly domainCacheDir: string;
}

class PocketSphinx implements AsrEngine {
  readonly #options: PocketSphinxOptions;
  readonly #lib: PocketSphinxLibrary;
  readonly #files: ModelFiles;
  readonly #pool: DecoderPool;
  #domain: Domain | undefined;
  #generation = 0;
  #pendingDictionary: Promise<string> | undefined;

  constructor(lib: PocketSphinxLibrary, files: ModelFiles, options: PocketSphinxOptions) {
    this.#options = options;
    this.#lib = lib;
    this.#files = files;
    this.#pool = new DecoderPool({
      ready: options.decoders,
      max: Math.max(1, options.decoders, options.maxDecoders),
      load: async () => Decoder.load(lib, { ...files, dictionaryFile: await this.#dictionary() }),
      refresh: (decoder) => this.#refresh(decoder),
    });
  }

  open(options: AsrStreamOptions): AsrStream {
    return new PocketSphinxStream(options, this.#pool);
  }

  expectCalls(count: number): void {
    // Half of the callers speaking at once is much; more decoders are loaded when even more do.
    this.#pool.ready = Math.max(this.#options.decoders, 1 + Math.floor(count / 2));
  }

  refuses(language: string): string | undefined {
    return /^en(-|$)/i.test(language) ? undefined : `PocketSphinx understands English only, not "${language}"`;
  }

  async setDomain(sentences: readonly string[]): Promise<PreparedDomain> {
    const { domainTopics: maxTopics, domainNewWords: maxNewWords, domainCacheDir } = this.#options;
    const dictionaries = { dictionaryFile: this.#files.dictionaryFile, loadedDictionaryFile: await this.#dictionary() };
    const prepared = await cachedDomain(sentences, { ...dictionaries, maxTopics, maxNewWords }, domainCacheDir);
    await this.restoreDomain(prepared);
    return prepared;
  }

  async restoreDomain(prepared: unknown): Promise<void> {
    const old = this.#domain;
    this.#domain = await openDomain(prepared as PreparedDomain, ++this.#generation);
    // Not awaited: an utterance that comes first brings its decoder up to date itself.
    void this.#pool.refreshIdle().then(() => old?.[Symbol.asyncDispose]());
  }

  async close(): Promise<void> {
    this.#pool.close();
    await this.#domain?.[Symbol.asyncDispose]();
  }

  /** What decoders load. Looked for each time: somebody may empty the folder while the server runs. */
  #dictionary(): Promise<string> {
    this.#pendingDictionary ??= modelDictionary(this.#lib, this.#files, this.#options.domainCacheDir).finally(() => {
      this.#pendingDictionary = undefined;
    });
    return this.#pendingDictionary;
  }

  async #refresh(decoder: Decoder): Promise<void> {
    const domain = this.#domain;
    if (!domain || this.#options.domainWeight === 0) await decoder.useGenericModel();
    else if (decoder.domainGeneration !== domain.generation) await decoder.setDomain(domain, this.#options.domainWeight);
  }
}

export default defineAsr({
  id: 'pocketsphinx',
  optionsSchema: z.object({
    decoders: z.number().int().min(0).default(1),
    maxDecoders: z.number().int().min(0).default(8),
    domainWeight: z.number().min(0).max(1).default(0.5),
    domainTopics: z.number().int().min(0).default(200),
    domainNewWords: z.number().int().min(0).default(2_000),
    domainCacheDir: z.string().default(''),
  }),
  async isAvailable() {
    try {
      loadPocketSphinx();
    } catch {
      return { available: false, reason: 'The library of PocketSphinx is missing (Debian: libpocketsphinx3)' };
    }
    return (await findModel())
      ? { available: true }
      : { available: false, reason: 'The English model is missing (Debian: pocketsphinx-en-us)' };
  },
  async create(options) {
    const lib = loadPocketSphinx();
    const files = await findModel();
    if (!files) throw hearingError('engine_missing', 'The English model of PocketSphinx is missing');
    return new PocketSphinx(lib, files, options);
  },
});
