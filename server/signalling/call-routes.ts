import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Config } from '../core/config-schema.ts';
import { toVisavisError, type VisavisError } from '../core/errors.ts';
import type { Calls, RunningCall } from '../session/contract.ts';
import type { IceServer } from '../transport/contract.ts';
import type { Access } from './access.ts';
import { callQuery, callRequestOf } from './call-request.ts';
import type { AuthorisedCaller, SignallingMetrics } from './contract.ts';
import { installOfferParsers, offerOf, textOf } from './offer-body.ts';
import type { AddressLimit } from './rate-limit.ts';
import { signallingError } from './signalling-error.ts';

interface CallRouteOptions {
  readonly config: Config;
  readonly access: Access;
  readonly calls: Calls;
  readonly callLimit: AddressLimit;
  readonly metrics: SignallingMetrics;
}

/** `find` answers for any text; anything that cannot be one of our ids is not even asked for. */
const callParams = z.object({ id: z.string().regex(/^[A-Za-z0-9_-]{1,128}$/) });

/** A multipart body holds both parts and its own punctuation. */
const MULTIPART_OVERHEAD_BYTES = 4_096;

/**
 * WebRTC calls over HTTP, as the Realtime API and WHIP (RFC 9725) have them: an offer makes a call, PATCH trickles
 * candidates or restarts ICE, DELETE or `…/hangup` ends it. A call's id has at least 128 random bits and is told to
 * its caller alone, so knowing it is the leave to change the call.
 */
export const callRoutes =
  ({ config, access, calls, callLimit, metrics }: CallRouteOptions): FastifyPluginAsyncZod =>
  async (app) => {
    const { maxSdpBytes, maxJsonBytes } = config.server;
    installOfferParsers(app);

    app.post(
      '/v1/realtime/calls',
      {
        bodyLimit: maxSdpBytes + maxJsonBytes + MULTIPART_OVERHEAD_BYTES,
        config: {
          rawBody: { 'application/sdp': 'An SDP offer', 'multipart/form-data': 'The parts `sdp` and, optionally, `session` (JSON)' },
        },
        schema: {
          tags: ['calls'],
          summary: 'Begin a call with an SDP offer',
          description: "An offer with a receiving video section gets the avatar's picture. Events travel on any data channel.",
          security: [{ apiKey: [] }, { clientSecret: [] }],
          querystring: callQuery,
          response: { 201: z.string().describe('The SDP answer; `Location` is the address of the call.') },
        },
        // Too many attempts are refused before a large body is read; a token is only taken once the offer is readable.
        onRequest: async (request) => countingRefusals(metrics, () => callLimit.take(request.ip)),
      },
      async (request, reply) => {
        const offer = await countingRefusals(metrics, () => offerOf(request.body, config.server));
        const principal = await countingRefusals(metrics, () => access.caller(request));
        const call = await countingRefusals(metrics, async () => {
          try {
            const wanted = callRequestOf(request.query, offer.session, principal.session, principal.permissions);
            return await calls.createWebRtc(offer.sdp, wanted, callerOf(request, principal.permissions));
          } catch (thrown) {
            if (toVisavisError(thrown).retryable) principal.giveBack();
            throw thrown;
          }
        });
        const links = calls.iceServersFor(call.callId).flatMap(iceLinks);
        if (links.length > 0) void reply.header('link', links.join(', '));
        return reply
          .code(201)
          .header('location', `/v1/realtime/calls/${call.callId}`)
          .header('cache-control', 'no-store')
          .type('application/sdp')
          .serializer((sdp: unknown) => String(sdp))
          .send(call.answerSdp);
      },
    );

    app.patch(
      '/v1/realtime/calls/:id',
      {
        bodyLimit: maxSdpBytes,
        config: { rawBody: { 'application/trickle-ice-sdpfrag': 'Candidates, or new credentials for an ICE restart (RFC 8840)' } },
        schema: {
          tags: ['calls'],
          summary: 'Trickle ICE candidates, or restart ICE',
          params: callParams,
          response: { 200: z.string().describe("The server's fragment, after an ICE restart."), 204: z.null() },
        },
      },
      async (request, reply) => {
        if (!/^application\/trickle-ice-sdpfrag\b/i.test(request.headers['content-type'] ?? ''))
          throw signallingError('media_type_unsupported', 'ICE changes are sent as application/trickle-ice-sdpfrag');
        const call = found(calls, request.params.id);
        if (call.carrier !== 'webrtc') throw signallingError('not_webrtc', 'This call is not over WebRTC');
        const fragment = await call.patch(textOf(request.body, maxSdpBytes));
        if (fragment === undefined) return reply.code(204).send(null);
        return reply
          .type('application/trickle-ice-sdpfrag')
          .serializer((text: unknown) => String(text))
          .send(fragment);
      },
    );

    const hangUp = async (id: string): Promise<void> => found(calls, id).hangUp('hung_up');

    app.delete(
      '/v1/realtime/calls/:id',
      { schema: { tags: ['calls'], summary: 'Hang up', params: callParams, response: { 200: z.null() } } },
      async (request, reply) => {
        await hangUp(request.params.id);
        return reply.send(null);
      },
    );

    await app.register(hangUpRoute(hangUp));
  };

/** In a scope of its own: stock clients send this POST with or without a body of any type, which is ignored. */
const hangUpRoute =
  (hangUp: (id: string) => Promise<void>): FastifyPluginAsyncZod =>
  async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer' }, async () => undefined);
    app.post(
      '/v1/realtime/calls/:id/hangup',
      { bodyLimit: 1_024, schema: { tags: ['calls'], summary: 'Hang up', params: callParams, response: { 200: z.null() } } },
      async (request, reply) => {
        await hangUp(request.params.id);
        return reply.send(null);
      },
    );
  };

export const callerOf = (request: FastifyRequest, permissions: AuthorisedCaller['permissions']): AuthorisedCaller => ({
  address: request.ip,
  requestId: request.id,
  permissions,
});

function found(calls: Calls, id: string): RunningCall {
  const call = calls.find(id);
  if (!call) throw signallingError('call_unknown', 'There is no such call');
  return call;
}

/** Runs a step of beginning a call and counts why it was refused, if it was. */
export async function countingRefusals<T>(metrics: SignallingMetrics, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (thrown) {
    const reason = refusalOf(toVisavisError(thrown));
    if (reason) metrics.callRefused(reason);
    throw thrown;
  }
}

function refusalOf({ code, status }: VisavisError): Parameters<SignallingMetrics['callRefused']>[0] | undefined {
  if (code === 'server_full') return 'full';
  if (code === 'shutting_down') return 'shutting_down';
  if (status === 429) return 'rate_limit';
  if (status === 401 || status === 403) return 'unauthorised';
  return status >= 400 && status < 500 ? 'bad_offer' : undefined;
}

/** An ICE server as a Link header (RFC 9725, 4.6). */
const iceLinks = ({ urls, username, credential }: IceServer): string[] =>
  urls.map((url) => {
    const login = username === undefined ? '' : `; username="${username}"; credential="${credential ?? ''}"; credential-type="password"`;
    return `<${url}>; rel="ice-server"${login}`;
  });
