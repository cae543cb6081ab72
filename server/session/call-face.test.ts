import { describe, expect, it } from 'vitest';
import { FaceWeightsDecoder } from '../face/weights/decoder.ts';
import { SimulatedCall } from './simulated-call.fixture.ts';

const drawsItself = () => new SimulatedCall({ picture: true, settings: { rendering: 'client' } });
const draw = (rendering: 'server' | 'client') => ({ type: 'session.update', session: { type: 'realtime', visavis: { rendering } } });
const quality = (quality: string) => ({ type: 'session.update', session: { type: 'realtime', visavis: { quality } } });
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

  it('gets three frames in a packet on a narrow link', async () => {
    await using call = drawsItself();
    call.transport.isNarrow = true;
    await call.passes(2_000);
    const decoder = new FaceWeightsDecoder();
    const frames = call.transport.datagrams.map((packet) => decoder.decode(packet).frames.length);
    expect(frames.slice(1)).toEqual(Array(frames.length - 1).fill(3));
    expect(frames.length).toBeGreaterThanOrEqual(16);
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

describe('the engines that a visitor is told', () => {
  it('say who draws', async () => {
    await using call = new SimulatedCall({ picture: true });
    const told = () => call.last('visavis.engines')?.engines.map(({ stage, id }) => `${stage} ${id}`);
    expect(told()).toEqual(['face wasm', 'encoder scripted', 'tts scripted']);
    call.send(draw('client'));
    await call.until(() => call.all('visavis.engines').length === 2);
    expect(told()).toEqual(['tts scripted', 'face client']);
    call.send(draw('server'));
    await call.until(() => call.all('visavis.engines').length === 3);
    expect(told()).toContain('face wasm');
  });
});

describe('the quality of the picture', () => {
  /** Pictures in a second while the avatar speaks, when none is left out as a face at rest. */
  async function framesPerS(call: SimulatedCall): Promise<number> {
    const before = call.face.frames;
    await call.passes(4_000);
    return (call.face.frames - before) / 4;
  }
  const LONG = Array(400).fill('word').join(' ');
  async function speaking(options: ConstructorParameters<typeof SimulatedCall>[0] = {}): Promise<SimulatedCall> {
    const call = new SimulatedCall({ picture: true, ...options });
    call.thinking.answer = () => LONG;
    call.typed('Go on.');
    await call.until(() => call.last('output_audio_buffer.started') !== undefined);
    return call;
  }

  it('is what the call asks for at its start, and changes in mid-call', async () => {
    await using call = await speaking({ settings: { quality: 'low' } });
    expect(call.last('session.created')?.session.visavis?.quality).toBe('low');
    expect(await framesPerS(call)).toBeCloseTo(13, 0);
    expect(call.face.sizes).toEqual(['256x256']);
    const { bitrateBps = 0 } = call.face;

    call.send(quality('high'));
    expect(call.last('session.updated')?.session.visavis?.quality).toBe('high');
    expect(await framesPerS(call)).toBeCloseTo(25, 0);
    expect(call.face.sizes.at(-1)).toBe('512x512');
    expect(call.face.bitrateBps).toBeGreaterThan(bitrateBps);

    call.send(quality('medium'));
    expect(await framesPerS(call)).toBeCloseTo(15, 0);
    expect(call.face.sizes.at(-1)).toBe('384x384');
  });

  it('is refused by a name that does not exist', async () => {
    await using call = await speaking();
    call.send(quality('splendid'));
    expect(call.last('error')?.error.type).toBe('invalid_request_error');
    expect(call.all('session.updated')).toEqual([]);
  });

  it('is the lesser of what the call asks for and the bandwidth allows', async () => {
    await using call = await speaking({ settings: { quality: 'medium' } });
    call.transport.emit('target', { videoBps: 300_000, framesPerS: 20, scale: 1 });
    expect(await framesPerS(call)).toBeCloseTo(15, 0);
    expect([call.face.sizes.at(-1), call.face.bitrateBps]).toEqual(['384x384', 300_000]);
    call.transport.emit('target', { videoBps: 90_000, framesPerS: 13, scale: 0.5 });
    expect(await framesPerS(call)).toBeCloseTo(13, 0);
    expect(call.face.sizes.at(-1)).toBe('256x256');
    await call.passes(5_000);
    expect(call.last('visavis.quality')).toMatchObject({ video_bps: 90_000, frames_per_s: 13 });
  });

  it('gives way while pictures come late, and comes back; the sound never waits', async () => {
    await using call = await speaking();
    expect(await framesPerS(call)).toBeCloseTo(25, 0);
    call.face.tookMs = 60;
    const { soundFrames } = call.transport;
    await call.passes(6_000);
    expect(call.transport.soundFrames - soundFrames).toBe(300);
    expect(call.face.sizes.slice(-2)).toEqual(['384x384', '256x256']);
    expect(await framesPerS(call)).toBeCloseTo(13, 0);
    call.face.tookMs = 10;
    await call.passes(30_000);
    expect(call.face.sizes.at(-1)).toBe('512x512');
    expect(await framesPerS(call)).toBeCloseTo(25, 0);
  });

  it('does not give way to load where the call has chosen it', async () => {
    await using call = await speaking({ settings: { quality: 'high' } });
    call.face.tookMs = 60;
    await call.passes(6_000);
    expect(call.face.sizes).toEqual(['512x512']);
  });

  it('is kept when the server draws again', async () => {
    await using call = await speaking({ settings: { rendering: 'client' } });
    call.send(quality('low'));
    await call.passes(200);
    const sent = call.transport.datagrams.length;
    await call.passes(1_000);
    // The visitor's own picture stays as it is.
    expect(call.transport.datagrams.length - sent).toBeGreaterThanOrEqual(24);
    call.send(draw('server'));
    await call.until(() => call.last('session.updated')?.session.visavis?.rendering === 'server');
    expect(call.face.sizes).toEqual(['256x256']);
  });
});
