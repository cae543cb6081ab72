import { describe, expect, it } from 'vitest';
import { VAD_FRAME_SAMPLES } from '../hearing-rate.ts';
import { seededRandom } from '../test-speech.ts';
import { type Voicing, VoicingDetector } from './voicing.ts';

const voicingOf = (sound: (i: number) => number): Voicing => {
  const detector = new VoicingDetector();
  let last: Voicing = { periodicity: 0, pitchHz: 0 };
  for (let frame = 0; frame < 4; frame++) {
    last = detector.push(Float32Array.from({ length: VAD_FRAME_SAMPLES }, (_, i) => sound(frame * VAD_FRAME_SAMPLES + i)));
  }
  return last;
};

/** A glottis of sorts: a pulse train through one resonance. */
const pulses = (pitchHz: number) => {
  let a = 0;
  let b = 0;
  return (i: number) => {
    const pulse = Math.floor((i * pitchHz) / 16_000) !== Math.floor(((i - 1) * pitchHz) / 16_000) ? 0.3 : 0;
    const next = pulse + 1.7 * a - 0.86 * b;
    b = a;
    a = next;
    return next;
  };
};

describe('voicing', () => {
  it.each([85, 120, 200, 320])('finds a pitch of %i Hz', (pitchHz) => {
    const { periodicity, pitchHz: found } = voicingOf(pulses(pitchHz));
    expect(periodicity).toBeGreaterThan(0.7);
    expect(Math.abs(found - pitchHz)).toBeLessThan(0.04 * pitchHz);
  });

  it('finds none in noise and silence', () => {
    const random = seededRandom(3);
    const noise = voicingOf(() => 0.2 * (random() - 0.5));
    expect(noise.periodicity).toBeLessThan(0.5);
    for (const voicing of [noise, voicingOf(() => 0), voicingOf(() => 0.3)]) expect(voicing.pitchHz).toBe(0);
    expect(voicingOf(() => 0).periodicity).toBe(0);
    expect(voicingOf(() => 0.3).periodicity).toBe(0);
  });
});
