import { classes, Message, methods, type RTCPeerConnection } from 'werift';
import { after, type Clock } from '../core/clock.ts';

/**
 * What werift leaves open about a server's own STUN and TURN servers:
 *  - the answer waits until each of them has answered or was asked seven times, over UDP and then over TCP. Here it waits
 *    for a while only, and a relayed address that comes later is given back;
 *  - each ICE restart would get another relayed address; one serves a whole call, unless the TURN server has forgotten it;
 *  - permissions last 300 s (RFC 8656, section 9), but are renewed with their channels, every 500 s;
 *  - what is not given back takes a port of the TURN server until it expires, ten minutes later;
 *  - a packet that cannot be relayed rejects a promise that nobody holds, which would end the process.
 */
type Address = readonly [host: string, port: number];

interface Turn {
  readonly server: Address;
  channelRefreshTime: number;
  requestWithRetry(request: Message, server: Address, signal: AbortSignal): Promise<unknown>;
}

interface Protocol {
  readonly type: string;
  readonly localCandidate?: object;
  readonly turn?: Turn;
  sendData(data: Buffer, address: Address): Promise<void>;
  close(): Promise<void>;
}

interface Connection {
  protocols: Protocol[];
  stunServer: Address | undefined;
  turnServer: Address | undefined;
  getCandidatePromises(addresses: string[], timeoutS?: number): Promise<object | undefined>[];
}

export interface GatheringOptions {
  /** Whether STUN servers are asked; werift would ask a public one if none is configured. */
  readonly usesStun: boolean;
  /** How long an answer may wait for STUN and TURN servers. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly onMissed: () => void;
}

const PERMISSION_REFRESH_S = 240;
/** A default of RFC 8656, section 7, which werift asks for, too. */
const ALLOCATION_LIFETIME_S = 600;
const REFRESH_TIMEOUT_MS = 500;

export class Gathering {
  readonly #peer: RTCPeerConnection;
  readonly #options: GatheringOptions;
  /** Connections whose gathering is bounded, with the TURN server of each. */
  readonly #turnServers = new WeakMap<Connection, { readonly address: Address | undefined }>();

  constructor(peer: RTCPeerConnection, options: GatheringOptions) {
    this.#peer = peer;
    this.#options = options;
  }

  /** Before each local description, which gathers. */
  async prepare(): Promise<void> {
    await Promise.all(this.#connections.map((connection) => this.#prepare(connection)));
  }

  /** Gives relayed addresses back, before the connection is closed. */
  async release(): Promise<void> {
    await Promise.all(this.#connections.flatMap(({ protocols }) => protocols.map(giveBack)));
  }

  async #prepare(connection: Connection): Promise<void> {
    if (!this.#options.usesStun) connection.stunServer = undefined;
    let turnServer = this.#turnServers.get(connection);
    if (!turnServer) {
      this.#turnServers.set(connection, (turnServer = { address: connection.turnServer }));
      const gather = connection.getCandidatePromises.bind(connection);
      connection.getCandidatePromises = (addresses, timeoutS) =>
        gather(addresses, timeoutS).map((candidate) => this.#inTime(connection, candidate));
    }
    for (const protocol of connection.protocols.filter(isRelayed)) {
      if (!(await refresh(protocol.turn!, ALLOCATION_LIFETIME_S))) await remove(connection, protocol);
    }
    connection.turnServer = connection.protocols.some(isRelayed) ? undefined : turnServer.address;
  }

  get #connections(): Connection[] {
    return this.#peer.dtlsTransports.map(({ iceTransport }) => iceTransport.connection as unknown as Connection);
  }

  #inTime(connection: Connection, gathered: Promise<object | undefined>): Promise<object | undefined> {
    const { clock, timeoutMs, onMissed } = this.#options;
    return new Promise((resolve) => {
      let isLate = false;
      const timer = after(clock, timeoutMs, () => {
        isLate = true;
        onMissed();
        resolve(undefined);
      });
      const arrived = (candidate?: object) => {
        timer[Symbol.dispose]();
        const protocol = candidate && connection.protocols.find((found) => isRelayed(found) && found.localCandidate === candidate);
        if (protocol && isLate) void giveBack(protocol).then(() => remove(connection, protocol));
        else if (protocol) adopt(protocol);
        resolve(candidate);
      };
      gathered.then(arrived, () => arrived());
    });
  }
}

const isRelayed = ({ turn }: Protocol): boolean => turn !== undefined;

function adopt(protocol: Protocol): void {
  protocol.turn!.channelRefreshTime = PERMISSION_REFRESH_S;
  const sendData = protocol.sendData.bind(protocol);
  // A lost packet, as any other.
  protocol.sendData = (data, address) => sendData(data, address).catch(() => undefined);
}

async function remove(connection: Connection, protocol: Protocol): Promise<void> {
  connection.protocols = connection.protocols.filter((kept) => kept !== protocol);
  await protocol.close();
}

/** A lifetime of 0 frees an allocation (RFC 8656, section 7). A TURN server that does not answer frees it by itself. */
async function giveBack({ turn }: Protocol): Promise<void> {
  if (turn) await refresh(turn, 0);
}

/** Whether the TURN server knows of the allocation. */
function refresh(turn: Turn, lifetimeS: number): Promise<boolean> {
  const request = new Message(methods.REFRESH, classes.REQUEST).setAttribute('LIFETIME', lifetimeS);
  return turn.requestWithRetry(request, turn.server, AbortSignal.timeout(REFRESH_TIMEOUT_MS)).then(
    () => true,
    () => false,
  );
}
