import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const COTURN = process.env.TURNSERVER_PATH ?? '/usr/bin/turnserver';
/** Relayed addresses lie here, apart from 127.0.0.1, so that it can be told who talks to whom. */
export const RELAY_ADDRESS = '127.0.0.2';

export interface CoturnOptions {
  readonly secret: string;
  /** Relays only between its own relayed addresses, as if no host could reach another one. */
  readonly onlyBetweenRelays?: boolean;
  /** Any free one when not given. */
  readonly port?: number;
}

/** A real TURN server on loopback that checks time-limited credentials, with all that it leaves behind. */
export class Coturn implements AsyncDisposable {
  readonly port: number;
  readonly #process: ChildProcess;
  readonly #folder: string;
  #printed = '';

  private constructor(port: number, process: ChildProcess, folder: string) {
    this.port = port;
    this.#process = process;
    this.#folder = folder;
    for (const stream of [process.stdout, process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#printed += text;
      });
    }
  }

  static async start({ secret, onlyBetweenRelays = false, ...options }: CoturnOptions): Promise<Coturn> {
    const port = options.port ?? (await freeUdpPort());
    const folder = await mkdtemp(path.join(tmpdir(), 'coturn-'));
    const peers = onlyBetweenRelays ? ['--denied-peer-ip', '0.0.0.0-255.255.255.255', '--allowed-peer-ip', RELAY_ADDRESS] : [];
    const args = ['-n', '--verbose', '--listening-ip', '127.0.0.1', '--listening-port', String(port), '--relay-ip', RELAY_ADDRESS];
    args.push('--allow-loopback-peers', ...peers, '--use-auth-secret', '--static-auth-secret', secret, '--realm', 'visavis.test');
    args.push('--no-tls', '--no-dtls', '--no-cli', '--no-rfc5780', '--relay-threads', '1', '--log-file', 'stdout');
    args.push('--userdb', path.join(folder, 'users.sqlite'), '--pidfile', path.join(folder, 'pid'));
    const coturn = new Coturn(port, spawn(COTURN, args, { stdio: ['ignore', 'pipe', 'pipe'] }), folder);
    await coturn.#answers();
    return coturn;
  }

  url(transport: 'udp' | 'tcp' = 'udp'): string {
    return `turn:127.0.0.1:${this.port}?transport=${transport}`;
  }

  /** Ids of the allocations that a line it printed tells of, in order. */
  allocations(what: RegExp): string[] {
    const lines = this.#printed.split('\n').filter((line) => what.test(line));
    return [...new Set(lines.flatMap((line) => /session (\d+)/.exec(line)?.[1] ?? []))].sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      this.#process.kill('SIGKILL');
      await once(this.#process, 'exit');
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** A STUN binding request (RFC 8489) is answered as soon as it listens. */
  async #answers(): Promise<void> {
    const socket = createSocket('udp4');
    const answered = once(socket, 'message').then(() => 'answered' as const);
    const ended = once(this.#process, 'exit').then(() => 'ended' as const);
    const request = Buffer.concat([Buffer.from('000100002112a442', 'hex'), Buffer.alloc(12, 1)]);
    const ask = setInterval(() => socket.send(request, this.port, '127.0.0.1'), 50);
    try {
      if ((await Promise.race([answered, ended])) === 'ended') throw new Error(`turnserver ended: ${this.#printed}`);
    } finally {
      clearInterval(ask);
      socket.close();
    }
  }
}

async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address() as AddressInfo;
  socket.close();
  await once(socket, 'close');
  return port;
}
