import { describe, expect, test } from 'vitest';
import { NetworkMeter, PlayoutClock, type PlayoutSample, TimestampUnwrapper } from './playout.ts';

describe('playout clock', () => {
  const setUp = () => {
    let nowMs = 1_000;
    let sample: PlayoutSample | undefined;
    const clock = new PlayoutClock(
      () => sample,
      () => nowMs,
    );
    return {
      clock,
      at: (ms: number) => {
        nowMs = ms;
      },
      played: (rtpTimestamp: number, atMs: number) => {
        sample = { rtpTimestamp, atMs };
      },
    };
  };

  test('silent before the first sound', () => {
    expect(setUp().clock.positionMs()).toBeUndefined();
  });

  test('an RTP timestamp is media time at 48 kHz, going on between packets', () => {
    const { clock, at, played } = setUp();
    at(3_000);
    played(96_000, 3_000);
    expect(clock.positionMs()).toBe(2_000);
    at(3_012);
    expect(clock.positionMs()).toBe(2_012);
  });

  test('stops half a second after the packets stop', () => {
    const { clock, at, played } = setUp();
    played(96_000, 3_000);
    at(60_000);
    expect(clock.positionMs()).toBe(2_500);
  });

  test('does not run back when a sample is stamped a little in the future', () => {
    const { clock, at, played } = setUp();
    at(3_000);
    played(96_000, 3_010);
    expect(clock.positionMs()).toBe(2_000);
  });

  test('renumbered timestamps count from the first sound heard', () => {
    const { clock, at, played } = setUp();
    at(1_500);
    played(4_000_000_000, 1_500);
    expect(clock.positionMs()).toBe(0);
    at(1_520);
    played(4_000_000_960, 1_520);
    expect(clock.positionMs()).toBeCloseTo(20, 6);
  });
});

test('timestamps go on beyond 32 bits, and late ones go back', () => {
  const unwrapper = new TimestampUnwrapper();
  expect(unwrapper.unwrap(0xffff_ff00)).toBe(0xffff_ff00);
  expect(unwrapper.unwrap(0x0000_0100)).toBe(0x1_0000_0100);
  expect(unwrapper.unwrap(0xffff_ff80)).toBe(0xffff_ff80);
});

describe('network meter', () => {
  const report = (...stats: Record<string, unknown>[]) => new Map(stats.map((stat, i) => [`${i}`, stat]));
  const audio = (delay: number, emitted: number) => ({
    type: 'inbound-rtp',
    kind: 'audio',
    jitterBufferDelay: delay,
    jitterBufferEmittedCount: emitted,
    packetsLost: 10,
    packetsReceived: 90,
  });

  test('jitter buffer delay is the mean since the last look', () => {
    const meter = new NetworkMeter();
    expect(meter.read(report(audio(480, 9_600))).jitterBufferMs).toBeCloseTo(50);
    expect(meter.read(report(audio(480 + 96, 9_600 + 4_800))).jitterBufferMs).toBeCloseTo(20);
    expect(meter.read(report(audio(576, 14_400))).jitterBufferMs).toBeUndefined();
  });

  test('round trip of the nominated pair, loss as a share', () => {
    const pair = (nominated: boolean, s: number) => ({ type: 'candidate-pair', state: 'succeeded', nominated, currentRoundTripTime: s });
    const sample = new NetworkMeter().read(report(pair(false, 0.5), pair(true, 0.03), audio(0, 0)));
    expect(sample.roundTripMs).toBeCloseTo(30);
    expect(sample.lossShare).toBeCloseTo(0.1);
  });

  test('knows nothing before anything came', () => {
    const sample = new NetworkMeter().read(report());
    expect(Object.values(sample).every((value) => value === undefined)).toBe(true);
  });

  test('packets that came twice are no negative loss', () => {
    const sample = new NetworkMeter().read(report({ ...audio(0, 0), packetsLost: -3, packetsReceived: 50 }));
    expect(sample.lossShare).toBe(0);
  });
});
