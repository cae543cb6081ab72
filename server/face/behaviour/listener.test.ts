import { describe, expect, it } from 'vitest';
import { Listener, type ListenerSign } from './listener.ts';
import { Random } from './random.ts';

const FRAME_MS = 32;
interface Stretch {
  readonly ms: number;
  readonly pitchRank?: number;
  readonly loudnessRank?: number;
  readonly isSpeech?: boolean;
}

/** What a listener does while somebody speaks so. */
function listens(listener: Listener, stretches: readonly Stretch[], fromMs = 0): { sign: ListenerSign; ms: number }[] {
  const signs: { sign: ListenerSign; ms: number }[] = [];
  let ms = fromMs;
  for (const { ms: lengthMs, pitchRank, loudnessRank = 0.5, isSpeech = true } of stretches) {
    for (const endMs = ms + lengthMs; ms < endMs; ms += FRAME_MS) {
      const silenceMs = isSpeech ? 0 : ms + lengthMs - endMs;
      const sign = listener.hear({ isSpeech, pitchRank, loudnessRank, silenceMs }, ms);
      if (sign) signs.push({ sign, ms });
    }
  }
  return signs;
}

const LOW = [
  { ms: 1_000, pitchRank: 0.5 },
  { ms: 160, pitchRank: 0.1 },
  { ms: 1_200, pitchRank: 0.5 },
];
const seeds = Array.from({ length: 20 }, (_, seed) => seed);

describe('Listener', () => {
  it('nods 0.7 s after a stretch of low pitch, mostly', () => {
    const nods = seeds.flatMap((seed) => listens(new Listener(new Random(seed)), LOW));
    expect(nods.every(({ sign }) => sign === 'nod')).toBe(true);
    expect(nods.length).toBeGreaterThan(seeds.length * 0.35);
    expect(nods.length).toBeLessThan(seeds.length);
    for (const { ms } of nods) {
      expect(ms).toBeGreaterThan(1_000 + 110 + 650);
      expect(ms).toBeLessThan(1_000 + 160 + 800);
    }
  });

  it('does not nod at the very beginning, at short dips, or in a lively voice', () => {
    for (const seed of seeds) {
      expect(
        listens(new Listener(new Random(seed)), [
          { ms: 400, pitchRank: 0.1 },
          { ms: 1_500, pitchRank: 0.6 },
        ]),
      ).toEqual([]);
      expect(
        listens(new Listener(new Random(seed)), [
          { ms: 1_000, pitchRank: 0.5 },
          { ms: 64, pitchRank: 0.1 },
          { ms: 1_500, pitchRank: 0.6 },
        ]),
      ).toEqual([]);
    }
  });

  it('is not a nodding dog: seconds lie between two nods', () => {
    for (const seed of seeds) {
      const signs = listens(new Listener(new Random(seed)), Array.from({ length: 30 }, () => LOW).flat());
      const gaps = signs.slice(1).map(({ ms }, i) => ms - (signs[i]?.ms ?? 0));
      expect(Math.min(...gaps)).toBeGreaterThan(1_400);
      expect(signs.length).toBeGreaterThan(5);
    }
  });

  it('raises its brows where the visitor stresses something', () => {
    const stress = [
      { ms: 800, pitchRank: 0.5 },
      { ms: 130, pitchRank: 0.97, loudnessRank: 0.9 },
      { ms: 300, pitchRank: 0.5 },
    ];
    expect(listens(new Listener(new Random(1)), stress).map(({ sign }) => sign)).toEqual(['brows']);
    const quiet = stress.map((stretch) => ({ ...stretch, loudnessRank: 0.3 }));
    expect(listens(new Listener(new Random(1)), quiet)).toEqual([]);
  });

  it('encourages somebody who pauses in mid-sentence, not somebody who has finished', () => {
    const pause = [{ ms: 600, isSpeech: false }];
    const signsAt = (turnEnd: number) => {
      const listener = new Listener(new Random(1));
      listens(listener, [{ ms: 900, pitchRank: 0.5 }]);
      listener.judge(turnEnd);
      return listens(listener, pause, 1_000).map(({ sign }) => sign);
    };
    expect(signsAt(0.1)).toEqual(['encourage']);
    expect(signsAt(0.9)).toEqual([]);
  });
});
