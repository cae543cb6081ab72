import type { WebSocket } from 'ws';
import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Clock } from '../core/clock.ts';
import type { Config } from '../core/config-schema.ts';
import { toVisavisError } from '../core/errors.ts';
import { serverEvent } from '../protocol/parse.ts';
import type { CallRequest, Calls } from '../session/contract.ts';
import type { Access, Principal } from './access.ts';
import { callQuery, callRequestOf } from './call-request.ts';
import { callerOf, countingRefusals } from './call-routes.ts';
import type { SignallingMetrics } from './contract.ts';
import { CLOSE, WsEventSocket } from './event-socket.ts';
import { AddressCount, type AddressLimit } from './rate-limit.ts';
import { signallingError } from './signalling-error.ts';

interface RealtimeSocketOptions {
  readonly config: Config;
  readonly access: Access;
  readonly calls: Calls;
  readonly callLimit: AddressLimit;
  readonly metrics: SignallingMetrics;
  readonly clock: Clock;
}

/** What was decided about a connection before it became a WebSocket. */
interface Admission {
  readonly principal: Principal;
  readonly wanted: CallRequest;
  readonly place: Disposable;
}

/**
 * `WS /v1/realtime`: the plain Realtime WebSocket, JSON events with base64 PCM16 at 24 kHz both ways. Who may connect
 * is decided while it is still HTTP, so that a refusal is an ordinary answer with a status.
 */
export const realtimeSocket =
  ({ config, access, calls, callLimit, metrics, clock }: RealtimeSocketOptions): FastifyPluginAsyncZod =>
  async (app) => {
    const places = new AddressCount(config.server.socketsPerAddress);
    const admissions = new WeakMap<FastifyRequest, Admission>();

    const admit = async (request: FastifyRequest): Promise<void> => {
      const { call_id, intent } = request.query as Record<string, unknown>;
      if (!request.ws) throw signallingError('upgrade_required', 'This address speaks WebSocket');
      if (call_id !== undefined || intent !== undefined) throw signallingError('sideband_unsupported', 'Only whole calls can be made here');
      const query = callQuery.safeParse(request.query);
      if (!query.success)
        throw signallingError('request_invalid', `${query.error.issues[0]?.path.join('.')}: ${query.error.issues[0]?.message}`);
      await callLimit.take(request.ip);
      const place = places.enter(request.ip);
      try {
        const principal = await access.caller(request);
        const wanted = callRequestOf(query.data, undefined, principal.session, principal.permissions);
        admissions.set(request, { principal, wanted, place });
      } catch (thrown) {
        place[Symbol.dispose]();
        throw thrown;
      }
      // From here on the place is free when the connection is.
      request.raw.socket.once('close', () => place[Symbol.dispose]());
    };

    const begin = async (ws: WebSocket, request: FastifyRequest): Promise<void> => {
      const admission = admissions.get(request);
      if (!admission) return ws.terminate();
      const { principal, wanted } = admission;
      const socket = new WsEventSocket(ws, config.server, clock);
      try {
        await countingRefusals(metrics, () => calls.createWebSocket(socket, wanted, callerOf(request, principal.permissions)));
      } catch (thrown) {
        const error = toVisavisError(thrown, 'signalling');
        if (error.retryable) principal.giveBack();
        if (error.code === 'internal') request.log.error({ err: error }, 'call could not begin');
        const { code, status, retryable } = error;
        const message = code === 'internal' ? 'Something went wrong on our side' : error.message;
        const type = status < 500 ? 'invalid_request_error' : 'server_error';
        socket.send(JSON.stringify(serverEvent('error', { error: { type, code, message } })));
        socket.close(retryable ? CLOSE.tryAgainLater : status < 500 ? CLOSE.policyViolation : CLOSE.internalError, code);
      }
    };

    app.get(
      '/v1/realtime',
      {
        websocket: true,
        preValidation: (request) => countingRefusals(metrics, () => admit(request)),
      },
      (ws, request) => begin(ws, request),
    );
  };
