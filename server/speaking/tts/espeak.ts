import koffi from 'koffi';
import { z } from 'zod';
import { throwIfAborted } from '../../core/abort.ts';
import { coreError } from '../../core/errors.ts';
import { primaryLanguage } from '../../core/language.ts';
import type { Phone } from '../../core/speech.ts';
import { type Availability, defineTts, type Synthesis, type SynthesisRequest, type TtsEngine } from '../engine.ts';
import { coverWithPhones, plainIpa } from '../phones.ts';
import { speakingError } from '../speaking-error.ts';
import { type SpokenMark, wordTimings } from '../word-times.ts';

/**
 * libespeak-ng (Debian: libespeak-ng1) through koffi: more than a hundred languages, with the time of each phone and
 * word. The library is loaded from the user's system at run time and speaks for one caller at a time. Constants are
 * those of its speak_lib.h.
 */
const optionsSchema = z.strictObject({
  voice: z
    .string()
    .regex(/^[a-zA-Z0-9+-]{1,40}$/)
    .optional()
    .describe("espeak-ng voice, e.g. en-us+f3; without it the request's language."),
  wordsPerMinute: z.number().int().min(80).max(450).default(165).describe('Speed at rate 1.'),
  pitch: z.number().int().min(0).max(100).default(50).describe('Base pitch.'),
  pitchRange: z.number().int().min(0).max(100).default(50).describe('Liveliness of the melody; 0 is monotone.'),
});
type EspeakVoice = z.output<typeof optionsSchema>;

const LIBRARIES = ['libespeak-ng.so.1', 'libespeak-ng.1.dylib', 'libespeak-ng.dll'];
const SYNCHRONOUS_RETRIEVAL = 2;
const BUFFER_MS = 200;
const PHONEME_EVENTS_IN_IPA = 3;
const DONT_EXIT = 0x8000;
const CHARS_UTF8 = 1;
const POS_CHARACTER = 1;
const PARAMETER = { rate: 1, volume: 2, pitch: 3, range: 4 };
const EVENT = { listEnd: 0, word: 1, end: 5, phoneme: 7 };
const MAX_TEXT_CHARS = 20_000;

interface EspeakEvent {
  readonly type: number;
  readonly text_position: number;
  readonly length: number;
  readonly audio_position: number;
  readonly id: string;
}

interface Library {
  readonly sampleRateHz: number;
  setVoiceByName(name: string): number;
  setParameter(parameter: number, value: number, relative: number): number;
  /** Runs off the main thread; its callback comes back to it, and so an abort can stop it between two buffers. */
  synth(text: Buffer, onBuffer: (pcm: Int16Array, events: readonly EspeakEvent[]) => boolean): Promise<void>;
  terminate(): void;
}

let library: { readonly loaded: Library } | { readonly failure: unknown } | undefined;

/** The library keeps its state in globals, so a process loads it once. */
function loadLibrary(): Library {
  library ??= tryLoading();
  if ('failure' in library) throw speakingError('engine_failed', 'libespeak-ng could not be loaded', { cause: library.failure });
  return library.loaded;
}

function tryLoading(): { loaded: Library } | { failure: unknown } {
  let failure: unknown;
  for (const name of LIBRARIES) {
    try {
      return { loaded: bind(koffi.load(name)) };
    } catch (error) {
      failure ??= error;
    }
  }
  return { failure };
}

