import { get } from 'node:https';
import { once } from 'node:events';
import OpenAI from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import type { RealtimeServerEvent } from 'openai/resources/realtime/realtime';
import { describe, expect, it, vi } from 'vitest';
import { API_KEY, OFFER, startServer, temporaryFolder, type TestServer } from './calls.fixture.ts';
import { selfSigned } from './self-signed.fixture.ts';

/** The `openai` package as it is, pointed at our server: what a client of the Realtime API needs to change is the address. */
const stockClient = (server: TestServer, apiKey = API_KEY) =>
  new OpenAI({ apiKey, baseURL: `${server.url}/v1`, maxRetries: 0, organization: null, project: null });

const tlsServer = async (apiKeys = [API_KEY]) => {
  const { certFile, keyFile, certPem } = selfSigned(temporaryFolder());
  const server = await startServer({ server: { apiKeys, tlsCertFile: certFile, tlsKeyFile: keyFile } });
  return { server, certPem };
};

describe('the openai package as a client', () => {
  it('makes a client secret', async () => {
    const server = await startServer({ server: { apiKeys: [API_KEY] } });
    const secret = await stockClient(server).realtime.clientSecrets.create({
      expires_after: { anchor: 'created_at', seconds: 60 },
      session: { type: 'realtime', model: 'gpt-realtime', audio: { output: { voice: 'marin' } } },
    });
    expect(secret.value).toMatch(/^ek_/);
    expect(secret.expires_at).toBeGreaterThan(Date.now() / 1000);
    expect(secret.session).toMatchObject({ type: 'realtime', object: 'realtime.session', model: 'gpt-realtime' });
  });

  it('begins and ends a WebRTC call', async () => {
    const server = await startServer({ server: { apiKeys: [API_KEY] } });
    const client = stockClient(server);
    const answer = await client.realtime.calls.create({ sdp: OFFER, session: { type: 'realtime', instructions: 'Hi.' } });
    expect(await answer.text()).toMatch(/^v=0/);
    const callId = answer.headers.get('location')?.split('/').at(-1) ?? '';
    expect(server.calls.calls.get(callId)?.request).toEqual({ instructions: 'Hi.' });
    await client.realtime.calls.hangup(callId);
    expect(server.calls.active).toBe(0);
  });

  it('reads our errors', async () => {
    const server = await startServer({ server: { apiKeys: [API_KEY] } });
    await expect(stockClient(server, 'wrong').realtime.clientSecrets.create({})).rejects.toMatchObject({
      status: 401,
      code: 'key_invalid',
      type: 'invalid_request_error',
      message: expect.stringContaining('The API key is not valid'),
    });
    await expect(
      stockClient(server).realtime.clientSecrets.create({ session: { type: 'realtime', audio: { output: { speed: 99 } } } }),
    ).rejects.toMatchObject({ status: 400, code: 'request_invalid', param: 'session.audio.output.speed' });
  });

  it('connects its WebSocket, over TLS, and understands what it hears', async () => {
    const { server, certPem } = await tlsServer();
    const socket = new OpenAIRealtimeWS({ model: 'gpt-realtime', options: { ca: certPem } }, stockClient(server));
    const heard: RealtimeServerEvent[] = [];
    const errors: string[] = [];
    socket.on('event', (event) => heard.push(event));
    socket.on('error', (error) => errors.push(error.error?.code ?? error.message));
    await vi.waitUntil(() => heard.length === 1);
    expect(heard[0]?.type).toBe('session.created');

    socket.send({ type: 'session.update', session: { type: 'realtime', output_modalities: ['text'] } });
    await vi.waitUntil(() => heard.length === 2);
    expect(heard[1]).toMatchObject({ type: 'session.updated', session: { output_modalities: ['text'] } });

    socket.send({ type: 'session.update', session: { type: 'transcription' } });
    await vi.waitUntil(() => errors.length === 1);
    expect(errors).toEqual(['invalid_value']);

    const [call] = server.calls.calls.values();
    expect(call?.caller.permissions).toEqual(['instructions', 'say']);
    socket.close();
    await vi.waitUntil(() => server.calls.active === 0);
  });

  it('is told so over the WebSocket, too, when the key is wrong', async () => {
    const { server, certPem } = await tlsServer();
    const socket = new OpenAIRealtimeWS({ model: 'gpt-realtime', options: { ca: certPem } }, stockClient(server, 'wrong'));
    const failed = new Promise<Error>((resolve) => socket.on('error', resolve));
    expect(String(await failed)).toContain('401');
  });
});

describe('TLS', () => {
  it('serves HTTPS with its certificate, and says to stay with it', async () => {
    const { server, certPem } = await tlsServer([]);
    const [response] = await once(get(`${server.url}/healthz`, { ca: certPem }), 'response');
    response.resume();
    expect(response.statusCode).toBe(200);
    expect(response.headers['strict-transport-security']).toContain('max-age');
  });

  it('does not start without its files', async () => {
    const missing = { tlsCertFile: '/nonexistent/cert.pem', tlsKeyFile: '/nonexistent/key.pem' };
    await expect(startServer({ server: missing })).rejects.toMatchObject({
      code: 'tls_unreadable',
      message: expect.stringContaining('/nonexistent/cert.pem'),
    });
    await expect(startServer({ server: { tlsCertFile: '/nonexistent/cert.pem' } })).rejects.toMatchObject({ code: 'tls_unreadable' });
  });
});
