import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { createProxy } from './watch.ts';

let backend: Server;
let sockets: WebSocketServer;
let proxy: Server;
let base: string;
const pages = new Set<ServerResponse>();

const portOf = (server: Server) => (server.address() as AddressInfo).port;

beforeEach(async () => {
  backend = createServer((request, response) => {
    const body = request.url === '/' ? '<!doctype html><p>page</p>' : `${request.method} ${request.url} ${request.headers.host}`;
    response.writeHead(request.url === '/made' ? 201 : 200, {
      'content-type': request.url === '/' ? 'text/html; charset=utf-8' : 'text/plain',
      'content-length': Buffer.byteLength(body),
      etag: '"1"',
    });
    response.end(body);
  });
  sockets = new WebSocketServer({ server: backend });
  sockets.on('connection', (socket, request) => socket.on('message', (data) => socket.send(`${request.url}: ${data}`)));
  await once(backend.listen(0, '127.0.0.1'), 'listening');
  proxy = createProxy(portOf(backend), pages);
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  base = `http://127.0.0.1:${portOf(proxy)}`;
});

afterEach(() => {
  for (const server of [proxy, backend]) {
    server.closeAllConnections();
    server.close();
  }
  sockets.close();
});

describe("dev's proxy", () => {
  it('gives a page the script that reloads it', async () => {
    const response = await fetch(base);
    const page = await response.text();
    expect(page).toBe('<!doctype html><p>page</p><script src="/__dev/reload.js"></script>');
    expect(response.headers.get('etag')).toBeNull();
    expect(await (await fetch(`${base}/__dev/reload.js`)).text()).toContain("new EventSource('/__dev/reload')");
  });

  it('passes everything else as it is', async () => {
    const response = await fetch(`${base}/made`, { method: 'POST', body: 'x' });
    expect(response.status).toBe(201);
    expect(response.headers.get('etag')).toBe('"1"');
    expect(await response.text()).toBe(`POST /made ${new URL(base).host}`);
  });

  it('passes WebSockets', async () => {
    const socket = new WebSocket(`${base.replace('http', 'ws')}/v1/realtime`);
    await once(socket, 'open');
    socket.send('hello');
    const [data] = (await once(socket, 'message')) as [Buffer];
    expect(String(data)).toBe('/v1/realtime: hello');
    socket.close();
    await once(socket, 'close');
  });

  it('holds open pages, which hear of a reload, and forgets closed ones', async () => {
    const abort = new AbortController();
    const response = await fetch(`${base}/__dev/reload`, { signal: abort.signal });
    const reader = response.body!.getReader();
    expect(pages.size).toBe(1);
    for (const page of pages) page.write('event: reload\ndata: \n\n');
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('event: reload\ndata: \n\n');
    const [page] = pages;
    const closed = once(page!, 'close');
    abort.abort();
    await closed;
    expect(pages.size).toBe(0);
  });

  it('says that the server is restarting, on a page that will reload', async () => {
    backend.closeAllConnections();
    backend.close();
    const response = await fetch(base);
    expect(response.status).toBe(503);
    expect(await response.text()).toMatch(/restarting.*reload\.js/);
  });
});
