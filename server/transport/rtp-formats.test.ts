import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configSchema } from '../core/config-schema.ts';
import { iceServersFor, turnCredentials } from './ice-servers.ts';
import { HearingDecoder, isDtx, opusDuration, SpeechEncoder } from './opus.ts';
import { parseRed } from './red.ts';
import { absSendTime, ntpTimestamp } from './rtp-out.ts';
import { SendHistory, twccResults } from './twcc.ts';
import { Unwrapper } from './wraparound.ts';

describe('RED', () => {
  it('gives its blocks in order of time', () => {
    const payload = Uint8Array.from([0x80 | 111, 0x1e, 0x00, 3, 0x80 | 111, 0x0f, 0x00, 2, 111, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(parseRed(payload)).toEqual([
      { payloadType: 111, timestampOffset: 1_920, payload: Uint8Array.from([1, 2, 3]) },
      { payloadType: 111, timestampOffset: 960, payload: Uint8Array.from([4, 5]) },
      { payloadType: 111, timestampOffset: 0, payload: Uint8Array.from([6, 7, 8]) },
    ]);
  });

  it('survives anything', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (payload) => {
        const total = (parseRed(payload) ?? []).reduce((sum, block) => sum + block.payload.length, 0);
        expect(total).toBeLessThanOrEqual(payload.length);
      }),
    );
  });
});

describe('transport-wide feedback', () => {
  it('is walked through runs and vectors, across the wrap, without the padding', () => {
    const results = twccResults({
      baseSequenceNumber: 65_534,
      packetStatusCount: 7,
      referenceTime: 10,
      packetChunks: [{ runLength: 3, packetStatus: 1 }, { symbolList: [0, 2, 1, 0, 1, 1, 1] }],
      recvDeltas: [{ delta: 1_000 }, { delta: 250 }, { delta: 0 }, { delta: -500 }, { delta: 2_000 }],
    });
    expect(results).toEqual([
      { sequenceNumber: 65_534, arrivedAtMs: 641 },
      { sequenceNumber: 65_535, arrivedAtMs: 641.25 },
      { sequenceNumber: 0, arrivedAtMs: 641.25 },
      { sequenceNumber: 1, arrivedAtMs: undefined },
      { sequenceNumber: 2, arrivedAtMs: 640.75 },
      { sequenceNumber: 3, arrivedAtMs: 642.75 },
      { sequenceNumber: 4, arrivedAtMs: undefined },
    ]);
  });

  it('finds what was sent, counts an arrival once, and forgets what is old', () => {
    const history = new SendHistory(100);
    const numbers = Array.from({ length: 70_000 }, (_, k) => history.add({ sentAtMs: k, bytes: 1 }));
    expect(numbers.slice(65_533, 65_537)).toEqual([65_534, 65_535, 0, 1]);
    const last = numbers.at(-1)!;
    expect(history.take(last, false)).toEqual({ sentAtMs: 69_999, bytes: 1 });
    expect(history.take(last, true)).toEqual({ sentAtMs: 69_999, bytes: 1 });
    expect(history.take(last, true)).toBeUndefined();
    expect(history.take((last - 100) & 0xffff, true)).toBeUndefined();
  });
});

