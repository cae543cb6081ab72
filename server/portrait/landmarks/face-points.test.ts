import { describe, expect, it } from 'vitest';
import type { FacePoints } from '../contract.ts';
import { TEST_FACE_POINTS, TEST_FACE_PX } from '../test-face.ts';
import { facePointsOf, landmarksThrough, looksLikeFace } from './face-points.ts';
import { eyeLine } from './find-face.ts';

const photo = { width: TEST_FACE_PX, height: TEST_FACE_PX };

describe('points placed by hand', () => {
  it('become the 68 landmarks, going through what was placed', () => {
    const landmarks = landmarksThrough(TEST_FACE_POINTS, photo);
    expect(landmarks).toHaveLength(68);
    const again = facePointsOf(landmarks);
    for (const [name, { x, y }] of Object.entries(TEST_FACE_POINTS)) {
      const found = again[name as keyof FacePoints]!;
      expect(Math.hypot(found.x - x, found.y - y)).toBeLessThan(4);
    }
    expect(looksLikeFace(landmarks)).toBe(true);
    expect(eyeLine(landmarks).length).toBeCloseTo(134, -1);
  });

  it('may be few', () => {
    const { irisRight, irisLeft, mouthRight, mouthLeft, chin } = TEST_FACE_POINTS;
    const landmarks = landmarksThrough({ irisRight, irisLeft, mouthRight, mouthLeft, chin }, photo);
    // The rest is the mean face's: the nose lies between eyes and mouth, the brows above the eyes.
    expect(landmarks[30]!.y).toBeGreaterThan(330);
    expect(landmarks[30]!.y).toBeLessThan(420);
    expect(landmarks[19]!.y).toBeLessThan(290);
    expect(landmarks[19]!.y).toBeGreaterThan(220);
  });

  it.each([
    ['no chin', { chin: undefined }, /chin is missing/],
    ['one eye', { irisLeft: undefined, eyeLeftInner: undefined }, /left eye/],
    ['right and left taken for each other', { irisRight: TEST_FACE_POINTS.irisLeft, irisLeft: TEST_FACE_POINTS.irisRight }, /upright face/],
    ['a point outside the picture', { chin: { x: 360, y: 2000 } }, /outside/],
    ['a point that is no number', { noseTip: { x: Number.NaN, y: 3 } }, /outside/],
  ])('are refused: %s', (_, change, message) => {
    const points = { ...TEST_FACE_POINTS, ...change } as FacePoints;
    expect(() => landmarksThrough(points, photo)).toThrow(message);
  });
});
