import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { FaceEvaluator } from '../evaluator.ts';
import { type LoadedRig, loadRig } from '../load-rig.ts';
import { FacePerformer } from '../performer.ts';
import { type FaceParameters, PARAMETER_COUNT } from '../parameters.ts';
import type { Rig, RigLayer } from '../rig.ts';
import { testAtlas, testRig } from '../test-rig.ts';
import { buildRaster } from './build-raster.ts';
import type { RgbaImage } from './planes.ts';
import { MIXED_POSES, poseOf } from './poses.fixture.ts';
import { FaceRaster } from './raster.ts';
import { psnrDb, referenceFrame } from './reference.ts';

const load = (rig: Rig): LoadedRig => loadRig(JSON.parse(JSON.stringify(rig)));
const rig = load(testRig());
const atlas = testAtlas();
let program: WebAssembly.Module;

beforeAll(async () => {
  program = await WebAssembly.compile((await buildRaster()).bytes);
}, 60_000);

const draw = async (options: { rig?: LoadedRig; atlas?: RgbaImage; widthPx: number; heightPx: number }, values: FaceParameters) => {
  const raster = await FaceRaster.create({ program, rig, atlas, ...options });
  const canvas = raster.openCanvas();
  canvas.paint(values);
  return canvas.frame.slice();
};
const hash = (frame: Uint8Array) => createHash('sha256').update(frame).digest('hex').slice(0, 16);

