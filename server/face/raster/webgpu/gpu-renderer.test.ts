import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { avatarNames } from '../../../rendering/avatar-folder.ts';
import { readAvatar } from '../../../rendering/read-avatar.ts';
import { openGpu } from '../../../rendering/gpu-adapter.ts';
import { findGpu } from '../../../rendering/software-gpu.fixture.ts';
import { loadRig } from '../../load-rig.ts';
import { testAtlas, testRig } from '../../test-rig.ts';
import { buildRaster } from '../build-raster.ts';
import type { FacePicture } from '../placement.ts';
import { MIXED_POSES, poseOf } from '../poses.fixture.ts';
import { FaceRaster } from '../raster.ts';
import { psnrDb } from '../reference.ts';
import { prepareFace } from './face-model.ts';
import { GpuRenderer, type GpuRendererOptions } from './gpu-renderer.ts';

const found = await findGpu();
found?.device.destroy();
const AVATARS = resolve('avatars');
const shipped = existsSync(AVATARS) ? await avatarNames(AVATARS) : [];

const test: FacePicture = { rig: loadRig(JSON.parse(JSON.stringify(testRig()))), atlas: testAtlas(), widthPx: 160, heightPx: 128 };
const still = poseOf({});

describe.runIf(found)('GpuRenderer', () => {
  let program: WebAssembly.Module;
  let renderer: GpuRenderer;

  beforeAll(async () => {
    program = await WebAssembly.compile((await buildRaster()).bytes);
    renderer = await GpuRenderer.create((await openGpu('any')).device);
  });

  afterAll(() => renderer.close());

  /** PSNR of luma and chroma against the WASM raster, of the worse of two poses. */
  const compare = async (picture: FacePicture) => {
    using raster = await FaceRaster.create({ program, ...picture });
    const lumaBytes = picture.widthPx * picture.heightPx;
    using canvas = renderer.openCanvas(prepareFace(picture));
    using expected = raster.openCanvas();
    const worst = { luma: Number.POSITIVE_INFINITY, chroma: Number.POSITIVE_INFINITY };
    for (const pose of [MIXED_POSES.happy, MIXED_POSES.blinking]) {
      await canvas.paint(poseOf(pose));
      expected.paint(poseOf(pose));
      worst.luma = Math.min(worst.luma, psnrDb(canvas.frame.subarray(0, lumaBytes), expected.frame.subarray(0, lumaBytes)));
      worst.chroma = Math.min(worst.chroma, psnrDb(canvas.frame.subarray(lumaBytes), expected.frame.subarray(lumaBytes)));
    }
    return worst;
  };

  it.each([
    [160, 128],
    [246, 302],
  ])('draws %i x %i like the WASM raster', async (widthPx, heightPx) => {
    const { luma, chroma } = await compare({ ...test, widthPx, heightPx });
    expect(luma).toBeGreaterThan(50);
    expect(chroma).toBeGreaterThan(44);
  });

  it.each(shipped)('draws %s like the WASM raster', async (name) => {
    const { luma, chroma } = await compare({ ...(await readAvatar(AVATARS, name)), widthPx: 224, heightPx: 224 });
    expect(luma).toBeGreaterThan(50);
    expect(chroma).toBeGreaterThan(44);
  });

  it('draws what is due together in one submit, whichever avatars and sizes', async () => {
    const before = renderer.submits;
    const small = prepareFace(test);
    const large = prepareFace({ ...test, widthPx: 192, heightPx: 224 });
    // More than one dispatch takes.
    const canvases = [...Array.from({ length: 11 }, () => renderer.openCanvas(small)), renderer.openCanvas(large)];
    const poses = canvases.map((_, i) => poseOf({ jawOpen: i / 11, headYaw: i / 11 - 0.5 }));
    expect(await Promise.all(canvases.map((canvas, i) => canvas.paint(poses[i] ?? still)))).toEqual(canvases.map(() => true));
    expect(renderer.submits - before).toBe(1);
    for (const [i, canvas] of canvases.entries()) {
      const alone = renderer.openCanvas(i < 11 ? small : large);
      await alone.paint(poses[i] ?? still);
      expect(Buffer.compare(alone.frame, canvas.frame), `canvas ${i}`).toBe(0);
      alone.close();
      canvas.close();
    }
  });

  it('draws nothing when nothing changed', async () => {
    const before = renderer.submits;
    using canvas = renderer.openCanvas(prepareFace(test));
    expect(await canvas.paint(poseOf({ jawOpen: 0.5 }))).toBe(true);
    expect(await canvas.paint(poseOf({ jawOpen: 0.5 }))).toBe(false);
    expect(renderer.submits - before).toBe(1);
  });

  it('gives up the textures of a face that no call shows', async () => {
    const model = prepareFace(test);
    const first = renderer.openCanvas(model);
    const second = renderer.openCanvas(model);
    first.close();
    first.close();
    await expect(first.paint(still)).rejects.toThrow(/closed/);
    expect(await second.paint(still)).toBe(true);
    second.close();
    using again = renderer.openCanvas(model);
    expect(await again.paint(still)).toBe(true);
  });
});

