import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConfigInput } from '../core/config-schema.ts';
import { createLog } from '../core/log.ts';
import { hostileDatagrams } from '../transport/hostile.fixture.ts';
import { COTURN, Coturn, RELAY_ADDRESS } from './coturn.ts';
import { launchBrowser, startTestServer, Visitor } from './visitor.ts';

const SECRET = 'a secret that coturn knows';
/** What coturn prints about relayed addresses of the server, whose credentials are named for the call. */
const ALLOCATED = /: new, .*:call_.*lifetime=/;
const FREED = /: refreshed, .*:call_.*lifetime=0\b/;
const TIMEOUT_MS = 60_000;
const eventually = <T>(value: () => T | Promise<T>) => expect.poll(value, { timeout: TIMEOUT_MS, interval: 100 });

interface CallOptions {
  readonly transport: NonNullable<ConfigInput['transport']>;
  readonly greet?: boolean;
  readonly relayOnly?: boolean;
}

describe.runIf(existsSync(COTURN))('a call through TURN', () => {
  let browser: Browser;
  let coturn: Coturn;
  /** Relays between relayed addresses only: a call with its help has to be relayed on both sides. */
  let strict: Coturn;

  beforeAll(async () => {
    [browser, coturn, strict] = await Promise.all([
      launchBrowser(),
      Coturn.start({ secret: SECRET }),
      Coturn.start({ secret: SECRET, onlyBetweenRelays: true }),
    ]);
  });
  afterAll(async () => {
    await Promise.all([browser?.close(), coturn?.[Symbol.asyncDispose](), strict?.[Symbol.asyncDispose]()]);
  });

  /** A server, what it logs, and a visitor whose browser uses relayed addresses only. */
  async function call(stack: AsyncDisposableStack, { transport, greet = false, relayOnly = true }: CallOptions) {
    const lines: Record<string, unknown>[] = [];
    const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
    const log = createLog({ level: 'debug', pretty: 'never', destination });
    const server = await startTestServer(
      { transport: { turnSecret: SECRET, ...transport }, session: { greet }, face: { workers: 1 } },
      log,
    );
    stack.defer(() => server.close());
    const visitor = stack.use(await Visitor.arrive(browser, server.url, { query: '?autostart', relayOnly }));
    const logged = (message: string) => lines.find(({ msg }) => msg === message);
    const activeCalls = async () =>
      /^visavis_calls_active\{carrier="webrtc"\} (\d+)$/m.exec(await (await fetch(`${server.url}/metrics`)).text())?.[1];
    return { visitor, logged, activeCalls };
  }

  async function expectConversation(visitor: Visitor): Promise<void> {
    expect(await visitor.answer(0)).not.toBe('');
    await eventually(async () => (await visitor.media()).audioEnergy).toBeGreaterThan(0.001);
    await visitor.seesMovingPictures();
    await visitor.type('Is Visavis free?');
    await visitor.answerWith(1, 'Apache');
  }

  /** The candidates that the browser talks by. */
  const pathOf = (visitor: Visitor) =>
    visitor.page.evaluate(async () => {
      const reports = new Map((await window.visitor.connection?.getStats())?.entries());
      const transport = [...reports.values()].find(({ type }) => type === 'transport');
      const pair = reports.get(transport?.selectedCandidatePairId);
      const [local, remote] = [reports.get(pair?.localCandidateId), reports.get(pair?.remoteCandidateId)];
      return { local: local?.candidateType, localProtocol: local?.relayProtocol, localPort: local?.port, remoteAddress: remote?.address };
    });

  it('that only the visitor uses', async () => {
    await using stack = new AsyncDisposableStack();
    const { visitor } = await call(stack, { transport: { turnUrls: [coturn.url()] }, greet: true });
    await expectConversation(visitor);
    expect(await pathOf(visitor)).toMatchObject({ local: 'relay', localProtocol: 'udp' });
  });

  it('that the server uses, too, and strangers know of', async () => {
    await using stack = new AsyncDisposableStack();
    const { visitor, logged } = await call(stack, { transport: { turnUrls: [strict.url()], useTurnOnServer: true }, greet: true });
    await expectConversation(visitor);
    const path = await pathOf(visitor);
    expect(strict.allocations(ALLOCATED)).toHaveLength(1);
    expect(path).toMatchObject({ local: 'relay', localProtocol: 'udp', remoteAddress: RELAY_ADDRESS });

    const sdp = await visitor.page.evaluate(() => window.visitor.connection?.remoteDescription?.sdp ?? '');
    const [, relayedPort, ownPort] = /a=candidate:\S+ 1 udp \d+ 127\.0\.0\.2 (\d+) typ relay raddr 127\.0\.0\.1 rport (\d+)/i
      .exec(sdp)!
      .map(Number);
    const hostile = Object.values(hostileDatagrams()).filter(({ length }) => length > 0);
    // What coturn relays from another port of the visitor's address, and what pretends to come from coturn.
    await sendFrom(RELAY_ADDRESS, hostile, relayedPort!, RELAY_ADDRESS);
    const forged = hostile.flatMap((datagram) => [
      datagram,
      channelData(0x4000, datagram),
      dataIndication(path.localPort as number, datagram),
    ]);
    await sendFrom('127.0.0.1', forged, ownPort!, '127.0.0.1');
    await visitor.seesMovingPictures();

    await visitor.page.close();
    await eventually(() => logged('transport closed')).toBeDefined();
    const { drops } = logged('transport closed') as { drops: Record<string, number> };
    expect(drops['source']).toBeGreaterThan(forged.length);
    await eventually(() => strict.allocations(FREED)).toEqual(strict.allocations(ALLOCATED));
  });

  it('that the server reaches over TCP goes on when the TURN server was restarted', async () => {
    await using stack = new AsyncDisposableStack();
    const first = stack.use(await Coturn.start({ secret: SECRET, onlyBetweenRelays: true }));
    const { visitor, logged } = await call(stack, { transport: { turnUrls: [first.url('tcp')], useTurnOnServer: true } });
    await visitor.event('session.created');
    await visitor.seesMovingPictures();
    const before = await pathOf(visitor);
    expect(before).toMatchObject({ local: 'relay', localProtocol: 'tcp', remoteAddress: RELAY_ADDRESS });
    await first[Symbol.asyncDispose]();
    stack.use(await Coturn.start({ secret: SECRET, onlyBetweenRelays: true, port: first.port }));
    await eventually(() => logged('ice restart')).toBeDefined();
    await eventually(async () => (await pathOf(visitor)).localPort).not.toBe(before.localPort);
    await visitor.seesMovingPictures();
    expect(logged('transport closed')).toBeUndefined();
  });

  it.each([false, true])('fails clearly and in time with a wrong secret (server relays: %s)', async (useTurnOnServer) => {
    await using stack = new AsyncDisposableStack();
    const transport = { turnUrls: [coturn.url()], turnSecret: 'another secret', useTurnOnServer, connectTimeoutMs: 4_000 };
    const { visitor, logged, activeCalls } = await call(stack, { transport });
    await eventually(() => logged('call accepted')).toBeDefined();
    await visitor.page.getByText('lets no call through').waitFor({ timeout: TIMEOUT_MS });
    await eventually(() => logged('transport closed')).toMatchObject({ reason: 'the connection was not established in time' });
    await eventually(activeCalls).toBe('0');
    expect(await visitor.count('session.created')).toBe(0);
  });

  it('does not wait for a TURN server of the server that is silent, and gives back what comes late', async () => {
    await using stack = new AsyncDisposableStack();
    const own = stack.use(await Coturn.start({ secret: SECRET }));
    await using gate = await Gate.before(own.port);
    const transport = { turnUrls: [`turn:127.0.0.1:${gate.port}?transport=udp`], useTurnOnServer: true };
    const { visitor, logged } = await call(stack, { transport, relayOnly: false });
    await eventually(() => logged('a STUN or TURN server did not answer in time')).toBeDefined();
    expect(own.allocations(ALLOCATED)).toEqual([]);
    gate.open();
    await eventually(() => own.allocations(FREED)).toHaveLength(1);
    await visitor.event('session.created');
    await visitor.seesMovingPictures();
  });
});