function bind(lib: ReturnType<typeof koffi.load>): Library {
  const Event = koffi.struct({
    type: 'int',
    unique_identifier: 'uint',
    text_position: 'int',
    length: 'int',
    audio_position: 'int',
    sample: 'int',
    user_data: 'void*',
    id: koffi.array('char', 8, 'String'),
  });
  const eventBytes = koffi.sizeof(Event);
  const OnBuffer = koffi.proto('int VisavisEspeakBuffer(int16_t* wav, int samples, void* events)');
  const initialize = lib.func('int espeak_Initialize(int output, int bufferMs, const char* path, int options)');
  const setSynthCallback = lib.func('void espeak_SetSynthCallback(VisavisEspeakBuffer* callback)');
  const synth = lib.func(
    'int espeak_Synth(const char* text, size_t size, uint position, int positionType, uint endPosition, uint flags, void* identifier, void* userData)',
  );
  const sampleRateHz = initialize(SYNCHRONOUS_RETRIEVAL, BUFFER_MS, null, PHONEME_EVENTS_IN_IPA | DONT_EXIT) as number;
  if (sampleRateHz <= 0) throw speakingError('engine_failed', 'libespeak-ng has no data (Debian: espeak-ng-data)');

  let listener: ((pcm: Int16Array, events: readonly EspeakEvent[]) => boolean) | undefined;
  const callback = koffi.register((wav: unknown, samples: number, events: unknown) => {
    const heard: EspeakEvent[] = [];
    for (let i = 0; ; i++) {
      const event = koffi.decode(events, i * eventBytes, Event) as EspeakEvent;
      if (event.type === EVENT.listEnd) break;
      heard.push(event);
    }
    const pcm = samples > 0 && wav ? (koffi.decode(wav, koffi.array('int16_t', samples, 'Typed')) as Int16Array) : new Int16Array(0);
    return listener?.(pcm, heard) ? 0 : 1;
  }, koffi.pointer(OnBuffer));
  setSynthCallback(callback);

  return {
    sampleRateHz,
    setVoiceByName: lib.func('int espeak_SetVoiceByName(const char* name)') as Library['setVoiceByName'],
    setParameter: lib.func('int espeak_SetParameter(int parameter, int value, int relative)') as Library['setParameter'],
    terminate: lib.func('int espeak_Terminate()') as () => void,
    async synth(text, onBuffer) {
      listener = onBuffer;
      await new Promise<void>((resolve, reject) => {
        synth.async(text, text.length, 0, POS_CHARACTER, 0, CHARS_UTF8, null, null, (error: unknown, status: number) => {
          if (error || status !== 0) reject(speakingError('engine_failed', `espeak-ng refused (${status})`, { cause: error }));
          else resolve();
        });
      });
      listener = undefined;
    },
  };
}

class EspeakEngine implements TtsEngine<EspeakVoice> {
  readonly #library = loadLibrary();
  #running: Promise<unknown> = Promise.resolve();
  #closing = false;

  synthesize(request: SynthesisRequest<EspeakVoice>): Promise<Synthesis> {
    const turn = this.#running.then(() => this.#synthesizeAlone(request));
    this.#running = turn.catch(() => undefined);
    return turn;
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#running;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #synthesizeAlone({ text: whole, language, rate, voice, signal }: SynthesisRequest<EspeakVoice>): Promise<Synthesis> {
    throwIfAborted(signal);
    if (this.#closing) throw coreError('aborted', 'The engine was closed');
    const text = readable(whole.slice(0, MAX_TEXT_CHARS));
    const { sampleRateHz } = this.#library;
    if (!/[\p{L}\p{N}]/u.test(text)) return { pcm: new Int16Array(0), sampleRateHz, phones: [], words: [] };
    this.#select(voice, language, rate);
    const buffers: Int16Array[] = [];
    const events: EspeakEvent[] = [];
    await this.#library.synth(Buffer.from(`${text}\0`), (pcm, heard) => {
      if (signal.aborted || this.#closing) return false;
      buffers.push(pcm);
      events.push(...heard);
      return true;
    });
    throwIfAborted(signal);
    const pcm = joined(buffers);
    const durationMs = (pcm.length * 1000) / sampleRateHz;
    const { phones, marks } = timesOf(events, text, durationMs);
    return { pcm, sampleRateHz, phones: coverWithPhones(phones, durationMs), words: wordTimings(text, language, marks) };
  }

  #select(voice: EspeakVoice, language: string, rate: number): void {
    const wanted = voice.voice ?? language.toLowerCase();
    // en-GB -> en-gb -> en; the language always has some voice, or English reads it.
    const known = [wanted, primaryLanguage(wanted), 'en'].some((name) => this.#library.setVoiceByName(espeakName(name)) === 0);
    if (!known) throw speakingError('engine_failed', 'espeak-ng has no voices');
    this.#library.setParameter(PARAMETER.rate, Math.round(voice.wordsPerMinute * rate), 0);
    this.#library.setParameter(PARAMETER.pitch, voice.pitch, 0);
    this.#library.setParameter(PARAMETER.range, voice.pitchRange, 0);
  }
}

