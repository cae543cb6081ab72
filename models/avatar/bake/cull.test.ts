import { describe, expect, it } from 'vitest';
import type { Rig, RigLayer } from '../../../server/face/rig.ts';
import { loadRig } from '../../../server/face/load-rig.ts';
import { EMOTION_POSES, VISEME_POSES } from './expressions.ts';
import { cullHidden } from './cull.ts';
import { encodeLayer, gridMesh } from './layer.ts';

const SIDE = 1024;
const whole = { x: 0, y: 0, width: SIDE, height: SIDE };
const picture = { width: 16, height: 16, rgba: new Float32Array(0) };

const layer = (id: string, region: typeof whole, cells: number, extra: Partial<RigLayer> = {}): RigLayer => ({
  ...encodeLayer({ id, picture, region, ...gridMesh(region, cells, cells, () => ({ depth: 0, follow: 1 })), morphs: {} }, { x: 0, y: 0 }),
  ...extra,
});

const rigOf = (layers: RigLayer[]): Rig => ({
  format: 'visavis-rig',
  version: 1,
  name: 'test',
  title: 'Test',
  origin: '',
  licence: '',
  canvas: { width: SIDE, height: SIDE },
  atlas: { file: 'atlas.png', width: 16, height: 16 },
  pose: { pivot: { x: 512, y: 512 }, yawDeg: 9, pitchDeg: 8, rollDeg: 8, shiftPx: 28, zoom: 0.05, cameraPx: 4096 },
  visemes: VISEME_POSES,
  emotions: EMOTION_POSES,
  layers,
});

const trianglesOf = (rig: Rig, alpha: number): number[] => {
  const atlas = { width: 16, height: 16, data: new Uint8Array(16 * 16 * 4).fill(alpha) };
  return loadRig(cullHidden({ rig, atlas }).rig).layers.map((l) => l.indices.length / 3);
};

describe('culling', () => {
  const front = { x: 200, y: 200, width: 600, height: 600 };

  it('takes what is hidden even when layers slide over each other, and nothing at the edge', () => {
    const [back] = trianglesOf(rigOf([layer('hairBack', whole, 32), layer('skin', front, 4)]), 255);
    const hiddenCells = Math.floor((600 - 2 * 72) / 32) ** 2;
    expect(back).toBeLessThanOrEqual(2 * (32 * 32 - hiddenCells) + 2 * 32 * 4);
    expect(back).toBeGreaterThan(2 * (32 * 32 - 19 * 19));
  });

  it('keeps what lies behind the seam of two layers, which part when the head turns', () => {
    const left = { x: 200, y: 200, width: 300, height: 600 };
    const right = { ...left, x: 500 };
    const behind = (fronts: (typeof left)[]) => {
      const front = fronts.map((region, i) => layer(i === 0 ? 'skin' : 'hairFront', region, 4));
      return trianglesOf(rigOf([layer('hairBack', whole, 32), ...front]), 255)[0]!;
    };
    // Two columns of 72 px, over the height that is hidden.
    expect(behind([left, right]) - behind([front])).toBeGreaterThan(2 * 4 * 13);
  });

  it('keeps everything behind what is translucent, masked or fades', () => {
    const all = 2 * 32 * 32;
    expect(trianglesOf(rigOf([layer('hairBack', whole, 32), layer('skin', front, 4)]), 200)[0]).toBe(all);
    const fading = layer('skin', front, 4, { opacity: { base: 0, gains: { jawOpen: 1 } } });
    expect(trianglesOf(rigOf([layer('hairBack', whole, 32), fading]), 255)[0]).toBe(all);
  });

  it('leaves faces whole', () => {
    expect(trianglesOf(rigOf([layer('skin', whole, 32), layer('hairFront', front, 4)]), 255)[0]).toBe(2 * 32 * 32);
  });
});
