import { z } from 'zod';
import { after, type Clock, systemClock } from '../../core/clock.ts';
import { coreError, isAbort, toVisavisError, type VisavisError } from '../../core/errors.ts';
import { primaryLanguage } from '../../core/language.ts';
import { HEARING_RATE_HZ, SAMPLES_PER_MS } from '../hearing-rate.ts';
import { hearingError } from '../hearing-error.ts';
import { writeWav } from '../wav.ts';
import { type AsrEngine, type AsrStream, type AsrStreamOptions, defineAsr, type Recognition } from './asr.ts';

interface HttpOptions {
  readonly httpBaseUrl: string;
  readonly httpModel: string;
  readonly httpApiKey?: string | undefined;
  readonly httpTimeoutMs: number;
  readonly httpChunkMs: number;
}

const NOTHING: Recognition = { text: '', words: [] };
/** Servers make words up from less sound than this. */
const MIN_SOUND_MS = 100;
const MAX_ANSWER_BYTES = 1 << 20;

const answerSchema = z.object({ text: z.string() });

/**
 * One utterance over HTTP: the whole of it is sent again and again while it grows, for partials, and once more when it is
 * over. At most one request runs at a time; the last one overtakes a partial that is still on its way.
 */
class HttpStream implements AsrStream {
  readonly #options: HttpOptions;
  readonly #stream: AsrStreamOptions;
  readonly #clock: Clock;
  readonly #pieces: Int16Array[] = [];
  #samples = 0;
  #heardSamples = 0;
  #askedSamples = 0;
  #partial: AbortController | undefined;
  #last: AbortController | undefined;
  #text = '';
  #over = false;

  constructor(options: HttpOptions, stream: AsrStreamOptions, clock: Clock) {
    this.#options = options;
    this.#stream = stream;
    this.#clock = clock;
  }

