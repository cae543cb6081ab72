import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { signallingError } from './signalling-error.ts';

/**
 * Which web pages may talk to this server. A browser tells a page's origin, so a page elsewhere cannot use a visitor's
 * browser to reach a server on his own machine or network; programs that are no browsers tell none and are judged by
 * their key alone.
 */
export class OriginPolicy {
  readonly #all: boolean;
  readonly #listed: ReadonlySet<string>;
  readonly #listedHosts: ReadonlySet<string>;

  constructor(allowedOrigins: readonly string[]) {
    this.#all = allowedOrigins.includes('*');
    const origins = allowedOrigins.map((entry) => originOf(entry) ?? entry);
    this.#listed = new Set(origins);
    this.#listedHosts = new Set(origins.flatMap((origin) => (URL.canParse(origin) ? [new URL(origin).hostname] : [])));
  }

  /** For CORS and frame-ancestors: whether this foreign origin is welcome. */
  isListed(origin: string): boolean {
    return this.#all || this.#listed.has(originOf(origin) ?? origin);
  }

  /** The configured origins, for the content security policy. */
  get listed(): readonly string[] {
    return this.#all ? ['*'] : [...this.#listed];
  }

  /** Throws `origin_not_allowed` for a page of another, unlisted origin. */
  assertAllowed(request: FastifyRequest): void {
    const { origin } = request.headers;
    if (origin === undefined) {
      // A page can leave the Origin header out (a plain GET), but not this one.
      if (request.headers['sec-fetch-site'] !== 'cross-site' || this.#all) return;
      throw signallingError('origin_not_allowed', 'Pages of other origins may not call this server');
    }
    if (this.isListed(origin) || originOf(origin) === ownOrigin(request)) return;
    throw signallingError('origin_not_allowed', `Pages of ${origin.slice(0, 200)} may not call this server`);
  }

  /**
   * Against DNS rebinding, where a foreign name is made to point here so that the foreign page counts as ours. Such a
   * page has a name (not an address) and no certificate. Asked for callers without a key, who are trusted for where
   * they are. Throws `host_not_allowed`.
   */
  assertTrustedHost(request: FastifyRequest): void {
    const hostname = URL.parse(`http://${request.host}`)?.hostname ?? '';
    const bare = hostname.replace(/^\[|\]$/g, '');
    const trusted =
      request.protocol === 'https' ||
      isIP(bare) !== 0 ||
      bare === 'localhost' ||
      bare.endsWith('.localhost') ||
      this.#all ||
      this.#listedHosts.has(hostname);
    if (!trusted) throw signallingError('host_not_allowed', 'Visitors without a key may not use this host name over plain HTTP');
  }
}

/** `scheme://host[:port]` in its one spelling, or undefined. */
const originOf = (text: string): string | undefined => {
  const url = URL.parse(text);
  return url && url.origin !== 'null' ? url.origin : undefined;
};

const ownOrigin = (request: FastifyRequest): string | undefined => originOf(`${request.protocol}://${request.host}`);
