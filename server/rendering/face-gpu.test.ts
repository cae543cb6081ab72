import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../core/clock.ts';
import { loadRig } from '../face/load-rig.ts';
import { buildRaster } from '../face/raster/build-raster.ts';
import { poseOf } from '../face/raster/poses.fixture.ts';
import { FaceRaster } from '../face/raster/raster.ts';
import { psnrDb } from '../face/raster/reference.ts';
import { testAtlas, testRig } from '../face/test-rig.ts';
import { CallCanvas } from './call-canvas.ts';
import type { FaceRenderer } from './contract.ts';
import { FaceGpu } from './face-gpu.ts';
import { StoredFace } from './face-store.ts';
import { type OpenGpu, openGpu } from './gpu-adapter.ts';
import { renderingError } from './rendering-error.ts';
import { findGpu } from './software-gpu.fixture.ts';

const found = await findGpu();
found?.device.destroy();

const avatar = { rig: loadRig(JSON.parse(JSON.stringify(testRig()))), atlas: testAtlas() };
const SIDE_PX = 128;
const TIMEOUT_MS = 250;
let clock: VirtualClock;
let told: FaceRenderer[];
let gpu: FaceGpu;

beforeEach(() => {
  clock = new VirtualClock();
  told = [];
});
afterEach(() => gpu.close());

const gpuOf = (open: () => Promise<OpenGpu>) => {
  gpu = new FaceGpu({ open, timeoutMs: TIMEOUT_MS, onChange: (renderer) => told.push(renderer), clock });
  return gpu;
};

describe('FaceGpu without a card', () => {
  it('asks again, later each time, and gives up', async () => {
    let asked = 0;
    await gpuOf(() => {
      asked++;
      return Promise.reject(renderingError('gpu_missing', 'None'));
    }).start();
    for (const delayMs of [0, 1_000, 5_000, 30_000]) {
      const before = asked;
      clock.advance(delayMs);
      await gpu.start();
      expect(asked).toBe(before + 1);
    }
    expect(clock.pendingAlarms).toBe(0);
    expect(gpu.renderer).toBeUndefined();
    expect(told.at(-1)).toEqual({ id: 'wasm', reason: 'None' });
  });
});

describe.runIf(found)('a call whose graphics card is lost', () => {
  let devices: GPUDevice[];
  let face: StoredFace;
  let canvas: CallCanvas;

  beforeEach(async () => {
    devices = [];
    const program = await WebAssembly.compile((await buildRaster()).bytes);
    const raster = await FaceRaster.create({ program, ...avatar, widthPx: SIDE_PX, heightPx: SIDE_PX });
    face = new StoredFace(raster, () => Promise.resolve(avatar));
    gpuOf(async () => {
      const opened = await openGpu('any');
      devices.push(opened.device);
      return opened;
    });
    canvas = new CallCanvas({ face, gpu, stillnessPx: 0, clock });
  });

  afterEach(() => canvas.close());

  let pose = 0;
  const paint = async () => {
    await canvas.paint(poseOf({ jawOpen: ++pose % 2, headYaw: 0.3 }));
    return canvas.drawnBy;
  };

  /** Pictures go on meanwhile. */
  const untilDrawnBy = (renderer: 'wasm' | 'webgpu') => expect.poll(paint, { interval: 1, timeout: 20_000 }).toBe(renderer);

  /** Against the WASM raster's own picture of the last pose. */
  const isRight = () => {
    const expected = face.raster.openCanvas();
    expected.paint(poseOf({ jawOpen: pose % 2, headYaw: 0.3 }));
    const luma = SIDE_PX * SIDE_PX;
    expect(psnrDb(canvas.frame.slice(0, luma), expected.frame.slice(0, luma))).toBeGreaterThan(50);
    expected.close();
  };

  it('is drawn by the WASM raster in the same frame, and by the next device when there is one', async () => {
    expect(await paint()).toBe('wasm');
    await gpu.start();
    await untilDrawnBy('webgpu');
    isRight();
    devices[0]?.destroy();
    expect(await paint()).toBe('wasm');
    isRight();
    clock.advance(0);
    await untilDrawnBy('webgpu');
    isRight();
    expect(devices).toHaveLength(2);
    expect(told.map(({ id }) => id)).toEqual(['webgpu', 'wasm', 'webgpu']);
    expect(told[0]?.adapter).toBe(found?.name);
  });

  it('does not wait for a silent card', async () => {
    await gpu.start();
    await untilDrawnBy('webgpu');
    const painted = paint();
    clock.advance(TIMEOUT_MS);
    expect(await painted).toBe('wasm');
    isRight();
    expect(told.at(-1)?.reason).toContain('silent');
  });

  it('stays with the WASM raster when the card cannot have the face', async () => {
    await gpu.start();
    const broken = new StoredFace(face.raster, () => Promise.reject(new Error('Gone')));
    using other = new CallCanvas({ face: broken, gpu, stillnessPx: 0, clock });
    await other.paint(poseOf({}));
    await expect(broken.model()).rejects.toThrow('Gone');
    await other.paint(poseOf({ jawOpen: 1 }));
    expect(other.drawnBy).toBe('wasm');
  });
});
