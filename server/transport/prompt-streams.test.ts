import { RTCPeerConnection } from 'werift';
import { expect, it } from 'vitest';
import { deliverPromptly, type InboundStream } from './prompt-streams.ts';

const WHOLE = 0x03;

it('delivers everything that waited behind a lost message, whatever came between', async () => {
  await using stack = new AsyncDisposableStack();
  const peer = new RTCPeerConnection({ iceServers: [] });
  stack.defer(() => peer.close());
  peer.createDataChannel('events');
  deliverPromptly(peer);
  const association = peer.sctpTransport!.sctp as unknown as {
    getInboundStream(id: number): InboundStream & { addChunk(chunk: object): void };
  };
  const stream = association.getInboundStream(0);
  expect(association.getInboundStream(0)).toBe(stream);
  const arrive = (streamSeqNum: number, tsn: number): string[] => {
    stream.addChunk({ streamId: 0, protocol: 51, flags: WHOLE, tsn, streamSeqNum, userData: Buffer.from(`message ${streamSeqNum}`) });
    return [...stream.popMessages()].map(([, , data]) => data.toString());
  };
  expect(arrive(0, 10)).toEqual(['message 0']);
  // The packets between are those of other channels; that of message 1 is lost.
  expect(arrive(2, 14)).toEqual([]);
  expect(arrive(3, 16)).toEqual([]);
  expect(arrive(4, 19)).toEqual([]);
  expect(arrive(1, 12)).toEqual(['message 1', 'message 2', 'message 3', 'message 4']);
  expect(arrive(5, 21)).toEqual(['message 5']);
});
