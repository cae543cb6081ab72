import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { clientEventSchemas } from '../protocol/client-events.ts';
import { PROBLEM_MEDIA_TYPE, problemDetails } from '../protocol/problem.ts';
import { serverEventSchemas } from '../protocol/server-events.ts';

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
        { name: 'avatars', description: 'Faces: those there are, and making others of photographs and words' },
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
      const { rawBody } = (route.route.config ?? {}) as { rawBody?: Readonly<Record<string, string>> };
      if (!rawBody) return { schema, url };
      return {
        schema: { ...schema, consumes: Object.keys(rawBody), body: { type: 'string', description: Object.values(rawBody).join('; ') } },
        url,
      };
    },
    transformObject: (document) => {
      if (!('openapiObject' in document)) return document.swaggerObject;
      const { openapiObject } = document;
      return withProblemsAndEvents(openapiObject as OpenApiDocument) as typeof openapiObject;
    },
  });
  await app.register(swaggerUi, { routePrefix: '/docs', uiConfig: { docExpansion: 'list' } });
  app.get('/openapi.json', { schema: { hide: true } as never }, async (_request, reply) => reply.send(app.swagger()));
}

/** As much of an OpenAPI document as is added to here. */
interface OpenApiDocument {
  readonly paths?: Readonly<Record<string, Readonly<Record<string, { responses?: object } | undefined>> | undefined>>;
  readonly components?: object;
}

/** Every operation may answer with a problem; events have no path in OpenAPI, so their schemas stand among the components. */
function withProblemsAndEvents(document: OpenApiDocument): OpenApiDocument {
  const problem = {
    description: 'A problem (RFC 9457)',
    content: { [PROBLEM_MEDIA_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
  };
  for (const path of Object.values(document.paths ?? {}))
    for (const method of ['get', 'post', 'patch', 'delete']) {
      const operation = path?.[method];
      if (operation) operation.responses = { ...operation.responses, default: problem };
    }
  const events = (direction: string, schemas: Readonly<Record<string, z.ZodType>>, io: 'input' | 'output') =>
    Object.entries(schemas).map(([type, schema]) => [`${direction}.${type}`, schemaOf(schema, io)]);
  const schemas = {
    Problem: schemaOf(problemDetails, 'output'),
    ...Object.fromEntries([...events('ClientEvent', clientEventSchemas, 'input'), ...events('ServerEvent', serverEventSchemas, 'output')]),
  };
  return { ...document, components: { ...document.components, schemas } };
}

/** OpenAPI 3.1 speaks JSON Schema 2020-12 and names it once for all. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): object {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}
