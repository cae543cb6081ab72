import { describe, expect, it } from 'vitest';
import { API_KEY, OFFER, offer, problemFrom, startServer } from './calls.fixture.ts';

const end = '--formboundary--\r\n';
const FRAGMENT = { 'content-type': 'application/trickle-ice-sdpfrag' };

describe('POST /v1/realtime/calls', () => {
  it('answers an offer with SDP, an address and ICE servers', async () => {
    const { url, calls } = await startServer();
    const response = await offer(url, { query: '?avatar=mia&voice=slt&language=en-GB&greet=false&model=gpt-realtime' });
    expect(response.status).toBe(201);
    expect(response.headers.get('content-type')).toBe('application/sdp');
    expect(await response.text()).toMatch(/^v=0\r\n/);
    const [call] = calls.calls.values();
    expect(response.headers.get('location')).toBe(`/v1/realtime/calls/${call?.callId}`);
    expect(response.headers.get('link')).toContain('<turn:turn.example:3478?transport=udp>; rel="ice-server"; username="');
    expect(response.headers.get('x-request-id')).toBe(call?.caller.requestId);
    expect(call?.request).toEqual({ avatar: 'mia', voice: 'slt', language: 'en-GB', greet: false });
    expect(call?.caller).toMatchObject({ address: '127.0.0.1', permissions: ['instructions', 'say'] });
  });

  it('takes the multipart form of the Realtime API', async () => {
    const { url, calls } = await startServer();
    const session = {
      type: 'realtime',
      model: 'gpt-realtime',
      instructions: 'Speak like a pirate.',
      output_modalities: ['text'],
      audio: { output: { voice: 'marin' }, input: { transcription: { language: 'en' } } },
      visavis: { avatar: 'mia', controls: { head_tilt: 0.4, blink_rate: null } },
    };
    const form = new FormData();
    form.set('sdp', new Blob([OFFER], { type: 'application/sdp' }));
    form.set('session', JSON.stringify(session));
    const response = await fetch(`${url}/v1/realtime/calls`, { method: 'POST', body: form });
    expect(response.status).toBe(201);
    const [call] = calls.calls.values();
    // A stock voice name means the server's own choice.
    expect(call?.request).toEqual({
      avatar: 'mia',
      language: 'en',
      instructions: 'Speak like a pirate.',
      textOnly: true,
      controls: { head_tilt: 0.4 },
    });
  });

  it.each([
    ['no body', 'application/sdp', ' ', 400, 'sdp_missing'],
    ['junk', 'application/sdp', 'hello', 400, 'sdp_invalid'],
    ['JSON', 'application/json', '{}', 415, 'media_type_unsupported'],
    ['multipart without a boundary', 'multipart/form-data', 'x', 400, 'multipart_invalid'],
    [
      'multipart that breaks off',
      'multipart/form-data; boundary=formboundary',
      '--formboundary\r\nContent-Disposition: form-data; name="sdp"\r\n\r\nv=0',
      400,
      'multipart_invalid',
    ],
    ['multipart without sdp', 'multipart/form-data; boundary=formboundary', part('other', 'v=0') + end, 400, 'sdp_missing'],
    ['sdp twice', 'multipart/form-data; boundary=formboundary', part('sdp', 'v=0') + part('sdp', 'v=0') + end, 400, 'multipart_invalid'],
    [
      'a session that is no JSON',
      'multipart/form-data; boundary=formboundary',
      part('sdp', 'v=0') + part('session', '{') + end,
      400,
      'json_invalid',
    ],
    [
      'a session that is wrong',
      'multipart/form-data; boundary=formboundary',
      part('sdp', 'v=0') + part('session', '{"output_modalities":["smell"]}') + end,
      400,
      'request_invalid',
    ],
    [
      'an unknown avatar',
      'multipart/form-data; boundary=formboundary',
      part('sdp', 'v=0') + part('session', '{"visavis":{"avatar":"nobody"}}') + end,
      404,
      'avatar_unknown',
    ],
    ['a huge offer', 'application/sdp', `v=0\r\n${'a'.repeat(70_000)}`, 413, 'body_too_large'],
    ['a huge body', 'application/sdp', 'a'.repeat(400_000), 413, 'body_too_large'],
  ])('refuses %s', async (_, type, body, status, code) => {
    const { url, calls } = await startServer();
    const problem = await problemFrom(await offer(url, { headers: { 'content-type': type }, body }));
    expect(problem).toMatchObject({ status, code, retryable: false });
    expect(problem.error).toMatchObject({ code, type: 'invalid_request_error' });
    expect(calls.active).toBe(0);
  });

  it('refuses an avatar that is a path, and says which field it was', async () => {
    const { url } = await startServer();
    const problem = await problemFrom(await offer(url, { query: '?avatar=..%2F..%2Fetc' }));
    expect(problem).toMatchObject({ status: 400, code: 'request_invalid', errors: [{ param: 'avatar' }] });
  });

  it('says when to come back while all places are taken', async () => {
    const { url, calls, metrics } = await startServer();
    calls.limit = 1;
    expect((await offer(url)).status).toBe(201);
    const refused = await offer(url);
    expect(refused.headers.get('retry-after')).toBe('7');
    expect(await problemFrom(refused)).toMatchObject({ status: 503, code: 'server_full', stage: 'session', retryable: true });
    expect(await metrics.exposition()).toContain('visavis_calls_refused_total{reason="full"} 1');
  });

  it('does not tell what broke inside', async () => {
    const { url, calls } = await startServer();
    calls.failure = new Error('cannot open /root/secret.db');
    const problem = await problemFrom(await offer(url));
    expect(problem).toMatchObject({ status: 500, code: 'internal' });
    expect(JSON.stringify(problem)).not.toContain('secret');
  });

  it('limits calls per address', async () => {
    const { url } = await startServer({ server: { callsPerMinute: 2 } });
    expect((await offer(url)).status).toBe(201);
    expect((await offer(url)).status).toBe(201);
    const refused = await offer(url);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await problemFrom(refused)).toMatchObject({ status: 429, code: 'rate_limited', retryable: true });
  });
});

