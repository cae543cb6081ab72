import { once } from 'node:events';
import { throwIfAborted, unlessAborted } from '../core/abort.ts';
import { SupervisedChild } from '../core/child.ts';
import { after, type Clock, systemClock } from '../core/clock.ts';
import { coreError, isAbort, VisavisError } from '../core/errors.ts';
import type { SpokenPiece } from '../core/speech.ts';
import type { SpeakOptions, Speaking, VoiceSummary } from './contract.ts';
import type { SpeakingConfig } from './engine.ts';
import { KeptSpeech } from './kept-speech.ts';
import { PieceCache } from './piece-cache.ts';
import type { PieceSound } from './piece-sound.ts';
import { cutPieces, SentenceCutter } from './sentences.ts';
import { speakingError } from './speaking-error.ts';
import type { SpeakPiece, VoiceAvailability, VoiceInit, WarmVoice } from './voice-child.ts';
import { ANY_LANGUAGE, loadVoices, speaksLanguage, unknownVoice, type Voice, voiceChain, voicesForLanguage } from './voices.ts';

export interface SpeakingLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface SpeakingDeps {
  readonly log?: SpeakingLog;
  readonly clock?: Clock;
}

/** The voice process as the rest of the server sees it. */
export interface VoiceService extends Speaking {
  /** Loads what the first reply would otherwise wait for. Never rejects: a voice that cannot be warmed fails when it is used. */
  warm(voice: string): Promise<void>;
  /**
   * Speaks the first words of these answers ahead of need, one after another while nobody else is being spoken for, so that
   * such an answer begins without delay; over restarts they are kept in `rehearsalDir`. Resolves when all are there, with how many were
   * spoken now; rejects only when the service is closed. Does nothing for a voice that another machine speaks.
   */
  rehearse(texts: Iterable<string>, voice: string, language: string): Promise<number>;
  /** Of the voice process, while it runs. */
  readonly pid: number | undefined;
  readonly restarts: number;
}

/** Attempts with one voice for one piece: the second one after the process was lost and has come back. */
const ATTEMPTS = 2;
const AUTO = 'auto';

/** Reads the voices and starts the voice process. Throws `voice_invalid`, `voice_unknown` for the configured one, or what kept the process from starting. */
export async function createSpeaking(config: SpeakingConfig, deps: SpeakingDeps = {}): Promise<VoiceService> {
  const voices = await loadVoices(config.voicesDir);
  if (config.voice !== AUTO && !voices.has(config.voice)) throw unknownVoice(config.voice, voices.keys());
  const { log, clock = systemClock } = deps;
  const child = new SupervisedChild({
    name: 'voice',
    modulePath: new URL('./voice-child.ts', import.meta.url),
    init: { config, voices: [...voices.values()] } satisfies VoiceInit,
    clock,
  });
  const service = new ChildSpeaking(config, voices, child, clock, log);
  try {
    await child.start();
  } catch (error) {
    await child.close();
    throw error;
  }
  return service;
}

class ChildSpeaking implements VoiceService {
  readonly #config: SpeakingConfig;
  readonly #voices: ReadonlyMap<string, Voice>;
  readonly #child: SupervisedChild;
  readonly #clock: Clock;
  readonly #log: SpeakingLog | undefined;
  readonly #cache: PieceCache;
  readonly #closing = new AbortController();
  /** Voices that failed lately, and until when they are passed over. */
  readonly #failedUntilMs = new Map<string, number>();
  readonly #warmed = new Set<string>();
  #availability: VoiceAvailability = {};
  /** Replies that are being spoken now; a rehearsal waits for them. */
  #replies = 0;
  #quiet = Promise.withResolvers<void>();

