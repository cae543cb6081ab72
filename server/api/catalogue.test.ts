import Fastify from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { describe, expect, it, onTestFinished } from 'vitest';
import { catalogueRoutes } from './catalogue.ts';
import type { ApiInfo } from './contract.ts';

const leak = { folder: '/home/somebody/voices' };
const info: ApiInfo = {
  voices: async () => [
    { name: 'slt', title: 'Festival SLT', languages: ['en-US'], engine: 'festival', available: true, isDefault: true, ...leak },
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
  it('lists voices and engines as they are now, and nothing that the schema does not have', async () => {
    const url = await listening(info);
    const get = async (name: string) => (await fetch(`${url}/api/v1/${name}`)).json();
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
});
