import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { configSchema } from '../core/config-schema.ts';
import { toVisavisError } from '../core/errors.ts';
import type { VideoCodec } from '../core/video.ts';
import type { Pacer, WebRtcTransport } from '../transport/contract.ts';
import { hostileDatagrams } from '../transport/hostile.fixture.ts';
import { createPacer } from '../transport/pacer.ts';
import { createWebRtcTransport } from '../transport/webrtc.ts';
import { page as pageHtml } from './transport/page.ts';
import { Pictures } from './transport/pictures.ts';

const MIC_HZ = 600;
const VOICE_HZ = 440;

/** One call as a session would hold it, with what it saw. */
interface Call {
  readonly transport: WebRtcTransport;
  readonly pacer: Pacer;
  readonly pictures: Pictures;
  readonly events: string[];
  readonly messages: string[];
  keyFrames: number;
  heardFrames: number;
  micLevel: number;
  dropPictures: number;
}

/** The machine may be busy with other things; what does not come at all, does not come in this time either. */
const eventually = <T>(value: () => T | Promise<T>) => expect.poll(value, { timeout: 25_000, interval: 50 });

const config = configSchema.parse({}).transport;
const calls: Call[] = [];
let browser: Browser;
let origin = '';

const body = async (request: IncomingMessage) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
};

async function answer(offerSdp: string): Promise<Call> {
  const transport = await createWebRtcTransport(offerSdp, { callId: `call-${calls.length}`, config });
  const pictures = new Pictures(transport.video!);
  const call: Call = {
    transport,
    pacer: undefined as never,
    pictures,
    events: [],
    messages: [],
    keyFrames: 0,
    heardFrames: 0,
    micLevel: 0,
    dropPictures: 0,
  };
  transport.on('connected', () => call.events.push('connected'));
  transport.on('closed', (reason) => call.events.push(`closed: ${reason}`));
  transport.on('keyFrame', () => {
    call.keyFrames++;
    pictures.requestKeyFrame();
  });
  transport.on('message', (text) => {
    call.messages.push(text);
    transport.sendMessage(`echo ${text}`);
  });
  transport.on('audio', (pcm) => {
    call.heardFrames++;
    call.micLevel = 0.8 * call.micLevel + 0.2 * level(pcm, MIC_HZ, 16_000);
  });
  const pacer = createPacer({
    transport,
    frames: {
      framesPerS: 25,
      leadMs: 20,
      frameAt: () => new Float32Array(0),
      render: async (_parameters, time) => {
        const frame = await pictures.encode(time);
        if (call.dropPictures === 0) return frame;
        call.dropPictures--;
        return undefined;
      },
    },
  });
  calls.push(Object.assign(call, { pacer }));
  return call;
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    if (request.method === 'POST') {
      const index = calls.length;
      const { transport } = await answer(await body(request));
      response.writeHead(201, { 'content-type': 'application/sdp', location: `/calls/${index}` }).end(transport.answerSdp);
    } else if (request.method === 'PATCH') {
      const index = Number(request.url!.split('/').at(-1));
      const fragment = await calls[index]!.transport.patch(await body(request));
      response.writeHead(200).end(fragment ?? '');
    } else {
      response.writeHead(200, { 'content-type': 'text/html' }).end(pageHtml);
    }
  } catch (error) {
    const { status, message } = toVisavisError(error);
    response.writeHead(status).end(message);
  }
}

const server = createServer((request, response) => void serve(request, response));

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--autoplay-policy=no-user-gesture-required',
      '--disable-renderer-backgrounding',
      '--disable-background-timer-throttling',
    ],
  });
});

afterEach(async () => {
  for (const call of calls.splice(0)) {
    await call.pacer.close();
    await call.transport.close('the test is over');
    await call.pictures[Symbol.asyncDispose]();
  }
});

afterAll(async () => {
  await browser.close();
  server.close();
  server.closeAllConnections();
});

async function open(codec: VideoCodec, prepare?: (call: Call) => void): Promise<{ page: Page; call: Call }> {
  const page = await browser.newPage();
  await page.goto(origin);
  const before = calls.length;
  const dialled = page.evaluate(([hz, name]) => (window as never as { call(hz: number, codec: string): Promise<void> }).call(hz, name), [
    MIC_HZ,
    codec,
  ] as const);
  await eventually(() => calls.length).toBeGreaterThan(before);
  const call = calls.at(-1)!;
  prepare?.(call);
  await dialled;
  await eventually(() => call.events).toContain('connected');
  return { page, call };
}

interface PageState {
  readonly frames: number;
  readonly shades: number;
  readonly messages: readonly string[];
  readonly events: readonly string[];
  readonly ufrag: string;
}

const stateOf = (page: Page) => page.evaluate('state()') as Promise<PageState>;
const framesOf = async (page: Page) => (await stateOf(page)).frames;
const heardLevel = (page: Page, hz: number) => page.evaluate<number>(`level(${hz})`);

