import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { onTestFinished } from 'vitest';
import { configSchema, type Config, type ConfigInput } from '../core/config-schema.ts';
import type { Clock } from '../core/clock.ts';
import { errorCatalogue } from '../core/errors.ts';
import { silentLog } from '../core/log.ts';
import { Metrics } from '../core/metrics.ts';
import { newId } from '../protocol/common.ts';
import { errorEventOf, parseClientEvent, serverEvent } from '../protocol/parse.ts';
import type { CallRequest, Calls, EventSocket, RunningCall } from '../session/contract.ts';
import { createApp } from './app.ts';
import type { AppOptions, AuthorisedCaller } from './contract.ts';

const sessionError = errorCatalogue('session', {
  server_full: { status: 503, retryable: true },
  sdp_invalid: { status: 400, retryable: false },
  avatar_unknown: { status: 404, retryable: false },
});

interface DoubleCall extends RunningCall {
  readonly request: CallRequest;
  readonly caller: AuthorisedCaller;
  readonly patches: string[];
  readonly received: string[];
  readonly socket?: EventSocket;
}

/** The sessions as signalling sees them: they answer at once, remember what they were told and say no when asked to. */
export class CallsDouble implements Calls {
  readonly calls = new Map<string, DoubleCall>();
  readonly ended: { callId: string; reason: string }[] = [];
  limit = 12;
  drained = false;
  /** Thrown instead of beginning a call. */
  failure: Error | undefined;

  get active(): number {
    return this.calls.size;
  }

  async createWebRtc(offerSdp: string, request: CallRequest, caller: AuthorisedCaller): Promise<DoubleCall & { answerSdp: string }> {
    this.#admit(request);
    if (!offerSdp.startsWith('v=0')) throw sessionError('sdp_invalid', 'The offer is not SDP');
    return { ...this.#begin('webrtc', request, caller), answerSdp: 'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\n' };
  }

  async createWebSocket(socket: EventSocket, request: CallRequest, caller: AuthorisedCaller): Promise<DoubleCall> {
    this.#admit(request);
    const call = this.#begin('websocket', request, caller, socket);
    socket.onMessage((text) => {
      call.received.push(text);
      const parsed = parseClientEvent(text);
      if (!parsed.ok) socket.send(JSON.stringify(errorEventOf(parsed.problem)));
      else if (parsed.event.type === 'session.update')
        socket.send(
          JSON.stringify(
            serverEvent('session.updated', { session: { ...parsed.event.session, id: 'sess_1', object: 'realtime.session' } }),
          ),
        );
    });
    socket.onClose(() => void call.hangUp('visitor_left'));
    socket.send(
      JSON.stringify(serverEvent('session.created', { session: { id: 'sess_1', object: 'realtime.session', type: 'realtime' } })),
    );
    return call;
  }

  find(callId: string): RunningCall | undefined {
    return this.calls.get(callId);
  }

  iceServersFor(callId: string): { urls: string[]; username: string; credential: string }[] {
    return [{ urls: ['turn:turn.example:3478?transport=udp'], username: `1700000000:${callId}`, credential: 'c2VjcmV0' }];
  }

  drain(): void {
    this.drained = true;
  }

  async close(): Promise<void> {
    this.calls.clear();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #admit(request: CallRequest): void {
    if (this.failure) throw this.failure;
    if (this.calls.size >= this.limit) throw sessionError('server_full', 'All places are taken', { retryAfterS: 7 });
    if (request.avatar === 'nobody') throw sessionError('avatar_unknown', 'There is no avatar "nobody"');
  }

  #begin(carrier: RunningCall['carrier'], request: CallRequest, caller: AuthorisedCaller, socket?: EventSocket): DoubleCall {
    const callId = newId('call');
    const patches: string[] = [];
    const call: DoubleCall = {
      callId,
      carrier,
      request,
      caller,
      patches,
      received: [],
      ...(socket ? { socket } : {}),
      patch: async (fragment) => {
        patches.push(fragment);
        return fragment.includes('a=ice-ufrag') ? 'a=ice-ufrag:srv\r\na=ice-pwd:serverpassword\r\n' : undefined;
      },
      hangUp: async (reason) => {
        if (this.calls.delete(callId)) this.ended.push({ callId, reason });
      },
    };
    this.calls.set(callId, call);
    return call;
  }
}

export interface TestServer {
  readonly app: FastifyInstance;
  readonly calls: CallsDouble;
  readonly config: Config;
  readonly url: string;
  readonly port: number;
  readonly metrics: Metrics;
}

export interface TestServerOptions extends Partial<Omit<AppOptions, 'config' | 'calls'>> {
  readonly server?: ConfigInput['server'];
  readonly face?: ConfigInput['face'];
  readonly clock?: Clock;
}

/** A real server on a free loopback port; closed when the test ends. */
export async function startServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { server = {}, face = {}, ...rest } = options;
  const config = configSchema.parse({ face, server: { requestsPerMinute: 0, callsPerMinute: 0, ...server } });
  const calls = new CallsDouble();
  const metrics = new Metrics();
  const app = await createApp({
    config,
    calls,
    log: silentLog(),
    metrics,
    ready: () => ({ ready: true }),
    clientDir: join(tmpdir(), 'visavis-no-such-folder'),
    ...rest,
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(async () => {
    await app.close();
  });
  const { port } = app.server.address() as AddressInfo;
  const scheme = config.server.tlsCertFile ? 'https' : 'http';
  return { app, calls, config, metrics, port, url: `${scheme}://127.0.0.1:${port}` };
}

/** A folder that goes when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'visavis-signalling-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const OFFER = 'v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n';
export const API_KEY = 'key-for-tests-0123456789';

export const offer = (url: string, init: { headers?: Record<string, string>; body?: string; query?: string } = {}): Promise<Response> =>
  fetch(`${url}/v1/realtime/calls${init.query ?? ''}`, {
    method: 'POST',
    headers: { 'content-type': 'application/sdp', ...init.headers },
    body: init.body ?? OFFER,
  });

/** The status and code of a problem, with the checks that hold for all of them. */
export async function problemFrom(response: Response): Promise<{ status: number; code: string; [key: string]: unknown }> {
  const body = (await response.json()) as { status: number; code: string };
  if (response.headers.get('content-type') !== 'application/problem+json') throw new Error(`Not a problem: ${JSON.stringify(body)}`);
  if (body.status !== response.status) throw new Error('The status in the body is another');
  return { ...body };
}
