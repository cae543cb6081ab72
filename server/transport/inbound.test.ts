import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { type Clock, VirtualClock } from '../core/clock.ts';
import { Inbound, type InboundPacket } from './inbound.ts';
import { isDtx, SpeechEncoder } from './opus.ts';
import { Ticker } from './ticker.ts';

const OPUS = 111;
const RED = 63;
const SSRC = 0x1234;

interface Source {
  /** Packets of 20 ms each; `undefined` where the sender was silent on purpose. */
  readonly packets: (InboundPacket | undefined)[];
}

/** A visitor that speaks a tone while `speaks(k)`; sequence numbers and timestamps start where told. */
function source(
  frames: number,
  options: { speaks?: (k: number) => boolean; sequence?: number; timestamp?: number; ssrc?: number } = {},
): Source {
  const { speaks = () => true, sequence = 100, timestamp = 5_000, ssrc = SSRC } = options;
  const encoder = new SpeechEncoder({ bitrateBps: 40_000, lossPercent: 20 });
  let sent = 0;
  let told = false;
  const packets = Array.from({ length: frames }, (_, k) => {
    const pcm = Int16Array.from({ length: 480 }, (_sample, i) => (speaks(k) ? voice((k * 480 + i) / 24_000) : 0));
    const payload = encoder.encode(pcm);
    const silent = isDtx(payload);
    if (silent && told) return undefined;
    told = silent;
    return { payloadType: OPUS, sequenceNumber: (sequence + sent++) & 0xffff, timestamp: (timestamp + k * 960) % 2 ** 32, ssrc, payload };
  });
  return { packets };
}

/** Harmonics with a moving pitch and syllables, always loud: the codec takes a steady tone for background noise. */
function voice(t: number): number {
  const phase = 2 * Math.PI * (150 * t - 8 * Math.cos(2 * Math.PI * 1.3 * t));
  const syllables = 1 + 0.4 * Math.sin(2 * Math.PI * 4 * t);
  let sum = 0;
  for (let k = 1; k <= 8; k++) sum += Math.sin(k * phase + k) / k;
  return Math.round(5_000 * syllables * sum);
}

/** The packet with the one before it inside (RFC 2198, one redundant block). */
function withRedundancy(packet: InboundPacket, before: InboundPacket | undefined): InboundPacket {
  const offset = before ? packet.timestamp - before.timestamp : 0;
  const header = before
    ? [0x80 | OPUS, offset >> 6, ((offset & 0x3f) << 2) | (before.payload.length >> 8), before.payload.length & 0xff, OPUS]
    : [OPUS];
  return { ...packet, payloadType: RED, payload: Uint8Array.from([...header, ...(before?.payload ?? []), ...packet.payload]) };
}

const open: Inbound[] = [];
afterEach(() => {
  for (const inbound of open.splice(0)) inbound[Symbol.dispose]();
});

function listen(
  clock: Clock,
  waits: { reorderMs?: number; patienceMs?: number; maxDepthMs?: number } = {},
): { inbound: Inbound; frames: Int16Array[] } {
  const frames: Int16Array[] = [];
  const inbound = new Inbound({
    opusPayloadType: OPUS,
    redPayloadType: RED,
    reorderMs: 40,
    patienceMs: 800,
    maxDepthMs: 240,
    ...waits,
    clock,
    onFrame: (pcm) => frames.push(pcm),
  });
  open.push(inbound);
  inbound.start();
  return { inbound, frames };
}

/** Delivers packet k at `20 k + delayMs(k)`, or never; returns what was heard until a second after the last. */
function deliver(packets: readonly (InboundPacket | undefined)[], delayMs: (k: number) => number | undefined, waits = {}) {
  const clock = new VirtualClock();
  const { inbound, frames } = listen(clock, waits);
  for (const [k, packet] of packets.entries()) {
    const delay = packet && delayMs(k);
    if (packet && delay !== undefined) clock.at(20 * k + delay, () => inbound.receive(packet));
  }
  clock.advanceTo(20 * packets.length + 1_000);
  return { frames, stats: inbound.stats(), concealedShare: inbound.concealedShare, ticks: Math.floor(clock.nowMs() / 20) };
}