/** More pictures than there were, twice, so that a last straggler does not count. */
async function expectMovingPictures(page: Page): Promise<void> {
  const before = await framesOf(page);
  await eventually(() => framesOf(page)).toBeGreaterThan(before + 10);
}

function tone(hz: number, ms: number): Int16Array {
  const pcm = new Int16Array(24 * ms);
  for (let i = 0; i < pcm.length; i++) pcm[i] = Math.round(8_000 * Math.sin((2 * Math.PI * hz * i) / 24_000));
  return pcm;
}

function level(pcm: Int16Array, hz: number, rateHz: number): number {
  let re = 0;
  let im = 0;
  for (const [i, sample] of pcm.entries()) {
    re += sample * Math.cos((2 * Math.PI * hz * i) / rateHz);
    im += sample * Math.sin((2 * Math.PI * hz * i) / rateHz);
  }
  return (2 * Math.hypot(re, im)) / pcm.length / 32_768;
}

describe('a call with a real browser', () => {
  for (const codec of ['vp8', 'h264'] as const) {
    it(`carries sound both ways, pictures in ${codec.toUpperCase()} and messages`, async () => {
      const { page, call } = await open(codec);
      expect(call.transport.video).toBe(codec);
      // Sound to the visitor, and silence when nothing is said.
      await eventually(() => heardLevel(page, VOICE_HZ)).toBeLessThan(0.005);
      call.pacer.speak('turn', tone(VOICE_HZ, 4_000));
      await eventually(() => heardLevel(page, VOICE_HZ)).toBeGreaterThan(0.15);
      call.pacer.cancel('turn');
      await eventually(() => heardLevel(page, VOICE_HZ)).toBeLessThan(0.005);
      // Sound from the visitor: the hum, and not another tone.
      await eventually(() => call.micLevel).toBeGreaterThan(0.15);
      // Pictures that change.
      await expectMovingPictures(page);
      expect((await stateOf(page)).shades).toBeGreaterThan(5);
      // Messages there and back.
      await page.evaluate(`channel.send('{"type":"hello"}')`);
      await eventually(async () => (await stateOf(page)).messages).toContain('echo {"type":"hello"}');
      expect(call.transport.stats().packetsSent).toBeGreaterThan(20);
      await eventually(() => call.transport.stats().availableBps ?? 0).toBeGreaterThan(100_000);
      await page.close();
    });
  }

  it('ends when the visitor leaves, and tells the visitor when the server ends it', async () => {
    const first = await open('vp8');
    await first.page.evaluate('pc.close()');
    await eventually(() => first.call.events).toContain('closed: the visitor hung up');
    await first.page.close();
    const second = await open('vp8');
    await eventually(async () => (await stateOf(second.page)).events).toContain('channel open');
    await second.call.transport.close('enough');
    await eventually(async () => (await stateOf(second.page)).events).toContain('channel closed');
    await second.page.close();
  });

  it('makes a key frame when the browser asks for one', async () => {
    // The first picture, which the others build on, never leaves.
    const { page, call } = await open('vp8', (opening) => {
      opening.dropPictures = 5;
    });
    await eventually(() => call.keyFrames).toBeGreaterThan(1);
    await expectMovingPictures(page);
    await page.close();
  });

  it('is not disturbed by datagrams from strangers', async () => {
    const { page, call } = await open('vp8');
    await expectMovingPictures(page);
    const port = Number(/a=candidate:\S+ 1 udp \d+ 127\.0\.0\.1 (\d+) typ host/i.exec(call.transport.answerSdp)![1]);
    const stranger = createSocket('udp4');
    for (const datagram of Object.values(hostileDatagrams())) {
      await new Promise<void>((resolve, reject) =>
        stranger.send(datagram, port, '127.0.0.1', (error) => (error ? reject(error) : resolve())),
      );
    }
    stranger.close();
    await expectMovingPictures(page);
    expect(call.events).toEqual(['connected']);
    await page.close();
  });

  it('goes on after an ICE restart by PATCH', async () => {
    const { page, call } = await open('vp8');
    await expectMovingPictures(page);
    const { ufrag } = await stateOf(page);
    await page.evaluate('restartIce()');
    expect((await stateOf(page)).ufrag).not.toBe(ufrag);
    await expectMovingPictures(page);
    call.pacer.speak('turn', tone(VOICE_HZ, 4_000));
    await eventually(() => heardLevel(page, VOICE_HZ)).toBeGreaterThan(0.15);
    const heard = call.heardFrames;
    await eventually(() => call.heardFrames).toBeGreaterThan(heard + 10);
    await eventually(() => call.micLevel).toBeGreaterThan(0.15);
    expect(call.events.filter((event) => event.startsWith('closed'))).toEqual([]);
    await page.close();
  });
});
