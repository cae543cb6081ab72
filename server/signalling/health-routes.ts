import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Calls } from '../session/contract.ts';
import type { Access } from './access.ts';
import type { Readiness, SignallingMetrics } from './contract.ts';

interface HealthRouteOptions {
  readonly access: Access;
  readonly calls: Calls;
  readonly metrics: SignallingMetrics;
  readonly version: string;
  ready(): Readiness;
}

const readiness = z.object({
  ready: z.boolean(),
  parts: z.record(z.string(), z.string()).optional(),
  calls: z.object({ active: z.number().int(), limit: z.number().int() }),
});

/** For load balancers and Prometheus. */
export const healthRoutes =
  ({ access, calls, metrics, version, ready }: HealthRouteOptions): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/healthz',
      {
        schema: {
          tags: ['server'],
          summary: 'Whether the process lives',
          response: { 200: z.object({ status: z.literal('ok'), version: z.string() }) },
        },
      },
      async (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'ok', version }),
    );

    app.get(
      '/readyz',
      { schema: { tags: ['server'], summary: 'Whether new calls are taken', response: { 200: readiness, 503: readiness } } },
      async (_request, reply) => {
        const { ready: isReady, parts } = ready();
        return reply
          .code(isReady ? 200 : 503)
          .header('cache-control', 'no-store')
          .send({
            ready: isReady,
            parts: parts === undefined ? undefined : { ...parts },
            calls: { active: calls.active, limit: calls.limit },
          });
      },
    );

    app.get(
      '/metrics',
      {
        schema: { tags: ['server'], summary: 'Figures for Prometheus; from elsewhere with an API key', security: [{ apiKey: [] }] },
        onRequest: async (request) => access.assertMayObserve(request),
      },
      async (_request, reply) => reply.type(metrics.contentType).send(await metrics.exposition()),
    );
  };
