import { describe, expect, it } from 'vitest';
import { FaceWeightsDecoder } from '../face/weights/decoder.ts';
import { SimulatedCall } from './stages.fixture.ts';

const drawsItself = () => new SimulatedCall({ picture: true, settings: { rendering: 'client' } });
const draw = (rendering: 'server' | 'client') => ({ type: 'session.update', session: { type: 'realtime', visavis: { rendering } } });
const wear = (avatar: string) => ({ type: 'session.update', session: { type: 'realtime', visavis: { avatar } } });

describe('a call whose visitor draws', () => {
  it('gets a face frame 25 times a second, and no picture is drawn', async () => {
    await using call = drawsItself();
    await call.passes(2_000);
    const decoder = new FaceWeightsDecoder();
    const times = call.transport.datagrams.flatMap((packet) => decoder.decode(packet).frames.map(({ timestamp }) => timestamp));
    expect(times.length).toBeGreaterThanOrEqual(49);
    expect(times.slice(1).map((time, i) => time - (times[i] as number))).toEqual(Array(times.length - 1).fill(1920));
    expect(call.face.frames).toBe(0);
    expect(call.last('session.created')?.session.visavis).toMatchObject({ avatar: 'mia', rendering: 'client' });
    expect(await call.metrics.exposition()).toContain('visavis_frames_encoded_total 0');
  });

  it('gets two frames in a packet on a narrow link', async () => {
    await using call = drawsItself();
    call.transport.isNarrow = true;
    await call.passes(2_000);
    const decoder = new FaceWeightsDecoder();
    const frames = call.transport.datagrams.map((packet) => decoder.decode(packet).frames.length);
    expect(frames.slice(1)).toEqual(Array(frames.length - 1).fill(2));
    expect(frames.length).toBeGreaterThanOrEqual(24);
  });

  it('needs no room for video, and no full rate of it', async () => {
    await using call = drawsItself();
    call.transport.emit('target', { videoBps: 0, framesPerS: 0, scale: 0.5 });
    await call.passes(1_000);
    expect(call.transport.datagrams.length).toBeGreaterThanOrEqual(24);
  });

  it('builds frames on those that the visitor has confirmed', async () => {
    await using call = drawsItself();
    const decoder = new FaceWeightsDecoder();
    await call.passes(100);
    for (const packet of call.transport.datagrams) {
      const { feedback } = decoder.decode(packet);
      if (feedback) call.transport.emit('datagram', feedback);
    }
    const before = call.transport.datagrams.length;
    await call.passes(200);
    for (const packet of call.transport.datagrams.slice(before)) expect(packet[1]).toBeGreaterThan(0);
  });

  it('goes on without frames while there is no way for them', async () => {
    await using call = drawsItself();
    call.transport.takesDatagrams = false;
    call.typed('Hello?');
    await call.until(() => call.last('output_audio_buffer.stopped') !== undefined);
    expect(await call.metrics.exposition()).toContain('visavis_frames_dropped_total{reason="congested"}');
  });

  it('can wear another face, which has its own emotions', async () => {
    await using call = drawsItself();
    call.send(wear('leo'));
    await call.until(() => call.last('session.updated')?.session.visavis?.avatar === 'leo');
    expect(call.performer.emotions.happy).toEqual({});
    expect(call.face.frames).toBe(0);
  });
});

describe('who draws', () => {
  it('can change in mid-call: the new way begins before the old one ends', async () => {
    await using call = new SimulatedCall({ picture: true });
    await call.passes(500);
    const first = call.face;
    expect([first.frames > 5, call.transport.datagrams.length]).toEqual([true, 0]);

    call.send(draw('client'));
    await call.until(() => call.last('session.updated')?.session.visavis?.rendering === 'client');
    await call.passes(500);
    const drawn = first.frames;
    expect(call.transport.datagrams.length).toBeGreaterThanOrEqual(12);
    expect(first.closes).toBe(1);

    call.send(wear('leo'));
    call.send(draw('server'));
    await call.until(() => call.last('session.updated')?.session.visavis?.rendering === 'server');
    const sent = call.transport.datagrams.length;
    await call.passes(500);
    expect(first.frames).toBe(drawn);
    expect([call.face === first, call.face.avatar, call.face.frames > 5]).toEqual([false, 'leo', true]);
    expect(call.transport.datagrams.length).toBe(sent);
  });

  it('stays as it is where there is no video track for the server to draw into', async () => {
    await using call = new SimulatedCall();
    call.send(draw('client'));
    await call.until(() => call.last('visavis.notice') !== undefined);
    expect(call.last('visavis.notice')).toMatchObject({ code: 'rendering_unchanged', severity: 'warning' });
    expect(call.transport.datagrams).toEqual([]);
  });
});
