import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../core/clock.ts';
import { Emitter } from '../core/events.ts';
import type { MediaTime } from '../core/media-time.ts';
import type { EncodedFrame } from '../core/video.ts';
import type { TransportEvents } from './contract.ts';
import { createPacer, type FrameSource } from './pacer.ts';

interface SentAudio {
  readonly pcm: Int16Array | undefined;
  readonly mediaTime: MediaTime;
  readonly deadlineMs: number;
  readonly atMs: number;
}

/** Records what leaves, and when. */
class Wire extends Emitter<TransportEvents> {
  readonly video = 'vp8';
  readonly audio: SentAudio[] = [];
  readonly pictures: { mediaTime: MediaTime; deadlineMs: number; atMs: number }[] = [];
  readonly #clock: VirtualClock;
  isConnected = true;
  isNarrow = false;

  constructor(clock: VirtualClock) {
    super();
    this.#clock = clock;
  }

  sendAudio(pcm: Int16Array | undefined, mediaTime: MediaTime, deadlineMs: number): void {
    this.audio.push({ pcm: pcm && Int16Array.from(pcm), mediaTime, deadlineMs, atMs: this.#clock.nowMs() });
  }

  sendVideo({ mediaTime }: EncodedFrame, deadlineMs: number): void {
    this.pictures.push({ mediaTime, deadlineMs, atMs: this.#clock.nowMs() });
  }
}

const constant = (ms: number, value = 1_000) => new Int16Array(24 * ms).fill(value);
const heard = (wire: Wire) => wire.audio.flatMap(({ pcm }) => [...(pcm ?? new Int16Array(480))]);

/** A face whose pictures take `encodeMs` each. */
function face(clock: VirtualClock, encodeMs: number): FrameSource & { asked: { time: MediaTime; atMs: number }[] } {
  const asked: { time: MediaTime; atMs: number }[] = [];
  return {
    asked,
    framesPerS: 25,
    leadMs: 30,
    frameAt: () => new Float32Array(1),
    render: (_parameters, time) => {
      asked.push({ time, atMs: clock.nowMs() });
      const frame = { data: new Uint8Array(1), keyFrame: false, mediaTime: time };
      return new Promise((resolve) => clock.at(clock.nowMs() + encodeMs, () => resolve(frame)));
    },
  };
}

/** Advances in small steps, so that promises get their turn in between. */
async function run(clock: VirtualClock, untilMs: number, stepMs = 5): Promise<void> {
  while (clock.nowMs() < untilMs) {
    clock.advanceTo(Math.min(untilMs, clock.nowMs() + stepMs));
    for (let i = 0; i < 4; i++) await Promise.resolve();
  }
}

describe('sound', () => {
  it('leaves every 20 ms for an hour without drifting', async () => {
    const clock = new VirtualClock();
    const wire = new Wire(clock);
    const pacer = createPacer({ transport: wire, clock });
    clock.advanceTo(3_600_000);
    expect(wire.audio).toHaveLength(180_001);
    const last = wire.audio.at(-1)!;
    expect(last).toMatchObject({ mediaTime: 3_600 * 48_000, deadlineMs: 3_600_000, atMs: 3_600_000, pcm: undefined });
    for (const [k, { mediaTime, atMs }] of wire.audio.entries()) {
      if (mediaTime !== k * 960 || atMs !== k * 20) throw new Error(`packet ${k} left at ${atMs} with ${mediaTime}`);
    }
    await pacer.close();
    expect(clock.pendingAlarms).toBe(0);
  });

  it('starts at the very next packet, to the sample, and says so', () => {
    const clock = new VirtualClock();
    const wire = new Wire(clock);
    const pacer = createPacer({ transport: wire, clock });
    const events: unknown[] = [];
    pacer.on('started', (turnId, at) => events.push(['started', turnId, at, clock.nowMs()]));
    pacer.on('drained', (turnId, at) => events.push(['drained', turnId, at, clock.nowMs()]));
    clock.advanceTo(105);
    const { startsAt, endsAt } = pacer.speak('a', constant(50));
    expect([startsAt, endsAt]).toEqual([120 * 48, 170 * 48]);
    expect(pacer.queuedMs('a')).toBe(50);
    expect(pacer.speak('a', constant(30, 2_000))).toEqual({ startsAt: 170 * 48, endsAt: 200 * 48 });
    clock.advanceTo(300);
    const samples = heard(wire);
    expect(samples.slice(0, 120 * 24).every((sample) => sample === 0)).toBe(true);
    expect(samples.slice(120 * 24, 170 * 24).every((sample) => sample === 1_000)).toBe(true);
    expect(samples.slice(170 * 24, 200 * 24).every((sample) => sample === 2_000)).toBe(true);
    expect(samples.slice(200 * 24).every((sample) => sample === 0)).toBe(true);
    expect(events).toEqual([
      ['started', 'a', 120 * 48, 120],
      ['drained', 'a', 200 * 48, 180],
    ]);
    expect(pacer.queuedMs('a')).toBe(0);
  });

  it('never lets two turns speak at once', () => {
    const clock = new VirtualClock();
    const wire = new Wire(clock);
    const pacer = createPacer({ transport: wire, clock });
    pacer.speak('filler', constant(100));
    expect(pacer.speak('answer', constant(100)).startsAt).toBe(100 * 48);
    clock.advanceTo(300);
    expect(Math.max(...heard(wire))).toBe(1_000);
  });

  it('is gone within one tick after a cancel, without a click', () => {
    const clock = new VirtualClock();
    const wire = new Wire(clock);
    const pacer = createPacer({ transport: wire, clock });
    pacer.speak('a', constant(1_000));
    clock.advanceTo(110);
    const { stoppedAt, sentMs } = pacer.cancel('a');
    expect(stoppedAt).toBe(120 * 48);
    expect(sentMs).toBe(120);
    expect(pacer.queuedMs('a')).toBe(0);
    clock.advanceTo(200);
    const samples = heard(wire);
    expect(samples[120 * 24 - 1]).toBe(1_000);
    // 5 ms of fade, then nothing.
    expect(samples.slice(125 * 24).every((sample) => sample === 0)).toBe(true);
    const steps = samples.slice(120 * 24 - 1).map((sample, i, all) => Math.abs(sample - (all[i + 1] ?? 0)));
    expect(Math.max(...steps)).toBeLessThan(20);
    expect(wire.audio.at(-1)!.pcm).toBeUndefined();
  });

  it('drops what has not begun without a sound', () => {
    const clock = new VirtualClock();
    const wire = new Wire(clock);
    const pacer = createPacer({ transport: wire, clock });
    clock.advanceTo(10);
    pacer.speak('a', constant(100));
    expect(pacer.cancel('a').sentMs).toBe(0);
    clock.advanceTo(200);
    expect(heard(wire).every((sample) => sample === 0)).toBe(true);
  });

  it('goes on after a pause where it stopped', () => {
    const clock = new VirtualClock();
    const wire = new Wire(clock);
    const pacer = createPacer({ transport: wire, clock });
    const ramp = Int16Array.from({ length: 24 * 400 }, (_, i) => i);
    pacer.speak('a', ramp);
    clock.advanceTo(90);
    expect(pacer.pause('a')).toEqual({ stoppedAt: 100 * 48, sentMs: 100 });
    expect(pacer.queuedMs('a')).toBe(300);
    expect(pacer.speak('a', constant(20)).startsAt).toBe(400 * 48);
    clock.advanceTo(500);
    expect(pacer.resume('a')).toEqual({ startsAt: 520 * 48 });
    clock.advanceTo(1_000);
    const samples = heard(wire);
    expect(samples.slice(105 * 24, 520 * 24).every((sample) => sample === 0)).toBe(true);
    // Faded in over 5 ms, then exactly what was held back, then what was added meanwhile.
    expect(samples[520 * 24]).toBe(0);
    expect(samples.slice(525 * 24, 820 * 24)).toEqual([...ramp.subarray(105 * 24)]);
    expect(samples[820 * 24]).toBe(1_000);
    expect(samples[840 * 24]).toBe(0);
  });

  it('ducks and comes back smoothly', () => {
    const clock = new VirtualClock();
    const wire = new Wire(clock);
    const pacer = createPacer({ transport: wire, clock });
    pacer.speak('a', constant(1_000, 10_000));
    clock.advanceTo(100);
    pacer.duck(-12);
    clock.advanceTo(400);
    pacer.duck(0);
    clock.advanceTo(600);
    const samples = heard(wire);
    expect(samples[110 * 24]).toBe(10_000);
    expect(samples[160 * 24]).toBe(Math.round(10_000 * 10 ** (-12 / 20)));
    expect(samples[460 * 24]).toBe(10_000);
    const steps = samples.slice(0, 590 * 24).map((sample, i, all) => Math.abs(sample - (all[i + 1] ?? sample)));
    expect(Math.max(...steps)).toBeLessThan(50);
  });

  it('catches up after a stall in small bursts, leaving silence out first', () => {
    const clock = new VirtualClock();
    const wire = new Wire(clock);
    const stalled = new Stallable(clock);
    const pacer = createPacer({ transport: wire, clock: stalled });
    clock.advanceTo(100);
    pacer.speak('a', constant(400));
    clock.advanceTo(140);
    const before = wire.audio.length;
    stalled.stallUntil(300);
    clock.advanceTo(700);
    const after = wire.audio.slice(before);
    // Speech is complete and in order.
    expect(after.map(({ mediaTime }) => mediaTime)).toEqual(after.map((_, i) => after[0]!.mediaTime + i * 960));
    expect(heard(wire).filter((sample) => sample !== 0)).toHaveLength(400 * 24);
    const bursts = Map.groupBy(after, ({ atMs }) => atMs);
    expect(Math.max(...[...bursts.values()].map((burst) => burst.length))).toBe(3);
    // Silence is not made up for.
    const quiet = wire.audio.length;
    stalled.stallUntil(1_000);
    clock.advanceTo(1_000);
    expect(wire.audio.length - quiet).toBe(3);
    expect(wire.audio.at(-1)!.mediaTime).toBe(1_000 * 48);
    // Nothing new begins in the past.
    expect(pacer.earliestStart()).toBe(1_020 * 48);
  });
});

describe('sound on a narrow link', () => {
  const ramp = (ms: number) => Int16Array.from({ length: 24 * ms }, (_, i) => i + 1);

  function narrow() {
    const clock = new VirtualClock();
    const wire = new Wire(clock);
    wire.isNarrow = true;
    return { clock, wire, pacer: createPacer({ transport: wire, clock }) };
  }
  const lengths = (wire: Wire) => wire.audio.flatMap(({ pcm }) => (pcm ? [pcm.length / 24] : []));

  it('leaves in frames of 60 ms, each when its beginning is due, and begins no later', () => {
    const { clock, wire, pacer } = narrow();
    clock.advanceTo(105);
    expect(pacer.speak('a', ramp(250)).startsAt).toBe(120 * 48);
    clock.advanceTo(600);
    expect(lengths(wire)).toEqual([60, 60, 60, 60, 20]);
    for (const { mediaTime, deadlineMs, atMs } of wire.audio) expect([deadlineMs, atMs]).toEqual([mediaTime / 48, mediaTime / 48]);
    expect(wire.audio.flatMap(({ pcm, mediaTime }) => (pcm ? [mediaTime / 48] : []))).toEqual([120, 180, 240, 300, 360]);
    expect(heard(wire).slice(120 * 24, 370 * 24)).toEqual([...ramp(250)]);
    // Silence goes by 20 ms, so that whatever comes next can begin at once.
    clock.advanceTo(1_005);
    expect(pacer.earliestStart()).toBe(1_020 * 48);
  });

  it('never sends silence for sound that may still come', () => {
    const { clock, wire, pacer } = narrow();
    pacer.speak('a', ramp(70));
    clock.advanceTo(65);
    expect(lengths(wire)).toEqual([60, 20]);
    expect(pacer.speak('a', ramp(60)).startsAt).toBe(80 * 48);
    clock.advanceTo(200);
    expect(lengths(wire)).toEqual([60, 20, 60]);
  });

  it('is gone within one frame after a cancel, without a click', () => {
    const { clock, wire, pacer } = narrow();
    pacer.speak('a', constant(1_000));
    clock.advanceTo(130);
    expect(pacer.cancel('a')).toEqual({ stoppedAt: 180 * 48, sentMs: 180 });
    clock.advanceTo(400);
    const samples = heard(wire);
    expect(samples[180 * 24 - 1]).toBe(1_000);
    expect(samples.slice(185 * 24).every((sample) => sample === 0)).toBe(true);
    const steps = samples.slice(180 * 24 - 1).map((sample, i, all) => Math.abs(sample - (all[i + 1] ?? 0)));
    expect(Math.max(...steps)).toBeLessThan(20);
  });

  it('may begin and end in mid-word: not a sample is lost, none comes twice', () => {
    const { clock, wire, pacer } = narrow();
    wire.isNarrow = false;
    pacer.speak('a', ramp(1_000));
    for (let ms = 70; ms <= 1_100; ms += 130) {
      clock.advanceTo(ms);
      wire.isNarrow = !wire.isNarrow;
    }
    expect(new Set(lengths(wire))).toEqual(new Set([20, 60]));
    expect(heard(wire).slice(0, 24_000)).toEqual([...ramp(1_000)]);
    let next = 0;
    for (const { mediaTime, pcm } of wire.audio) {
      expect(mediaTime).toBe(next);
      next += pcm ? pcm.length * 2 : 960;
    }
  });

  it('catches up after a stall', () => {
    const clock = new VirtualClock();
    const wire = new Wire(clock);
    wire.isNarrow = true;
    const stalled = new Stallable(clock);
    const pacer = createPacer({ transport: wire, clock: stalled });
    pacer.speak('a', ramp(900));
    clock.advanceTo(100);
    stalled.stallUntil(400);
    clock.advanceTo(900);
    expect(heard(wire).slice(0, 900 * 24)).toEqual([...ramp(900)]);
    expect(wire.audio.at(-1)!.atMs).toBeLessThanOrEqual(900);
    const bursts = Map.groupBy(wire.audio, ({ atMs }) => atMs);
    expect(Math.max(...[...bursts.values()].map((burst) => burst.length))).toBe(3);
  });
});

/** A clock whose alarms come late, as they do when the event loop is held up. */
class Stallable {
  readonly #clock: VirtualClock;
  #untilMs = 0;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  stallUntil(ms: number): void {
    this.#untilMs = ms;
  }

  nowMs(): number {
    return this.#clock.nowMs();
  }

  at(atMs: number, fn: () => void): Disposable {
    return this.#clock.at(atMs, () => {
      if (this.#clock.nowMs() < this.#untilMs) this.#clock.at(this.#untilMs, fn);
      else fn();
    });
  }
}

describe('pictures', () => {
  it('leave at their deadline, on the axis of the sound', async () => {
    const clock = new VirtualClock();
    const wire = new Wire(clock);
    const frames = face(clock, 12);
    const pacer = createPacer({ transport: wire, frames, clock });
    await run(clock, 10_000);
    await pacer.close();
    expect(wire.pictures.length).toBeGreaterThanOrEqual(249);
    for (const { mediaTime, deadlineMs, atMs } of wire.pictures) {
      expect(mediaTime % 1_920).toBe(0);
      expect(deadlineMs).toBe(mediaTime / 48);
      // The very first may be late, since the call had only begun.
      if (mediaTime > 1_920) expect(atMs).toBe(deadlineMs);
      const sound = wire.audio.find((packet) => packet.mediaTime === mediaTime)!;
      expect(sound.deadlineMs).toBe(deadlineMs);
    }
    for (const { time, atMs } of frames.asked.slice(1)) expect(time / 48 - atMs).toBe(30);
    expect(clock.pendingAlarms).toBe(0);
  });

  it('do not drift in an hour at a rate that does not divide evenly', async () => {
    const clock = new VirtualClock();
    const wire = new Wire(clock);
    const frames: FrameSource = {
      framesPerS: 7,
      leadMs: 30,
      frameAt: () => new Float32Array(1),
      render: (_parameters, time) => Promise.resolve({ data: new Uint8Array(1), keyFrame: false, mediaTime: time }),
    };
    const pacer = createPacer({ transport: wire, frames, clock });
    await run(clock, 3_600_000, 70);
    await pacer.close();
    const last = wire.pictures.at(-1)!;
    expect(wire.pictures.length).toBeGreaterThanOrEqual(3_600 * 7 - 1);
    expect((last.mediaTime * 7) / 48_000).toBeCloseTo(Math.round((last.mediaTime * 7) / 48_000), 3);
  });

  it('that cannot be made cost neither the sound nor the frames after them', async () => {
    const clock = new VirtualClock();
    const wire = new Wire(clock);
    const frames = face(clock, 5);
    const { frameAt } = frames;
    let asked = 0;
    const broken: FrameSource = {
      ...frames,
      frameAt: (time) => {
        asked++;
        if (asked === 3 || asked === 4) throw new Error('no such morph');
        return frameAt(time);
      },
    };
    const pacer = createPacer({ transport: wire, frames: broken, clock });
    const failures: unknown[] = [];
    pacer.on('frameFailed', (error) => failures.push(error));
    await run(clock, 1_000);
    await pacer.close();
    expect(failures).toEqual([new Error('no such morph')]);
    expect(wire.audio).toHaveLength(51);
    expect(wire.pictures.length).toBe(asked - 2);
  });

  it('are left out, not queued, when the encoder is slow; sound does not wait', async () => {
    const clock = new VirtualClock();
    const wire = new Wire(clock);
    const frames = face(clock, 130);
    const pacer = createPacer({ transport: wire, frames, clock });
    await run(clock, 5_000);
    await pacer.close();
    expect(wire.audio).toHaveLength(251);
    expect(frames.asked.length).toBeLessThan(85);
    // None is older than its own making.
    for (const { mediaTime, atMs } of wire.pictures.slice(2)) expect(atMs - mediaTime / 48).toBeLessThanOrEqual(105);
    const times = wire.pictures.map(({ mediaTime }) => mediaTime);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('follow the bandwidth: fewer, none, and again', async () => {
    const clock = new VirtualClock();
    const wire = new Wire(clock);
    const pacer = createPacer({ transport: wire, frames: face(clock, 5), clock });
    const during = async (ms: number) => {
      const before = wire.pictures.length;
      await run(clock, clock.nowMs() + ms);
      return wire.pictures.length - before;
    };
    expect(await during(1_000)).toBeGreaterThanOrEqual(24);
    wire.emit('target', { videoBps: 100_000, framesPerS: 10, scale: 0.5 });
    expect(await during(2_000)).toBeLessThanOrEqual(21);
    wire.emit('target', { videoBps: 0, framesPerS: 0, scale: 0.5 });
    expect(await during(1_000)).toBeLessThanOrEqual(1);
    wire.emit('target', { videoBps: 500_000, framesPerS: 25, scale: 1 });
    expect(await during(1_000)).toBeGreaterThanOrEqual(24);
    const times = wire.pictures.map(({ mediaTime }) => mediaTime);
    expect(new Set(times).size).toBe(times.length);
    await pacer.close();
  });

  it('wait for the connection and pause while it is interrupted', async () => {
    const clock = new VirtualClock();
    const wire = new Wire(clock);
    wire.isConnected = false;
    const frames = face(clock, 5);
    const pacer = createPacer({ transport: wire, frames, clock });
    await run(clock, 500);
    expect(frames.asked).toHaveLength(0);
    wire.isConnected = true;
    wire.emit('connected');
    await run(clock, 600);
    // The first one is asked for at once.
    expect(frames.asked[0]!.atMs).toBeLessThanOrEqual(530);
    expect(frames.asked[0]!.time / 48).toBeGreaterThanOrEqual(490);
    wire.isConnected = false;
    wire.emit('interrupted');
    const asked = frames.asked.length;
    await run(clock, 1_000);
    expect(frames.asked).toHaveLength(asked);
    await pacer.close();
    expect(clock.pendingAlarms).toBe(0);
  });
});
