import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import WebSocket from 'ws';
import { VirtualClock } from '../core/clock.ts';
import { parseServerEvent } from '../protocol/parse.ts';
import type { ServerEvent } from '../protocol/server-events.ts';
import { API_KEY, startServer, type TestServer } from './calls.fixture.ts';

interface ConnectOptions extends WebSocket.ClientOptions {
  readonly query?: string;
  readonly protocols?: string[];
}

const open = ({ port }: TestServer, { query = '', protocols = [], ...options }: ConnectOptions = {}): WebSocket =>
  new WebSocket(`ws://127.0.0.1:${port}/v1/realtime${query}`, protocols, options);

/** The next event, parsed by our own schemas. */
async function nextEvent(ws: WebSocket): Promise<ServerEvent> {
  const [data] = (await once(ws, 'message')) as [Buffer];
  const event = parseServerEvent(data.toString());
  if (!event) throw new Error(`Not one of our events: ${data.toString()}`);
  return event;
}

async function begun(server: TestServer, options?: ConnectOptions): Promise<WebSocket> {
  const ws = open(server, options);
  expect(await nextEvent(ws)).toMatchObject({ type: 'session.created' });
  return ws;
}

/** The HTTP answer to a handshake that was refused. */
async function refusal(server: TestServer, options?: ConnectOptions): Promise<{ status: number | undefined; code: string }> {
  const ws = open(server, options);
  const [, response] = await once(ws, 'unexpected-response');
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  const { code, status } = JSON.parse(Buffer.concat(chunks).toString());
  expect(status).toBe(response.statusCode);
  return { status, code };
}