async function sendFrom(from: string, datagrams: readonly Buffer[], port: number, host: string): Promise<void> {
  const socket = createSocket('udp4').bind(0, from);
  await once(socket, 'listening');
  for (const datagram of datagrams) {
    await new Promise<void>((resolve, reject) => socket.send(datagram, port, host, (error) => (error ? reject(error) : resolve())));
  }
  socket.close();
}

/** RFC 8656, section 12.4. */
function channelData(channel: number, data: Buffer): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt16BE(channel, 0);
  header.writeUInt16BE(data.length, 2);
  return Buffer.concat([header, data]);
}

/** RFC 8656, section 11.6: data that a peer at the relay's address is said to have sent. */
function dataIndication(peerPort: number, data: Buffer): Buffer {
  const attribute = (type: number, value: Buffer) => Buffer.concat([channelData(type, value), Buffer.alloc(-value.length & 3)]);
  const cookie = Buffer.from('2112a442', 'hex');
  const peer = Buffer.from([0, 1, 0, 0, ...RELAY_ADDRESS.split('.').map((part, i) => Number(part) ^ cookie[i]!)]);
  peer.writeUInt16BE(peerPort ^ 0x2112, 2);
  const attributes = Buffer.concat([attribute(0x0012, peer), attribute(0x0013, data)]);
  const header = Buffer.alloc(4);
  header.writeUInt16BE(0x0017, 0);
  header.writeUInt16BE(attributes.length, 2);
  return Buffer.concat([header, cookie, Buffer.alloc(12, 3), attributes]);
}

/** Keeps datagrams back on their way to a port of this machine, until it is opened. */
class Gate implements AsyncDisposable {
  readonly #targetPort: number;
  readonly #front = createSocket('udp4');
  readonly #backs = new Map<number, Socket>();
  #held: (() => void)[] | undefined = [];

  private constructor(targetPort: number) {
    this.#targetPort = targetPort;
    this.#front.on('message', (data, { port }) => {
      const pass = () => this.#backOf(port).send(data, this.#targetPort, '127.0.0.1');
      if (this.#held) this.#held.push(pass);
      else pass();
    });
  }

  static async before(targetPort: number): Promise<Gate> {
    const gate = new Gate(targetPort);
    gate.#front.bind(0, '127.0.0.1');
    await once(gate.#front, 'listening');
    return gate;
  }

  get port(): number {
    return (this.#front.address() as AddressInfo).port;
  }

  open(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const pass of held) pass();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of [this.#front, ...this.#backs.values()]) socket.close();
  }

  #backOf(port: number): Socket {
    const known = this.#backs.get(port);
    if (known) return known;
    const back = createSocket('udp4');
    back.on('message', (data) => this.#front.send(data, port, '127.0.0.1'));
    this.#backs.set(port, back);
    return back;
  }
}
