import multipart from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Avatars } from '../avatars/contract.ts';
import type { PersonBrief } from '../casting/brief.ts';
import { avatarJob, clipRequest, creationRequest, inspection, makingOptions } from '../protocol/avatars.ts';
import { describeJob, jobUrl } from './avatar-jobs.ts';
import { importFields, inspectionFields, photoForm } from './photo-form.ts';

export interface MakingLimits {
  readonly maxPhotoBytes: number;
  readonly maxVariants: number;
  readonly maxDescriptionChars: number;
}

/** Fields of a form beside the picture: a name, a note, sixteen points. */
const FORM_LIMITS = { fieldNameSize: 50, fieldSize: 16_384, fields: 12, files: 1, parts: 16, headerPairs: 40 };
const FORM_OVERHEAD_BYTES = 64 * 1024;

/** Ways to make an avatar. Each answers at once with a job; see avatar-jobs.ts. For the operator, or anybody on this machine while there is no API key. */
export const makingRoutes =
  (avatars: Avatars, limits: MakingLimits): FastifyPluginAsyncZod =>
  async (app) => {
    const tags = ['avatars'];
    const security = [{ apiKey: [] }];
    const config = { operatorOnly: true } as const;
    const photograph = { ...config, rawBody: { 'multipart/form-data': 'file `photo`; fields as described' } };
    const { maxPhotoBytes } = limits;
    const bodyLimit = maxPhotoBytes + FORM_OVERHEAD_BYTES;
    await app.register(multipart, { limits: { ...FORM_LIMITS, fileSize: maxPhotoBytes }, throwFileSizeLimit: true });

    app.get(
      '/api/v1/avatar-making',
      { schema: { tags, summary: 'How avatars can be made here', response: { 200: makingOptions } } },
      async (_request, reply) =>
        reply.header('cache-control', 'no-cache').send({
          styles: [...avatars.styles],
          words_read_by: avatars.wordsReadBy,
          max_photo_bytes: maxPhotoBytes,
          max_variants: limits.maxVariants,
          max_description_chars: limits.maxDescriptionChars,
        }),
    );

    app.post(
      '/api/v1/avatars/inspections',
      {
        config: photograph,
        bodyLimit,
        schema: {
          tags,
          security,
          summary: 'Look at a photograph before it is imported',
          description: 'Fields: `points` (JSON, placed by hand). Says check by check what is good or bad, and where the face is.',
          response: { 200: inspection },
        },
      },
      async (request, reply) => {
        const { photo, fields } = await photoForm(request, inspectionFields);
        const { picture, engine, checks, ...found } = await avatars.inspect(photo, fields.points, goneSignal(request));
        return reply.header('cache-control', 'no-store').send({
          ...found,
          ...(engine === undefined ? {} : { engine }),
          checks: [...checks],
          picture: `data:image/jpeg;base64,${Buffer.from(picture).toString('base64')}`,
        });
      },
    );

    app.post(
      '/api/v1/avatars/imports',
      {
        config: photograph,
        bodyLimit,
        schema: {
          tags,
          security,
          summary: 'Make an avatar of a photograph',
          description:
            'Fields: `name`; optional `title`, `consent` (who agreed to what; kept with the avatar), `licence`, `points` (JSON, placed by hand: used instead of the landmark engine).',
          response: { 202: avatarJob },
        },
      },
      async (request, reply) => {
        const { photo, source, fields } = await photoForm(request, importFields);
        const job = await avatars.import({ photo, source, ...fields });
        return reply.code(202).header('location', jobUrl(job.id)).send(describeJob(job));
      },
    );

    app.post(
      '/api/v1/avatars/creations',
      {
        config,
        schema: {
          tags,
          security,
          summary: 'Draw people from words',
          description:
            'Without a name: variants to choose from, kept by `POST /api/v1/avatar-jobs/{id}/variants/{index}`. With one: that avatar.',
          body: creationRequest,
          response: { 202: avatarJob },
        },
      },
      async ({ body }, reply) => {
        // The workshop checks the brief: it knows the schema.
        const job = await avatars.create({ ...body, brief: body.brief as PersonBrief | undefined });
        return reply.code(202).header('location', jobUrl(job.id)).send(describeJob(job));
      },
    );

    app.post(
      '/api/v1/avatars/clips',
      {
        config,
        schema: {
          tags,
          security,
          summary: 'A clip of an avatar, or of a variant, that says something',
          body: clipRequest,
          response: { 202: avatarJob },
        },
      },
      async ({ body: { avatar, job: jobId = '', variant = 0, ...words } }, reply) => {
        const job = await avatars.say({ of: avatar === undefined ? { jobId, variant } : { avatar }, ...words });
        return reply.code(202).header('location', jobUrl(job.id)).send(describeJob(job));
      },
    );
  };

/** Aborts when whoever asked has gone. */
function goneSignal(request: FastifyRequest): AbortSignal {
  const gone = new AbortController();
  request.raw.socket.once('close', () => gone.abort());
  return gone.signal;
}
