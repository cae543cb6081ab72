import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import cors from '@fastify/cors';
import websocket from '@fastify/websocket';
import Fastify, { type FastifyInstance, type FastifyRequest, LogController } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { after, systemClock } from '../core/clock.ts';
import { newId } from '../protocol/common.ts';
import { Access } from './access.ts';
import { installApiDocs } from './api-docs.ts';
import { callRoutes } from './call-routes.ts';
import { clientSecretRoutes } from './client-secret-routes.ts';
import { ClientSecrets } from './client-secrets.ts';
import type { AppOptions } from './contract.ts';
import { CLOSE } from './event-socket.ts';
import { healthRoutes } from './health-routes.ts';
import { OriginPolicy } from './origin.ts';
import { installPages } from './pages.ts';
import { installProblems, pathOf } from './problems.ts';
import { AddressLimit } from './rate-limit.ts';
import { realtimeSocket } from './realtime-socket.ts';
import { installSecurityHeaders } from './security-headers.ts';
import { signallingError } from './signalling-error.ts';

/** Probes come often and must never be refused for that. */
const UNLIMITED = new Set(['/healthz', '/readyz']);

/** After a close frame at shutdown, how long a WebSocket may take to answer. */
const CLOSE_GRACE_MS = 500;

/**
 * The HTTP server: every way to begin, change and end a call, the pages, health and documentation. `listen` is the
 * caller's; `close` ends every connection. Throws `tls_unreadable`.
 */
export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const { config, calls, log, metrics, clientDir, routes = [], version = '0.0.0', clock = systemClock, nowMs = Date.now } = options;
  const { server } = config;
  const tls = tlsOf(server.tlsCertFile, server.tlsKeyFile);

  // The cast: `https` is there or not, which the types want to know beforehand.
  const app = Fastify({
    loggerInstance: log,
    // Own lines instead, without the query and without headers.
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: server.trustProxy.length > 0 ? [...server.trustProxy] : false,
    bodyLimit: server.maxJsonBytes,
    genReqId: () => newId('req'),
    requestIdHeader: false,
    forceCloseConnections: true,
    requestTimeout: 30_000,
    http: { maxHeaderSize: 32 * 1024 },
    ...(tls ? { https: { ...tls, maxHeaderSize: 32 * 1024 } } : {}),
    routerOptions: { maxParamLength: 256 },
  } as Parameters<typeof Fastify>[0]) as unknown as FastifyInstance;

  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  installProblems(app);

  const origins = new OriginPolicy(server.allowedOrigins);
  const secrets = new ClientSecrets({
    signingSecret: server.tokenSecret ?? randomBytes(32).toString('base64url'),
    ttlS: server.tokenTtlS,
    nowMs,
  });
  const access = new Access(server, secrets, origins);
  const callLimit = new AddressLimit('calls', server.callsPerMinute);
  const requestLimit = new AddressLimit('requests', server.requestsPerMinute);

  // Before every other hook: a handshake that a later one refuses is closed by this plug-in.
  await app.register(websocket, {
    options: {
      maxPayload: server.maxEventBytes,
      // A message in a thousand pieces is an attack, not a message.
      maxFragments: 128,
      maxBufferedChunks: 1_024,
      perMessageDeflate: false,
      // The token's subprotocol is never echoed.
      handleProtocols: (offered: Set<string>) => (offered.has('realtime') ? 'realtime' : false),
    },
    errorHandler: (error, socket, request) => {
      request.log.debug({ err: error }, 'WebSocket ended badly');
      socket.terminate();
    },
    preClose(done) {
      const { clients } = app.websocketServer;
      for (const client of clients) client.close(CLOSE.goingAway, 'The server is shutting down');
      const grace = after(systemClock, CLOSE_GRACE_MS, () => {
        for (const client of clients) client.terminate();
      });
      app.websocketServer.close(() => grace[Symbol.dispose]());
      done();
    },
  });

  app.decorateRequest('isOperator', {
    getter() {
      return access.isOperator(this as FastifyRequest);
    },
  });
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('x-request-id', request.id);
  });
  app.addHook('onResponse', async (request, reply) => {
    const { method, ip: address } = request;
    // The pattern, not the address itself: a call's id is the key to it.
    const route = request.routeOptions.url ?? '(none)';
    request.log.info({ method, route, status: reply.statusCode, durationMs: Math.round(reply.elapsedTime), address }, 'request');
  });

  await installSecurityHeaders(app, origins, tls !== undefined);
  await app.register(cors, {
    origin: async (origin: string | undefined) => origin !== undefined && origins.isListed(origin),
    methods: ['GET', 'POST', 'PATCH', 'DELETE'],
    allowedHeaders: ['authorization', 'content-type'],
    exposedHeaders: ['location', 'link', 'retry-after', 'x-request-id'],
    maxAge: 600,
  });
  // After CORS, so that pages of listed origins can read why they were refused.
  app.addHook('onRequest', async (request) => {
    const path = pathOf(request);
    if (!UNLIMITED.has(path)) await requestLimit.take(request.ip);
    if (path.startsWith('/v1/') || path.startsWith('/api/')) origins.assertAllowed(request);
    if (request.routeOptions.config.operatorOnly) access.assertOperator(request);
  });
  await installApiDocs(app, version);

  const shared = { config, access, calls, callLimit, metrics };
  await app.register(healthRoutes({ access, calls, metrics, version, ready: options.ready }));
  await app.register(clientSecretRoutes({ config, access, secrets, calls }));
  await app.register(callRoutes(shared));
  await app.register(realtimeSocket({ ...shared, clock }));
  for (const route of routes) await app.register(route);
  await installPages(app, { clientDir, avatarsDir: config.face.avatarsDir });
  return app;
}

interface TlsFiles {
  readonly cert: Buffer;
  readonly key: Buffer;
}

function tlsOf(certFile: string | undefined, keyFile: string | undefined): TlsFiles | undefined {
  if (certFile === undefined && keyFile === undefined) return undefined;
  if (certFile === undefined || keyFile === undefined) throw signallingError('tls_unreadable', 'TLS needs a certificate and its key');
  try {
    return { cert: readFileSync(certFile), key: readFileSync(keyFile) };
  } catch (cause) {
    throw signallingError('tls_unreadable', `The TLS files cannot be read: ${(cause as Error).message}`, { cause });
  }
}