/** Its names for languages that BCP 47 writes otherwise. */
const ESPEAK_NAMES: Readonly<Record<string, string>> = {
  zh: 'cmn',
  'zh-cn': 'cmn',
  'zh-tw': 'cmn',
  'zh-hk': 'yue',
  no: 'nb',
  en: 'en-us',
  fr: 'fr-fr',
  tl: 'fil',
};
const espeakName = (name: string): string => ESPEAK_NAMES[name] ?? name;

/** Same length as before: what it must not see (control characters, half of a surrogate pair) becomes spaces. */
const readable = (text: string): string => text.toWellFormed().replace(/[\p{Cc}\ufffd]/gu, ' ');

function joined(buffers: readonly Int16Array[]): Int16Array {
  const pcm = new Int16Array(buffers.reduce((length, buffer) => length + buffer.length, 0));
  let at = 0;
  for (const buffer of buffers) {
    pcm.set(buffer, at);
    at += buffer.length;
  }
  return pcm;
}

/** Events tell where phones and words begin; each lasts until the next one. Its positions are code points, from 1. */
function timesOf(events: readonly EspeakEvent[], text: string, durationMs: number): { phones: Phone[]; marks: SpokenMark[] } {
  const offsets = codePointOffsets(text);
  const phones: Phone[] = [];
  const words: { textOffset: number; startMs: number }[] = [];
  const timed = events.filter(({ type }) => type === EVENT.phoneme || type === EVENT.word);
  timed.sort((a, b) => a.audio_position - b.audio_position);
  const starts = timed.filter(({ type }) => type === EVENT.phoneme);
  for (const [index, { id, audio_position: startMs }] of starts.entries()) {
    const endMs = starts[index + 1]?.audio_position ?? durationMs;
    phones.push(...asPhones(id, startMs, endMs));
  }
  for (const event of timed) {
    if (event.type !== EVENT.word) continue;
    const textOffset = offsets[event.text_position - 1] ?? text.length;
    words.push({ textOffset, startMs: event.audio_position });
  }
  const marks = words.map(({ textOffset, startMs }, index) => ({
    textOffset,
    startMs,
    endMs: lastSoundMs(phones, startMs, words[index + 1]?.startMs ?? durationMs),
  }));
  return { phones, marks };
}

/** A word ends with its last phone, not with the pause behind it. */
function lastSoundMs(phones: readonly Phone[], startMs: number, limitMs: number): number {
  let endMs = startMs;
  for (const phone of phones)
    if (phone.symbol !== '' && phone.startMs >= startMs && phone.startMs < limitMs) endMs = Math.max(endMs, phone.endMs);
  return Math.min(endMs, limitMs);
}

/** A vowel with its r (`oːɹ`) is two mouths. A switch of language is told as a phone `(en)` and is none. */
function asPhones(id: string, startMs: number, endMs: number): Phone[] {
  if (id.startsWith('(')) return [{ symbol: '', startMs, endMs }];
  const symbol = plainIpa(id);
  const coloured = /^(.+)ɹ$/u.exec(symbol);
  if (!coloured) return [{ symbol, startMs, endMs }];
  const middleMs = startMs + (endMs - startMs) * 0.6;
  return [
    { symbol: coloured[1] as string, startMs, endMs: middleMs },
    { symbol: 'ɹ', startMs: middleMs, endMs },
  ];
}

function codePointOffsets(text: string): number[] {
  const offsets: number[] = [];
  let at = 0;
  for (const char of text) {
    offsets.push(at);
    at += char.length;
  }
  return offsets;
}

async function isAvailable(): Promise<Availability> {
  try {
    loadLibrary();
    return { available: true };
  } catch {
    return { available: false, why: 'libespeak-ng is not installed (Debian: libespeak-ng1)' };
  }
}

export default defineTts({ id: 'espeak', optionsSchema, isAvailable, create: async () => new EspeakEngine() });
