import { z } from 'zod';
import { SPEECH_RATE_HZ } from '../../core/media-time.ts';
import { coreError } from '../../core/errors.ts';
import { throwIfAborted } from '../../core/abort.ts';
import { type Availability, defineTts, type SpeakingConfig, type Synthesis, type SynthesisRequest, type TtsEngine } from '../engine.ts';
import { type Reading, readingFromLetters, readingOfSound } from '../estimated-phones.ts';
import { coverWithPhones } from '../phones.ts';
import { speakingError } from '../speaking-error.ts';
import { readWav, type Sound } from '../wav.ts';
import espeak from './espeak.ts';

/**
 * Any server with OpenAI's `POST /audio/speech`. It tells no phones, so espeak-ng reads the same text silently and its
 * phones are placed where the sound has them; without espeak-ng the lips follow the sound alone.
 */
const optionsSchema = z.strictObject({
  model: z.string().max(200).optional().describe('Instead of speaking.httpModel.'),
  voice: z.string().max(200).optional().describe('Instead of speaking.httpVoice.'),
  instructions: z.string().max(4_000).optional().describe('How to speak, for models that listen to it.'),
});
type HttpVoice = z.output<typeof optionsSchema>;

const MAX_TEXT_CHARS = 4_096;
/** Two minutes at 48 kHz. */
const MAX_ANSWER_BYTES = 12 * 1024 * 1024;

class HttpEngine implements TtsEngine<HttpVoice> {
  readonly #config: SpeakingConfig;
  readonly #url: URL;
  readonly #closing = new AbortController();
  #reader: Promise<TtsEngine<{ wordsPerMinute: number }> | undefined> | undefined;

  constructor(config: SpeakingConfig, baseUrl: string) {
    this.#config = config;
    this.#url = new URL(`${baseUrl.replace(/\/+$/, '')}/audio/speech`);
  }

  async synthesize(request: SynthesisRequest<HttpVoice>): Promise<Synthesis> {
    const { signal } = request;
    throwIfAborted(signal);
    const text = request.text.slice(0, MAX_TEXT_CHARS);
    if (!/[\p{L}\p{N}]/u.test(text)) return { pcm: new Int16Array(0), sampleRateHz: SPEECH_RATE_HZ, phones: [], words: [] };
    const stop = AbortSignal.any([signal, this.#closing.signal]);
    const [sound, reading] = await Promise.all([this.#fetch(text, request, stop), this.#read({ ...request, text, signal: stop })]);
    const durationMs = (sound.pcm.length * 1000) / sound.sampleRateHz;
    const { phones, words } = readingOfSound(reading, sound);
    return { ...sound, phones: coverWithPhones(phones, durationMs), words };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await (await this.#reader)?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #fetch(text: string, { voice, rate }: SynthesisRequest<HttpVoice>, signal: AbortSignal): Promise<Sound> {
    const { httpModel, httpVoice, httpApiKey, httpFormat } = this.#config;
    const body = {
      model: voice.model ?? httpModel,
      voice: voice.voice ?? httpVoice,
      input: text,
      response_format: httpFormat,
      speed: rate,
      ...(voice.instructions ? { instructions: voice.instructions } : {}),
    };
    try {
      const response = await fetch(this.#url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(httpApiKey ? { authorization: `Bearer ${httpApiKey}` } : {}) },
        body: JSON.stringify(body),
        redirect: 'error',
        signal,
      });
      if (!response.ok) {
        await response.body?.cancel();
        // The answer's text is not repeated: servers quote the input in it.
        throw speakingError('engine_failed', `The speech server answered ${response.status}`);
      }
      return decoded(await wholeBody(response));
    } catch (cause) {
      if (signal.aborted) throw coreError('aborted', 'The work was cancelled', { cause });
      if (cause instanceof TypeError) throw speakingError('engine_failed', 'The speech server cannot be reached', { cause });
      throw cause;
    }
  }

  async #read({ text, language, rate, signal }: SynthesisRequest<unknown>): Promise<Reading> {
    this.#reader ??= silentReader(this.#config);
    const reader = await this.#reader;
    if (!reader) return readingFromLetters(text, language);
    return reader.synthesize({ text, language, rate, signal, voice: espeak.optionsSchema.parse({}) });
  }
}

async function silentReader(config: SpeakingConfig): Promise<TtsEngine<z.output<typeof espeak.optionsSchema>> | undefined> {
  const availability = await espeak.isAvailable(espeak.optionsSchema.parse({}), config);
  return availability.available ? espeak.create(config) : undefined;
}

async function wholeBody(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    // Leaving the loop cancels the body.
    if (bytes > MAX_ANSWER_BYTES) throw speakingError('engine_failed', 'The speech server sent too much');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** PCM is 16-bit little-endian mono at 24 kHz; a server that sends a WAVE file instead is understood, too. */
function decoded(bytes: Uint8Array): Sound {
  if (bytes.length >= 4 && Buffer.from(bytes.subarray(0, 4)).toString('latin1') === 'RIFF') return readWav(bytes);
  if (bytes.length < 2) throw speakingError('engine_failed', 'The speech server sent no sound');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pcm = Int16Array.from({ length: Math.floor(bytes.length / 2) }, (_, i) => view.getInt16(2 * i, true));
  return { pcm, sampleRateHz: SPEECH_RATE_HZ };
}

async function isAvailable(_voice: HttpVoice, { httpBaseUrl }: SpeakingConfig): Promise<Availability> {
  if (!httpBaseUrl) return { available: false, why: 'speaking.httpBaseUrl is not set' };
  if (!/^https?:$/.test(URL.parse(httpBaseUrl)?.protocol ?? ''))
    return { available: false, why: 'speaking.httpBaseUrl is not an HTTP address' };
  return { available: true };
}

export default defineTts({
  isRemote: true,
  id: 'openai-compatible',
  optionsSchema,
  isAvailable,
  create: async (config) => new HttpEngine(config, config.httpBaseUrl ?? ''),
});
