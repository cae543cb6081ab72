import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { engineDescription } from '../protocol/server-events.ts';
import { sendCachedFile } from './cached-file.ts';
import type { ApiInfo } from './contract.ts';

const avatar = z.object({
  name: z.string(),
  title: z.string(),
  description: z.string().optional(),
  poster_url: z.string().optional().describe('Path of a still picture on this server; absent when there is none.'),
  default: z.boolean(),
});

const voice = z.object({
  name: z.string(),
  title: z.string(),
  languages: z.array(z.string()),
  engine: z.string(),
  available: z.boolean(),
  default: z.boolean(),
});

/** Asked once per page: a minute old is new enough. */
const CACHE = 'private, max-age=60';

/** `GET /api/v1/avatars` (and the posters under it), `/voices` and `/engines`. Lists are wrapped in `data`, so that paging can be added. */
export const catalogueRoutes =
  (info: ApiInfo): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/api/v1/avatars',
      { schema: { tags: ['catalogue'], summary: 'The avatars', response: { 200: z.object({ data: z.array(avatar) }) } } },
      async (_request, reply) => {
        const avatars = await info.avatars();
        const data = avatars.map(({ isDefault, hasPoster, ...rest }) => ({
          ...rest,
          ...(hasPoster ? { poster_url: `/api/v1/avatars/${encodeURIComponent(rest.name)}/poster` } : {}),
          default: isDefault,
        }));
        return reply.header('cache-control', CACHE).send({ data });
      },
    );

    app.get(
      '/api/v1/avatars/:name/poster',
      {
        schema: {
          tags: ['catalogue'],
          summary: 'A still picture of an avatar',
          description: 'JPEG, with an entity tag. 404 `avatar_unknown` or `poster_missing` when there is none.',
          params: z.object({ name: z.string() }),
          response: {
            200: { description: 'The picture', content: { 'image/jpeg': { schema: z.string().describe('The bytes of a JPEG file.') } } },
            304: z.null().describe('It is what the caller has (If-None-Match).'),
          },
        },
      },
      async (request, reply) => {
        const { data, changedMs } = await info.poster(request.params.name);
        // Pages of other sites show it, too, before a call with the element.
        void reply.header('access-control-allow-origin', '*');
        return sendCachedFile(request, reply, { data, type: 'image/jpeg', changedMs }) as never;
      },
    );

    app.get(
      '/api/v1/voices',
      { schema: { tags: ['catalogue'], summary: 'The voices', response: { 200: z.object({ data: z.array(voice) }) } } },
      async (_request, reply) => {
        const voices = await info.voices();
        const data = voices.map(({ isDefault, languages, ...rest }) => ({ ...rest, languages: [...languages], default: isDefault }));
        return reply.header('cache-control', CACHE).send({ data });
      },
    );

    app.get(
      '/api/v1/engines',
      {
        schema: {
          tags: ['catalogue'],
          summary: 'Which engine serves each stage, and what is missing',
          response: { 200: z.object({ data: z.array(engineDescription) }) },
        },
      },
      async (_request, reply) => reply.header('cache-control', 'no-store').send({ data: [...(await info.engines())] }),
    );
  };
