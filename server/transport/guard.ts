import type { RTCPeerConnection } from 'werift';

/**
 * What keeps strangers from ending a call. werift forgets a datagram's source address once it is no STUN, and its DTLS
 * obeys plaintext alerts and hellos even in the middle of a call; one packet from any host would do. So:
 *  - only an address that passed a connectivity check reaches DTLS and SRTP, and only with a first byte of RFC 7983;
 *  - what claims to be relayed has to come from the TURN server, as anybody could write any address into it;
 *  - after the handshake, DTLS records of epoch 0 and of unknown content types are dropped (RFC 6347, section 4.1), and an
 *    alert counts only when it decrypts;
 *  - before it, the fragments that may pile up are limited;
 *  - a rejected promise inside the data channels' handler is caught, since an unhandled one ends the process.
 * The patches sit on instances, and new instances appear when ICE or DTLS changes state: `refresh` is called each time.
 */
type Address = readonly [host: string, port: number];

interface IceProtocol {
  readonly turn?: TurnClient;
  datagramReceived?: (data: Buffer, address: Address) => void;
  handleStunMessage?: (data: Buffer, address: Address) => void;
}

interface TurnClient {
  /** The address of the server that was asked for the allocation. */
  readonly serverEndpoint: Address | undefined;
  readonly transport: { readonly type: string; onData: (data: Buffer, address: Address) => void };
}

interface WeriftEvent<Arguments extends unknown[]> {
  subscribe(listener: (...args: Arguments) => void): unknown;
  allUnsubscribe(): void;
}

interface IceConnection {
  readonly protocols: readonly IceProtocol[];
  readonly checkList: readonly { readonly protocol: IceProtocol; readonly state: number; readonly remoteAddr: Address }[];
}

interface DtlsRecords {
  onData: (data: Buffer) => void;
}

interface DtlsRecord {
  readonly recordLayerHeader: {
    readonly contentType: number;
    readonly protocolVersion: { readonly major: number; readonly minor: number };
    readonly epoch: number;
    readonly sequenceNumber: number;
  };
  readonly fragment: Buffer;
}

interface DtlsInternals {
  readonly transport?: { readonly socket: DtlsRecords };
  readonly cipher: { decryptPacket(record: DtlsRecord): Buffer };
  readonly onClose: { execute(): void };
  bufferFragmentedHandshakes?: unknown[];
}

interface SctpInternals {
  readonly sctp?: { readonly onReceive: WeriftEvent<[number, number, Buffer]>; readonly advertisedRwnd: number };
  readonly datachannelReceive: (streamId: number, protocol: number, data: Buffer) => Promise<void>;
}

/** CandidatePairState.SUCCEEDED of werift. */
const SUCCEEDED = 3;
const MAX_REMEMBERED = 8;
const MAX_FRAGMENTS = 64;
/** DTLS record header, RFC 6347, section 4.1. */
const RECORD_HEADER = 13;
const CHANGE_CIPHER_SPEC = 20;
const ALERT = 21;
const HANDSHAKE = 22;
const APPLICATION_DATA = 23;

export type DropReason = 'type' | 'source' | 'truncated' | 'plaintext' | 'forged' | 'content' | 'fragments' | 'event';

export class Guard {
  readonly #peer: RTCPeerConnection;
  readonly #hooked = new WeakSet<object>();
  /** Addresses that passed a check, newest last: a restart empties the check list while media still comes by the old way. */
  readonly #trusted = new Map<IceProtocol, Set<string>>();
  readonly drops: Record<DropReason, number> = {
    type: 0,
    source: 0,
    truncated: 0,
    plaintext: 0,
    forged: 0,
    content: 0,
    fragments: 0,
    event: 0,
  };

  constructor(peer: RTCPeerConnection) {
    this.#peer = peer;
  }

  refresh(): void {
    for (const dtls of this.#peer.dtlsTransports) {
      const connection = dtls.iceTransport.connection as unknown as IceConnection;
      for (const protocol of connection.protocols) this.#hookProtocol(protocol, connection);
      const internals = dtls.dtls as unknown as DtlsInternals | undefined;
      const socket = internals?.transport?.socket;
      if (internals && socket) this.#hookRecords(internals, socket, () => dtls.state === 'connected');
    }
    const sctp = this.#peer.sctpTransport as unknown as SctpInternals | undefined;
    if (sctp?.sctp) this.#hookDataChannels(sctp);
  }

  /** More than the receive window promised has piled up unread: the other side ignores the protocol. */
  get dataFlooded(): boolean {
    const sctp = this.#peer.sctpTransport as unknown as SctpInternals | undefined;
    return (sctp?.sctp?.advertisedRwnd ?? 0) < 0;
  }

