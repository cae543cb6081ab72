import { describe, expect, it } from 'vitest';
import { controlsIn } from './avatar-controls.ts';

describe('controlsIn', () => {
  it('clamps numbers, reads numbers as text, and leaves everything else out', () => {
    const written = {
      blink_rate: 7,
      head_tilt: '0.25',
      expression_intensity: Number.NaN,
      mouth_openness: null,
      eyebrow_raise: -1,
      mood: 1,
    };
    expect(controlsIn(written)).toEqual({ blink_rate: 1, head_tilt: 0.25, eyebrow_raise: 0 });
  });

  it.each([undefined, null, 'blink', 5, [], {}, { blink_rate: '' }, { blink_rate: true }, Object.create({ blink_rate: 1 })])(
    'finds none in %j',
    (written) => {
      expect(controlsIn(written)).toBeUndefined();
    },
  );
});