const rms = (pcm: Int16Array) => Math.sqrt(pcm.reduce((sum, sample) => sum + sample * sample, 0) / pcm.length);
const loud = (frames: readonly Int16Array[]) => frames.filter((frame) => rms(frame) > 2_000).length;
/** Pseudo-random, but the same each time. */
const noise = (k: number, salt = 1) => {
  const x = Math.sin(k * 12.9898 + salt * 78.233) * 43_758.5453;
  return x - Math.floor(x);
};

describe('Inbound', () => {
  it('gives exactly one frame per tick, from the start, for ten minutes', () => {
    const clock = new VirtualClock();
    const { frames } = listen(clock);
    clock.advanceTo(600_000);
    expect(frames).toHaveLength(30_000);
    expect(frames.every((frame) => frame.length === 320)).toBe(true);
  });

  it('plays a clean stream completely, and at once', () => {
    const { frames, stats, ticks } = deliver(source(200).packets, () => 0);
    expect(frames).toHaveLength(ticks);
    expect(stats).toMatchObject({ received: 200, played: 200, recovered: 0, late: 0 });
    expect(frames.findIndex((frame) => rms(frame) > 500)).toBeLessThanOrEqual(1);
  });

  it('puts packets into order', () => {
    // Each odd packet overtakes the one before.
    const { stats } = deliver(source(200).packets, (k) => (k % 2 === 0 ? 25 : 0));
    expect(stats).toMatchObject({ played: 200, concealed: 5, late: 0 });
  });

  it('waits for sound that is late, and loses none of it', () => {
    // Packets are held back for up to 500 ms, and none overtakes another.
    let arrivalMs = 0;
    const held = (k: number) => (arrivalMs = Math.max(arrivalMs, 20 * k + (k % 50 === 7 ? 500 : 60) * noise(k))) - 20 * k;
    const { packets } = source(1_000);
    const { frames, stats } = deliver(packets, held);
    expect(stats).toMatchObject({ played: 1_000, recovered: 0, late: 0 });
    // The same as without any delay, and in the same place.
    expect(frames).toEqual(deliver(packets, () => 0).frames);
  });

  it('holds nothing back when a late packet has come', () => {
    const { packets } = source(100);
    const clock = new VirtualClock();
    const { inbound, frames } = listen(clock);
    for (const [k, packet] of packets.entries()) clock.at(Math.max(20 * k, k >= 40 && k < 60 ? 1_200 : 0), () => inbound.receive(packet!));
    clock.advanceTo(1_190);
    expect(frames.length).toBeLessThanOrEqual(41);
    clock.advanceTo(1_220);
    expect(loud(frames)).toBeGreaterThanOrEqual(60);
  });

  it('is on time again after a source that stood still itself, when there were quiet moments', () => {
    // Its timestamps go on as if no time had gone by: 300 ms of the visitor's time are missing for good.
    const encoder = new SpeechEncoder({ bitrateBps: 32_000 });
    const clock = new VirtualClock();
    const { inbound, frames } = listen(clock);
    for (let k = 0; k < 700; k++) {
      const level = k % 40 < 30 ? 1 : 0.002;
      const pcm = Int16Array.from({ length: 480 }, (_, i) => level * voice((k * 480 + i) / 24_000));
      const packet = { payloadType: OPUS, sequenceNumber: k, timestamp: k * 960, ssrc: SSRC, payload: encoder.encode(pcm) };
      clock.at(20 * k + (k >= 100 ? 300 : 0), () => inbound.receive(packet));
    }
    clock.advanceTo(3_000);
    expect(frames.length).toBeLessThanOrEqual(150 - 14);
    // Each makes up for a little of it: much at once would sound like the end of a turn.
    clock.advanceTo(8_200);
    expect(frames.length).toBeLessThanOrEqual(410 - 8);
    clock.advanceTo(14_200);
    expect(frames.length).toBeGreaterThanOrEqual(708);
    expect(inbound.stats()).toMatchObject({ concealed: 0, late: 0, played: 696 });
  });

  it.each([300, 700, 900])('goes on hearing a source that stood still for %i ms', (stallMs) => {
    const { packets } = source(300);
    const { frames, stats } = deliver(packets, (k) => (k >= 100 ? stallMs : 0));
    expect(stats.played).toBeGreaterThanOrEqual(295);
    expect(loud(frames)).toBeGreaterThanOrEqual(290);
  });

  it('hardly makes anything up while packets overtake each other by up to 100 ms', () => {
    const { stats, concealedShare } = deliver(source(1_000).packets, (k) => 100 * noise(k));
    expect(stats.played).toBeGreaterThan(970);
    expect(stats.late).toBeLessThan(30);
    expect(concealedShare).toBeLessThan(0.02);
  });

  it('shortens its delay again in a quiet moment', () => {
    const speaks = (k: number) => k < 100 || (k > 400 && k < 500);
    const packets = source(600, { speaks }).packets;
    const clock = new VirtualClock();
    const { inbound, frames } = listen(clock);
    const delay = (k: number) => (k > 20 && k < 60 ? 120 * noise(k) : 0);
    for (const [k, packet] of packets.entries()) if (packet) clock.at(20 * k + delay(k), () => inbound.receive(packet));
    const onset = (from: number) => frames.slice(from).findIndex((frame) => rms(frame) > 2_000) + from;
    clock.advanceTo(13_000);
    // Packet 401 is heard about 40 ms after it came, as at the beginning.
    expect(onset(300) - 401).toBeLessThanOrEqual(4);
    expect(loud(frames.slice(300))).toBeGreaterThanOrEqual(98);
  });

  it('shortens its delay where every wake-up is a little late, as with real timers', () => {
    // The beginning of what is said comes 120 ms late, all else in time; ticks lie between those of the shared ticker.
    const packets = source(900, { speaks: (k) => k % 100 < 50 }).packets;
    const clock = new VirtualClock();
    clock.advanceTo(3.3);
    const { inbound, frames } = listen(new Ticker(clock, 5));
    for (const [k, packet] of packets.entries())
      if (packet) clock.at(20 * k + (k >= 100 && k < 106 ? 20 * (106 - k) : 0), () => inbound.receive(packet));
    const onset = (from: number) => frames.slice(from).findIndex((frame) => rms(frame) > 2_000) + from;
    clock.advanceTo(18_000);
    expect(onset(99)).toBeGreaterThanOrEqual(105);
    expect(onset(470) - 500).toBeLessThanOrEqual(3);
    expect(inbound.stats().late).toBe(0);
  });

  it('keeps up where the process is woken seldom, and loses nothing', () => {
    const { packets } = source(300, { speaks: (k) => k % 100 < 60 });
    const sent = packets.filter((packet) => packet).length;
    const clock = new VirtualClock();
    const nextWakeUpMs = (atMs: number) => 70 * (1 + Math.floor(Math.max(atMs, clock.nowMs()) / 70));
    const { inbound, frames } = listen({ nowMs: () => clock.nowMs(), at: (atMs, fn) => clock.at(nextWakeUpMs(atMs), fn) });
    for (const [k, packet] of packets.entries()) if (packet) clock.at(20 * k, () => inbound.receive(packet));
    clock.advanceTo(6_140);
    expect(inbound.stats()).toMatchObject({ played: sent, concealed: 0, late: 0 });
    // Nothing is owed for longer than two wake-ups take.
    expect(frames.length).toBeGreaterThanOrEqual(300);
  });

  it.each([300, 500, 950])('hears a source again that stood still for %i ms while it was silent', (stoodStillMs) => {
    // Its timestamps go on as if no time had gone by, as where another microphone is chosen.
    const packets = source(400, { speaks: (k) => k < 50 || k >= 100 }).packets;
    const { frames } = deliver(packets, (k) => (k >= 90 ? stoodStillMs : 0));
    expect(loud(frames.slice(100 + stoodStillMs / 20))).toBeGreaterThan(280);
  });

  it('takes a lost packet of 60 ms from the FEC in the next one, too', () => {
    const encoder = new SpeechEncoder({ bitrateBps: 40_000, lossPercent: 20 });
    const clock = new VirtualClock();
    const { inbound, frames } = listen(clock);
    for (let k = 0; k < 100; k++) {
      const payload = encoder.encode(Int16Array.from({ length: 1_440 }, (_, i) => voice((k * 1_440 + i) / 24_000)));
      const packet = { payloadType: OPUS, sequenceNumber: k, timestamp: k * 2_880, ssrc: SSRC, payload };
      if (k % 10 !== 5) clock.at(60 * (k + 1), () => inbound.receive(packet));
    }
    clock.advanceTo(7_000);
    expect(inbound.stats()).toMatchObject({ played: 90, recovered: 10, late: 0 });
    // Without, there would be 264.
    expect(loud(frames)).toBeGreaterThanOrEqual(280);
  });

  it('takes a lost packet from the FEC in the next one', () => {
    const { frames, stats } = deliver(source(200).packets, (k) => (k % 10 === 5 ? undefined : 0));
    expect(stats).toMatchObject({ played: 180, recovered: 20, late: 0 });
    // Without, there would be 180.
    expect(loud(frames)).toBeGreaterThanOrEqual(192);
  });

  it('takes it from RED when there is some, even two of three', () => {
    const { packets } = source(300);
    const red = packets.map((packet, k) => packet && withRedundancy(packet, packets[k - 1]));
    const single = deliver(red, (k) => (k % 3 === 1 ? undefined : 0));
    expect(single.stats.recovered).toBe(100);
    expect(single.concealedShare).toBeLessThan(0.03);
    const plain = deliver(packets, (k) => (k % 3 === 1 || k % 3 === 2 ? undefined : 0));
    const double = deliver(red, (k) => (k % 3 === 1 || k % 3 === 2 ? undefined : 0));
    expect(plain.concealedShare).toBeGreaterThan(0.3);
    // One of the two from the redundant block, the other from the FEC in that block.
    expect(double.concealedShare).toBeLessThan(0.05);
  });

  it('conceals at most a few per cent of 20 % random loss with 100 ms of jitter', () => {
    const { packets } = source(1_000);
    const red = packets.map((packet, k) => packet && withRedundancy(packet, packets[k - 1]));
    const { concealedShare, stats } = deliver(red, (k) => (noise(k, 7) < 0.2 ? undefined : 100 * noise(k, 3)));
    expect(stats.recovered).toBeGreaterThan(100);
    expect(concealedShare).toBeLessThan(0.06);
  });

  it('knows silence on purpose from loss', () => {
    const speaks = (k: number) => k % 100 < 50;
    const { packets } = source(400, { speaks });
    expect(packets.filter((packet) => !packet).length).toBeGreaterThan(80);
    const { frames, stats, ticks } = deliver(packets, () => 0);
    expect(frames).toHaveLength(ticks);
    expect(stats.concealed).toBeLessThan(10);
    expect(loud(frames)).toBeGreaterThanOrEqual(195);
    expect(loud(frames)).toBeLessThanOrEqual(205);
  });

  it('turns a stream that stops into silence, and takes it up again', () => {
    const { packets } = source(400);
    const { frames } = deliver(packets, (k) => (k >= 100 && k < 300 ? undefined : 0));
    expect(loud(frames.slice(115, 295))).toBe(0);
    expect(loud(frames.slice(305, 400))).toBeGreaterThanOrEqual(90);
  });

  it('does not stay behind after an outage whose packets all arrive at its end', () => {
    const { packets } = source(400);
    // Two seconds of packets arrive together; those after them are on time.
    const { frames, stats } = deliver(packets, (k) => (k >= 100 && k < 200 ? (200 - k) * 20 : 0));
    expect(stats.late).toBeGreaterThan(50);
    // 400 ms after the last packet, not more than the least depth and the end of the concealment are behind.
    expect(loud(frames.slice(-13))).toBe(0);
    expect(loud(frames.slice(207, 400))).toBeGreaterThan(185);
  });

  it('takes a new source, another payload type, and one that counts anew', () => {
    const clock = new VirtualClock();
    const { inbound, frames } = listen(clock);
    const streams = [
      source(50),
      source(50, { ssrc: 9, sequence: 60_000, timestamp: 4_000_000_000 }),
      source(50, { ssrc: 9, sequence: 5, timestamp: 77 }),
    ];
    const red = streams[1]!.packets.map((packet, k, all) => packet && withRedundancy(packet, all[k - 1]));
    for (const [k, packet] of [...streams[0]!.packets, ...red, ...streams[2]!.packets].entries()) {
      if (packet) clock.at(k * 20, () => inbound.receive(packet));
    }
    clock.at(1_000, () => inbound.receive({ ...streams[0]!.packets[0]!, payloadType: 0 }));
    clock.advanceTo(3_400);
    expect(loud(frames)).toBeGreaterThan(125);
  });

  it('is not moved by garbage', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            payload: fc.uint8Array({ maxLength: 1_400 }),
            sequence: fc.nat(65_535),
            timestamp: fc.nat(2 ** 32 - 1),
            red: fc.boolean(),
          }),
          { maxLength: 60 },
        ),
        (packets) => {
          const clock = new VirtualClock();
          const { frames, inbound } = listen(clock);
          for (const [k, { payload, sequence, timestamp, red }] of packets.entries()) {
            clock.at(k * 10, () =>
              inbound.receive({ payload, sequenceNumber: sequence, timestamp, ssrc: SSRC, payloadType: red ? RED : OPUS }),
            );
          }
          clock.advanceTo(2_000);
          expect(frames).toHaveLength(100);
          expect(frames.every((frame) => frame.length === 320)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('does not care where its numbers wrap around', () => {
    const losses = (k: number) => (noise(k, 5) < 0.1 ? undefined : 60 * noise(k, 9));
    const hear = (sequence: number, timestamp: number) => {
      const { frames, stats } = deliver(source(120, { sequence, timestamp }).packets, losses);
      return { stats, sound: frames.map((frame) => frame.join()).join('|') };
    };
    const plain = hear(100, 5_000);
    fc.assert(
      fc.property(
        fc.integer({ min: 65_400, max: 65_535 }),
        fc.integer({ min: 2 ** 32 - 120 * 960, max: 2 ** 32 - 1 }),
        (sequence, timestamp) => {
          expect(hear(sequence, timestamp)).toEqual(plain);
        },
      ),
      { numRuns: 12 },
    );
  });

  it('reads what came during a stall before it makes anything up', () => {
    const clock = new VirtualClock();
    const { inbound, frames } = listen(clock);
    const { packets } = source(200);
    for (const [k, packet] of packets.entries()) {
      // From 1,000 to 1,400 ms the process stands still: timers first, then all packets at once.
      const dueMs = 20 * k;
      clock.at(dueMs >= 1_000 && dueMs < 1_400 ? 1_400.5 : dueMs, () => inbound.receive(packet!));
    }
    clock.advanceTo(5_000);
    expect(frames).toHaveLength(250);
    expect(inbound.stats().late).toBeLessThan(20);
  });
});
