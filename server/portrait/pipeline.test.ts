import { beforeAll, describe, expect, it } from 'vitest';
import { loadRig } from '../face/load-rig.ts';
import { IMPORT_LIMITS } from './contract.ts';
import { levelledFrame } from './frame.ts';
import { landmarksThrough } from './landmarks/face-points.ts';
import type { RgbPicture } from './landmarks/landmark-engine.ts';
import { cutOut } from './matte/matte.ts';
import { readPhotograph } from './photograph.ts';
import { type Portrait, portrayed } from './pipeline.ts';
import { refineEyes } from './refine/eyes.ts';
import { refineMouth } from './refine/mouth.ts';
import { apply, inverse } from './similarity.ts';
import { drawTestFace, TEST_FACE_POINTS, TEST_FACE_PX, TEST_IRIS_RADIUS } from './test-face.ts';

let photo: RgbPicture;
beforeAll(async () => {
  photo = await readPhotograph(await drawTestFace(), IMPORT_LIMITS);
});

const noEngine = () => Promise.reject(new Error('no engine is needed'));
const identity = { name: 'drawn', title: 'Drawn', origin: 'a test', licence: 'none' };
/** Hands are not exact. */
const roughly = (points: typeof TEST_FACE_POINTS) =>
  Object.fromEntries(Object.entries(points).map(([name, { x, y }], i) => [name, { x: x + ((i * 7) % 5) - 2, y: y + ((i * 3) % 5) - 2 }]));

describe('the contours of a drawn face', () => {
  it('are found from points placed roughly', () => {
    const frame = levelledFrame(photo, landmarksThrough(roughly(TEST_FACE_POINTS), photo), 90);
    const toFrame = inverse(frame.toPhoto);
    const scale = frame.unit / frame.eyeDistancePx;
    const eyes = refineEyes(frame);
    for (const [eye, name] of [
      [eyes[0], 'irisRight'],
      [eyes[1], 'irisLeft'],
    ] as const) {
      const truth = apply(toFrame, TEST_FACE_POINTS[name]);
      expect(Math.hypot(eye.iris.x - truth.x, eye.iris.y - truth.y)).toBeLessThan(2.5);
      expect(Math.abs(eye.irisRadius - TEST_IRIS_RADIUS * scale)).toBeLessThan(2);
      expect(eye.irisScore).toBeGreaterThan(20);
      expect(eye.opening).toBeGreaterThan(14 * scale);
      expect(eye.opening).toBeLessThan(36 * scale);
    }
    const mouth = refineMouth(frame);
    expect(mouth.isOpen).toBe(false);
    for (const [corner, name] of [
      [mouth.left, 'mouthRight'],
      [mouth.right, 'mouthLeft'],
    ] as const) {
      const truth = apply(toFrame, TEST_FACE_POINTS[name]);
      expect(Math.hypot(corner.x - truth.x, corner.y - truth.y)).toBeLessThan(7);
    }
  });

  it('part the person from the wall', () => {
    const frame = levelledFrame(photo, landmarksThrough(TEST_FACE_POINTS, photo), 70);
    const { alpha, foreground, background, outlineContrast } = cutOut(frame);
    const at = (x: number, y: number) => {
      const p = apply(inverse(frame.toPhoto), { x, y });
      return alpha.data[Math.round(p.y) * frame.width + Math.round(p.x)]!;
    };
    expect(outlineContrast).toBeGreaterThan(2);
    expect(at(360, 400)).toBeGreaterThan(0.98);
    expect(at(360, 100)).toBeGreaterThan(0.9);
    expect(at(120, 120)).toBeLessThan(0.1);
    expect(at(620, 200)).toBeLessThan(0.1);
    // Person over background is the picture again.
    for (let i = 0; i < alpha.data.length; i += 977) {
      const a = alpha.data[i]!;
      expect(Math.abs(a * foreground[0].data[i]! + (1 - a) * background[0].data[i]! - frame.colours[0].data[i]!)).toBeLessThan(4);
    }
  });
});

