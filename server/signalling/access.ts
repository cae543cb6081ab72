import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { Config } from '../core/config-schema.ts';
import { PERMISSIONS, type Permission } from '../protocol/common.ts';
import type { RealtimeSession } from '../protocol/session.ts';
import { isLoopbackAddress } from './address.ts';
import { ClientSecrets } from './client-secrets.ts';
import type { OriginPolicy } from './origin.ts';
import { signallingError } from './signalling-error.ts';

/** What a request may do, and for a client secret what its creator asked for. */
export interface Principal {
  readonly permissions: readonly Permission[];
  readonly session?: RealtimeSession | undefined;
  /** After a call that did not begin for a passing reason. */
  giveBack(): void;
}

/**
 * Who may do what:
 * - an API key: everything.
 * - a client secret: one call, with the session and permissions its creator chose.
 * - nobody in particular: from this machine everything while there is no API key; otherwise a call through the pages,
 *   if `server.publicPages` allows it (by default: from this machine only), with `server.pagePermissions`.
 */
export class Access {
  readonly #server: Config['server'];
  readonly #secrets: ClientSecrets;
  readonly #origins: OriginPolicy;
  readonly #keyHashes: readonly Buffer[];

  constructor(server: Config['server'], secrets: ClientSecrets, origins: OriginPolicy) {
    this.#server = server;
    this.#secrets = secrets;
    this.#origins = origins;
    this.#keyHashes = server.apiKeys.map(sha256);
  }

  /** For beginning a call. Takes a client secret for good. Throws `key_required`, `key_invalid`, `token_…`, `host_not_allowed`. */
  async caller(request: FastifyRequest): Promise<Principal> {
    const bearer = bearerOf(request);
    if (bearer !== undefined && ClientSecrets.isSecret(bearer)) return this.#secrets.redeem(bearer);
    if (this.#isKey(bearer)) return { permissions: PERMISSIONS, giveBack };
    if (this.#hasKeys) {
      if (bearer === undefined) throw signallingError('key_required', 'A call needs an API key or a client secret');
      throw signallingError('key_invalid', 'The API key is not valid');
    }
    // Without keys any other bearer is ignored: a stock client insists on sending one.
    return { permissions: this.visitor(request), giveBack };
  }

  /** For what only the operator or this machine may do. Throws `key_required`, `key_invalid`, `host_not_allowed`. */
  assertOperator(request: FastifyRequest): void {
    const bearer = bearerOf(request);
    if (this.#isKey(bearer)) return;
    if (this.#hasKeys) {
      if (bearer === undefined) throw signallingError('key_required', 'This needs an API key');
      throw signallingError('key_invalid', 'The API key is not valid');
    }
    if (!this.#isLocal(request) && !this.#server.allowInsecurePublic)
      throw signallingError('key_required', 'This needs an API key, from elsewhere');
    this.#origins.assertTrustedHost(request);
  }

  /** Whether `assertOperator` would pass. */
  isOperator(request: FastifyRequest): boolean {
    try {
      this.assertOperator(request);
      return true;
    } catch {
      return false;
    }
  }

  /** Figures of the server: for its operator, and for a scraper on this machine. */
  assertMayObserve(request: FastifyRequest): void {
    if (!this.#isLocal(request)) this.assertOperator(request);
  }

  /** What a visitor without any key may do on the pages. Throws `pages_private`, `key_required`, `host_not_allowed`. */
  visitor(request: FastifyRequest): readonly Permission[] {
    const { publicPages, allowInsecurePublic, pagePermissions } = this.#server;
    const local = this.#isLocal(request);
    const open = publicPages ?? (local || (allowInsecurePublic && !this.#hasKeys));
    if (!open) throw signallingError('pages_private', 'Calls without a key are not allowed here');
    this.#origins.assertTrustedHost(request);
    return local && !this.#hasKeys ? PERMISSIONS : pagePermissions;
  }

  get #hasKeys(): boolean {
    return this.#keyHashes.length > 0;
  }

  #isKey(bearer: string | undefined): boolean {
    if (bearer === undefined) return false;
    const hash = sha256(bearer);
    // Every key is compared, in constant time, so that the answer's time tells nothing.
    return this.#keyHashes.reduce((found, known) => timingSafeEqual(known, hash) || found, false);
  }

  /** A proxy on this machine that nobody told us about makes strangers look local; it usually says that it forwards. */
  #isLocal(request: FastifyRequest): boolean {
    if (!isLoopbackAddress(request.ip)) return false;
    return this.#server.trustProxy.length > 0 || !FORWARDING_HEADERS.some((name) => request.headers[name] !== undefined);
  }
}

const FORWARDING_HEADERS = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via', 'cf-connecting-ip'] as const;

const giveBack = (): void => undefined;

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Browsers cannot set headers on a WebSocket; the Realtime API lets them put the token into a subprotocol. */
const TOKEN_SUBPROTOCOL = 'openai-insecure-api-key.';

/** The bearer token, from the header or the WebSocket's subprotocols. Never from the address, which ends up in logs. */
function bearerOf(request: FastifyRequest): string | undefined {
  const header = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (header !== undefined) return header;
  const offered = request.headers['sec-websocket-protocol']?.split(',') ?? [];
  const protocol = offered.map((name) => name.trim()).find((name) => name.startsWith(TOKEN_SUBPROTOCOL));
  return protocol?.slice(TOKEN_SUBPROTOCOL.length);
}
