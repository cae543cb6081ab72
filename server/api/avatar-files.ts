import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { sendCachedFile } from './cached-file.ts';
import type { AvatarFiles } from './contract.ts';

const file = (description: string, types: readonly string[]) => ({
  200: {
    description,
    content: Object.fromEntries(types.map((type) => [type, { schema: z.string().describe('The bytes of the file.') }])),
  },
  304: z.null().describe('It is what the caller has (If-None-Match).'),
});

/**
 * `GET /api/v1/avatars/{name}/rig` and `/atlas`: what a browser needs to draw a face itself. Pages of the configured origins may
 * read them, like the rest of the API.
 */
export const avatarFileRoutes =
  (files: AvatarFiles): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/api/v1/avatars/:name/rig',
      {
        schema: {
          tags: ['catalogue'],
          summary: 'Meshes, motions and emotions of an avatar',
          description: 'Its avatar.json, compressed, with an entity tag. 404 `avatar_unknown`.',
          params: z.object({ name: z.string() }),
          response: file('The rig', ['application/json']),
        },
      },
      async (request, reply) => {
        const encoding = /\bbr\b/.test(request.headers['accept-encoding'] ?? '') ? 'br' : 'gzip';
        const found = await files.rig(request.params.name, encoding);
        void reply.header('content-encoding', encoding).header('vary', 'accept-encoding, origin');
        return sendCachedFile(request, reply, found) as never;
      },
    );

    app.get(
      '/api/v1/avatars/:name/atlas',
      {
        schema: {
          tags: ['catalogue'],
          summary: 'Texture of an avatar',
          description: 'As it is in the folder, or `light` for narrow links, with an entity tag. 404 `avatar_unknown`.',
          params: z.object({ name: z.string() }),
          querystring: z.object({ detail: z.enum(['full', 'light']).default('full') }),
          response: file('The atlas', ['image/png', 'image/webp', 'image/jpeg']),
        },
      },
      async (request, reply) =>
        sendCachedFile(request, reply, await files.atlas(request.params.name, request.query.detail === 'light')) as never,
    );
  };
