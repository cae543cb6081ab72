import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the server does with the next requests. */
export type TranscriptionScript =
  | { readonly text: string }
  | { readonly status: number }
  | { readonly body: string }
  | { readonly hang: true }
  | { readonly disconnect: true };

export interface TranscriptionRequest {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly authorization: string | undefined;
  readonly form: FormData;
}

export interface TranscriptionServer extends AsyncDisposable {
  readonly baseUrl: string;
  script: TranscriptionScript;
  readonly requests: TranscriptionRequest[];
  /** Requests that the client gave up. */
  readonly aborted: number;
  close(): Promise<void>;
}

/** A local server that speaks the protocol of `POST /audio/transcriptions` by a script. */
export async function startTranscriptionServer(): Promise<TranscriptionServer> {
  const requests: TranscriptionRequest[] = [];
  const state = { script: { text: '' } as TranscriptionScript, aborted: 0 };
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    response.on('close', () => {
      if (!response.writableEnded) state.aborted++;
    });
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const form = await new Response(Buffer.concat(chunks), {
      headers: { 'content-type': request.headers['content-type'] ?? '' },
    }).formData();
    requests.push({ method: request.method, url: request.url, authorization: request.headers.authorization, form });
    const { script } = state;
    if ('hang' in script) return;
    if ('disconnect' in script) request.socket.destroy();
    else if ('status' in script) response.writeHead(script.status).end('{"error":{"message":"no"}}');
    else
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end('body' in script ? script.body : JSON.stringify({ text: script.text }));
  };
  const server = createServer((request, response) => {
    // A client that gives up in the middle of its request is what some tests are about.
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/`,
    requests,
    get script() {
      return state.script;
    },
    set script(script) {
      state.script = script;
    },
    get aborted() {
      return state.aborted;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