describe('time on the wire', () => {
  it('is exact in NTP format', () => {
    const unixMs = Date.UTC(2024, 0, 1) + 250.5;
    const ntp = ntpTimestamp(unixMs);
    expect(Number(ntp >> 32n)).toBe(Date.UTC(2024, 0, 1) / 1000 + 2_208_988_800);
    expect(Number(ntp & 0xffffffffn) / 2 ** 32).toBeCloseTo(0.2505, 6);
    // Twenty milliseconds are twenty milliseconds across the second.
    for (let k = 0; k < 200; k++) {
      const step = Number(ntpTimestamp(1.7e12 + (k + 1) * 20) - ntpTimestamp(1.7e12 + k * 20)) / 2 ** 32;
      expect(step).toBeCloseTo(0.02, 6);
    }
  });

  it('wraps in the 24 bits of abs-send-time', () => {
    expect(absSendTime(0)).toBe(0);
    expect(absSendTime(1_000)).toBe(2 ** 18);
    expect(absSendTime(64_000)).toBe(0);
  });

  it('goes on over wrap-arounds in either direction', () => {
    fc.assert(
      fc.property(fc.nat(65_535), fc.array(fc.integer({ min: -1_000, max: 30_000 }), { maxLength: 50 }), (start, steps) => {
        const unwrapper = new Unwrapper(16);
        let exact = start;
        expect(unwrapper.unwrap(start)).toBe(start);
        for (const step of steps) {
          exact += step;
          expect(unwrapper.unwrap(((exact % 65_536) + 65_536) % 65_536)).toBe(exact);
        }
      }),
    );
  });
});

describe('Opus', () => {
  const tone = (k: number) =>
    Int16Array.from({ length: 480 }, (_, i) => Math.round(8_000 * Math.sin(((k * 480 + i) * 2 * Math.PI * (200 + k)) / 24_000)));
  const rms = (pcm: Int16Array) => Math.sqrt(pcm.reduce((sum, sample) => sum + sample * sample, 0) / pcm.length);

  it('goes from 24 kHz to 16 kHz, recovers a lost frame from the next, and falls silent', () => {
    const encoder = new SpeechEncoder({ bitrateBps: 32_000, lossPercent: 20 });
    using decoder = new HearingDecoder();
    for (let k = 0; k < 30; k++) {
      const packet = encoder.encode(tone(k));
      expect(opusDuration(packet)).toBe(960);
      if (k === 20) continue;
      if (k === 21) expect(rms(decoder.recover(packet, 320)!)).toBeGreaterThan(4_000);
      const pcm = decoder.decode(packet)!;
      expect(pcm).toHaveLength(320);
      if (k > 2) expect(rms(pcm)).toBeGreaterThan(4_000);
    }
    const silence = Array.from({ length: 60 }, () => encoder.encode(new Int16Array(480)));
    expect(silence.slice(20).filter(isDtx).length).toBeGreaterThan(34);
  });

  it('gives no sound for what is none, whatever it is', () => {
    using decoder = new HearingDecoder();
    expect(decoder.decode(new Uint8Array(0))).toBeUndefined();
    expect(decoder.decode(new Uint8Array(5_000))).toBeUndefined();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1_500 }), (packet) => {
        const pcm = decoder.decode(packet);
        if (pcm) expect(pcm.length * 3).toBe(opusDuration(packet));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('ICE servers', () => {
  const transport = (input: object) => configSchema.parse({ transport: input }).transport;

  it('are none unless configured', () => {
    expect(iceServersFor('call', transport({}))).toEqual([]);
  });

  it('are none that a browser could not use for want of credentials', () => {
    expect(iceServersFor('call', transport({ turnUrls: ['turn:192.0.2.1'] }))).toEqual([]);
  });

  it('carry credentials as coturn checks them', () => {
    // Computed with: printf '1700003600:call' | openssl dgst -sha1 -hmac secret -binary | base64
    expect(turnCredentials('secret', 'call', 3_600, 1_700_000_000.7)).toEqual({
      username: '1700003600:call',
      credential: 'Hf53Eq7yBmzEFBREFSvl/XbZPww=',
    });
    const servers = iceServersFor(
      'call',
      transport({ stunUrls: ['stun:192.0.2.1'], turnUrls: ['turn:192.0.2.1'], turnSecret: 'secret', turnTtlS: 60 }),
    );
    expect(servers).toEqual([
      { urls: ['stun:192.0.2.1'] },
      { urls: ['turn:192.0.2.1'], username: expect.stringMatching(/^\d+:call$/), credential: expect.any(String) },
    ]);
  });
});
