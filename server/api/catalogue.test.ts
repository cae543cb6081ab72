import Fastify from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { describe, expect, it, onTestFinished } from 'vitest';
import { errorCatalogue } from '../core/errors.ts';
import { catalogueRoutes } from './catalogue.ts';
import type { ApiInfo } from './contract.ts';

const JPEG = new Uint8Array([0xff, 0xd8, 0xff, 0xd9]);
const missing = errorCatalogue('rendering', { poster_missing: { status: 404, retryable: false } });

const info: ApiInfo = {
  avatars: () => [
    { name: 'mia', title: 'Mia', hasPoster: true, isDefault: true },
    { name: 'bob', title: 'Bob', hasPoster: false, isDefault: false },
  ],
  poster: async (name) => {
    if (name !== 'mia') throw missing('poster_missing', `${name} has no poster`);
    return { data: JPEG, changedMs: Date.UTC(2026, 0, 2) };
  },
  voices: async () => [
    { name: 'slt', title: 'Festival SLT', languages: ['en-US'], engine: 'festival', available: true, isDefault: true },
    { name: 'ar', title: 'espeak-ng Arabic', languages: ['ar'], engine: 'espeak', available: false, isDefault: false },
  ],
  engines: () => [{ stage: 'asr', id: 'none', state: 'missing', reason: 'pocketsphinx-en-us is not installed' }],
};

const listening = async (given: ApiInfo): Promise<string> => {
  const app = Fastify();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  await app.register(catalogueRoutes(given));
  onTestFinished(async () => {
    await app.close();
  });
  return app.listen({ host: '127.0.0.1', port: 0 });
};

describe('the catalogue', () => {
  it('lists avatars, voices and engines as they are now', async () => {
    const url = await listening(info);
    const get = async (name: string) => (await fetch(`${url}/api/v1/${name}`)).json();
    expect(await get('avatars')).toEqual({
      data: [
        { name: 'mia', title: 'Mia', poster_url: '/api/v1/avatars/mia/poster', default: true },
        { name: 'bob', title: 'Bob', default: false },
      ],
    });
    expect(await get('voices')).toEqual({
      data: [
        { name: 'slt', title: 'Festival SLT', languages: ['en-US'], engine: 'festival', available: true, default: true },
        { name: 'ar', title: 'espeak-ng Arabic', languages: ['ar'], engine: 'espeak', available: false, default: false },
      ],
    });
    expect(await get('engines')).toEqual({
      data: [{ stage: 'asr', id: 'none', state: 'missing', reason: 'pocketsphinx-en-us is not installed' }],
    });
  });

  it('tells nothing that the schema does not have', async () => {
    const leaky = [{ name: 'mia', title: 'Mia', hasPoster: true, isDefault: true, folder: '/home/somebody/avatars/mia' }];
    const url = await listening({ ...info, avatars: () => leaky });
    expect(await (await fetch(`${url}/api/v1/avatars`)).text()).not.toContain('/home');
  });

  it('gives posters, and only once to who keeps them', async () => {
    const url = await listening(info);
    const { data } = (await (await fetch(`${url}/api/v1/avatars`)).json()) as { data: { poster_url: string }[] };
    const poster = new URL(data[0]!.poster_url, url);
    const first = await fetch(poster);
    expect(first.status).toBe(200);
    expect(first.headers.get('content-type')).toBe('image/jpeg');
    expect(first.headers.get('cache-control')).toBe('public, max-age=300');
    expect(first.headers.get('last-modified')).toBe('Fri, 02 Jan 2026 00:00:00 GMT');
    expect(new Uint8Array(await first.arrayBuffer())).toEqual(JPEG);
    const tag = first.headers.get('etag')!;
    for (const known of [tag, `"other", W/${tag}`, '*']) {
      const again = await fetch(poster, { headers: { 'if-none-match': known } });
      expect(again.status).toBe(304);
      expect(again.headers.get('etag')).toBe(tag);
    }
    expect((await fetch(poster, { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
  });

  it('has the code of what is missing instead of a poster', async () => {
    const url = await listening(info);
    const answer = await fetch(`${url}/api/v1/avatars/bob/poster`);
    expect(answer.status).toBe(404);
    expect(answer.headers.has('cache-control')).toBe(false);
    expect(await answer.json()).toMatchObject({ code: 'poster_missing' });
  });
});
