import type { RTCPeerConnection } from 'werift';

/** What werift keeps to itself about a stream of an SCTP association. */
export interface InboundStream {
  popMessages(): Iterable<readonly [streamId: number, protocol: number, data: Buffer]>;
}

interface Association {
  getInboundStream(id: number): InboundStream;
}

/**
 * Has every message of a data channel delivered as soon as it can be read. When one that was lost has come at last, werift gives
 * only as many of those behind it as came without a packet of another channel between; each that is left waits for a further
 * message to arrive, and so the channel stays late for the rest of the call.
 */
export function deliverPromptly(peer: RTCPeerConnection): void {
  const association = peer.sctpTransport?.sctp as unknown as Association | undefined;
  if (!association) return;
  const streams = new WeakSet<InboundStream>();
  const getInboundStream = association.getInboundStream.bind(association);
  association.getInboundStream = (id) => {
    const stream = getInboundStream(id);
    if (streams.has(stream)) return stream;
    streams.add(stream);
    const popSome = stream.popMessages.bind(stream);
    stream.popMessages = function* () {
      for (let some = [...popSome()]; some.length > 0; some = [...popSome()]) yield* some;
    };
    return stream;
  };
}
