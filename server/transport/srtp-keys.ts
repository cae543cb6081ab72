import { createSecretKey, type KeyObject } from 'node:crypto';
import type { RTCDtlsTransport } from 'werift';

interface SrtpCipher {
  srtpSessionKey: Buffer | KeyObject;
  srtcpSessionKey: Buffer | KeyObject;
  /** Only where packets are authenticated apart from their encryption (HMAC-SHA1). */
  srtpSessionAuthTag?: Buffer | KeyObject;
  srtcpSessionAuthTag?: Buffer | KeyObject;
}

/** One direction of SRTP or SRTCP, as werift keeps it. */
export interface SrtpSide {
  readonly cipher: SrtpCipher;
}

interface SrtpEnds {
  readonly localContext: SrtpSide;
  readonly remoteContext: SrtpSide;
}

const KEYS = ['srtpSessionKey', 'srtcpSessionKey', 'srtpSessionAuthTag', 'srtcpSessionAuthTag'] as const;

/**
 * werift hands the bytes of a key to node:crypto for every packet, which imports them each time and finds out by a thrown
 * error that they are no key yet: 40 us of a packet's 50. Imported once, they cost 9.
 */
export function importSrtpKeys(dtls: RTCDtlsTransport): void {
  const { srtp, srtcp } = dtls as unknown as { srtp?: SrtpEnds; srtcp?: SrtpEnds };
  for (const ends of [srtp, srtcp]) if (ends) for (const side of [ends.localContext, ends.remoteContext]) importKeys(side);
}

export function importKeys({ cipher }: SrtpSide): void {
  for (const name of KEYS) {
    const key = cipher[name];
    if (Buffer.isBuffer(key)) cipher[name] = createSecretKey(key);
  }
}
