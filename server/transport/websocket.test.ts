import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../core/clock.ts';
import { createWebSocketTransport, type TextSocket } from './websocket.ts';

class FakeSocket implements TextSocket {
  readonly sent: string[] = [];
  readonly closes: [number, string][] = [];
  bufferedBytes = 0;
  #onMessage: (text: string) => void = () => undefined;
  #onClose: () => void = () => undefined;

  send(text: string): void {
    this.sent.push(text);
  }
  close(code: number, reason: string): void {
    this.closes.push([code, reason]);
    this.#onClose();
  }
  onMessage(listener: (text: string) => void): void {
    this.#onMessage = listener;
  }
  onClose(listener: () => void): void {
    this.#onClose = listener;
  }
  receive(text: string): void {
    this.#onMessage(text);
  }
  hangUp(): void {
    this.#onClose();
  }
}

function dial() {
  const clock = new VirtualClock();
  const socket = new FakeSocket();
  const outbound: Int16Array[] = [];
  const transport = createWebSocketTransport(socket, { onOutboundAudio: (pcm) => outbound.push(pcm), clock });
  const frames: { pcm: Int16Array; atMs: number }[] = [];
  const events: string[] = [];
  transport.on('audio', (pcm) => frames.push({ pcm, atMs: clock.nowMs() }));
  transport.on('message', (text) => events.push(text));
  transport.on('connected', () => events.push('connected'));
  transport.on('closed', (reason) => events.push(`closed: ${reason}`));
  return { clock, socket, transport, frames, events, outbound };
}

const loud = (ms: number) => Int16Array.from({ length: 24 * ms }, (_, i) => Math.round(10_000 * Math.sin(i / 9)));
const isLoud = ({ pcm }: { pcm: Int16Array }) => Math.max(...pcm.map(Math.abs)) > 5_000;

describe('createWebSocketTransport', () => {
  it('carries events and sound, and nothing in silence', async () => {
    const { socket, transport, events, outbound } = dial();
    await Promise.resolve();
    socket.receive('{"type":"x"}');
    transport.sendMessage('{"type":"y"}');
    const pcm = new Int16Array(480);
    transport.sendAudio(pcm, 0, 0);
    transport.sendAudio(undefined, 960, 20);
    expect(events).toEqual(['connected', '{"type":"x"}']);
    expect(socket.sent).toEqual(['{"type":"y"}']);
    expect(outbound).toEqual([pcm]);
    expect(transport.video).toBeUndefined();
  });

  for (const chunkMs of [10, 20, 100, 170]) {
    it(`passes on a live stream of ${chunkMs} ms pieces without a hole`, () => {
      const { clock, transport, frames } = dial();
      for (let atMs = 0; atMs < 3_400; atMs += chunkMs) clock.at(atMs + chunkMs, () => void transport.appendAudio(loud(chunkMs)));
      clock.advanceTo(3_500);
      const first = frames.findIndex(isLoud);
      expect(frames.slice(first + 1, first + 160).every(isLoud)).toBe(true);
    });
  }

  it('gives silence in real time once the client stops, and before it starts', () => {
    const { clock, transport, frames } = dial();
    clock.advanceTo(2_000);
    expect(frames.length).toBeGreaterThan(90);
    expect(frames.some(isLoud)).toBe(false);
    transport.appendAudio(loud(300));
    const before = frames.length;
    expect(frames.filter(isLoud)).toHaveLength(15);
    clock.advanceTo(3_000);
    // At most the length of a piece and a little later, then at the pace of time.
    const silence = frames.slice(before).filter((frame) => !isLoud(frame));
    expect(silence[0]!.atMs).toBeLessThanOrEqual(2_440);
    expect(silence.length).toBeGreaterThanOrEqual(27);
    clock.advanceTo(4_000);
    expect(frames.length - before - silence.length).toBe(50);
  });

  it('passes a recording that comes at once on quickly and in order', () => {
    const { clock, transport, frames } = dial();
    const ramp = Int16Array.from({ length: 24 * 5_000 }, (_, i) => Math.round(i / 4));
    expect(transport.appendAudio(ramp)).toBe(true);
    clock.advanceTo(250);
    const heard = frames.flatMap(({ pcm }) => [...pcm]).slice(0, 79_900);
    for (const [i, sample] of heard.entries())
      if (i > 100 && Math.abs(sample - (i - 23.5 / 1.5) * 0.375) > 12) throw new Error(`sample ${i} is ${sample}`);
    clock.advanceTo(1_000);
    expect(frames.slice(252).every((frame) => !isLoud(frame))).toBe(true);
    expect(frames.length).toBeGreaterThan(265);
  });

  it('refuses more than it can hold', () => {
    const { transport } = dial();
    const accepted = Array.from({ length: 10 }, () => transport.appendAudio(new Int16Array(24 * 10_000)));
    expect(accepted).toContain(false);
    transport.clearAudio();
    expect(transport.appendAudio(loud(20))).toBe(true);
  });

  it('ends once, from either side, and gives up a client that does not read', async () => {
    const left = dial();
    left.socket.hangUp();
    await left.transport.close('again');
    expect(left.events).toEqual(['closed: the visitor hung up']);
    const slow = dial();
    slow.socket.bufferedBytes = 64 * 1024 * 1024;
    slow.transport.sendMessage('{}');
    expect(slow.socket.sent).toEqual([]);
    expect(slow.socket.closes).toEqual([[1000, 'the visitor does not read']]);
    slow.transport.sendMessage('{}');
    expect(slow.transport.appendAudio(loud(20))).toBe(false);
    const long = dial();
    await long.transport.close('ü'.repeat(200));
    expect(Buffer.byteLength(long.socket.closes[0]![1])).toBeLessThanOrEqual(123);
    for (const { clock } of [left, slow, long]) expect(clock.pendingAlarms).toBe(0);
  });
});