describe.runIf(found)('the end of a GpuRenderer', () => {
  let renderer: GpuRenderer;
  let device: GPUDevice;

  afterEach(() => renderer.close());

  const open = async (options: GpuRendererOptions = {}) => {
    ({ device } = await openGpu('any'));
    renderer = await GpuRenderer.create(device, options);
  };

  it('leaves to the next submit what exceeds the limit', async () => {
    const model = prepareFace(test);
    await open({ maxSubmitBytes: 2 * 160 * 128 * 1.5 });
    const canvases = Array.from({ length: 5 }, () => renderer.openCanvas(model));
    await Promise.all(canvases.map((canvas) => canvas.paint(still)));
    expect(renderer.submits).toBe(3);
    for (const canvas of canvases) expect(Buffer.compare(canvas.frame, canvases[0]?.frame ?? new Uint8Array())).toBe(0);
  });

  it('ends with the device, and the same models go on with another', async () => {
    // Nothing is collected: what is asked for is on its way at once.
    await open({ soon: (work) => work() });
    const model = prepareFace(test);
    const canvas = renderer.openCanvas(model);
    await canvas.paint(still);
    const before = canvas.frame.slice();
    const submitted = renderer.submits;
    const moving = canvas.paint(poseOf({ jawOpen: 1 }));
    expect(renderer.submits).toBe(submitted + 1);
    device.destroy();
    await expect(moving).rejects.toMatchObject({ code: 'gpu_lost' });
    await expect(renderer.lost).resolves.toMatchObject({ code: 'gpu_lost' });
    await expect(canvas.paint(poseOf({ jawOpen: 0.2 }))).rejects.toMatchObject({ code: 'gpu_lost' });
    expect(() => renderer.openCanvas(model)).toThrow(/lost/);

    await open();
    const again = renderer.openCanvas(model);
    await again.paint(still);
    expect(Buffer.compare(again.frame, before)).toBe(0);
  });

  it('ends when the device refuses to work', async () => {
    await open();
    device.createTexture({ size: [100_000, 1], format: 'rgba8unorm', usage: 4 });
    await expect(renderer.lost).resolves.toMatchObject({ code: 'gpu_lost', message: expect.stringContaining('refuses') });
  });

  it('finishes what is on its way before it gives the device back', async () => {
    await open({ depth: 1 });
    const model = prepareFace(test);
    const canvases = Array.from({ length: 3 }, () => renderer.openCanvas(model));
    const painted = canvases.map((canvas) => canvas.paint(still));
    await renderer.close();
    expect(await Promise.all(painted)).toEqual([true, true, true]);
    await expect(canvases[0]?.paint(poseOf({ jawOpen: 1 }))).rejects.toMatchObject({ code: 'gpu_lost' });
  });
});
