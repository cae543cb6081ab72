import { randomBytes } from 'node:crypto';
import { RtpHeader, RtpPacket, SrtpSession } from 'werift';
import { describe, expect, it } from 'vitest';
import { importKeys, type SrtpSide } from './srtp-keys.ts';

const PROFILES = { AES128_CM_HMAC_SHA1_80: { profile: 1, saltBytes: 14 }, AEAD_AES_128_GCM: { profile: 7, saltBytes: 12 } } as const;

type Session = InstanceType<typeof SrtpSession> & { readonly localContext: SrtpSide; readonly remoteContext: SrtpSide };

function sessionPair({ profile, saltBytes }: (typeof PROFILES)[keyof typeof PROFILES]): [Session, Session] {
  const ends = [0, 1].map(() => ({ key: randomBytes(16), salt: randomBytes(saltBytes) }));
  const session = (local: number, remote: number) =>
    new SrtpSession({
      profile,
      keys: {
        localMasterKey: ends[local]!.key,
        localMasterSalt: ends[local]!.salt,
        remoteMasterKey: ends[remote]!.key,
        remoteMasterSalt: ends[remote]!.salt,
      },
    }) as Session;
  return [session(0, 1), session(1, 0)];
}

describe.each(Object.entries(PROFILES))('imported keys, %s', (_name, profile) => {
  it('protect packets as the bytes of the keys do', () => {
    const [imported, plain] = sessionPair(profile);
    for (const side of [imported.localContext, imported.remoteContext]) importKeys(side);
    expect(Buffer.isBuffer(imported.localContext.cipher.srtpSessionKey)).toBe(false);

    for (let sequenceNumber = 65_530; sequenceNumber < 65_540; sequenceNumber++) {
      const header = () =>
        new RtpHeader({
          sequenceNumber: sequenceNumber & 0xffff,
          timestamp: sequenceNumber * 960,
          ssrc: 7,
          payloadType: 111,
          payloadOffset: 12,
        });
      const payload = randomBytes(200);
      expect(RtpPacket.deSerialize(plain.decrypt(imported.encrypt(payload, header()))).payload.equals(payload)).toBe(true);
      expect(RtpPacket.deSerialize(imported.decrypt(plain.encrypt(payload, header()))).payload.equals(payload)).toBe(true);
    }
  });

  it('still refuse what was changed on the way', () => {
    const [imported, plain] = sessionPair(profile);
    importKeys(imported.remoteContext);
    const packet = plain.encrypt(
      randomBytes(100),
      new RtpHeader({ sequenceNumber: 1, timestamp: 0, ssrc: 7, payloadType: 111, payloadOffset: 12 }),
    );
    packet[40]! ^= 1;
    expect(() => imported.decrypt(packet)).toThrow('authenticate');
  });
});
