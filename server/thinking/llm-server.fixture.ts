import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BoundedQueue } from '../core/queue.ts';

/**
 * A language model server that speaks the real protocols (Ollama's NDJSON, OpenAI's server-sent events) and does, step
 * by step, what the test says. Nothing happens by time: a test takes the next request and answers it.
 */
export class LlmServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #exchanges = new BoundedQueue<LlmExchange>(1_000);

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (request, response) => void this.#take(request, response));
  }

  static async start(): Promise<LlmServer> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new LlmServer(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The next request that arrives. */
  async next(): Promise<LlmExchange> {
    const { value } = await this.#exchanges.next();
    return value as LlmExchange;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as LlmExchange['body'];
    this.#exchanges.offer(new LlmExchange(request, response, body));
  }
}

export class LlmExchange {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: { readonly model: string; readonly messages: readonly { role: string; content: string }[]; readonly stream?: boolean };
  /** Resolves when the client has gone before the answer's end. */
  readonly aborted: Promise<void>;
  readonly #response: ServerResponse;
  readonly #isOllama: boolean;

  constructor(request: IncomingMessage, response: ServerResponse, body: LlmExchange['body']) {
    this.path = request.url ?? '';
    this.headers = request.headers;
    this.body = body;
    this.#response = response;
    this.#isOllama = this.path === '/api/chat';
    this.aborted = new Promise((resolve) => response.on('close', () => !response.writableFinished && resolve()));
  }

  send(...tokens: readonly string[]): this {
    this.#head();
    for (const token of tokens) {
      if (this.#isOllama)
        this.#line({
          model: this.body.model,
          created_at: '2026-01-01T00:00:00Z',
          message: { role: 'assistant', content: token },
          done: false,
        });
      else
        this.#response.write(
          `data: ${JSON.stringify({ object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content: token } }] })}\n\n`,
        );
    }
    return this;
  }

  end(): void {
    this.#head();
    if (this.#isOllama)
      this.#line({ model: this.body.model, created_at: '2026-01-01T00:00:00Z', message: { role: 'assistant', content: '' }, done: true });
    else this.#response.write('data: [DONE]\n\n');
    this.#response.end();
  }

  /** Bytes that are no protocol. */
  garbage(text: string): this {
    this.#head();
    this.#response.write(text);
    return this;
  }

  refuse(status: number, message: string): void {
    this.#response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error: message }));
  }

  /** The server dies in mid-sentence. */
  cutOff(): void {
    this.#response.destroy();
  }

  #head(): void {
    if (!this.#response.headersSent)
      this.#response.writeHead(200, { 'content-type': this.#isOllama ? 'application/x-ndjson' : 'text/event-stream' });
  }

  #line(value: unknown): void {
    this.#response.write(`${JSON.stringify(value)}\n`);
  }
}
