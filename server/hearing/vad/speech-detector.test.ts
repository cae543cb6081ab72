import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VAD_FRAME_MS } from '../hearing-rate.ts';
import { levelDb, SpeechDetector } from './speech-detector.ts';

const options = { speechThreshold: 0.5, silenceThreshold: 0.35, bridgeMs: 160, voicedThreshold: 0.5 };
const run = (probabilities: readonly number[], periodicity = 1) => {
  const detector = new SpeechDetector(options);
  return probabilities.map((probability) => detector.push({ probability, periodicity, levelDb: -20 }));
};
const repeat = (count: number, value: number): number[] => Array<number>(count).fill(value);

describe('the speech detector', () => {
  it('begins above one threshold and ends below the other', () => {
    expect(run([0.4, 0.5, 0.4, 0.36, 0.34, 0.4, 0.49]).map((state) => state.isSpeech)).toEqual([
      false,
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it('counts silence from the last speech frame, and from the beginning before any', () => {
    expect(run([0, 0, 1, 0, 0]).map((state) => state.silenceMs / VAD_FRAME_MS)).toEqual([1, 2, 0, 1, 2]);
  });

  it('bridges short gaps: their time belongs to the stretch', () => {
    const states = run([...repeat(3, 1), ...repeat(5, 0), ...repeat(2, 1)]);
    expect(states.at(-1)!.speechMs).toBe(10 * VAD_FRAME_MS);
  });

  it('begins a new stretch after a longer gap', () => {
    const states = run([...repeat(3, 1), ...repeat(6, 0), ...repeat(2, 1)]);
    expect(states[7]!.speechMs).toBe(3 * VAD_FRAME_MS);
    expect(states[8]!.speechMs).toBe(0);
    expect(states.at(-1)!.speechMs).toBe(2 * VAD_FRAME_MS);
  });

  it('tells the voiced share of the stretch, without its gaps', () => {
    const detector = new SpeechDetector(options);
    for (const periodicity of [0.9, 0.9, 0.9, 0.1]) detector.push({ probability: 1, periodicity, levelDb: -20 });
    expect(detector.push({ probability: 0, periodicity: 0, levelDb: -70 }).voicedShare).toBe(0.75);
  });

  it('hears by the level that speech may have ended, before the probability says so', () => {
    const detector = new SpeechDetector(options);
    const levels = [...repeat(4, -20), -35, -41, -60, -60, -30, -45, -60, -30];
    const probabilities = [...repeat(8, 1), 1, 1, 0, 0];
    const quiet = levels.map(
      (levelDb, i) => detector.push({ probability: probabilities[i]!, periodicity: 1, levelDb }).quietMs / VAD_FRAME_MS,
    );
    // A door that slams in the silence (-30) is no speech.
    expect(quiet).toEqual([0, 0, 0, 0, 0, 1, 2, 3, 0, 1, 2, 3]);
  });

  it('takes no level before any speech for a fall', () => {
    const detector = new SpeechDetector(options);
    expect(detector.push({ probability: 0, periodicity: 0, levelDb: -90 }).quietMs).toBe(0);
    detector.push({ probability: 1, periodicity: 1, levelDb: -50 });
    expect(detector.push({ probability: 0.4, periodicity: 1, levelDb: -60 }).quietMs).toBe(0);
  });

  it('keeps its invariants for every sequence of probabilities', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 200 }), (probabilities) => {
        let last = { isSpeech: false, speechMs: 0, silenceMs: 0, quietMs: 0, voicedShare: 0 };
        for (const [i, state] of run(probabilities, 0.6).entries()) {
          expect(state.isSpeech).toBe(state.silenceMs === 0);
          expect(state.speechMs % VAD_FRAME_MS).toBe(0);
          expect(state.speechMs + state.silenceMs).toBeLessThanOrEqual((i + 1) * VAD_FRAME_MS);
          if (state.isSpeech) expect(state.speechMs).toBeGreaterThan(0);
          if (!state.isSpeech) expect(state.silenceMs).toBe(last.silenceMs + VAD_FRAME_MS);
          if (state.silenceMs > options.bridgeMs) expect(state.speechMs).toBe(0);
          expect(state.voicedShare).toBe(state.speechMs > 0 ? 1 : 0);
          last = state;
        }
      }),
    );
  });
});

it('measures the level of a frame in dB of full scale', () => {
  expect(levelDb(new Float32Array(512).fill(1))).toBeCloseTo(0);
  expect(levelDb(new Float32Array(512).fill(0.1))).toBeCloseTo(-20);
  expect(levelDb(new Float32Array(512))).toBe(-100);
});
