/**
 * RTP payload for redundant audio data (RFC 2198): each packet carries the previous one or two again, so that a single
 * loss costs nothing but the wait for the next packet.
 */
export interface RedBlock {
  readonly payloadType: number;
  /** How long before the packet's own timestamp, RTP units; 0 for the primary block, which is the last. */
  readonly timestampOffset: number;
  readonly payload: Uint8Array;
}

/** The blocks in the order of their timestamps, or `undefined` when the payload is not RED. */
export function parseRed(payload: Uint8Array): RedBlock[] | undefined {
  const headers: { payloadType: number; timestampOffset: number; length: number }[] = [];
  let offset = 0;
  for (;;) {
    const first = payload[offset];
    if (first === undefined) return undefined;
    if ((first & 0x80) === 0) {
      headers.push({ payloadType: first & 0x7f, timestampOffset: 0, length: -1 });
      offset += 1;
      break;
    }
    if (offset + 4 > payload.length) return undefined;
    const timestampOffset = (payload[offset + 1]! << 6) | (payload[offset + 2]! >> 2);
    const length = ((payload[offset + 2]! & 0x03) << 8) | payload[offset + 3]!;
    headers.push({ payloadType: first & 0x7f, timestampOffset, length });
    offset += 4;
  }
  const blocks: RedBlock[] = [];
  for (const { payloadType, timestampOffset, length } of headers) {
    const end = length < 0 ? payload.length : offset + length;
    if (end > payload.length) return undefined;
    blocks.push({ payloadType, timestampOffset, payload: payload.subarray(offset, end) });
    offset = end;
  }
  return blocks;
}
