import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../core/clock.ts';
import type { EncodedFrame } from '../core/video.ts';
import { P, PARAMETER_COUNT } from '../face/parameters.ts';
import { buildRaster } from '../face/raster/build-raster.ts';
import { testAtlas, testRig } from '../face/test-rig.ts';
import { CallPicture } from './call-picture.ts';
import type { EncoderOptions, FrameEncoder } from './encoder.ts';
import { FaceStore } from './face-store.ts';

/** An encoder whose chunks arrive when the test says so. */
class ManualEncoder implements FrameEncoder {
  readonly options: EncoderOptions;
  readonly asked: { keyFrame: boolean; mediaTime: number }[] = [];
  stalls = false;
  closed = false;
  bitrateBps: number;

  constructor(options: EncoderOptions) {
    this.options = options;
    this.bitrateBps = options.bitrateBps;
  }

  encode(_frame: Uint8Array, mediaTime: number, keyFrame: boolean): Promise<EncodedFrame> {
    this.asked.push({ keyFrame, mediaTime });
    if (this.stalls) return new Promise(() => undefined);
    return Promise.resolve({ data: new Uint8Array([1]), keyFrame, mediaTime });
  }

  setBitrate(bitrateBps: number): void {
    this.bitrateBps = bitrateBps;
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

const still = new Float32Array(PARAMETER_COUNT);
const FRAME = 1920;
let folder: string;
let store: FaceStore;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavis-picture-'));
  await mkdir(join(folder, 'test'));
  const atlas = testAtlas();
  await sharp(atlas.data, { raw: { width: atlas.width, height: atlas.height, channels: 4 } })
    .png()
    .toFile(join(folder, 'test', 'atlas.png'));
  await writeFile(join(folder, 'test', 'avatar.json'), JSON.stringify(testRig()));
  store = new FaceStore(folder, await WebAssembly.compile((await buildRaster()).bytes));
}, 60_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('CallPicture', () => {
  let clock: VirtualClock;
  let encoders: ManualEncoder[];
  let health: (string | undefined)[];
  let broken: boolean;
  let picture: CallPicture;

  beforeEach(async () => {
    clock = new VirtualClock();
    encoders = [];
    health = [];
    broken = false;
    picture = new CallPicture({
      store,
      clock,
      stallTimeoutMs: 500,
      openEncoder: async (options) => {
        const encoder = new ManualEncoder(options);
        encoder.stalls = broken;
        encoders.push(encoder);
        return encoder;
      },
      session: { callId: 'c', avatar: 'test', widthPx: 256, heightPx: 256, framesPerS: 25, codec: 'vp8', bitrateBps: 500_000 },
      onHealth: (error) => health.push(error?.code),
    });
    await picture.open();
  });

  /** A frame whose encoder never answers: waits until it has been asked, then lets the watchdog run out. */
  const renderStalled = async (mediaTime: number) => {
    const count = encoders.at(-1)?.asked.length ?? 0;
    const encoder = encoders.at(-1);
    const frame = picture.render(still, mediaTime);
    await expect.poll(() => encoder?.asked.length).toBe(count + 1);
    clock.advance(499);
    expect(clock.pendingAlarms).toBe(1);
    clock.advance(1);
    return frame;
  };

  it('begins with a key frame, then gives others only on demand', async () => {
    expect(await picture.render(still, 0)).toMatchObject({ keyFrame: true });
    expect(await picture.render(still, FRAME)).toMatchObject({ keyFrame: false });
    picture.requestKeyFrame();
    expect(await picture.render(still, 2 * FRAME)).toMatchObject({ keyFrame: true });
    expect(clock.pendingAlarms).toBe(0);
  });

  it('leaves out what did not change while the face rests, but never for long, and sends it where it is needed', async () => {
    const rest = 2 * FRAME;
    const resting = async (index: number, parameters = still) =>
      (await picture.render(parameters, index * rest, { resting: true })) !== undefined;
    const blinking = still.slice();
    blinking[P.eyeBlinkLeft] = 1;
    expect([await resting(0), await resting(1), await resting(2), await resting(3)]).toEqual([true, false, true, false]);
    expect([await resting(4, blinking), await resting(5, blinking)]).toEqual([true, false]);
    picture.requestKeyFrame();
    expect(await resting(5, blinking)).toBe(true);
    expect(await picture.render(blinking, 5 * rest + FRAME)).toBeDefined();
  });

  it('replaces an encoder that stalls for 500 ms, and goes on with a key frame', async () => {
    await picture.render(still, 0);
    (encoders[0] as ManualEncoder).stalls = true;
    expect(await renderStalled(FRAME)).toBeUndefined();
    expect(encoders).toHaveLength(2);
    expect(encoders[0]?.closed).toBe(true);
    expect(encoders[1]?.options.widthPx).toBe(256);
    expect(await picture.render(still, 2 * FRAME)).toMatchObject({ keyFrame: true, mediaTime: 2 * FRAME });
    expect(health).toEqual([]);
  });

  it('makes the picture smaller when the second one stalls too, gives up at the third, and tries again', async () => {
    broken = true;
    (encoders[0] as ManualEncoder).stalls = true;
    await renderStalled(0);
    await renderStalled(FRAME);
    expect(encoders[2]?.options).toMatchObject({ widthPx: 128, heightPx: 128 });
    await renderStalled(2 * FRAME);
    expect(health).toEqual(['encoder_stalled']);
    expect(await picture.render(still, 3 * FRAME)).toBeUndefined();
    expect(encoders).toHaveLength(3);
    broken = false;
    expect(await picture.render(still, 3 * FRAME + 5 * 48_000)).toMatchObject({ keyFrame: true });
    expect(health).toEqual(['encoder_stalled', undefined]);
  });

  it('keeps bitrate and size over a replacement', async () => {
    picture.setBitrate(123_000);
    expect(encoders[0]?.bitrateBps).toBe(123_000);
    await picture.setSize(128, 160);
    expect(encoders[1]?.options).toMatchObject({ widthPx: 128, heightPx: 160, bitrateBps: 123_000 });
    expect(await picture.render(still, 0)).toMatchObject({ keyFrame: true });
  });

  it('stays with the avatar it has when another one does not load', async () => {
    await picture.render(still, 0);
    await expect(picture.setAvatar('nobody')).rejects.toMatchObject({ code: 'avatar_unknown' });
    await expect(picture.setAvatar('../etc')).rejects.toMatchObject({ code: 'avatar_unknown' });
    expect(await picture.render(still, FRAME)).toMatchObject({ keyFrame: false });
  });

  it('does nothing after close', async () => {
    await picture.close();
    await picture.close();
    expect(encoders[0]?.closed).toBe(true);
    expect(await picture.render(still, 0)).toBeUndefined();
  });
});
