import { createSocket } from 'node:dgram';
import { createInflateRaw } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../core/clock.ts';
import { configSchema } from '../core/config-schema.ts';
import { DEFLATED_EVENTS_PROTOCOL } from '../core/deflated-events.ts';
import type { WebRtcTransport } from './contract.ts';
import { Guard } from './guard.ts';
import { hostileDatagrams } from './hostile.fixture.ts';
import { opusDuration } from './opus.ts';
import { createPacer } from './pacer.ts';
import { connect, createVisitor, type Visitor } from './visitor.fixture.ts';
import { createWebRtcTransport, type WebRtcOptions } from './webrtc.ts';

const config = configSchema.parse({}).transport;
const ends: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function dial(
  options: Partial<WebRtcOptions> = {},
  { isNarrow = false } = {},
): Promise<{ visitor: Visitor; transport: WebRtcTransport; messages: string[]; closed: string[] }> {
  const visitor = await createVisitor(isNarrow ? { eventsProtocol: DEFLATED_EVENTS_PROTOCOL } : {});
  ends.push(() => visitor.close());
  const offerSdp = isNarrow ? visitor.offerSdp.replace(/^a=rtpmap:111 .*$/m, (line) => `${line}\r\na=ptime:60`) : visitor.offerSdp;
  const transport = await createWebRtcTransport(offerSdp, { callId: 'call', config, ...options });
  ends.push(() => transport.close('the test is over'));
  const messages: string[] = [];
  const closed: string[] = [];
  transport.on('message', (text) => messages.push(text));
  transport.on('closed', (reason) => closed.push(reason));
  return { visitor, transport, messages, closed };
}

const eventually = <T>(value: () => T | Promise<T>) => expect.poll(value, { timeout: 20_000, interval: 20 });

/** A message there and back: the call is alive. */
async function expectAlive({
  visitor,
  transport,
  messages,
}: {
  visitor: Visitor;
  transport: WebRtcTransport;
  messages: string[];
}): Promise<void> {
  await eventually(() => visitor.channel.readyState).toBe('open');
  const text = `alive ${messages.length} ${Math.random()}`;
  const answers: string[] = [];
  const { unSubscribe } = visitor.channel.onMessage.subscribe((data) => answers.push(String(data)));
  visitor.channel.send(text);
  await eventually(() => messages).toContain(text);
  transport.sendMessage(text);
  await eventually(() => answers).toContain(text);
  unSubscribe();
}