describe('changing and ending a call', () => {
  const begun = async () => {
    const server = await startServer();
    const response = await offer(server.url);
    const [call] = server.calls.calls.values();
    return { ...server, address: server.url + response.headers.get('location'), call: call! };
  };

  it('trickles candidates, and answers an ICE restart', async () => {
    const { address, call } = await begun();
    const candidate = 'a=candidate:1 1 udp 2113937151 192.0.2.1 5000 typ host\r\n';
    const trickled = await fetch(address, { method: 'PATCH', headers: FRAGMENT, body: candidate });
    expect(trickled.status).toBe(204);
    expect(call.patches).toEqual([candidate]);
    const restarted = await fetch(address, { method: 'PATCH', headers: FRAGMENT, body: 'a=ice-ufrag:x\r\na=ice-pwd:y\r\n' });
    expect(restarted.status).toBe(200);
    expect(restarted.headers.get('content-type')).toBe('application/trickle-ice-sdpfrag');
    expect(await restarted.text()).toContain('a=ice-ufrag:srv');
  });

  it('refuses fragments of another type, too large, or for a call that is not there', async () => {
    const { address, url } = await begun();
    const patch = (to: string, headers: Record<string, string>, body: string) => fetch(to, { method: 'PATCH', headers, body });
    expect(await problemFrom(await patch(address, { 'content-type': 'application/sdp' }, 'v=0'))).toMatchObject({ status: 415 });
    expect(await problemFrom(await patch(address, { 'content-type': 'application/json' }, '{}'))).toMatchObject({ status: 415 });
    expect(await problemFrom(await patch(address, FRAGMENT, 'a'.repeat(70_000)))).toMatchObject({ status: 413 });
    expect(await problemFrom(await patch(`${url}/v1/realtime/calls/call_0`, FRAGMENT, 'a'))).toMatchObject({
      status: 404,
      code: 'call_unknown',
    });
    expect(await problemFrom(await patch(`${url}/v1/realtime/calls/a%00b`, FRAGMENT, 'a'))).toMatchObject({ status: 400 });
  });

  it.each([
    ['DELETE', '', undefined],
    ['POST', '/hangup', undefined],
    ['POST', '/hangup', '{}'],
  ])('hangs up with %s %s', async (method, suffix, body) => {
    const { address, calls, call } = await begun();
    const headers: Record<string, string> = body ? { 'content-type': 'application/json' } : {};
    expect((await fetch(address + suffix, { method, headers, ...(body ? { body } : {}) })).status).toBe(200);
    expect(calls.ended).toEqual([{ callId: call.callId, reason: 'hung_up' }]);
    expect(await problemFrom(await fetch(address + suffix, { method }))).toMatchObject({ status: 404, code: 'call_unknown' });
  });

  it('is not for pages of other origins, even if they knew the id', async () => {
    const { address, calls } = await begun();
    const refused = await fetch(`${address}/hangup`, { method: 'POST', headers: { origin: 'https://evil.example' } });
    expect(await problemFrom(refused)).toMatchObject({ status: 403, code: 'origin_not_allowed' });
    expect(calls.active).toBe(1);
  });
});

