import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Config } from '../core/config-schema.ts';
import { newId, WIRE_PCM_RATE_HZ } from '../protocol/common.ts';
import { clientSecret, joinAnswer } from '../protocol/join.ts';
import { type DescribedSession, realtimeSession, type RealtimeSession } from '../protocol/session.ts';
import { nameOf } from '../session/character.ts';
import type { Calls } from '../session/contract.ts';
import type { Access } from './access.ts';
import { callQuery } from './call-request.ts';
import type { ClientSecrets } from './client-secrets.ts';

interface ClientSecretRouteOptions {
  readonly config: Config;
  readonly access: Access;
  readonly secrets: ClientSecrets;
  readonly calls: Calls;
}

const secretRequest = z
  .object({
    session: realtimeSession.optional(),
    expires_after: z
      .object({ anchor: z.literal('created_at').optional(), seconds: z.number().int().min(5).max(7_200).optional() })
      .optional(),
  })
  .nullish();

/** Tokens: for a page of yours that your own server vouches for, and for our own pages. */
export const clientSecretRoutes =
  ({ config, access, secrets, calls }: ClientSecretRouteOptions): FastifyPluginAsyncZod =>
  async (app) => {
    app.post(
      '/v1/realtime/client_secrets',
      {
        bodyLimit: config.server.maxJsonBytes,
        schema: {
          tags: ['calls'],
          summary: 'Make a client secret: a token that starts one call',
          description: 'The session and permissions in it bind the caller; whoever holds the secret can read them.',
          security: [{ apiKey: [] }],
          body: secretRequest,
          response: { 200: clientSecret },
        },
        // Before the body is looked at.
        onRequest: async (request) => access.assertOperator(request),
      },
      async (request, reply) => {
        const { session, expires_after } = request.body ?? {};
        const permissions = session?.visavis?.permissions ?? [];
        const issued = await secrets.issue({ session, permissions }, expires_after?.seconds);
        return reply.header('cache-control', 'no-store').send({
          value: issued.value,
          expires_at: issued.expiresAtS,
          session: described(session, issued.expiresAtS),
        });
      },
    );

    app.get(
      '/api/v1/join',
      {
        schema: {
          tags: ['calls'],
          summary: 'What a page of this server needs to begin a call',
          description: 'For visitors without a key, where `server.publicPages` allows it (by default on this machine only).',
          querystring: callQuery,
          response: { 200: joinAnswer },
        },
      },
      async (request, reply) => {
        const permissions = access.visitor(request);
        const { avatar, voice, language, greet } = request.query;
        const issued = await secrets.issue({ permissions, session: asSession({ avatar, voice, language, greet }) });
        return reply.header('cache-control', 'no-store').send({
          client_secret: { value: issued.value, expires_at: issued.expiresAtS },
          ice_servers: calls.iceServersFor(issued.id).map(({ urls, ...credentials }) => ({ urls: [...urls], ...credentials })),
          permissions: [...permissions],
          avatar: avatar ?? config.face.avatar,
          persona: nameOf(config, avatar ?? config.face.avatar),
          language: language ?? config.persona.language,
          max_typed_chars: config.session.maxTypedChars,
        });
      },
    );
  };

interface Wishes {
  readonly avatar: string | undefined;
  readonly voice: string | undefined;
  readonly language: string | undefined;
  readonly greet: boolean | undefined;
}

const asSession = ({ avatar, voice, language, greet }: Wishes): RealtimeSession => ({
  type: 'realtime',
  ...(voice === undefined ? {} : { audio: { output: { voice } } }),
  visavis: { avatar, language, greet },
});

/** What the creator asked for, in the shape of a session that has been made. */
function described(session: RealtimeSession | undefined, expiresAtS: number): DescribedSession {
  const format = { type: 'audio/pcm', rate: WIRE_PCM_RATE_HZ } as const;
  return {
    ...session,
    type: 'realtime',
    object: 'realtime.session',
    id: newId('sess'),
    expires_at: expiresAtS,
    output_modalities: session?.output_modalities ?? ['audio'],
    audio: { input: { format, ...session?.audio?.input }, output: { format, ...session?.audio?.output } },
  };
}
