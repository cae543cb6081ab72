import { HEARING_RATE_HZ } from '../hearing-rate.ts';
import { hearingError } from '../hearing-error.ts';
import type { Recognition, RecognisedWord } from './asr.ts';
import type { Domain } from './domain.ts';
import type { Handle, ModelFiles, PocketSphinxLibrary } from './pocketsphinx-library.ts';

/** Measured on two cores: a real-time factor of 0.07-0.16 with these, and no loss of accuracy that shows. */
const SPEED_OPTIONS = ['-fwdflat', 'no', '-maxhmmpf', '3000', '-maxwpf', '10', '-topn', '2'];
/** Words that often go on a sentence: those that hardly ever begin one. */
const FREQUENT = (
  'of to in for with on at by from about into than that which who is are was were be been have has had will would can could should do does did not ' +
  'and or but the a an my your his her it this one more time'
).split(' ');
const FRAME_MS = 10;
const SENTENCE_START = '<s>';
const SENTENCE_END = '</s>';
/** Fillers and sentence marks that the recogniser puts between words. */
const isWord = (symbol: string): boolean => !/^[<[]|^\+\+/.test(symbol);
const withoutVariant = (symbol: string): string => symbol.replace(/\(\d+\)$/, '');

/**
 * One PocketSphinx decoder (100 MB). Its methods must not overlap: the caller awaits each one. The running cepstral mean
 * stays between utterances, so a decoder is better on the call that it served last.
 */
export class Decoder {
  readonly #lib: PocketSphinxLibrary;
  readonly #config: Handle;
  readonly #decoder: Handle;
  readonly #generic: Handle;
  #model: Handle;
  #searchName: string | undefined;
  #domain: Domain | undefined;
  #frequent: readonly number[] | undefined;
  /** The call that was served last. */
  lastCallId: string | undefined;

  private constructor(lib: PocketSphinxLibrary, config: Handle, decoder: Handle, generic: Handle) {
    this.#lib = lib;
    this.#config = config;
    this.#decoder = decoder;
    this.#generic = generic;
    this.#model = lib.retainModel(generic) as Handle;
  }

  /** Before the first utterance, `useGenericModel` or `setDomain` must be awaited. */
  static async load(lib: PocketSphinxLibrary, files: ModelFiles): Promise<Decoder> {
    const args = ['visavis', '-hmm', files.acousticDir, '-dict', files.dictionaryFile, '-logfn', '/dev/null', ...SPEED_OPTIONS];
    const config = lib.parseArgs(null, lib.defaultArgs(), args.length, args, 1) as Handle | null;
    if (!config) throw hearingError('engine_failed', 'PocketSphinx refused its options');
    const decoder = (await lib.init(config)) as Handle | null;
    if (!decoder) throw hearingError('engine_failed', `PocketSphinx could not load the model ${files.acousticDir}`);
    const generic = (await lib.readModel(config, files.languageModelFile, lib.autoType, lib.logMath(decoder))) as Handle | null;
    if (!generic) throw hearingError('engine_failed', `PocketSphinx could not load the language model ${files.languageModelFile}`);
    return new Decoder(lib, config, decoder, generic);
  }

  get domainGeneration(): number {
    return this.#domain?.generation ?? 0;
  }

  async useGenericModel(): Promise<void> {
    if (this.#searchName === undefined) await this.#search(this.#generic, 'generic');
  }

  /** Mixes the language model of a domain with the generic one. `weight` is the domain's share. */
  async setDomain(domain: Domain, weight: number): Promise<void> {
    const lib = this.#lib;
    for (const { entry, phones } of domain.newWords) {
      // A second time it would become a variant of whichever word comes next.
      if (lib.lookupWord(this.#decoder, entry) === null) lib.addWord(this.#decoder, entry, phones, 0);
    }
    const model = (await lib.readModel(this.#config, domain.languageModelFile, lib.autoType, lib.logMath(this.#decoder))) as Handle | null;
    if (!model) throw hearingError('engine_failed', 'PocketSphinx could not read the language model of the domain');
    const names = ['generic', 'domain'];
    const weights = Float32Array.of(1 - weight, weight);
    const mixed = lib.mixModels(this.#config, [lib.retainModel(this.#generic), model], names, weights, 2) as Handle | null;
    if (!mixed) throw hearingError('engine_failed', 'PocketSphinx could not mix the language models');
    lib.setMixWeights(mixed, names, weights);
    await this.#search(mixed, `domain-${domain.generation}`);
    lib.freeModel(this.#model);
    this.#model = mixed;
    this.#domain = domain;
  }

  start(): void {
    this.#lib.startStream(this.#decoder);
    if (this.#lib.startUtterance(this.#decoder) < 0) throw hearingError('engine_failed', 'PocketSphinx could not begin an utterance');
  }

  async process(pcm: Int16Array): Promise<void> {
    const frames = await this.#lib.process(this.#decoder, pcm, pcm.length, 0, 0);
    if ((frames as number) < 0) throw hearingError('engine_failed', 'PocketSphinx could not decode');
  }

  async end(): Promise<void> {
    await this.#lib.endUtterance(this.#decoder);
  }

  /** What was understood so far. */
  recognition(): Recognition {
    const plain = this.hypothesis()
      .split(' ')
      .filter((symbol) => symbol && isWord(symbol))
      .map(withoutVariant);
    return {
      text: plain.map((word) => this.#written(word)).join(' '),
      words: plain.length === 0 ? [] : this.#words(),
      ...this.expect(plain),
    };
  }

  /** The raw symbols, to see cheaply whether anything has changed. */
  hypothesis(): string {
    return (this.#lib.hypothesis(this.#decoder, [0]) as string | null) ?? '';
  }

  free(): void {
    this.#lib.free(this.#decoder);
    this.#lib.freeModel(this.#model);
    this.#lib.freeModel(this.#generic);
    this.#lib.freeArgs(this.#config);
  }

  async #search(model: Handle, name: string): Promise<void> {
    const lib = this.#lib;
    // The search takes over the reference that it is given; ours is for scoring.
    const isSet =
      ((await lib.setModel(this.#decoder, name, lib.retainModel(model))) as number) >= 0 && lib.useSearch(this.#decoder, name) >= 0;
    if (!isSet) throw hearingError('engine_failed', 'PocketSphinx refused a language model');
    if (this.#searchName !== undefined) lib.dropSearch(this.#decoder, this.#searchName);
    this.#searchName = name;
  }

  #written(word: string): string {
    return this.#domain?.spelling.get(word) ?? word;
  }

  #words(): RecognisedWord[] {
    const lib = this.#lib;
    const words: RecognisedWord[] = [];
    let segment = lib.segments(this.#decoder) as Handle | null;
    while (segment) {
      const start = [0];
      const end = [0];
      lib.segmentFrames(segment, start, end);
      const symbol = lib.segmentWord(segment) as string;
      if (isWord(symbol))
        words.push({ text: this.#written(withoutVariant(symbol)), startMs: start[0]! * FRAME_MS, endMs: (end[0]! + 1) * FRAME_MS });
      segment = lib.nextSegment(segment) as Handle | null;
    }
    return words;
  }

  /**
   * What the generic model expects after the words: in a small domain the end of a sentence is likely after any word. The
   * scores are the ones that the search uses: probabilities raised to the decoder's language weight.
   */
  expect(words: readonly string[]): { sentenceEndLog10?: number; continuationLog10?: number } {
    const last = words.at(-1);
    if (last === undefined) return {};
    const lib = this.#lib;
    const id = (word: string): number => lib.wordId(this.#generic, word) as number;
    const history = [id(last), id(words.at(-2) ?? SENTENCE_START)] as const;
    const score = (word: number): number => lib.trigramScore(this.#generic, word, ...history, [0]) as number;
    const toLog10 = (value: number): number => lib.toLog10(lib.logMath(this.#decoder), value) as number;
    this.#frequent ??= FREQUENT.map(id);
    return {
      sentenceEndLog10: toLog10(score(id(SENTENCE_END))),
      continuationLog10: toLog10(Math.max(...this.#frequent.map(score))),
    };
  }
}

/** What one call of `process` gets: long enough to cost little per call, short enough to give partials soon. */
export const DECODE_SLICE_SAMPLES = HEARING_RATE_HZ / 10;
