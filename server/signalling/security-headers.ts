import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';
import type { OriginPolicy } from './origin.ts';

/**
 * Headers that keep our pages from running or loading what is not ours. WebAssembly and workers from blobs are allowed,
 * since the browser-side renderer needs them; inline scripts and styles are not. Listed origins may frame the pages.
 */
export async function installSecurityHeaders(app: FastifyInstance, origins: OriginPolicy, tls: boolean): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'", "'wasm-unsafe-eval'", 'blob:'],
        workerSrc: ["'self'", 'blob:'],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        mediaSrc: ["'self'", 'blob:', 'mediastream:'],
        fontSrc: ["'self'", 'data:'],
        connectSrc: ["'self'", 'ws:', 'wss:', 'blob:', 'data:'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'self'", ...origins.listed],
      },
    },
    // The widget is loaded by other sites; what they may call is decided by origin, not by this header.
    crossOriginResourcePolicy: { policy: 'cross-origin' },
    // X-Frame-Options knows no list; frame-ancestors does.
    frameguard: false,
    strictTransportSecurity: tls ? { maxAge: 15_552_000 } : false,
    referrerPolicy: { policy: 'strict-origin-when-cross-origin' },
  });
  app.addHook('onSend', async (_request, reply) => {
    void reply.header('permissions-policy', 'microphone=(self), camera=(), geolocation=(), payment=()');
  });
}
