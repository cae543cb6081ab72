import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { configSchema } from '../core/config-schema.ts';
import type { TtsEngine } from './engine.ts';
import { resample } from './resample.ts';
import { writeWav } from './wav.ts';
import flite from './tts/flite.ts';

export interface SpeechRequest {
  readonly model: string;
  readonly voice: string;
  readonly input: string;
  readonly response_format: string;
  readonly speed: number;
}

export interface SpeechServer extends AsyncDisposable {
  readonly baseUrl: string;
  readonly requests: { readonly body: SpeechRequest; readonly authorization: string | undefined }[];
  /** Takes over one answer; the default one speaks with flite. */
  answer: ((response: ServerResponse, body: SpeechRequest) => void | Promise<void>) | undefined;
  /** Requests whose client went away before the answer. */
  abandoned: number;
}

/** A speech server as OpenAI's, on loopback, with a real voice. */
export async function startSpeechServer(): Promise<SpeechServer> {
  const engine = (await flite.create(configSchema.parse({}).speaking)) as TtsEngine<{ voice: 'slt' }>;
  const server = createServer((request, response) => void serve(request, response));
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as SpeechRequest;
    self.requests.push({ body, authorization: request.headers.authorization });
    response.on('close', () => {
      if (!response.writableFinished) self.abandoned++;
    });
    if (self.answer) return self.answer(response, body);
    const speech = await engine.synthesize({
      text: body.input,
      language: 'en',
      rate: body.speed,
      voice: { voice: 'slt' },
      signal: new AbortController().signal,
    });
    const pcm = Int16Array.from(resample(speech.pcm, speech.sampleRateHz, 24_000));
    if (body.response_format === 'wav') response.setHeader('content-type', 'audio/wav').end(writeWav({ pcm, sampleRateHz: 24_000 }));
    else response.setHeader('content-type', 'audio/pcm').end(Buffer.from(pcm.buffer));
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const self: SpeechServer = {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests: [],
    answer: undefined,
    abandoned: 0,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await engine.close();
    },
  };
  return self;
}
