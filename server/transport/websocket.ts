import type { Clock } from '../core/clock.ts';
import { Emitter } from '../core/events.ts';
import { AudioIntake } from './audio-intake.ts';
import type { CallTransport, TransportEvents, TransportStats } from './contract.ts';
import { sharedTicker } from './ticker.ts';

/** As much of a WebSocket as is needed here. */
export interface TextSocket {
  send(text: string): void;
  /** Bytes accepted but not yet on the wire. */
  readonly bufferedBytes: number;
  close(code: number, reason: string): void;
  onMessage(listener: (text: string) => void): void;
  onClose(listener: () => void): void;
}

export interface WebSocketTransportOptions {
  /** Sound for the visitor: 20 ms, mono 24 kHz, in real time. Silence between turns is not sent. */
  readonly onOutboundAudio: (pcm: Int16Array) => void;
  /** A client that does not read is given up at this much. */
  readonly maxBufferedBytes?: number;
  readonly clock?: Clock;
}

export interface WebSocketTransport extends CallTransport {
  readonly kind: 'websocket';
  /** Sound of the visitor, mono 24 kHz, in pieces of any length and at any pace. False when it was too much and was dropped. */
  appendAudio(pcm: Int16Array): boolean;
  /** Drops what was appended and has not been heard. */
  clearAudio(): void;
}

const MAX_BUFFERED_BYTES = 8 * 1024 * 1024;
/** RFC 6455, section 7.4.1; close reasons hold 123 bytes. */
const NORMAL_CLOSURE = 1000;
const MAX_REASON_BYTES = 123;

/** The plain Realtime WebSocket: events and sound in one stream of JSON, which the session writes and reads. No pictures. */
export function createWebSocketTransport(socket: TextSocket, options: WebSocketTransportOptions): WebSocketTransport {
  return new WebSocketCall(socket, options);
}

class WebSocketCall extends Emitter<TransportEvents> implements WebSocketTransport {
  readonly kind = 'websocket';
  readonly video = undefined;
  readonly #socket: TextSocket;
  readonly #options: WebSocketTransportOptions;
  readonly #intake: AudioIntake;
  #framesSent = 0;
  #closed = false;

  constructor(socket: TextSocket, options: WebSocketTransportOptions) {
    super();
    this.#socket = socket;
    this.#options = options;
    this.#intake = new AudioIntake(options.clock ?? sharedTicker, (pcm) => this.emit('audio', pcm));
    socket.onMessage((text) => {
      if (!this.#closed) this.emit('message', text);
    });
    socket.onClose(() => this.#end('the visitor hung up'));
    queueMicrotask(() => {
      if (!this.#closed) this.emit('connected');
    });
  }

  get isConnected(): boolean {
    return !this.#closed;
  }

  appendAudio(pcm: Int16Array): boolean {
    return !this.#closed && this.#intake.append(pcm);
  }

  clearAudio(): void {
    this.#intake.clear();
  }

  sendAudio(pcm: Int16Array | undefined): void {
    if (!pcm || this.#closed) return;
    this.#framesSent++;
    this.#options.onOutboundAudio(pcm);
  }

  sendVideo(): void {
    // A plain client has no place for pictures; nobody asks for any, since `video` is undefined.
  }

  sendMessage(text: string): void {
    if (this.#closed) return;
    if (this.#socket.bufferedBytes > (this.#options.maxBufferedBytes ?? MAX_BUFFERED_BYTES)) {
      void this.close('the visitor does not read');
      return;
    }
    this.#socket.send(text);
  }

  sendDatagram(): boolean {
    return false;
  }

  stats(): TransportStats {
    return { packetsSent: this.#framesSent, packetsLost: 0, roundTripMs: undefined, availableBps: undefined, inboundConcealedShare: 0 };
  }

  close(reason: string): Promise<void> {
    if (!this.#closed) {
      this.#end(reason);
      this.#socket.close(NORMAL_CLOSURE, Buffer.from(reason).subarray(0, MAX_REASON_BYTES).toString('utf8').replace(/�$/, ''));
    }
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close('disposed');
  }

  #end(reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#intake[Symbol.dispose]();
    this.emit('closed', reason);
  }
}