describe('WS /v1/realtime', () => {
  it('is a conversation of events', async () => {
    const server = await startServer();
    const ws = await begun(server, { query: '?model=gpt-realtime&avatar=mia&greet=false', headers: { authorization: 'Bearer sk-any' } });
    const [call] = server.calls.calls.values();
    expect(call?.request).toEqual({ avatar: 'mia', greet: false });
    ws.send(JSON.stringify({ type: 'session.update', session: { type: 'realtime', instructions: 'Hi' } }));
    expect(await nextEvent(ws)).toMatchObject({ type: 'session.updated', session: { instructions: 'Hi' } });
    ws.close();
    await vi.waitUntil(() => server.calls.ended.length === 1);
    expect(server.calls.ended[0]?.reason).toBe('visitor_left');
  });

  it('takes the token as a subprotocol, and echoes only the harmless one', async () => {
    const server = await startServer({ server: { apiKeys: [API_KEY] } });
    const ws = await begun(server, { protocols: ['realtime', `openai-insecure-api-key.${API_KEY}`] });
    expect(ws.protocol).toBe('realtime');
    ws.terminate();
  });

  it('starts one call with a client secret', async () => {
    const server = await startServer({ server: { apiKeys: [API_KEY] } });
    const made = await fetch(`${server.url}/v1/realtime/client_secrets`, {
      method: 'POST',
      headers: { authorization: `Bearer ${API_KEY}` },
    });
    const { value } = (await made.json()) as { value: string };
    const protocols = ['realtime', `openai-insecure-api-key.${value}`];
    const ws = await begun(server, { protocols });
    expect(await refusal(server, { protocols })).toEqual({ status: 401, code: 'token_used' });
    ws.terminate();
  });

  it.each([
    ['no key', {}, 401, 'key_required'],
    ['a wrong key', { headers: { authorization: 'Bearer nope' } }, 401, 'key_invalid'],
    [
      'a page of another origin',
      { origin: 'https://evil.example', headers: { authorization: `Bearer ${API_KEY}` } },
      403,
      'origin_not_allowed',
    ],
    ['a sideband connection', { query: '?call_id=rtc_1', headers: { authorization: `Bearer ${API_KEY}` } }, 400, 'sideband_unsupported'],
    ['an avatar that is a path', { query: '?avatar=../x', headers: { authorization: `Bearer ${API_KEY}` } }, 400, 'request_invalid'],
  ])('refuses %s while it is still HTTP', async (_, options, status, code) => {
    const server = await startServer({ server: { apiKeys: [API_KEY] } });
    expect(await refusal(server, options)).toEqual({ status, code });
    expect(server.calls.active).toBe(0);
  });

  it('tells plain HTTP to upgrade', async () => {
    const { url } = await startServer();
    const response = await fetch(`${url}/v1/realtime`);
    expect(response.headers.get('upgrade')).toBe('websocket');
    expect(await response.json()).toMatchObject({ status: 426, code: 'upgrade_required' });
  });

  it('gives a place back when the connection ends', async () => {
    const server = await startServer({ server: { socketsPerAddress: 1 } });
    const first = await begun(server);
    expect(await refusal(server)).toEqual({ status: 429, code: 'too_many_sockets' });
    first.terminate();
    await vi.waitUntil(() => server.calls.active === 0);
    const second = await begun(server);
    second.terminate();
  });

  it('limits calls per address', async () => {
    const server = await startServer({ server: { callsPerMinute: 1 } });
    const ws = await begun(server);
    expect(await refusal(server)).toEqual({ status: 429, code: 'rate_limited' });
    ws.terminate();
  });

  it('says why a call cannot begin, and leaves the secret usable', async () => {
    const server = await startServer({ server: { apiKeys: [API_KEY] } });
    const made = await fetch(`${server.url}/v1/realtime/client_secrets`, {
      method: 'POST',
      headers: { authorization: `Bearer ${API_KEY}` },
    });
    const headers = { authorization: `Bearer ${((await made.json()) as { value: string }).value}` };
    server.calls.limit = 0;
    const refused = open(server, { headers });
    const closed = once(refused, 'close');
    expect(await nextEvent(refused)).toMatchObject({ type: 'error', error: { type: 'server_error', code: 'server_full' } });
    expect((await closed)[0]).toBe(1013);
    server.calls.limit = 1;
    (await begun(server, { headers })).terminate();
  });

  it('closes with a reason when the caller asks for what is not there', async () => {
    const server = await startServer();
    const ws = open(server, { query: '?avatar=nobody' });
    const closed = once(ws, 'close');
    expect(await nextEvent(ws)).toMatchObject({ type: 'error', error: { type: 'invalid_request_error', code: 'avatar_unknown' } });
    const [code, reason] = await closed;
    expect([code, String(reason)]).toEqual([1008, 'avatar_unknown']);
  });

  it('keeps what was sent before the call had begun', async () => {
    const server = await startServer();
    const ws = open(server);
    ws.once('open', () => {
      for (const n of [1, 2, 3]) ws.send(JSON.stringify({ type: 'visavis.hello', client: `c${n}` }));
    });
    await vi.waitUntil(() => [...server.calls.calls.values()][0]?.received.length === 3);
    expect([...server.calls.calls.values()][0]?.received.map((text) => JSON.parse(text).client)).toEqual(['c1', 'c2', 'c3']);
    ws.terminate();
  });
});

