import '@fastify/static';
import type { FastifyReply } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { AvatarDetail, Avatars, MediaFile } from '../avatars/contract.ts';
import { type AvatarDescription, avatarEntry } from '../protocol/avatars.ts';
import { sendCachedFile } from './cached-file.ts';

const named = z.object({ name: z.string() });
const file = (mediaType: string, description: string) => ({
  200: { description, content: { [mediaType]: { schema: z.string().describe('The bytes of the file.') } } },
});

export const avatarUrl = (name: string): string => `/api/v1/avatars/${encodeURIComponent(name)}`;

/** `isOperator`: the notes are told, too, of who agreed to what and which words were written. They may name people. */
export function describeAvatar(avatar: AvatarDetail, isOperator = false): AvatarDescription {
  const { name, title, origin, licence, consent, provenance, triangles, layers, hasPoster, isDefault, isRemovable, changedMs } = avatar;
  return {
    name,
    title,
    ...(hasPoster ? { poster_url: `${avatarUrl(name)}/poster` } : {}),
    default: isDefault,
    removable: isRemovable,
    origin,
    licence,
    ...(isOperator && consent !== undefined ? { consent } : {}),
    ...(provenance === undefined ? {} : { provenance: isOperator ? provenance : { kind: provenance.kind } }),
    triangles,
    layers,
    changed_at: new Date(changedMs).toISOString(),
  };
}

/** `sendFile` answers ranges, which browsers want of films. */
export const sendMedia = (reply: FastifyReply, { folder, file: name }: MediaFile): FastifyReply =>
  reply.header('cache-control', 'private, no-cache').sendFile(name, folder);

/** `GET /api/v1/avatars` and what there is of each; `DELETE` removes one that was made here. Lists are wrapped in `data`, so that paging can be added. */
export const avatarRoutes =
  (avatars: Avatars): FastifyPluginAsyncZod =>
  async (app) => {
    const tags = ['avatars'];

    app.get(
      '/api/v1/avatars',
      {
        schema: {
          tags,
          summary: 'The avatars',
          description:
            'As they are now, whoever made them. A folder that is no usable avatar is left out. The operator also gets the notes: consent, words, prompt.',
          response: { 200: z.object({ data: z.array(avatarEntry) }) },
        },
      },
      async ({ isOperator }, reply) =>
        reply
          .header('cache-control', 'private, no-cache')
          .send({ data: (await avatars.list()).map((one) => describeAvatar(one, isOperator)) }),
    );

    app.get(
      '/api/v1/avatars/:name',
      {
        schema: {
          tags,
          summary: 'One avatar',
          description: '404 `avatar_unknown`, 422 `avatar_invalid`.',
          params: named,
          response: { 200: avatarEntry },
        },
      },
      async ({ params, isOperator }, reply) =>
        reply.header('cache-control', 'private, no-cache').send(describeAvatar(await avatars.get(params.name), isOperator)),
    );

    app.delete(
      '/api/v1/avatars/:name',
      {
        config: { operatorOnly: true },
        schema: {
          tags,
          summary: 'Remove an avatar that was made here',
          description: '403 `avatar_protected` for those that come with the project, 409 `avatar_in_use` for the usual one.',
          security: [{ apiKey: [] }],
          params: named,
          response: { 204: z.null() },
        },
      },
      async ({ params }, reply) => {
        await avatars.remove(params.name);
        return reply.code(204).send(null);
      },
    );

    app.get(
      '/api/v1/avatars/:name/poster',
      {
        schema: {
          tags,
          summary: 'A still picture of an avatar',
          description: 'JPEG, with an entity tag. 404 `avatar_unknown` or `poster_missing` when there is none.',
          params: named,
          response: { ...file('image/jpeg', 'The picture'), 304: z.null().describe('It is what the caller has (If-None-Match).') },
        },
      },
      async (request, reply) => {
        const { data, changedMs } = await avatars.poster(request.params.name);
        // Pages of other sites show it, too, before a call with the element.
        void reply.header('access-control-allow-origin', '*');
        return sendCachedFile(request, reply, { data, type: 'image/jpeg', changedMs }) as never;
      },
    );

    app.get(
      '/api/v1/avatars/:name/validation',
      {
        config: { operatorOnly: true },
        schema: {
          tags,
          summary: 'What is wrong with an avatar',
          description: 'It is read, decoded and drawn. It can be used when no complaint is an error.',
          security: [{ apiKey: [] }],
          params: named,
          response: {
            200: z.object({
              usable: z.boolean(),
              complaints: z.array(z.object({ grade: z.enum(['error', 'note']), text: z.string() })),
            }),
          },
        },
      },
      async ({ params }, reply) => {
        const complaints = await avatars.validate(params.name);
        return reply.send({ usable: complaints.every(({ grade }) => grade !== 'error'), complaints: [...complaints] });
      },
    );

    app.get(
      '/api/v1/avatars/:name/sheet',
      {
        schema: {
          tags,
          summary: 'Every viseme, emotion, blink, gaze and pose in one picture',
          description: 'PNG. Drawn when it is first asked for, which takes seconds.',
          params: named,
          response: file('image/png', 'The contact sheet'),
        },
      },
      async ({ params }, reply) => sendMedia(reply, await avatars.sheet(params.name)),
    );

    app.get(
      '/api/v1/avatars/:name/clip',
      {
        schema: {
          tags,
          summary: 'Five seconds of an avatar that speaks',
          description: 'MP4. Made when it is first asked for, which takes seconds.',
          params: named,
          response: file('video/mp4', 'The clip'),
        },
      },
      async ({ params }, reply) => sendMedia(reply, await avatars.clip(params.name)),
    );
  };
