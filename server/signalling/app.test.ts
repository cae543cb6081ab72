import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyPluginAsync } from 'fastify';
import { describe, expect, it } from 'vitest';
import { createLog } from '../core/log.ts';
import { API_KEY, offer, problemFrom, startServer, temporaryFolder } from './calls.fixture.ts';

/** The client as Vite builds it. */
function builtClient(): string {
  const folder = temporaryFolder();
  const write = (file: string, text: string) => {
    mkdirSync(join(folder, file, '..'), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  write('index.html', '<!doctype html><title>Live chat</title>');
  write('favicon.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>');
  write('assets/index-3f2a.js', 'export {};');
  write('embed/visavis.js', 'customElements;');
  write('.secret', 'never');
  return folder;
}

describe('health', () => {
  it('tells that it lives, and whether it takes calls', async () => {
    let ready = true;
    const { url } = await startServer({ version: '1.2.3', ready: () => ({ ready, parts: { ear: ready ? 'running' : 'lost' } }) });
    expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: 'ok', version: '1.2.3' });
    expect(await (await fetch(`${url}/readyz`)).json()).toEqual({
      ready: true,
      parts: { ear: 'running' },
      calls: { active: 0, limit: 12 },
    });
    ready = false;
    const notReady = await fetch(`${url}/readyz`);
    expect(notReady.status).toBe(503);
    expect(await notReady.json()).toMatchObject({ ready: false, parts: { ear: 'lost' } });
  });

  it('gives figures to this machine and to key holders only', async () => {
    const { url } = await startServer({ server: { apiKeys: [API_KEY] } });
    const local = await fetch(`${url}/metrics`);
    expect(local.headers.get('content-type')).toContain('text/plain; version=');
    expect(await local.text()).toContain('visavis_calls_refused_total');
    const far = { 'x-forwarded-for': '203.0.113.9' };
    expect(await problemFrom(await fetch(`${url}/metrics`, { headers: far }))).toMatchObject({ status: 401 });
    expect((await fetch(`${url}/metrics`, { headers: { ...far, authorization: `Bearer ${API_KEY}` } })).status).toBe(200);
  });
});

describe('problems', () => {
  it('answer for routes that are not there', async () => {
    const { url } = await startServer();
    const missing = await fetch(`${url}/v1/nothing?token=secret`, { method: 'POST' });
    const problem = await problemFrom(missing);
    expect(problem).toMatchObject({
      status: 404,
      code: 'route_unknown',
      stage: 'signalling',
      detail: 'There is nothing at POST /v1/nothing',
    });
    expect(problem.request_id).toBe(missing.headers.get('x-request-id'));
    expect(JSON.stringify(problem)).not.toContain('secret');
  });

  it('have request ids of our own making', async () => {
    const { url } = await startServer();
    const response = await fetch(`${url}/healthz`, { headers: { 'x-request-id': 'injected', 'request-id': 'injected' } });
    expect(response.headers.get('x-request-id')).toMatch(/^req_[\w-]{22}$/);
  });

  it('answer beyond the request limit, but probes go on', async () => {
    const { url } = await startServer({ server: { requestsPerMinute: 2, allowedOrigins: ['https://shop.example'] } });
    await fetch(`${url}/openapi.json`);
    await fetch(`${url}/openapi.json`);
    const refused = await fetch(`${url}/openapi.json`, { headers: { origin: 'https://shop.example' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    // A page must be able to read why.
    expect(refused.headers.get('access-control-allow-origin')).toBe('https://shop.example');
    expect(await problemFrom(refused)).toMatchObject({ status: 429, code: 'rate_limited' });
    for (let n = 0; n < 5; n++) expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });
});

describe('the access log', () => {
  it('has one line per request, without addresses of calls, tokens or bodies', async () => {
    const lines: string[] = [];
    const log = createLog({ level: 'trace', pretty: 'never', destination: { write: (line: string) => void lines.push(line) } });
    const { url, app } = await startServer({ log });
    const begun = await offer(url, { query: '?model=private-model', headers: { authorization: 'Bearer sk-private-token' } });
    await fetch(url + begun.headers.get('location'), { method: 'DELETE' });
    await fetch(`${url}/v1/nothing?token=private-token`);
    await app.close();
    const requests = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request');
    expect(requests).toMatchObject([
      { method: 'POST', route: '/v1/realtime/calls', status: 201, address: '127.0.0.1' },
      { method: 'DELETE', route: '/v1/realtime/calls/:id', status: 200 },
      { method: 'GET', status: 404 },
    ]);
    expect(requests[0].reqId).toBe(begun.headers.get('x-request-id'));
    const all = lines.join('');
    for (const secret of ['private', 'v=0', begun.headers.get('location')!.split('/').at(-1)!]) expect(all).not.toContain(secret);
  });
});

describe('documentation', () => {
  it('is OpenAPI 3.1 with every route, its bodies, its problems and the events', async () => {
    const { url } = await startServer();
    const document = await (await fetch(`${url}/openapi.json`)).json();
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths).sort()).toEqual([
      '/api/v1/join',
      '/healthz',
      '/metrics',
      '/readyz',
      '/v1/realtime/calls',
      '/v1/realtime/calls/{id}',
      '/v1/realtime/calls/{id}/hangup',
      '/v1/realtime/client_secrets',
    ]);
    const begin = document.paths['/v1/realtime/calls'].post;
    expect(Object.keys(begin.requestBody.content)).toEqual(['application/sdp', 'multipart/form-data']);
    expect(begin.responses.default.content['application/problem+json'].schema).toEqual({ $ref: '#/components/schemas/Problem' });
    expect(begin.parameters.map(({ name }: { name: string }) => name)).toEqual(['model', 'avatar', 'voice', 'language', 'greet']);
    const { schemas } = document.components;
    expect(schemas['ClientEvent.visavis.say'].required).toEqual(['type', 'text']);
    expect(schemas['ServerEvent.visavis.caption'].properties.words.type).toBe('array');
    expect(schemas.Problem.properties.retryable.type).toBe('boolean');
    // Every reference leads somewhere.
    for (const [, name] of JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g))
      expect(schemas).toHaveProperty([name!]);
  });

  it('is a page for people, from this server alone', async () => {
    const { url } = await startServer();
    const page = await fetch(`${url}/docs/`);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('content-security-policy')).not.toContain('unsafe-inline');
    const html = await page.text();
    const sources = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source]) => new URL(source!, `${url}/docs/`));
    expect(sources.length).toBeGreaterThan(3);
    for (const source of sources) {
      expect(source.origin).toBe(url);
      expect((await fetch(source)).status, source.href).toBe(200);
    }
  });
});

