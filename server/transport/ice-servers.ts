import { createHmac } from 'node:crypto';
import type { Config } from '../core/config-schema.ts';
import type { IceServer } from './contract.ts';

/**
 * Time-limited TURN credentials as coturn's `use-auth-secret` checks them (draft-uberti-behave-turn-rest-00): the name is
 * the second at which they expire, the password its HMAC-SHA1. Nothing needs to be stored, and what leaks soon expires.
 */
export function turnCredentials(
  secret: string,
  id: string,
  ttlS: number,
  nowS = Date.now() / 1000,
): { username: string; credential: string } {
  const username = `${Math.floor(nowS) + ttlS}:${id}`;
  return { username, credential: createHmac('sha1', secret).update(username).digest('base64') };
}

/** What a browser needs to reach the server through NATs and firewalls. Empty unless configured: no public server by default. */
export function iceServersFor(callId: string, config: Config['transport']): IceServer[] {
  const servers: IceServer[] = [];
  if (config.stunUrls.length > 0) servers.push({ urls: config.stunUrls });
  // A browser refuses to begin any call when it is told of a TURN server without credentials.
  if (config.turnUrls.length > 0 && config.turnSecret) {
    servers.push({ urls: config.turnUrls, ...turnCredentials(config.turnSecret, callId, config.turnTtlS) });
  }
  return servers;
}
