import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { engineDescription } from '../protocol/server-events.ts';
import type { ApiInfo } from './contract.ts';

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

/** `GET /api/v1/voices` and `/engines`; avatars.ts has the avatars. Lists are wrapped in `data`, so that paging can be added. */
export const catalogueRoutes =
  (info: ApiInfo): FastifyPluginAsyncZod =>
  async (app) => {
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