describe('pages', () => {
  it('are served with what they need, and nothing more is', async () => {
    const { url } = await startServer({ clientDir: builtClient() });
    const page = await fetch(`${url}/`);
    expect(await page.text()).toContain('Live chat');
    expect(page.headers.get('cache-control')).toBe('no-cache');
    expect(page.headers.get('content-type')).toContain('text/html');
    expect((await fetch(`${url}/?autostart`)).status).toBe(200);

    const asset = await fetch(`${url}/assets/index-3f2a.js`);
    expect(asset.headers.get('cache-control')).toContain('immutable');
    expect(asset.headers.get('content-type')).toContain('javascript');
    const embed = await fetch(`${url}/embed/visavis.js`, { headers: { origin: 'https://any.example' } });
    expect(embed.headers.get('access-control-allow-origin')).toBe('*');
    expect(embed.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    expect((await fetch(`${url}/favicon.svg`)).headers.get('content-type')).toContain('image/svg+xml');

    for (const path of [
      '/kiosk',
      '/.secret',
      '/assets/../.secret',
      '/assets/..%2f.secret',
      '/assets/%2e%2e/index.html',
      '/assets/',
      '/index.html',
      '/assets/none.js',
    ])
      expect(await problemFrom(await fetch(url + path)), path).toMatchObject({ status: 404 });
  });

  it('may run WebAssembly and workers, but nothing inline or foreign', async () => {
    const { url } = await startServer({ clientDir: builtClient(), server: { allowedOrigins: ['https://shop.example'] } });
    const { headers } = await fetch(`${url}/`);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval' blob:");
    expect(policy).toContain("worker-src 'self' blob:");
    expect(policy).toContain("frame-ancestors 'self' https://shop.example");
    expect(policy).not.toContain('unsafe-inline');
    expect(policy).not.toContain('upgrade-insecure-requests');
    expect(headers.get('permissions-policy')).toContain('microphone=(self)');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('strict-transport-security')).toBeNull();
  });

  it('show an avatar before the call, and nothing else of its folder', async () => {
    const avatarsDir = temporaryFolder();
    for (const name of ['mia', 'robo', 'bare']) mkdirSync(join(avatarsDir, name));
    writeFileSync(join(avatarsDir, 'mia/poster.jpg'), 'a picture');
    writeFileSync(join(avatarsDir, 'mia/avatar.json'), '{}');
    writeFileSync(join(avatarsDir, 'robo/poster.png'), 'a picture');
    writeFileSync(join(avatarsDir, 'poster.jpg'), 'outside');
    const { url } = await startServer({ face: { avatarsDir } });
    expect((await fetch(`${url}/avatars/mia/poster.jpg`)).headers.get('content-type')).toBe('image/jpeg');
    expect((await fetch(`${url}/avatars/robo/poster.jpg`)).headers.get('content-type')).toBe('image/png');
    for (const path of [
      'bare/poster.jpg',
      'mia/avatar.json',
      'nobody/poster.jpg',
      '%2e/poster.jpg',
      '%2e%2e/poster.jpg',
      'mia%2f..%2fmia/poster.jpg',
    ])
      expect(await problemFrom(await fetch(`${url}/avatars/${path}`)), path).toMatchObject({ status: 404 });
  });

  it('say how to build them when they are not', async () => {
    const { url } = await startServer();
    const page = await fetch(`${url}/`);
    expect(page.status).toBe(503);
    expect(await page.text()).toContain('npm run build');
    expect(await problemFrom(await fetch(`${url}/embed/visavis.js`))).toMatchObject({ status: 404 });
    expect(await problemFrom(await fetch(`${url}/favicon.svg`))).toMatchObject({ status: 404 });
  });
});

describe('routes for the operator', () => {
  const routes: FastifyPluginAsync[] = [
    async (app) => {
      app.post('/api/v1/things', { config: { operatorOnly: true } }, async () => ({ done: true }));
    },
  ];

  it('need an API key where there is one', async () => {
    const { url } = await startServer({ server: { apiKeys: [API_KEY] }, routes });
    const post = (headers: Record<string, string>) => fetch(`${url}/api/v1/things`, { method: 'POST', headers });
    expect((await post({})).status).toBe(401);
    expect((await post({ authorization: 'Bearer of-somebody-else-entirely' })).status).toBe(401);
    expect(await (await post({ authorization: `Bearer ${API_KEY}` })).json()).toEqual({ done: true });
  });

  it('are open to this machine where there is none', async () => {
    const { url } = await startServer({ routes });
    expect((await fetch(`${url}/api/v1/things`, { method: 'POST' })).status).toBe(200);
  });
});