describe('a drawn face as an avatar', () => {
  let portrait: Portrait;
  const stages: string[] = [];
  beforeAll(async () => {
    portrait = await portrayed(photo, { identity, points: TEST_FACE_POINTS, openEngine: noEngine, onStage: (stage) => stages.push(stage) });
  });

  it('is a rig that loads, of the size that renderers like', () => {
    const rig = loadRig(JSON.parse(JSON.stringify(portrait.rig)));
    expect(rig.triangleCount).toBeLessThan(12_000);
    expect(rig.layers.length).toBeLessThan(24);
    expect([...new Set(stages)]).toEqual(['landmarks', 'contours', 'matte', 'mesh', 'painting']);
    expect(portrait.likeness).toMatchObject({ isCutOut: true, hasGlasses: false, eyesMove: true });
  });

  it('opens its mouth, shuts its eyes and turns its head', () => {
    const rig = loadRig(JSON.parse(JSON.stringify(portrait.rig)));
    const skin = rig.layers.find(({ id }) => id === 'skin')!;
    const unit = portrait.likeness.frame.unit;
    const names = Object.keys(portrait.rig.layers.find(({ id }) => id === 'skin')!.morphs);
    for (const name of [
      'jawOpen',
      'mouthSmileLeft',
      'mouthPucker',
      'eyeBlinkRight',
      'eyeBlinkLeft',
      'browInnerUp',
      'cheekSquintLeft',
      'breath',
    ]) {
      expect(names).toContain(name);
    }
    const reach = (name: string) => {
      const deltas = new Float32Array(
        Uint8Array.from(Buffer.from(portrait.rig.layers.find(({ id }) => id === 'skin')!.morphs[name as 'jawOpen']!.deltas, 'base64'))
          .buffer,
      );
      return Math.max(...Array.from(deltas, Math.abs));
    };
    expect(reach('jawOpen')).toBeGreaterThan(0.3 * unit);
    expect(reach('jawOpen')).toBeLessThan(0.5 * unit);
    expect(reach('eyeBlinkLeft')).toBeGreaterThan(0.05 * unit);
    // No vertex jumps away from its neighbours: nothing tears.
    expect(tears(portrait, 'jawOpen', 1)).toBe(0);
    expect(tears(portrait, 'mouthPucker', 1)).toBe(0);
    expect(tears(portrait, 'mouthSmileLeft', 1)).toBe(0);
    expect(Math.max(...skin.depth)).toBeGreaterThan(0.7 * unit);
    expect(Math.min(...skin.follow)).toBe(0);
    expect(Math.max(...skin.follow)).toBe(1);
  });

  it.each([
    ['turned away', { noseTip: { x: 470, y: 378 }, faceLeft: { x: 490, y: 330 } }, 'portrait_turned'],
    ['tilted', undefined, 'portrait_tilted'],
  ])('is refused when the head is %s', async (_, change, code) => {
    const points = change
      ? { ...TEST_FACE_POINTS, ...change }
      : Object.fromEntries(Object.entries(TEST_FACE_POINTS).map(([name, p]) => [name, turned(p, 40)]));
    await expect(portrayed(photo, { identity, points, openEngine: noEngine, onStage: () => undefined })).rejects.toMatchObject({ code });
  });

  it('is refused when the picture is blurred, dark, burnt or small', async () => {
    const attempt = async (picture: RgbPicture, points = TEST_FACE_POINTS as Record<string, { x: number; y: number }>) =>
      portrayed(picture, { identity, points, openEngine: noEngine, onStage: () => undefined });
    const blurred = await readPhotograph(await drawTestFace({ blurPx: 12 }), IMPORT_LIMITS);
    await expect(attempt(blurred)).rejects.toMatchObject({ code: 'portrait_blurred' });
    await expect(attempt({ ...photo, data: photo.data.map((v) => v / 16) })).rejects.toMatchObject({ code: 'portrait_dark' });
    await expect(attempt({ ...photo, data: photo.data.map((v) => Math.min(255, v * 2.4)) })).rejects.toMatchObject({
      code: 'portrait_burnt',
    });
    const half = Object.fromEntries(Object.entries(TEST_FACE_POINTS).map(([name, { x, y }]) => [name, { x: 200 + x / 4, y: 200 + y / 4 }]));
    await expect(attempt(photo, half)).rejects.toMatchObject({ code: 'portrait_too_small' });
  });
});

const turned = ({ x, y }: { x: number; y: number }, degrees: number) => {
  const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const [dx, dy] = [x - 360, y - 360];
  return { x: Math.min(TEST_FACE_PX - 1, 360 + c * dx - s * dy), y: Math.min(TEST_FACE_PX - 1, 360 + s * dx + c * dy) };
};

/** Triangles of the skin that a movement turns inside out by more than a hair. */
function tears({ rig }: Portrait, name: 'jawOpen' | 'mouthPucker' | 'mouthSmileLeft', weight: number): number {
  const layer = loadRig(JSON.parse(JSON.stringify(rig))).layers.find(({ id }) => id === 'skin')!;
  const moved = layer.rest.slice();
  const encoded = rig.layers.find(({ id }) => id === 'skin')!.morphs[name]!;
  const bytes = (text: string) => Uint8Array.from(Buffer.from(text, 'base64')).buffer;
  const vertices = new Uint16Array(bytes(encoded.vertices));
  const deltas = new Float32Array(bytes(encoded.deltas));
  vertices.forEach((v, i) => {
    moved[v * 4] = moved[v * 4]! + weight * deltas[i * 3]!;
    moved[v * 4 + 1] = moved[v * 4 + 1]! + weight * deltas[i * 3 + 1]!;
  });
  const area = (from: Float32Array, t: number) => {
    const [a, b, c] = [0, 1, 2].map((k) => layer.indices[t + k]! * 4) as [number, number, number];
    return (from[b]! - from[a]!) * (from[c + 1]! - from[a + 1]!) - (from[b + 1]! - from[a + 1]!) * (from[c]! - from[a]!);
  };
  let count = 0;
  for (let t = 0; t < layer.indices.length; t += 3) if (area(layer.rest, t) * area(moved, t) < -1) count++;
  return count;
}
