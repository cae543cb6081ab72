import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** For the documentation: bodies that are not JSON, by media type. */
    rawBody?: Readonly<Record<string, string>>;
  }
}

/** `/openapi.json` (OpenAPI 3.1, made from the routes' own schemas) and `/docs` for people, from our own files. */
export async function installApiDocs(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Visavis',
        version,
        description:
          'Real-time calls with an avatar. Events of a call (WebSocket `/v1/realtime`, or any data channel) are those of the Realtime API.',
      },
      tags: [
        { name: 'calls', description: 'Begin, change and end calls' },
        { name: 'catalogue', description: 'What there is to choose from' },
        { name: 'server', description: 'Health and figures' },
      ],
      components: {
        securitySchemes: {
          apiKey: { type: 'http', scheme: 'bearer', description: 'A key of `server.apiKeys`.' },
          clientSecret: { type: 'http', scheme: 'bearer', description: 'A client secret; starts one call.' },
        },
      },
    },
    transform: (route) => {
      const { schema, url } = jsonSchemaTransform(route);
      const rawBody = (route.route.config as { rawBody?: Readonly<Record<string, string>> } | undefined)?.rawBody;
      if (!rawBody) return { schema, url };
      const consumes = Object.keys(rawBody);
      return { schema: { ...schema, consumes, body: { type: 'string', description: Object.values(rawBody).join('; ') } }, url };
    },
  });
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true, uiConfig: { docExpansion: 'list' } });
  app.get('/openapi.json', { schema: { hide: true } as never }, async (_request, reply) => reply.send(app.swagger()));
}
