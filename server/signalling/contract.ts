import type { FastifyBaseLogger, FastifyPluginAsync } from 'fastify';
import type { Clock } from '../core/clock.ts';
import type { Config } from '../core/config-schema.ts';
import type { Caller, Calls } from '../session/contract.ts';

/** Whether the server can take calls, and what is missing. */
export interface Readiness {
  readonly ready: boolean;
  /** One line per part, e.g. `{ ear: 'running', voice: 'starting' }`. */
  readonly parts?: Readonly<Record<string, string>>;
}

/** What signalling needs of core/metrics.ts. */
export interface SignallingMetrics {
  readonly contentType: string;
  exposition(): Promise<string>;
  callRefused(reason: 'full' | 'rate_limit' | 'unauthorised' | 'bad_offer' | 'shutting_down'): void;
}

/** Who calls and what he may do beyond talking, decided. */
export type AuthorisedCaller = Required<Caller>;

export interface AppOptions {
  readonly config: Config;
  readonly calls: Calls;
  readonly log: FastifyBaseLogger;
  readonly metrics: SignallingMetrics;
  ready(): Readiness;
  /** The built pages (`dist/client`). They may be absent, which `/` then explains. */
  readonly clientDir: string;
  /** Further routes, e.g. those of server/api/. They get the same hooks, errors and documentation. */
  readonly routes?: readonly FastifyPluginAsync[];
  readonly version?: string;
  readonly clock?: Clock;
  /** Unix milliseconds, for tokens. */
  readonly nowMs?: () => number;
}