describe('FaceRaster', () => {
  it.each(Object.entries(MIXED_POSES))('draws %s like the reference', async (_, pose) => {
    const frame = await draw({ widthPx: 256, heightPx: 256 }, poseOf(pose));
    const reference = referenceFrame(rig, atlas, new FaceEvaluator(rig).evaluate(poseOf(pose)));
    expect(psnrDb(frame.subarray(0, 65_536), reference.subarray(0, 65_536))).toBeGreaterThan(50);
    expect(psnrDb(frame.subarray(65_536), reference.subarray(65_536))).toBeGreaterThan(48);
  });

  it('draws the same bits everywhere', async () => {
    const hashes: Record<string, string> = {};
    for (const [name, pose] of Object.entries(MIXED_POSES)) hashes[name] = hash(await draw({ widthPx: 256, heightPx: 256 }, poseOf(pose)));
    hashes.small = hash(await draw({ widthPx: 160, heightPx: 128 }, poseOf(MIXED_POSES.speaking ?? {})));
    hashes.large = hash(await draw({ widthPx: 512, heightPx: 512 }, poseOf(MIXED_POSES.happy ?? {})));
    expect(hashes).toMatchInlineSnapshot(`
      {
        "blinking": "033362e3bfcc9994",
        "happy": "902714911832fca2",
        "large": "a8e2b664bb48d02e",
        "rest": "a75c7ad94cbef331",
        "small": "5442862aa464b79a",
        "speaking": "69ebb0f210dc80c2",
      }
    `);
  });

  it('keeps a picture up to date bit by bit while it redraws only what changed', async () => {
    const raster = await FaceRaster.create({ program, rig, atlas, widthPx: 192, heightPx: 224 });
    const canvas = raster.openCanvas();
    const neighbour = raster.openCanvas();
    const weights = fc.array(fc.tuple(fc.nat(PARAMETER_COUNT - 1), fc.float({ min: -1, max: 1, noNaN: true })), { maxLength: 6 });
    fc.assert(
      fc.property(fc.array(weights, { minLength: 1, maxLength: 6 }), (frames) => {
        const values = poseOf();
        for (const changes of frames) {
          for (const [i, value] of changes) values[i] = value;
          canvas.paint(values);
          neighbour.paint(poseOf({ headYaw: values[0] as number }));
        }
        const fresh = raster.openCanvas();
        fresh.paint(values);
        const same = Buffer.compare(fresh.frame.slice(), canvas.frame) === 0;
        fresh.close();
        expect(same).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('follows a whole performance bit by bit', async () => {
    const raster = await FaceRaster.create({ program, rig, atlas, widthPx: 128, heightPx: 128 });
    const canvas = raster.openCanvas();
    const performer = new FacePerformer({ seed: 3 });
    performer.speak('t', 48_000, [
      { symbol: 'm', startMs: 0, endMs: 80 },
      { symbol: 'a', startMs: 80, endMs: 300 },
    ]);
    for (let i = 0; i < 75; i++) canvas.paint(performer.frameAt(i * 1920));
    const fresh = raster.openCanvas();
    fresh.paint(performer.frameAt(74 * 1920));
    expect(Buffer.compare(fresh.frame.slice(), canvas.frame)).toBe(0);
  });

  it('draws nothing when nothing changed', async () => {
    const raster = await FaceRaster.create({ program, rig, atlas, widthPx: 128, heightPx: 128 });
    const canvas = raster.openCanvas();
    expect(canvas.paint(poseOf({ jawOpen: 0.5 }))).toBe(true);
    expect(canvas.paint(poseOf({ jawOpen: 0.5 }))).toBe(false);
  });

  it('covers every pixel of a mesh exactly once, whatever its triangles look like', async () => {
    const plain: RgbaImage = { width: 64, height: 64, data: new Uint8Array(64 * 64 * 4).fill(255) };
    await fc.assert(
      fc.asyncProperty(fc.array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: 98, maxLength: 98 }), async (jitter) => {
        const frame = await draw({ rig: load(jitteredGrid(jitter)), atlas: plain, widthPx: 128, heightPx: 128 }, poseOf({ jawOpen: 0.5 }));
        // Half-transparent white over black: a seam would be darker, an edge drawn twice lighter.
        expect(new Set(frame.subarray(0, 128 * 128))).toEqual(new Set([frame[0]]));
        expect(frame[0]).toBeGreaterThan(120);
        expect(frame[0]).toBeLessThan(132);
      }),
      { numRuns: 30 },
    );
  });

  it('shares one raster between calls, and takes slots back', async () => {
    const raster = await FaceRaster.create({ program, rig, atlas, widthPx: 128, heightPx: 128 });
    const first = raster.openCanvas();
    first.paint(poseOf());
    const before = first.frame.slice();
    const others = Array.from({ length: 20 }, () => raster.openCanvas());
    for (const other of others) other.paint(poseOf({ headYaw: 1 }));
    expect(first.frame.slice()).toEqual(before);
    for (const other of others) other.close();
    others[0]?.close();
    expect(raster.openCanvases).toBe(1);
    expect(() => others[0]?.paint(poseOf())).toThrow(/closed/);
  });

  it.each([
    [63, 64],
    [64, 65],
    [30, 64],
    [4000, 64],
  ])('refuses a picture of %i x %i', async (widthPx, heightPx) => {
    await expect(FaceRaster.create({ program, rig, atlas, widthPx, heightPx })).rejects.toMatchObject({ code: 'raster_failed' });
  });

  it('refuses an atlas of another size than the rig says', async () => {
    const wrong = { width: 8, height: 8, data: new Uint8Array(256) };
    await expect(FaceRaster.create({ program, rig, atlas: wrong, widthPx: 128, heightPx: 128 })).rejects.toMatchObject({
      code: 'avatar_invalid',
    });
  });
});

/** A 6 x 6 grid over and beyond the canvas whose inner vertices are moved about, not so far that it folds; half-transparent by jawOpen = 0.5. */
function jitteredGrid(jitter: readonly number[]): Rig {
  const base64 = (values: Float32Array | Uint16Array) => btoa(String.fromCharCode(...new Uint8Array(values.buffer)));
  const vertices: number[] = [];
  for (let j = 0; j < 7; j++) {
    for (let i = 0; i < 7; i++) {
      const edge = i === 0 || j === 0 || i === 6 || j === 6;
      const k = (j * 7 + i) * 2;
      vertices.push(
        -11 + i * 25 + (edge ? 0 : 6 * (jitter[k] as number)),
        -11 + j * 25 + (edge ? 0 : 6 * (jitter[k + 1] as number)),
        32,
        32,
      );
    }
  }
  const indices: number[] = [];
  for (let j = 0; j < 6; j++)
    for (let i = 0; i < 6; i++) indices.push(j * 7 + i, j * 7 + i + 1, j * 7 + i + 7, j * 7 + i + 1, j * 7 + i + 8, j * 7 + i + 7);
  const layer: RigLayer = {
    id: 'grid',
    opacity: { base: 0, gains: { jawOpen: 1 } },
    mesh: {
      vertices: base64(Float32Array.from(vertices)),
      indices: base64(Uint16Array.from(indices)),
      depth: base64(new Float32Array(49)),
      follow: base64(new Float32Array(49)),
    },
    morphs: {},
  };
  return { ...testRig(), canvas: { width: 128, height: 128 }, atlas: { file: 'a.png', width: 64, height: 64 }, layers: [layer] };
}