  #hookProtocol(protocol: IceProtocol, connection: IceConnection): void {
    if (this.#hooked.has(protocol)) return;
    const accept = (data: Buffer, address: Address) => this.#accept(protocol, connection, data, address);
    if (protocol.datagramReceived) {
      // The socket calls `this.datagramReceived`, so that an own property comes before the class's method.
      const original = protocol.datagramReceived.bind(protocol);
      protocol.datagramReceived = (data, address) => {
        if (accept(data, address)) original(data, address);
      };
    } else if (protocol.handleStunMessage) {
      // What a TURN server relays takes this way.
      const original = protocol.handleStunMessage;
      protocol.handleStunMessage = (data, address) => {
        if (accept(data, address)) original(data, address);
      };
      if (protocol.turn?.transport.type === 'udp') this.#hookTurn(protocol.turn);
    } else {
      return;
    }
    this.#hooked.add(protocol);
  }

  #hookTurn(turn: TurnClient): void {
    const { transport } = turn;
    const original = transport.onData;
    transport.onData = (data, address) => {
      const server = turn.serverEndpoint;
      if (server && server[0] === address[0] && server[1] === address[1]) original(data, address);
      else this.#drop('source');
    };
  }

  #accept(protocol: IceProtocol, connection: IceConnection, data: Buffer, address: Address): boolean {
    const first = data[0];
    if (first === undefined) return false;
    // STUN proves itself by MESSAGE-INTEGRITY.
    if (first < 4) return true;
    const dtls = first >= CHANGE_CIPHER_SPEC && first <= APPLICATION_DATA;
    const media = first >= 128 && first <= 191;
    if (!dtls && !media) return this.#drop('type');
    const key = `${address[0]} ${address[1]}`;
    let trusted = this.#trusted.get(protocol);
    if (trusted?.has(key)) return true;
    const passed = connection.checkList.some(
      (pair) =>
        pair.protocol === protocol && pair.state === SUCCEEDED && pair.remoteAddr[0] === address[0] && pair.remoteAddr[1] === address[1],
    );
    if (!passed) return this.#drop('source');
    if (!trusted) this.#trusted.set(protocol, (trusted = new Set()));
    trusted.add(key);
    if (trusted.size > MAX_REMEMBERED) trusted.delete(trusted.values().next().value!);
    return true;
  }

  #hookRecords(internals: DtlsInternals, socket: DtlsRecords, connected: () => boolean): void {
    if (this.#hooked.has(socket)) return;
    this.#hooked.add(socket);
    const original = socket.onData;
    socket.onData = (data) => {
      if (connected()) {
        if (data[0] === ALERT) this.#alert(internals, data);
        else if (this.#protectedRecords(data)) original(data);
        return;
      }
      if ((internals.bufferFragmentedHandshakes?.length ?? 0) > MAX_FRAGMENTS) {
        internals.bufferFragmentedHandshakes!.length = 0;
        this.#drop('fragments');
        return;
      }
      original(data);
    };
  }

  /** Whether every record of the datagram is one that an established connection may get. */
  #protectedRecords(data: Buffer): boolean {
    for (let at = 0; at < data.length; ) {
      if (at + RECORD_HEADER > data.length) return this.#drop('truncated');
      const type = data[at]!;
      const epoch = data.readUInt16BE(at + 3);
      const length = data.readUInt16BE(at + 11);
      if (at + RECORD_HEADER + length > data.length) return this.#drop('truncated');
      if (![CHANGE_CIPHER_SPEC, HANDSHAKE, APPLICATION_DATA].includes(type)) return this.#drop('content');
      if (epoch === 0) return this.#drop('plaintext');
      at += RECORD_HEADER + length;
    }
    return true;
  }

  /** werift reads an alert before it decrypts it, so that two forged bytes would do. Here it has to prove itself first. */
  #alert(internals: DtlsInternals, data: Buffer): void {
    if (data.length < RECORD_HEADER || data.length < RECORD_HEADER + data.readUInt16BE(11)) return void this.#drop('truncated');
    const epoch = data.readUInt16BE(3);
    if (epoch === 0) return void this.#drop('plaintext');
    const recordLayerHeader = {
      contentType: ALERT,
      protocolVersion: { major: data[1]!, minor: data[2]! },
      epoch,
      sequenceNumber: data.readUIntBE(5, 6),
    };
    try {
      const [level, description] = internals.cipher.decryptPacket({
        recordLayerHeader,
        fragment: data.subarray(RECORD_HEADER, RECORD_HEADER + data.readUInt16BE(11)),
      });
      // RFC 5246, section 7.2: close_notify, and anything fatal.
      if (description === 0 || level === 2) internals.onClose.execute();
    } catch {
      this.#drop('forged');
    }
  }

  #hookDataChannels(transport: SctpInternals): void {
    const onReceive = transport.sctp!.onReceive;
    if (this.#hooked.has(onReceive)) return;
    this.#hooked.add(onReceive);
    onReceive.allUnsubscribe();
    onReceive.subscribe((streamId, protocol, data) => {
      transport.datachannelReceive(streamId, protocol, data).catch(() => this.#drop('event'));
    });
  }

  #drop(reason: DropReason): false {
    this.drops[reason]++;
    return false;
  }
}