describe('createWebRtcTransport', () => {
  it('answers as the DTLS server, with its own candidates only, DTX asked for and a limit on messages', async () => {
    const { transport } = await dial({ maxEventBytes: 12_345 });
    expect(transport.video).toBe('vp8');
    const { answerSdp } = transport;
    expect(answerSdp).toContain('a=setup:passive');
    expect(answerSdp).toMatch(/a=fmtp:111 .*usedtx=1/);
    expect(answerSdp).toMatch(/a=candidate:\S+ 1 udp \d+ 127\.0\.0\.1 \d+ typ host/i);
    expect(answerSdp).not.toContain('srflx');
    expect(answerSdp).toContain('a=max-message-size:12345');
  });

  it('keeps messages for a channel that is not open yet', async () => {
    const call = await dial();
    const received: string[] = [];
    call.visitor.channel.onMessage.subscribe((data) => received.push(String(data)));
    call.transport.sendMessage('first');
    call.transport.sendMessage('second');
    await connect(call.visitor, call.transport);
    await eventually(() => received).toEqual(['first', 'second']);
  });

  it('carries datagrams both ways, beside the events, over a channel without retransmissions', async () => {
    const call = await dial();
    expect(call.transport.sendDatagram(Uint8Array.of(1))).toBe(false);
    await connect(call.visitor, call.transport);
    const channel = call.visitor.peer.createDataChannel('visavis.face', { ordered: false, maxRetransmits: 0 });
    const arrived: number[][] = [];
    const heard: number[][] = [];
    channel.onMessage.subscribe((data) => arrived.push([...Buffer.from(data as Buffer)]));
    call.transport.on('datagram', (data) => heard.push([...data]));
    await eventually(() => call.transport.sendDatagram(Uint8Array.of(1, 2, 3))).toBe(true);
    await eventually(() => arrived).toContainEqual([1, 2, 3]);
    channel.send(Buffer.from([1, 7]));
    channel.send(Buffer.alloc(2_000));
    channel.send('text');
    channel.send(Buffer.from([1, 8]));
    await eventually(() => heard).toEqual([
      [1, 7],
      [1, 8],
    ]);
    expect(call.transport.sendDatagram(new Uint8Array(2_000))).toBe(false);
    await expectAlive(call);
    expect(call.messages).not.toContain('text');
  });

  it('survives every hostile datagram, from a stranger and from the visitor itself', async () => {
    const call = await dial();
    await connect(call.visitor, call.transport);
    await expectAlive(call);
    const port = call.visitor.peer.iceTransports[0]!.connection.nominated!.remoteAddr[1];
    const stranger = createSocket('udp4');
    for (const [name, datagram] of Object.entries(hostileDatagrams())) {
      await new Promise<void>((resolve, reject) =>
        stranger.send(datagram, port, '127.0.0.1', (error) => (error ? reject(error) : resolve())),
      );
      await call.visitor.sendRaw(datagram);
      await expectAlive(call);
      expect(call.closed, name).toEqual([]);
    }
    stranger.close();
  });

  it('drops messages that are binary or too large, and data channel junk, without harm', async () => {
    const call = await dial({ maxEventBytes: 1_000 });
    await connect(call.visitor, call.transport);
    await expectAlive(call);
    const { channel, peer } = call.visitor;
    // The visitor's side must not fall over the answers to its own nonsense.
    new Guard(peer).refresh();
    channel.send(Buffer.from([1, 2, 3]));
    // The visitor ignores the limit that the answer named.
    peer.sctpTransport!.setRemoteMaxMessageSize(0);
    channel.send('x'.repeat(5_000));
    channel.send('ü'.repeat(600));
    await expectAlive(call);
    const { sctp } = peer.sctpTransport!;
    const transmit = (protocol: number, data: Buffer) => sctp.send(channel.id!, protocol, data);
    // Unknown payload protocols, and control messages (DCEP, RFC 8832) that make no sense.
    await transmit(99, Buffer.from('?'));
    await transmit(50, Buffer.from([2]));
    await transmit(50, Buffer.from([3, 0, 0]));
    await sctp.send(777, 50, Buffer.from([2]));
    await sctp.send(778, 50, Buffer.concat([Buffer.from([3, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255])]));
    await expectAlive(call);
    expect(call.messages.filter((text) => !text.startsWith('alive'))).toEqual([]);
    expect(call.closed).toEqual([]);
  });

  it('takes no candidates but usable ones, and not more than it should', async () => {
    const { transport, visitor } = await dial();
    const candidate = (address: string, port: number) => `a=candidate:1 1 udp 2130706431 ${address} ${port} typ host`;
    const lines = [
      'm=audio 9 UDP/TLS/RTP/SAVPF 111',
      'a=mid:0',
      candidate('4b6e5b3c-5e7b.local', 5_000),
      candidate('999.1.1.1', 5_000),
      'a=candidate:garbage',
    ];
    await expect(transport.patch(lines.join('\r\n'))).resolves.toBeUndefined();
    await transport.patch(Array.from({ length: 200 }, (_, i) => candidate('127.0.0.1', 20_000 + i)).join('\r\n'));
    await connect(visitor, transport);
  });

  it('refuses fragments that make no sense', async () => {
    const { transport } = await dial();
    for (const bad of ['', 'hello', 'a=ice-ufrag:abcd', 'a=ice-ufrag:a b\r\na=ice-pwd:c', 'v=0\r\nm=audio 9 X 0\r\na=mid:0']) {
      await expect(transport.patch(bad), bad).rejects.toMatchObject({ code: 'sdp_invalid', status: 400 });
    }
    await transport.close('enough');
    await expect(transport.patch('a=end-of-candidates')).rejects.toMatchObject({ code: 'transport_closed' });
  });

  it('gives up when nobody connects', async () => {
    const clock = new VirtualClock();
    const { closed } = await dial({ clock });
    clock.advanceTo(config.connectTimeoutMs - 1);
    expect(closed).toEqual([]);
    clock.advanceTo(config.connectTimeoutMs);
    expect(closed).toEqual(['the connection was not established in time']);
  });

  it('keeps a silent visitor for a minute, says that it is interrupted, and then lets go', async () => {
    const clock = new VirtualClock();
    const call = await dial({ clock });
    const events: string[] = [];
    call.transport.on('connected', () => events.push('connected'));
    call.transport.on('interrupted', () => events.push('interrupted'));
    await connect(call.visitor, call.transport);
    await expectAlive(call);
    // Nothing comes any more, but the sockets stay as they are.
    await call.visitor.peer.close();
    // The farewell of werift's SCTP reaches nobody who would call it the end.
    events.length = 0;
    clock.advance(10_000);
    expect(events).toEqual(['interrupted']);
    expect(call.closed).toEqual([]);
    clock.advance(config.vanishedAfterMs);
    expect(call.closed).toEqual(['the visitor vanished']);
    expect(clock.pendingAlarms).toBe(0);
  });

  it('asks for key frames, but not too often', async () => {
    const clock = new VirtualClock();
    const call = await dial({ clock });
    let keyFrames = 0;
    call.transport.on('keyFrame', () => keyFrames++);
    await connect(call.visitor, call.transport);
    expect(keyFrames).toBe(1);
    const receiver = call.visitor.peer.getTransceivers().find(({ kind }) => kind === 'video')!.receiver;
    await eventually(() => call.visitor.peer.connectionState).toBe('connected');
    for (let k = 0; k < 10; k++) await receiver.sendRtcpPLI(1);
    await expectAlive(call);
    expect(keyFrames).toBe(1);
    clock.advance(config.keyFrameIntervalMs);
    await eventually(() => keyFrames).toBe(2);
    clock.advance(config.keyFrameIntervalMs * 3);
    expect(keyFrames).toBe(2);
  });

  it('sends sound while there is some, and next to nothing in silence', async () => {
    const call = await dial();
    await connect(call.visitor, call.transport);
    const track = call.visitor.peer.getTransceivers().find(({ kind }) => kind === 'audio')!.receiver.track;
    const packets: { timestamp: number; sequenceNumber: number; marker: boolean }[] = [];
    call.visitor.peer.onTrack.subscribe(({ onReceiveRtp }) => onReceiveRtp.subscribe(({ header }) => packets.push(header)));
    track.onReceiveRtp.subscribe(({ header }) => packets.push(header));
    const tone = (k: number) =>
      Int16Array.from({ length: 480 }, (_, i) => Math.round(8_000 * Math.sin((k * 480 + i) / (8 + Math.sin(k / 3)))));
    for (let k = 0; k < 300; k++) call.transport.sendAudio(k < 50 || k >= 200 ? tone(k) : undefined, k * 960, k * 20);
    await eventually(() => packets.length).toBeGreaterThan(150);
    const times = packets.map(({ timestamp }) => (((timestamp - packets[0]!.timestamp) % 2 ** 32) + 2 ** 32) % 2 ** 32);
    const inSilence = times.filter((time) => time > 75 * 960 && time < 200 * 960);
    expect(inSilence.length).toBeGreaterThanOrEqual(4);
    expect(inSilence.length).toBeLessThan(12);
    // Sequence numbers tell that nothing was lost; the marker tells that sound begins again.
    for (const [i, { sequenceNumber }] of packets.entries()) expect(sequenceNumber).toBe((packets[0]!.sequenceNumber + i) & 0xffff);
    expect(packets[times.indexOf(200 * 960)]!.marker).toBe(true);
    expect(packets[times.indexOf(210 * 960)]!.marker).toBe(false);
  });

  it('sends long frames and deflated events where the offer says that the link is narrow, and asks for long frames', async () => {
    const call = await dial({}, { isNarrow: true });
    expect(call.transport.isNarrow).toBe(true);
    expect(call.transport.answerSdp).toMatch(/^a=ptime:60\r$/m);
    const inflater = createInflateRaw();
    ends.push(async () => inflater.destroy());
    let events = '';
    inflater.on('data', (bytes: Buffer) => (events += bytes));
    call.visitor.channel.onMessage.subscribe((data) => inflater.write(data));
    const packets: { timestamp: number; units: number }[] = [];
    const { track } = call.visitor.peer.getTransceivers().find(({ kind }) => kind === 'audio')!.receiver;
    const listen = (heard: typeof track) =>
      heard.onReceiveRtp.subscribe(({ header, payload }) => packets.push({ timestamp: header.timestamp, units: opusDuration(payload) }));
    listen(track);
    call.visitor.peer.onTrack.subscribe(listen);
    await connect(call.visitor, call.transport);
    call.transport.sendMessage('{"event":1}');
    call.transport.sendMessage('{"event":2}');
    await eventually(() => events).toBe('{"event":1}\n{"event":2}\n');
    const voice = (at: number) => Math.round(6_000 * Math.sin(at / (9 + Math.sin(at / 900))));
    let sample = 0;
    for (const length of [1_440, 960, 480, 1_440, 1_440, 480, 1_440]) {
      const pcm = Int16Array.from({ length }, (_, i) => voice(sample + i));
      call.transport.sendAudio(pcm, sample * 2, sample / 24);
      sample += length;
    }
    await eventually(() => packets.length).toBe(7);
    expect(packets.map(({ units }) => units)).toEqual([2_880, 1_920, 960, 2_880, 2_880, 960, 2_880]);
    for (const [i, { timestamp, units }] of packets.entries())
      expect(packets[i + 1]?.timestamp ?? timestamp + units).toBe(timestamp + units);
  });

  it('leaves nothing behind', async () => {
    const clock = new VirtualClock();
    const call = await dial({ clock, ticker: clock });
    await connect(call.visitor, call.transport);
    const pacer = createPacer({ transport: call.transport, clock });
    await pacer.close();
    let isClosed = false;
    const first = call.transport.close('enough').then(() => (isClosed = true));
    // Whoever closes it again waits for the same end.
    await call.transport.close('twice');
    expect(isClosed).toBe(true);
    await first;
    expect(call.closed).toEqual(['enough']);
    expect(call.transport.isConnected).toBe(false);
    expect(clock.pendingAlarms).toBe(0);
    call.transport.sendMessage('late');
    call.transport.sendAudio(new Int16Array(480), 0, 0);
    call.transport.sendVideo({ data: new Uint8Array(10), keyFrame: true, mediaTime: 0 }, 0);
  });
});
