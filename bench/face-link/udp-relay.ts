import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

export interface Link {
  /** From the visitor, and to him. */
  readonly upKbits: number;
  readonly downKbits: number;
  /** One way, whatever else is on it. */
  readonly delayMs: number;
}

/** What a datagram carries: sound (SRTP), reports about it (SRTCP), data channels (DTLS), connectivity checks (STUN). */
export const KINDS = ['sound', 'reports', 'channels', 'checks'] as const;
export type Kind = (typeof KINDS)[number];

/** One direction of the link since it was opened. */
export interface LineFigures {
  /** With every header. */
  readonly bytes: Readonly<Record<Kind, number>>;
  readonly packets: Readonly<Record<Kind, number>>;
  /** How long each packet waited for those before it, milliseconds. */
  readonly waitedMs: readonly number[];
  readonly dropped: number;
}

/** IP and UDP: a link carries them, too. */
const HEADER_BYTES = 28;
/** What a home router keeps for a slow line, about; more is lost. */
const LONGEST_QUEUE_MS = 400;

/** By the first bytes (RFC 7983; RFC 5761, section 4). */
function kindOf([first = 0, second = 0]: Uint8Array): Kind {
  if (first < 4) return 'checks';
  if (first < 64) return 'channels';
  return second >= 192 && second < 224 ? 'reports' : 'sound';
}

const none = (): Record<Kind, number> => ({ sound: 0, reports: 0, channels: 0, checks: 0 });

/** One direction: packets leave one after the other, as fast as the link is. */
class Line {
  readonly #bytesPerMs: number;
  readonly #delayMs: number;
  #freeAtMs = 0;
  readonly #bytes = none();
  readonly #packets = none();
  readonly #waitedMs: number[] = [];
  #dropped = 0;

  constructor(kbits: number, delayMs: number) {
    this.#bytesPerMs = kbits / 8;
    this.#delayMs = delayMs;
  }

  carry(data: Buffer, deliver: () => void): void {
    const nowMs = performance.now();
    const startsMs = Math.max(nowMs, this.#freeAtMs);
    if (startsMs - nowMs > LONGEST_QUEUE_MS) {
      this.#dropped++;
      return;
    }
    const bytes = data.length + HEADER_BYTES;
    this.#freeAtMs = startsMs + bytes / this.#bytesPerMs;
    const kind = kindOf(data);
    this.#packets[kind]++;
    this.#bytes[kind] += bytes;
    this.#waitedMs.push(startsMs - nowMs);
    setTimeout(deliver, this.#freeAtMs - nowMs + this.#delayMs);
  }

  get figures(): LineFigures {
    return { bytes: { ...this.#bytes }, packets: { ...this.#packets }, waitedMs: [...this.#waitedMs], dropped: this.#dropped };
  }
}

/** A narrow link of one visitor to one UDP port of the server; both see only the relay's addresses. */
export class UdpRelay implements AsyncDisposable {
  readonly #socket: Socket;
  readonly #serverPort: number;
  readonly #up: Line;
  readonly #down: Line;
  /** The server's end: one for each address of the visitor, as a router would keep them. */
  readonly #ways = new Map<string, Socket>();
  #closed = false;

  private constructor(socket: Socket, serverPort: number, { upKbits, downKbits, delayMs }: Link) {
    this.#socket = socket;
    this.#serverPort = serverPort;
    this.#up = new Line(upKbits, delayMs);
    this.#down = new Line(downKbits, delayMs);
    socket.on('message', (data, from) => {
      const way = this.#wayOf(from);
      this.#up.carry(data, () => {
        if (!this.#closed) way.send(data, this.#serverPort, '127.0.0.1');
      });
    });
  }

  static async open(serverPort: number, link: Link): Promise<UdpRelay> {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new UdpRelay(socket, serverPort, link);
  }

  get port(): number {
    return (this.#socket.address() as AddressInfo).port;
  }

  get up(): LineFigures {
    return this.#up.figures;
  }

  get down(): LineFigures {
    return this.#down.figures;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    const sockets = [this.#socket, ...this.#ways.values()];
    await Promise.all(
      sockets.map((socket) => {
        const closed = once(socket, 'close');
        socket.close();
        return closed;
      }),
    );
  }

  #wayOf({ address, port }: RemoteInfo): Socket {
    const key = `${address} ${port}`;
    let way = this.#ways.get(key);
    if (!way) {
      way = createSocket('udp4').bind(0, '127.0.0.1');
      way.on('message', (data) =>
        this.#down.carry(data, () => {
          if (!this.#closed) this.#socket.send(data, port, address);
        }),
      );
      this.#ways.set(key, way);
    }
    return way;
  }
}
