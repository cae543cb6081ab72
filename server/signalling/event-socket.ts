import type { RawData, WebSocket } from 'ws';
import { after, type Clock } from '../core/clock.ts';
import type { Config } from '../core/config-schema.ts';
import { serverEvent } from '../protocol/parse.ts';
import type { EventSocket } from '../session/contract.ts';
import { TokenBucket } from './socket-rate.ts';

/** WebSocket close codes (RFC 6455, 7.4.1, and the IANA registry). */
export const CLOSE = { goingAway: 1001, policyViolation: 1008, tooBig: 1009, internalError: 1011, tryAgainLater: 1013 } as const;

type SocketLimits = Pick<Config['server'], 'maxEventsPerS' | 'maxEventBytesPerS' | 'maxSocketBufferBytes' | 'socketPingMs'>;

/** Refused events within one burst after which the client is taken for broken, or worse. */
const MAX_REFUSED_EVENTS = 1_000;

/**
 * A `ws` socket as the session knows it, with what keeps a bad client from hurting others: a rate of events and bytes,
 * a bound on what waits for a slow reader, and a ping that finds the ones that are gone.
 */
export class WsEventSocket implements EventSocket {
  readonly #ws: WebSocket;
  readonly #clock: Clock;
  readonly #limits: SocketLimits;
  readonly #events: TokenBucket;
  readonly #bytes: TokenBucket;
  readonly #complaints: TokenBucket;
  #onMessage: ((text: string) => void) | undefined;
  #refused = 0;
  #alive = true;
  #ping: Disposable | undefined;

  constructor(ws: WebSocket, limits: SocketLimits, clock: Clock) {
    this.#ws = ws;
    this.#clock = clock;
    this.#limits = limits;
    this.#events = new TokenBucket(limits.maxEventsPerS, clock);
    this.#bytes = new TokenBucket(limits.maxEventBytesPerS, clock);
    this.#complaints = new TokenBucket(1, clock);
    // Nothing is read until the session listens, so nothing that comes early is lost or piled up.
    ws.pause();
    ws.on('message', (data, isBinary) => this.#receive(data, isBinary));
    ws.on('pong', () => {
      this.#alive = true;
    });
    ws.once('close', () => this.#ping?.[Symbol.dispose]());
    this.#watch();
  }

  get bufferedBytes(): number {
    return this.#ws.bufferedAmount;
  }

  send(text: string): void {
    if (this.#ws.readyState !== this.#ws.OPEN) return;
    if (this.#ws.bufferedAmount + text.length > this.#limits.maxSocketBufferBytes) {
      // A close frame would wait behind all the rest.
      this.#ws.terminate();
      return;
    }
    this.#ws.send(text, () => undefined);
  }

  close(code: number, reason: string): void {
    // A paused socket would never read the other side's close frame.
    this.#ws.resume();
    // A close reason has at most 123 bytes.
    this.#ws.close(
      code,
      Buffer.from(reason)
        .subarray(0, 123)
        .toString()
        .replace(/\ufffd$/, ''),
    );
  }

  onMessage(listener: (text: string) => void): void {
    this.#onMessage = listener;
    this.#ws.resume();
  }

  onClose(listener: () => void): void {
    if (this.#ws.readyState === this.#ws.CLOSED) listener();
    else this.#ws.once('close', listener);
  }

  #receive(data: RawData, isBinary: boolean): void {
    this.#alive = true;
    const bytes = data as Buffer;
    if (!this.#events.take(1) || !this.#bytes.take(bytes.byteLength)) {
      if (++this.#refused > MAX_REFUSED_EVENTS) this.close(CLOSE.policyViolation, 'Too many events');
      else this.#complain('rate_limited', 'Too many events; this one was ignored');
      return;
    }
    if (isBinary) {
      this.#complain('invalid_event', 'Events are text; binary messages are not understood');
      return;
    }
    this.#refused = 0;
    this.#onMessage?.(bytes.toString());
  }

  /** An error event, at most about one a second. */
  #complain(code: string, message: string): void {
    if (this.#complaints.take(1))
      this.send(JSON.stringify(serverEvent('error', { error: { type: 'invalid_request_error', code, message } })));
  }

  #watch(): void {
    if (this.#limits.socketPingMs === 0) return;
    this.#ping = after(this.#clock, this.#limits.socketPingMs, () => {
      if (!this.#alive) {
        this.#ws.terminate();
        return;
      }
      this.#alive = false;
      this.#ws.ping();
      this.#watch();
    });
  }
}
