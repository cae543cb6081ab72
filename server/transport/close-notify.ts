import type { RTCDtlsTransport } from 'werift';

interface DtlsRecord {
  readonly recordLayerHeader: { contentType: number };
}

interface DtlsSession {
  readonly cipher: { encryptPacket(record: DtlsRecord): unknown };
  send(data: Buffer): Promise<void>;
}

const ALERT = 21;
/** Warning, close_notify (RFC 5246, section 7.2.1). */
const CLOSE_NOTIFY = Buffer.from([1, 0]);

/**
 * Tells the browser that the call is over; without it, it would wait for half a minute for somebody who is gone. werift
 * only sends application data, so that the record's type is changed on its way into the cipher. Nothing may be sent after.
 */
export async function sendCloseNotify(transport: RTCDtlsTransport): Promise<void> {
  const session = transport.dtls as unknown as DtlsSession | undefined;
  if (!session) return;
  const { cipher } = session;
  const encrypt = cipher.encryptPacket.bind(cipher);
  cipher.encryptPacket = (record) => {
    record.recordLayerHeader.contentType = ALERT;
    return encrypt(record);
  };
  // A path that is gone takes no farewell either.
  await session.send(CLOSE_NOTIFY).catch(() => undefined);
}