  get behindMs(): number {
    return (this.#samples - this.#heardSamples) / SAMPLES_PER_MS;
  }

  push(pcm: Int16Array): void {
    if (this.#over) return;
    this.#pieces.push(pcm);
    this.#samples += pcm.length;
    if (!this.#partial && this.#samples - this.#askedSamples >= this.#options.httpChunkMs * SAMPLES_PER_MS) void this.#askPartial();
  }

  pause(): void {
    if (this.#over || this.#askedSamples === this.#samples) return;
    this.#partial?.abort();
    void this.#askPartial();
  }

  async finish(): Promise<Recognition> {
    if (this.#over) throw coreError('aborted', 'The utterance was dropped');
    this.#over = true;
    this.#partial?.abort();
    if (this.#samples < MIN_SOUND_MS * SAMPLES_PER_MS) return NOTHING;
    this.#last = new AbortController();
    try {
      return { text: await this.#transcribe(this.#last), words: [] };
    } catch (error) {
      // What the last partial understood is better than nothing.
      if (this.#text !== '' && !isAbort(error)) return { text: this.#text, words: [] };
      throw error;
    }
  }

  abort(): void {
    this.#over = true;
    this.#partial?.abort();
    this.#last?.abort();
  }

  async #askPartial(): Promise<void> {
    const abort = new AbortController();
    this.#partial = abort;
    const samples = this.#samples;
    this.#askedSamples = samples;
    try {
      const text = await this.#transcribe(abort);
      this.#heardSamples = samples;
      if (this.#over || text === this.#text) return;
      this.#text = text;
      this.#stream.onPartial({ text, words: [] });
    } catch (error) {
      // A partial that fails costs nothing: the next one, or the final, says what is wrong.
      if (!isAbort(error) && !toVisavisError(error).retryable) this.#stream.onFailure(toVisavisError(error, 'hearing'));
    } finally {
      if (this.#partial === abort) this.#partial = undefined;
    }
  }

  async #transcribe(abort: AbortController): Promise<string> {
    const { httpBaseUrl, httpModel, httpApiKey, httpTimeoutMs } = this.#options;
    let timedOut = false;
    const timer = after(this.#clock, httpTimeoutMs, () => {
      timedOut = true;
      abort.abort();
    });
    const form = new FormData();
    form.set('file', new Blob([writeWav(join(this.#pieces, this.#samples), HEARING_RATE_HZ)], { type: 'audio/wav' }), 'speech.wav');
    form.set('model', httpModel);
    form.set('language', primaryLanguage(this.#stream.language));
    form.set('response_format', 'json');
    try {
      const response = await fetch(`${httpBaseUrl.replace(/\/+$/, '')}/audio/transcriptions`, {
        method: 'POST',
        body: form,
        headers: httpApiKey ? { authorization: `Bearer ${httpApiKey}` } : {},
        signal: abort.signal,
      });
      return await readAnswer(response);
    } catch (error) {
      if (timedOut) throw hearingError('recogniser_timeout', `The recogniser did not answer within ${httpTimeoutMs} ms`);
      throw abort.signal.aborted ? coreError('aborted', 'The request was cancelled', { cause: error }) : unreachable(error);
    } finally {
      timer[Symbol.dispose]();
    }
  }
}

function unreachable(error: unknown): VisavisError {
  const known = toVisavisError(error, 'hearing');
  return known.stage === 'hearing' && known.code !== 'internal'
    ? known
    : hearingError('recogniser_unreachable', 'The recogniser cannot be reached', { cause: error });
}

async function readAnswer(response: Response): Promise<string> {
  if (!response.ok) {
    await response.body?.cancel();
    const mayPass = response.status >= 500 || response.status === 408 || response.status === 429;
    throw hearingError(mayPass ? 'recogniser_unreachable' : 'recogniser_refused', `The recogniser answered with status ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) throw hearingError('recogniser_garbled', 'The recogniser answered too much');
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks).toString('utf8');
  try {
    return answerSchema.parse(JSON.parse(body)).text.trim();
  } catch (error) {
    throw hearingError('recogniser_garbled', 'The recogniser answered something that is not a transcript', { cause: error });
  }
}

function join(pieces: readonly Int16Array[], samples: number): Int16Array {
  const pcm = new Int16Array(samples);
  let at = 0;
  for (const piece of pieces) {
    pcm.set(piece, at);
    at += piece.length;
  }
  return pcm;
}

class HttpAsr implements AsrEngine {
  readonly #options: HttpOptions;
  readonly #open = new Set<HttpStream>();

  constructor(options: HttpOptions) {
    this.#options = options;
  }

  open(options: AsrStreamOptions): AsrStream {
    const stream = new HttpStream(this.#options, options, systemClock);
    this.#open.add(stream);
    return {
      push: (pcm) => stream.push(pcm),
      pause: () => stream.pause(),
      get behindMs() {
        return stream.behindMs;
      },
      finish: () => stream.finish().finally(() => this.#open.delete(stream)),
      abort: () => {
        this.#open.delete(stream);
        stream.abort();
      },
    };
  }

  /** Which languages the server's model knows, only the server knows. */
  refuses(): undefined {
    return undefined;
  }

  async close(): Promise<void> {
    for (const stream of this.#open) stream.abort();
    this.#open.clear();
  }
}

/** Any server with OpenAI's `POST /audio/transcriptions`: whisper.cpp, faster-whisper, vLLM, Groq, OpenAI. */
export default defineAsr({
  id: 'openai-compatible',
  optionsSchema: z.object({
    httpBaseUrl: z.string().optional(),
    httpModel: z.string().default('whisper-1'),
    httpApiKey: z.string().optional(),
    httpTimeoutMs: z.number().default(8_000),
    httpChunkMs: z.number().default(1_200),
  }),
  async isAvailable({ httpBaseUrl }) {
    return httpBaseUrl ? { available: true } : { available: false, reason: 'hearing.httpBaseUrl is not set' };
  },
  async create({ httpBaseUrl, ...options }) {
    if (!httpBaseUrl || !URL.canParse(httpBaseUrl)) throw hearingError('engine_missing', 'hearing.httpBaseUrl is not a URL');
    return new HttpAsr({ ...options, httpBaseUrl });
  },
});