describe('bad clients', () => {
  it('get an error for junk and go on', async () => {
    const server = await startServer();
    const ws = await begun(server);
    for (const junk of ['', '{', '\u0000', '[]', '{"type":"sesion.update"}']) {
      ws.send(junk);
      expect(await nextEvent(ws)).toMatchObject({ type: 'error', error: { type: 'invalid_request_error' } });
    }
    ws.send(Buffer.from([1, 2, 3]));
    expect(await nextEvent(ws)).toMatchObject({ type: 'error', error: { code: 'invalid_event' } });
    expect(server.calls.active).toBe(1);
    ws.terminate();
  });

  it('are closed for a message that is too large', async () => {
    const server = await startServer({ server: { maxEventBytes: 1_000 } });
    const ws = await begun(server);
    ws.send('x'.repeat(1_001));
    expect((await once(ws, 'close'))[0]).toBe(1009);
    expect(server.calls.active).toBe(0);
  });

  it('are closed for a message in too many pieces', async () => {
    const server = await startServer();
    const ws = await begun(server);
    for (let n = 0; n < 200; n++) ws.send('x', { fin: false });
    expect((await once(ws, 'close'))[0]).toBe(1008);
  });

  it('are closed for what is no WebSocket frame', async () => {
    const server = await startServer();
    const ws = await begun(server);
    // biome-ignore lint/suspicious/noExplicitAny: the raw socket below ws, to write what ws never would.
    (ws as any)._socket.write(Buffer.from([0xff, 0xff, 0xff, 0xff]));
    expect((await once(ws, 'close'))[0]).toBe(1002);
    await vi.waitUntil(() => server.calls.active === 0);
  });

  it('have events beyond the rate refused, once a second told so, and in the end are closed', async () => {
    const clock = new VirtualClock();
    const server = await startServer({ clock, server: { maxEventsPerS: 5, socketPingMs: 0 } });
    const ws = await begun(server);
    const hello = JSON.stringify({ type: 'visavis.hello', client: 'c' });
    for (let n = 0; n < 13; n++) ws.send(hello);
    expect(await nextEvent(ws)).toMatchObject({ type: 'error', error: { code: 'rate_limited' } });
    const [call] = server.calls.calls.values();
    expect(call?.received).toHaveLength(10);
    clock.advance(1_000);
    ws.send(hello);
    await vi.waitUntil(() => call?.received.length === 11);
    for (let n = 0; n < 1_100; n++) ws.send(hello);
    expect((await once(ws, 'close'))[0]).toBe(1008);
  });

  it('have bytes beyond the rate refused', async () => {
    const server = await startServer({ clock: new VirtualClock(), server: { maxEventBytesPerS: 1_000, socketPingMs: 0 } });
    const ws = await begun(server);
    const audio = { type: 'input_audio_buffer.append', audio: 'A'.repeat(1_200) };
    ws.send(JSON.stringify(audio));
    ws.send(JSON.stringify(audio));
    expect(await nextEvent(ws)).toMatchObject({ type: 'error', error: { code: 'rate_limited' } });
    expect([...server.calls.calls.values()][0]?.received).toHaveLength(1);
    ws.terminate();
  });

  it('are found by a ping when they are gone', async () => {
    const clock = new VirtualClock();
    const server = await startServer({ clock, server: { socketPingMs: 1_000 } });
    const quiet = await begun(server, { autoPong: false });
    const lively = await begun(server);
    const pinged = Promise.all([once(quiet, 'ping'), once(lively, 'ping')]);
    clock.advance(1_000);
    await pinged;
    // An event proves that the pong before it has arrived.
    lively.send(JSON.stringify({ type: 'nope' }));
    await nextEvent(lively);
    const gone = once(quiet, 'close');
    clock.advance(1_000);
    expect((await gone)[0]).toBe(1006);
    await vi.waitUntil(() => server.calls.active === 1);
    lively.terminate();
  });

  it('are cut off when they do not read', async () => {
    const server = await startServer({ server: { maxSocketBufferBytes: 100_000 } });
    const slow = connect(server.port, '127.0.0.1');
    slow.write(
      'GET /v1/realtime HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    slow.pause();
    await vi.waitUntil(() => server.calls.active === 1);
    const [call] = server.calls.calls.values();
    const text = 'x'.repeat(50_000);
    // The kernel's own buffers fill first.
    for (let n = 0; n < 2_000 && server.calls.active === 1; n++) {
      call?.socket?.send(text);
      await new Promise(setImmediate);
    }
    expect(server.calls.ended).toHaveLength(1);
    slow.destroy();
  });

  it('do not keep the server from closing', async () => {
    const server = await startServer();
    const polite = await begun(server);
    const deaf = connect(server.port, '127.0.0.1');
    deaf.write(
      'GET /v1/realtime HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    deaf.resume();
    const deafClosed = once(deaf, 'close');
    await vi.waitUntil(() => server.calls.active === 2);
    const closed = once(polite, 'close');
    await server.app.close();
    expect((await closed)[0]).toBe(1001);
    await deafClosed;
  });
});
