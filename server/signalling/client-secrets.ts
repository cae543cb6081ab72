import { errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { newId, type Permission, permission } from '../protocol/common.ts';
import { realtimeSession, type RealtimeSession } from '../protocol/session.ts';
import { signallingError } from './signalling-error.ts';

/**
 * Client secrets: short-lived tokens that start one call each, so that a page never holds an API key. A secret is
 * `ek_` and a signed JWT (RFC 7519, HS256) that carries the session and permissions its creator chose; what is in it
 * can be read by its holder, but not changed.
 */
export interface Grant {
  readonly session: RealtimeSession | undefined;
  readonly permissions: readonly Permission[];
}

export interface IssuedSecret {
  readonly id: string;
  readonly value: string;
  /** Unix seconds. */
  readonly expiresAtS: number;
}

export interface RedeemedGrant extends Grant {
  /** Makes the secret usable again, when the call that it was for did not begin for a passing reason. */
  giveBack(): void;
}

export interface ClientSecretOptions {
  /** At least 32 characters. */
  readonly signingSecret: string;
  readonly ttlS: number;
  /** Unix milliseconds. */
  readonly nowMs?: () => number;
  /** Used secrets remembered until they expire; beyond that none is accepted. */
  readonly maxRemembered?: number;
}

const PREFIX = 'ek_';
const ISSUER = 'visavis';
const AUDIENCE = 'visavis:realtime';
const ALGORITHM = 'HS256';
/** A secret travels in one header; Node refuses more than 16 KiB of them together. */
const MAX_SECRET_CHARS = 12_000;

const claims = z.object({
  jti: z.string().min(1).max(128),
  iat: z.number(),
  exp: z.number(),
  session: realtimeSession.optional(),
  permissions: z.array(permission).default([]),
});

export class ClientSecrets {
  readonly #key: Uint8Array;
  readonly #ttlS: number;
  readonly #nowMs: () => number;
  readonly #used: UsedIds;
  readonly #startedAtS: number;

  constructor(options: ClientSecretOptions) {
    this.#key = new TextEncoder().encode(options.signingSecret);
    this.#ttlS = options.ttlS;
    this.#nowMs = options.nowMs ?? Date.now;
    this.#used = new UsedIds(options.maxRemembered ?? 100_000);
    this.#startedAtS = Math.floor(this.#nowMs() / 1000);
  }

  static isSecret = (bearer: string): boolean => bearer.startsWith(PREFIX);

  /** Throws `session_too_large`. */
  async issue(grant: Partial<Grant>, ttlS: number = this.#ttlS): Promise<IssuedSecret> {
    const id = newId('join');
    const issuedAtS = Math.floor(this.#nowMs() / 1000);
    const expiresAtS = issuedAtS + ttlS;
    const { session, permissions = [] } = grant;
    const jwt = await new SignJWT({ permissions: [...permissions], ...(session ? { session } : {}) })
      .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setJti(id)
      .setIssuedAt(issuedAtS)
      .setExpirationTime(expiresAtS)
      .sign(this.#key);
    if (jwt.length > MAX_SECRET_CHARS) throw signallingError('session_too_large', 'The session is too large for a client secret');
    return { id, value: PREFIX + jwt, expiresAtS };
  }

  /** Takes a secret, once. Throws `token_invalid`, `token_expired`, `token_used`, `tokens_busy`. */
  async redeem(value: string): Promise<RedeemedGrant> {
    const { jti, iat, exp, session, permissions } = await this.#verify(value);
    // What was used is remembered in memory: a secret from before this start could have been used already.
    if (iat < this.#startedAtS) throw signallingError('token_expired', 'The client secret is from before the server started');
    this.#used.add(jti, exp * 1000, this.#nowMs());
    return { session, permissions, giveBack: () => this.#used.delete(jti) };
  }

  async #verify(value: string): Promise<z.output<typeof claims>> {
    if (!ClientSecrets.isSecret(value) || value.length > MAX_SECRET_CHARS + PREFIX.length)
      throw signallingError('token_invalid', 'The client secret is not valid');
    try {
      const { payload } = await jwtVerify(value.slice(PREFIX.length), this.#key, {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        audience: AUDIENCE,
        requiredClaims: ['jti', 'iat', 'exp'],
        currentDate: new Date(this.#nowMs()),
      });
      return claims.parse(payload);
    } catch (cause) {
      if (cause instanceof errors.JWTExpired) throw signallingError('token_expired', 'The client secret has expired', { cause });
      throw signallingError('token_invalid', 'The client secret is not valid', { cause });
    }
  }
}

/** Ids that were used, for as long as they would still be valid. */
class UsedIds {
  readonly #max: number;
  readonly #expiresAtMs = new Map<string, number>();

  constructor(max: number) {
    this.#max = max;
  }

  add(id: string, expiresAtMs: number, nowMs: number): void {
    if (this.#expiresAtMs.has(id)) throw signallingError('token_used', 'The client secret was used already');
    if (this.#expiresAtMs.size >= this.#max) this.#forgetExpired(nowMs);
    // Forgetting a valid one would let it be used twice.
    if (this.#expiresAtMs.size >= this.#max) throw signallingError('tokens_busy', 'Too many calls are beginning', { retryAfterS: 5 });
    this.#expiresAtMs.set(id, expiresAtMs);
  }

  delete(id: string): void {
    this.#expiresAtMs.delete(id);
  }

  #forgetExpired(nowMs: number): void {
    for (const [id, expiresAtMs] of this.#expiresAtMs) if (expiresAtMs <= nowMs) this.#expiresAtMs.delete(id);
  }
}
