import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as the server saw it. */
export interface SeenRequest {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * An image-generation server on loopback that speaks both real protocols and gives one picture. `answer` may take over a
 * request: it returns true when it has answered, or will never answer.
 */
export class ImageServer implements AsyncDisposable {
  readonly seen: SeenRequest[] = [];
  picture: Uint8Array = new Uint8Array();
  answer: (request: SeenRequest, response: ServerResponse) => boolean = () => false;
  readonly #server: Server;
  #onRequest: PromiseWithResolvers<SeenRequest> = Promise.withResolvers();

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (request, response) => void this.#serve(request, response));
  }

  static async start(): Promise<ImageServer> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ImageServer(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The next request that arrives. */
  next(): Promise<SeenRequest> {
    return this.#onRequest.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const seen: SeenRequest = { path: request.url ?? '', headers: request.headers, body: text ? JSON.parse(text) : {} };
    this.seen.push(seen);
    this.#onRequest.resolve(seen);
    this.#onRequest = Promise.withResolvers();
    if (this.answer(seen, response)) return;
    const base64 = Buffer.from(this.picture).toString('base64');
    const json = (value: unknown) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    if (seen.path === '/v1/images/generations') json({ created: 1, data: [{ b64_json: base64 }] });
    else if (seen.path === '/sdapi/v1/txt2img') json({ images: [base64], parameters: seen.body, info: JSON.stringify({ seed: 1 }) });
    else if (seen.path === '/sdapi/v1/interrupt') json({});
    else if (seen.path === '/files/1.png') response.writeHead(200, { 'content-type': 'image/png' }).end(this.picture);
    else response.writeHead(404).end();
  }
}
