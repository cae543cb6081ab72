import '@fastify/static';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { AvatarJob, Avatars } from '../avatars/contract.ts';
import { errorCatalogue } from '../core/errors.ts';
import { type AvatarJobDescription, avatarEntry, avatarJob, keepRequest } from '../protocol/avatars.ts';
import { avatarUrl, describeAvatar, sendMedia } from './avatars.ts';

const jobError = errorCatalogue('avatars', { preview_missing: { status: 404, retryable: true } });

export const jobUrl = (id: string): string => `/api/v1/avatar-jobs/${id}`;

export function describeJob({ id, kind, state, ahead, stage, fraction, previews, error, result }: AvatarJob): AvatarJobDescription {
  const { reading, variants, hasClip, warnings, missing, ...rest } = result ?? {};
  return {
    id,
    kind,
    state,
    ahead,
    ...(stage === undefined ? {} : { stage }),
    progress: Math.round(fraction * 1000) / 1000,
    // Another address for each picture, so that no cache shows an old one.
    ...(previews > 0 ? { preview_url: `${jobUrl(id)}/preview?picture=${previews}` } : {}),
    ...(error
      ? {
          problem: {
            code: error.code,
            detail: error.code === 'internal' ? 'Something went wrong on our side' : error.message,
            ...(error.hint ? { hint: error.hint } : {}),
            retryable: error.retryable,
          },
        }
      : {}),
    ...(result
      ? {
          result: {
            ...rest,
            ...(variants
              ? { variants: variants.map((one) => ({ ...one, poster_url: `${jobUrl(id)}/variants/${one.index}/poster` })) }
              : {}),
            ...(reading
              ? {
                  reading: {
                    wish: { ...reading.wish },
                    unknown: [...reading.unknown],
                    overridden: [...reading.overridden],
                    read_by: reading.readBy,
                  },
                }
              : {}),
            ...(warnings ? { warnings: [...warnings] } : {}),
            ...(missing?.length ? { missing: [...missing] } : {}),
            ...(hasClip ? { clip_url: `${jobUrl(id)}/clip` } : {}),
          },
        }
      : {}),
  };
}

const hasEnded = (state: AvatarJob['state']): boolean => state !== 'queued' && state !== 'running';

/**
 * Following a job: by asking, or by an event stream. Its id is the key to it, as a call's is, so that browsers' own
 * ways of loading pictures and events work.
 */
export const avatarJobRoutes =
  (avatars: Avatars): FastifyPluginAsyncZod =>
  async (app) => {
    const tags = ['avatars'];
    const params = z.object({ id: z.string().max(64) });
    const ofVariant = z.object({ id: z.string().max(64), index: z.coerce.number().int().min(0).max(63) });
    const streams = new Set<() => void>();
    app.addHook('preClose', async () => {
      for (const end of streams) end();
    });

    app.get(
      '/api/v1/avatar-jobs/:id',
      { schema: { tags, summary: 'A job', params, response: { 200: avatarJob } } },
      async (request, reply) => reply.header('cache-control', 'no-store').send(describeJob(avatars.job(request.params.id))),
    );

    app.delete(
      '/api/v1/avatar-jobs/:id',
      { schema: { tags, summary: 'Cancel a job', description: 'What has ended stays as it is.', params, response: { 200: avatarJob } } },
      async (request, reply) => reply.send(describeJob(avatars.cancel(request.params.id))),
    );

    app.get(
      '/api/v1/avatar-jobs/:id/events',
      {
        schema: {
          tags,
          summary: 'Every change of a job, as server-sent events',
          description: 'Each event `job` holds the whole job; the stream ends with the job.',
          params,
          response: { 200: { description: 'Events', content: { 'text/event-stream': { schema: z.string() } } } },
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        avatars.job(id);
        reply.hijack();
        const { raw } = reply;
        raw.writeHead(200, {
          ...(reply.getHeaders() as Record<string, string>),
          'content-type': 'text/event-stream; charset=utf-8',
          'cache-control': 'no-store',
          'x-accel-buffering': 'no',
        });
        let watch: Disposable | undefined;
        const end = () => {
          streams.delete(end);
          watch?.[Symbol.dispose]();
          raw.end();
        };
        streams.add(end);
        raw.once('close', end);
        let ended = false;
        watch = avatars.watch(id, (job) => {
          raw.write(`event: job\ndata: ${JSON.stringify(describeJob(job))}\n\n`);
          ended ||= hasEnded(job.state);
          if (ended) end();
        });
        if (ended) watch[Symbol.dispose]();
      },
    );

    app.get(
      '/api/v1/avatar-jobs/:id/preview',
      {
        schema: {
          tags,
          summary: 'How far it has come, as a picture',
          params,
          querystring: z.object({ picture: z.string().optional() }),
          response: { 200: { description: 'JPEG', content: { 'image/jpeg': { schema: z.string() } } } },
        },
      },
      async (request, reply) => {
        const { preview } = avatars.job(request.params.id);
        if (!preview) throw jobError('preview_missing', 'There is no picture yet');
        return reply
          .header('cache-control', 'private, max-age=300')
          .type('image/jpeg')
          .send(Buffer.from(preview) as never);
      },
    );

    app.get(
      '/api/v1/avatar-jobs/:id/variants/:index/poster',
      {
        schema: {
          tags,
          summary: 'A still picture of a variant',
          params: ofVariant,
          response: { 200: { description: 'JPEG', content: { 'image/jpeg': { schema: z.string() } } } },
        },
      },
      async ({ params: { id, index } }, reply) => sendMedia(reply, await avatars.variantPoster(id, index)),
    );

    app.post(
      '/api/v1/avatar-jobs/:id/variants/:index',
      {
        config: { operatorOnly: true },
        schema: {
          tags,
          summary: 'Give a variant a name and keep it as an avatar',
          security: [{ apiKey: [] }],
          params: ofVariant,
          body: keepRequest,
          response: { 201: avatarEntry },
        },
      },
      async ({ params: { id, index }, body: { name, title } }, reply) => {
        const kept = await avatars.keep(id, index, name, title);
        return reply.code(201).header('location', avatarUrl(name)).send(describeAvatar(kept, true));
      },
    );

    app.get(
      '/api/v1/avatar-jobs/:id/clip',
      {
        schema: {
          tags,
          summary: 'The film of a clip job',
          params,
          response: { 200: { description: 'MP4', content: { 'video/mp4': { schema: z.string() } } } },
        },
      },
      async (request, reply) => sendMedia(reply, avatars.clipOf(request.params.id)),
    );
  };