  constructor(
    config: SpeakingConfig,
    voices: ReadonlyMap<string, Voice>,
    child: SupervisedChild,
    clock: Clock,
    log: SpeakingLog | undefined,
  ) {
    this.#config = config;
    this.#voices = voices;
    this.#child = child;
    this.#clock = clock;
    this.#log = log;
    this.#cache = new PieceCache(config.cacheBytes);
    child.on('ready', (info, restarts) => {
      this.#availability = info as VoiceAvailability;
      if (restarts > 0) log?.info({ restarts }, 'The voice process is back');
      for (const voice of this.#warmed) void this.#warmNow(voice);
    });
    child.on('lost', (reason) => log?.warn({ reason }, 'The voice process was lost'));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get restarts(): number {
    return this.#child.restarts;
  }

  speak(text: AsyncIterable<string>, options: SpeakOptions): AsyncIterable<SpokenPiece> {
    return { [Symbol.asyncIterator]: () => this.#pieces(text, options) };
  }

  voices(): readonly VoiceSummary[] {
    return [...this.#voices.values()].map(({ id, title, language, engine, sex }) => {
      const availability = this.#availability[id] ?? { available: false, why: 'The voice process is not running' };
      return {
        id,
        title,
        language,
        engine,
        ...(sex ? { sex } : {}),
        available: availability.available,
        ...(availability.available ? {} : { why: availability.why }),
      };
    });
  }

  defaultVoice(language: string, sex?: 'female' | 'male'): string {
    const configured = this.#config.voice === AUTO ? undefined : this.#voices.get(this.#config.voice);
    const candidates = voicesForLanguage(this.#usable(), language);
    if (configured && speaksLanguage(configured, language)) candidates.unshift(configured);
    const fitting = candidates.find((candidate) => !sex || !candidate.sex || candidate.sex === sex);
    const voice = fitting ?? candidates[0] ?? configured ?? this.#usable()[0];
    if (!voice)
      throw speakingError('synthesis_failed', 'No voice can speak here', {
        hint: 'Install festival and festvox-us-slt-hts, or libespeak-ng1.',
      });
    return voice.id;
  }

  async warm(voice: string): Promise<void> {
    const id = voice === AUTO ? this.defaultVoice('en') : voice;
    this.#warmed.add(id);
    const cutter = new SentenceCutter({ maxPieceChars: this.#config.maxPieceChars });
    for (const written of ['I can tell, e.g., ', 'about that and "more"... ', 'Yes!\n']) cutter.push(written);
    await this.#warmNow(id);
  }

  async rehearse(texts: Iterable<string>, wanted: string, language: string): Promise<number> {
    const { rehearsalDir, rate, maxPieceChars } = this.#config;
    const voice = this.#chain(wanted, language)[0];
    if (rehearsalDir === '' || !voice || this.#availability[voice.id]?.isRemote) return 0;
    const kept = await KeptSpeech.open(rehearsalDir);
    let spoken = 0;
    for (const text of new Set(texts)) {
      const cutter = new SentenceCutter({ maxPieceChars });
      const first = cutter.push(text)[0] ?? cutter.end()[0];
      if (first === undefined) continue;
      const key = pieceKey(voice, rate, language, first);
      const keptAs = JSON.stringify([voice, this.#config.loudnessDb, key]);
      const known = this.#cache.get(key) ?? (await kept.get(keptAs));
      if (known) {
        this.#cache.set(key, known);
        continue;
      }
      while (this.#replies > 0) await unlessAborted(this.#quiet.promise, this.#closing.signal);
      const piece = await this.#speakPiece(first, [voice], language, rate, this.#closing.signal);
      await kept.set(keptAs, piece);
      spoken++;
    }
    if (spoken > 0) await kept.tidy();
    return spoken;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#child.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async *#pieces(text: AsyncIterable<string>, options: SpeakOptions): AsyncGenerator<SpokenPiece, void, void> {
    const signal = AbortSignal.any([options.signal, this.#closing.signal]);
    throwIfAborted(signal);
    const language = options.language ?? this.#languageOf(options.voice);
    const chain = this.#chain(options.voice, language);
    const cutter = cutPieces(text, { maxPieceChars: this.#config.maxPieceChars });
    const rate = options.rate ?? this.#config.rate;
    this.#replies++;
    try {
      for (;;) {
        const cut = await unlessAborted(cutter.next(), signal);
        if (cut.done) return;
        yield await this.#speakPiece(cut.value, chain, language, rate, signal);
      }
    } finally {
      if (--this.#replies === 0) {
        this.#quiet.resolve();
        this.#quiet = Promise.withResolvers();
      }
      // A text that is still waiting for its next words ends whenever it does; nobody waits for it.
      cutter.return().catch(() => undefined);
    }
  }

  #languageOf(voice: string): string {
    const language = this.#voices.get(voice)?.language;
    return language === undefined || language === ANY_LANGUAGE ? 'en' : language;
  }

  /** The voices to try, in order. A voice that isn't there is an error, one that cannot speak here is passed over. */
  #chain(wanted: string, language: string): Voice[] {
    const named = wanted === AUTO ? this.#voices.get(this.defaultVoice(language)) : this.#voices.get(wanted);
    if (!named) throw unknownVoice(wanted, this.#voices.keys());
    const first = speaksLanguage(named, language) ? named : (this.#voices.get(this.defaultVoice(language)) ?? named);
    const usable = new Set(this.#usable());
    const chain = voiceChain(this.#voices, first, language).filter((voice) => usable.has(voice));
    if (chain.length === 0) throw speakingError('synthesis_failed', `No voice can speak ${language} here`);
    return chain;
  }

  #usable(): Voice[] {
    return [...this.#voices.values()].filter(({ id }) => this.#availability[id]?.available);
  }

  async #speakPiece(text: string, chain: readonly Voice[], language: string, rate: number, signal: AbortSignal): Promise<SpokenPiece> {
    const now = this.#clock.nowMs();
    const healthy = chain.filter(({ id }) => (this.#failedUntilMs.get(id) ?? 0) <= now);
    let failure: unknown;
    for (const voice of healthy.length > 0 ? healthy : chain) {
      const key = pieceKey(voice, rate, language, text);
      const known = this.#cache.get(key);
      if (known) return known;
      try {
        const sound = await this.#synthesise({ kind: 'piece', voice: voice.id, language, rate, text }, signal);
        const piece: SpokenPiece = { text, ...sound, engine: voice.engine };
        this.#cache.set(key, piece);
        this.#failedUntilMs.delete(voice.id);
        return piece;
      } catch (error) {
        if (signal.aborted) throw isAbort(error) ? error : coreError('aborted', 'The work was cancelled', { cause: error });
        failure = error;
        this.#failedUntilMs.set(voice.id, this.#clock.nowMs() + this.#config.retryVoiceAfterMs);
        this.#log?.warn(
          { voice: voice.id, engine: voice.engine, code: error instanceof VisavisError ? error.code : 'internal' },
          'A voice failed',
        );
      }
    }
    throw speakingError('synthesis_failed', 'Every voice failed', { cause: failure });
  }

  /** Asks the child; when it is lost meanwhile, asks once more as soon as it is back. */
  async #synthesise(piece: SpeakPiece, signal: AbortSignal): Promise<PieceSound> {
    for (let attempt = 1; ; attempt++) {
      const deadline = new AbortController();
      const limitMs = this.#config.pieceTimeoutMs;
      const timer = after(this.#clock, limitMs, () => deadline.abort());
      const limited = AbortSignal.any([signal, deadline.signal]);
      try {
        if (!this.#child.isReady) await once(this.#child, 'ready', { signal: limited });
        return await this.#child.ask<PieceSound>(piece, { signal: limited });
      } catch (error) {
        if (deadline.signal.aborted && !signal.aborted)
          throw coreError('timed_out', `The piece took longer than ${limitMs} ms`, { cause: error });
        const isLost = error instanceof VisavisError && (error.code === 'child_lost' || error.code === 'child_unavailable');
        if (!isLost || attempt >= ATTEMPTS) throw error;
      } finally {
        timer[Symbol.dispose]();
      }
    }
  }

  async #warmNow(voice: string): Promise<void> {
    if (!this.#availability[voice]?.available) return;
    try {
      await this.#child.ask({ kind: 'warm', voice } satisfies WarmVoice);
    } catch (error) {
      if (!isAbort(error))
        this.#log?.warn({ voice, code: error instanceof VisavisError ? error.code : 'internal' }, 'A voice could not be warmed');
    }
  }
}

const pieceKey = (voice: Voice, rate: number, language: string, text: string): string => `${voice.id}\n${rate}\n${language}\n${text}`;