describe('who may call', () => {
  it('asks for a key where keys are configured', async () => {
    const { url, calls } = await startServer({ server: { apiKeys: [API_KEY] } });
    const missing = await offer(url);
    expect(missing.headers.get('www-authenticate')).toBe('Bearer');
    expect(await problemFrom(missing)).toMatchObject({ status: 401, code: 'key_required' });
    for (const wrong of ['wrong', `${API_KEY}x`, API_KEY.slice(1)])
      expect(await problemFrom(await offer(url, { headers: { authorization: `Bearer ${wrong}` } }))).toMatchObject({ code: 'key_invalid' });
    expect((await offer(url, { headers: { authorization: `Bearer ${API_KEY}` } })).status).toBe(201);
    expect(calls.active).toBe(1);
  });

  it('lets a stock client with any key call from this machine while no keys are configured', async () => {
    const { url } = await startServer();
    expect((await offer(url, { headers: { authorization: 'Bearer sk-anything' } })).status).toBe(201);
  });

  it('takes no strangers for locals behind a proxy that it was not told about', async () => {
    const { url } = await startServer();
    expect(await problemFrom(await offer(url, { headers: { 'x-forwarded-for': '203.0.113.9' } }))).toMatchObject({
      status: 401,
      code: 'pages_private',
    });
  });

  it('believes a trusted proxy, and the addresses it forwards', async () => {
    const { url, calls } = await startServer({ server: { trustProxy: ['127.0.0.1'], publicPages: true } });
    expect((await offer(url, { headers: { 'x-forwarded-for': '203.0.113.9' } })).status).toBe(201);
    const [call] = calls.calls.values();
    expect(call?.caller).toMatchObject({ address: '203.0.113.9', permissions: [] });
  });

  it('refuses pages of other origins, and takes listed ones', async () => {
    const { url, port } = await startServer({ server: { allowedOrigins: ['https://shop.example/'] } });
    for (const origin of [
      'https://evil.example',
      'null',
      'https://shop.example.evil.example',
      `https://127.0.0.1:${port}`,
      'http://127.0.0.1:1',
    ])
      expect(await problemFrom(await offer(url, { headers: { origin } }))).toMatchObject({ status: 403, code: 'origin_not_allowed' });
    expect((await offer(url, { headers: { origin: `http://127.0.0.1:${port}` } })).status).toBe(201);
    const listed = await offer(url, { headers: { origin: 'https://shop.example' } });
    expect(listed.status).toBe(201);
    expect(listed.headers.get('access-control-allow-origin')).toBe('https://shop.example');
    expect(listed.headers.get('access-control-expose-headers')).toContain('location');
  });

  it('answers a preflight for listed origins only', async () => {
    const { url } = await startServer({ server: { allowedOrigins: ['https://shop.example'] } });
    const preflight = (origin: string) =>
      fetch(`${url}/v1/realtime/calls`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,content-type' },
      });
    const listed = await preflight('https://shop.example');
    expect(listed.status).toBe(204);
    expect(listed.headers.get('access-control-allow-headers')).toContain('authorization');
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
  });

  it('is not fooled by a foreign name that points here (DNS rebinding)', async () => {
    const { app } = await startServer();
    const rebound = { host: 'evil.example:8080', origin: 'http://evil.example:8080', 'content-type': 'application/sdp' };
    const call = await app.inject({ method: 'POST', url: '/v1/realtime/calls', headers: rebound, payload: OFFER });
    expect(call.json()).toMatchObject({ status: 403, code: 'host_not_allowed' });
    const join = await app.inject({ method: 'GET', url: '/api/v1/join', headers: { host: 'evil.example:8080' } });
    expect(join.json()).toMatchObject({ status: 403, code: 'host_not_allowed' });
    const local = await app.inject({ method: 'GET', url: '/api/v1/join', headers: { host: 'localhost:8080' } });
    expect(local.statusCode).toBe(200);
  });
});

function part(name: string, value: string): string {
  return `--formboundary\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
}
