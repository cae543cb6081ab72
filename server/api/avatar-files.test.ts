import Fastify from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { expect, it, onTestFinished } from 'vitest';
import { avatarFileRoutes } from './avatar-files.ts';

it('rigs and atlases come with entity tags, compressed as the caller understands', async () => {
  const app = Fastify();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  await app.register(
    avatarFileRoutes({
      rig: async (name, encoding) => ({
        data: new TextEncoder().encode(`${name} ${encoding}`),
        type: 'application/json',
        changedMs: 5_000,
      }),
      atlas: async (_name, light) => ({
        data: new Uint8Array(light ? [1] : [2, 2]),
        type: light ? 'image/webp' : 'image/png',
        changedMs: 6_000,
      }),
    }),
  );
  onTestFinished(async () => {
    await app.close();
  });
  const get = (path: string, headers: Record<string, string> = {}) => app.inject({ url: `/api/v1/avatars/mia/${path}`, headers });

  const rig = await get('rig', { 'accept-encoding': 'gzip, deflate, br' });
  expect([rig.statusCode, rig.body, rig.headers['content-encoding']]).toEqual([200, 'mia br', 'br']);
  expect(rig.headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'public, max-age=300' });
  expect((await get('rig')).headers['content-encoding']).toBe('gzip');
  const same = await get('rig', { 'accept-encoding': 'br', 'if-none-match': `"other", W/${rig.headers['etag']}` });
  expect([same.statusCode, same.body]).toEqual([304, '']);

  const full = await get('atlas');
  expect([full.rawPayload[0], full.headers['content-type']]).toEqual([2, 'image/png']);
  const light = await get('atlas?detail=light', { 'if-none-match': full.headers['etag'] as string });
  expect([light.statusCode, light.rawPayload[0], light.headers['content-type']]).toEqual([200, 1, 'image/webp']);
  expect((await get('atlas?detail=none')).statusCode).toBe(400);
});
