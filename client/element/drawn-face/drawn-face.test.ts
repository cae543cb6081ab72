import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { P, PARAMETER_COUNT } from '../../../server/face/parameters.ts';
import { isNarrow, renderingPlace } from '../rendering-place.ts';
import { FaceTimeline } from './face-timeline.ts';
import { LARGEST_SIDE_PX, pictureSize, smallerSide } from './picture-size.ts';
import { SteadyClock } from './steady-clock.ts';

const face = (jawOpen: number): Float32Array => {
  const parameters = new Float32Array(PARAMETER_COUNT);
  parameters[P.jawOpen] = jawOpen;
  return parameters;
};
const jawOf = (parameters: Float32Array | undefined): number => parameters?.[P.jawOpen] ?? Number.NaN;

describe('the timeline', () => {
  test('gives the face between two frames, and the nearest one beyond either end', () => {
    const timeline = new FaceTimeline();
    expect(timeline.faceAt(0)).toBeUndefined();
    timeline.add(80, face(0.5));
    timeline.add(40, face(0.1));
    timeline.add(40, face(0.9));
    expect([0, 40, 60, 70, 80, 500].map((ms) => jawOf(timeline.faceAt(ms)).toFixed(2))).toEqual([
      '0.10',
      '0.10',
      '0.30',
      '0.40',
      '0.50',
      '0.50',
    ]);
    expect(timeline.newestMs).toBe(80);
  });

  test('rests first where frames are missing, and then moves as fast as the nearest hole of three frames', () => {
    const timeline = new FaceTimeline();
    timeline.add(0, face(0));
    timeline.add(1_000, face(1));
    expect([500, 880, 940].map((ms) => jawOf(timeline.faceAt(ms)).toFixed(2))).toEqual(['0.00', '0.00', '0.50']);
  });

  test('keeps order and bounds whatever the order of arrival', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 200 }), { minLength: 1, maxLength: 200 }), (times) => {
        const timeline = new FaceTimeline();
        for (const time of times) timeline.add(time * 40, face(time / 200));
        for (let ms = 0; ms <= 8_000; ms += 333) {
          const jaw = jawOf(timeline.faceAt(ms));
          expect(jaw).toBeGreaterThanOrEqual(Math.fround(Math.min(...times) / 200));
          expect(jaw).toBeLessThanOrEqual(Math.fround(Math.max(...times) / 200));
        }
      }),
    );
  });
});

describe('the clock', () => {
  test('follows jittery readings without their jitter', () => {
    const clock = new SteadyClock();
    let before = clock.at(0, 1_000) as number;
    for (let ms = 16; ms < 5_000; ms += 16) {
      const now = clock.at(ms, 1_000 + ms + 20 * Math.sin(ms)) as number;
      expect(now - before).toBeGreaterThan(10);
      expect(now - before).toBeLessThan(22);
      expect(Math.abs(now - 1_000 - ms)).toBeLessThan(8);
      before = now;
    }
  });

  test('runs on without readings, and jumps where it was wrong', () => {
    const clock = new SteadyClock();
    expect(clock.at(0, undefined)).toBeUndefined();
    expect(clock.at(10, 500)).toBe(500);
    expect(clock.at(60, undefined)).toBe(550);
    expect(clock.at(100, 2_000)).toBe(2_000);
  });
});

test('pictures are as large as the screen shows them, in few steps', () => {
  const square = { width: 512, height: 512 };
  expect(pictureSize(square, { width: 400, height: 300 }, 1, LARGEST_SIDE_PX)).toEqual({ width: 512, height: 512 });
  expect(pictureSize(square, { width: 700, height: 700 }, 2, LARGEST_SIDE_PX)).toEqual({ width: 1024, height: 1024 });
  expect(pictureSize(square, { width: 700, height: 700 }, 2, smallerSide(768))).toEqual({ width: 640, height: 640 });
  expect(pictureSize({ width: 640, height: 360 }, { width: 640, height: 360 }, 1, LARGEST_SIDE_PX)).toEqual({ width: 640, height: 360 });
  expect(pictureSize(square, { width: 0, height: 0 }, 1, LARGEST_SIDE_PX)).toEqual({ width: 256, height: 256 });
  expect(smallerSide(256)).toBe(256);
});

test('who draws by default depends on the link, where the browser knows it', () => {
  expect([undefined, {}, { downlink: 10 }, { downlink: 0 }].map((link) => renderingPlace('auto', link))).toEqual(Array(4).fill('server'));
  expect([{ saveData: true }, { downlink: 0.3 }].map((link) => renderingPlace('auto', link))).toEqual(['client', 'client']);
  expect([renderingPlace('server', { saveData: true }), renderingPlace('client', undefined)]).toEqual(['server', 'client']);
  expect(isNarrow({ downlink: 0.06 })).toBe(true);
});
