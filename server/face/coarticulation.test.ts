import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Phone } from '../core/speech.ts';
import { REACH, SpeechTrack } from './coarticulation.ts';
import { VISEMES, type Viseme } from './parameters.ts';

const phones = (...list: (readonly [symbol: string, durationMs: number])[]): Phone[] => {
  let at = 0;
  return list.map(([symbol, durationMs]) => ({ symbol, startMs: at, endMs: (at += durationMs) }));
};
const weights = new Float32Array(VISEMES.length);
const at = (track: SpeechTrack, ms: number): Record<Viseme, number> => {
  track.weightsAt(ms, weights);
  return Object.fromEntries(VISEMES.map((v, i) => [v, weights[i]])) as Record<Viseme, number>;
};
const total = (w: Record<Viseme, number>) => Object.values(w).reduce((a, b) => a + b, 0);
const open = (w: Record<Viseme, number>) => total(w) - w.PP - w.FF - w.sil;

const symbols = fc.constantFrom('p', 'b', 'm', 'f', 'v', 't', 's', 'k', 'n', 'ʃ', 'ɹ', 'a', 'e', 'i', 'o', 'u', 'aɪ', 'oʊ', 'θ', 'l');
const utterances = fc.array(fc.tuple(symbols, fc.integer({ min: 25, max: 220 })), { minLength: 2, maxLength: 20 });

/** The peak of a movement from anywhere to anywhere that takes about one frame of film. */
const MOST_PER_MS = 0.055;

describe('SpeechTrack', () => {
  it('tells how loud the speech is where the lips are free to follow, and nothing in silence', () => {
    const track = new SpeechTrack();
    const loud = phones(['a', 200], ['m', 120], ['a', 200]).map((phone, i) => ({ ...phone, loudness: i === 2 ? 0.4 : 1 }));
    track.add(1_000, loud);
    const loudness = (ms: number): number => {
      at(track, ms);
      return track.loudness;
    };
    expect(loudness(500)).toBe(0);
    expect(loudness(1_100)).toBeGreaterThan(0.9);
    expect(loudness(1_260)).toBeLessThan(0.05);
    expect(loudness(1_420)).toBeGreaterThan(0.35);
    expect(loudness(1_420)).toBeLessThan(0.6);
    expect(loudness(2_000)).toBe(0);
  });

  it('shuts the lips during every p, b and m, at any frame phase', () => {
    fc.assert(
      fc.property(utterances, fc.integer({ min: 0, max: 39 }), (list, phaseMs) => {
        const spoken = phones(...list);
        const track = new SpeechTrack();
        track.add(1_000, spoken);
        for (const phone of spoken.filter((p) => 'pbm'.includes(p.symbol))) {
          // Frames of 25 fps that fall near the phone: the one nearest its middle is shut.
          const middle = 1_000 + (phone.startMs + phone.endMs) / 2;
          const frames = Array.from({ length: 100 }, (_, i) => phaseMs + i * 40).filter((ms) => Math.abs(ms - middle) <= 23);
          const shut = frames.some((ms) => at(track, ms).PP > 0.98);
          expect(frames.length === 0 || shut).toBe(true);
          expect(at(track, middle).PP).toBeGreaterThan(phone.endMs - phone.startMs < 100 ? 0.98 : 0.5);
        }
      }),
      // The shortest phones at the very beginning, with a frame just before them.
      {
        numRuns: 150,
        examples: [
          [
            [
              ['p', 25],
              ['p', 25],
            ],
            36,
          ],
        ],
      },
    );
  });

  it('brings the lower lip to the teeth for f and v', () => {
    const track = new SpeechTrack();
    track.add(0, phones(['a', 120], ['f', 80], ['a', 120], ['v', 60], ['i', 100]));
    expect(at(track, 160).FF).toBeGreaterThan(0.98);
    expect(at(track, 350).FF).toBeGreaterThan(0.98);
    expect(at(track, 60).FF).toBeLessThan(0.1);
  });

  it('brings the tongue between the teeth for th, and rounds the lips for sh and w, however quiet they are', () => {
    const quiet = phones(['a', 120], ['θ', 90], ['a', 120], ['ʃ', 100], ['a', 100], ['w', 80]).map((phone) => ({
      ...phone,
      loudness: 0.05,
    }));
    const track = new SpeechTrack();
    track.add(0, quiet);
    expect(at(track, 165).TH).toBeGreaterThan(0.5);
    expect(track.tip).toBeGreaterThan(0.4);
    expect(at(track, 60).TH).toBeLessThan(0.1);
    expect(track.tip).toBeLessThan(0.1);
    expect(at(track, 380).CH).toBeGreaterThan(0.25);
    expect(at(track, 570).U).toBeGreaterThan(0.35);
  });

  it('shows the tip of the tongue behind the teeth for l, and none for n or in silence', () => {
    const tipOf = (symbol: string) => {
      const track = new SpeechTrack();
      track.add(0, phones(['a', 120], [symbol, 100], ['a', 120]));
      at(track, 170);
      const tip = track.tip;
      at(track, 1_000);
      expect(track.tip).toBe(0);
      return tip;
    };
    expect(tipOf('l')).toBeGreaterThan(0.15);
    expect(tipOf('n')).toBeLessThan(0.02);
  });

  it('keeps weights between 0 and 1 with a sum of at most 1, and moves without jumps', () => {
    fc.assert(
      fc.property(utterances, (list) => {
        const track = new SpeechTrack();
        track.add(500, phones(...list));
        let before = at(track, 0);
        for (let ms = 0; ms < track.endMs + 200; ms += 2) {
          const now = at(track, ms);
          expect(total(now)).toBeLessThanOrEqual(1 + 1e-5);
          expect(Math.min(...Object.values(now))).toBeGreaterThanOrEqual(0);
          expect(Math.max(...VISEMES.map((v) => Math.abs(now[v] - before[v])))).toBeLessThan(MOST_PER_MS * 2);
          before = now;
        }
      }),
      { numRuns: 40 },
    );
  });

  it('is exactly still in silence: before speech, after 80 ms, and in pauses', () => {
    const track = new SpeechTrack();
    track.add(1_000, phones(['a', 200], ['', 400], ['o', 200]));
    for (const ms of [0, 900, 955, 1_285, 1_400, 1_550, 1_881, 5_000]) expect(total(at(track, ms))).toBe(0);
    expect(total(at(track, 1_100))).toBeGreaterThan(0.7);
  });

  it('keeps the mouth in motion over a short gap between phones', () => {
    const track = new SpeechTrack();
    track.add(0, phones(['a', 200], ['', 60], ['a', 200]));
    expect(total(at(track, 230))).toBeGreaterThan(0.7);
  });

  it('rounds the lips before a rounded vowel begins', () => {
    const rounded = new SpeechTrack();
    rounded.add(0, phones(['a', 120], ['t', 80], ['u', 150]));
    const spread = new SpeechTrack();
    spread.add(0, phones(['a', 120], ['t', 80], ['i', 150]));
    expect(at(rounded, 175).U).toBeGreaterThan(0.2);
    expect(at(rounded, 175).U).toBeGreaterThan(at(spread, 175).I);
  });

  it('changes the leading viseme within 20 ms of the labels', () => {
    const track = new SpeechTrack();
    const list = phones(['a', 140], ['s', 100], ['i', 120], ['ʃ', 110], ['o', 150]);
    track.add(0, list);
    const expected: Viseme[] = ['aa', 'SS', 'I', 'CH', 'O'];
    list.forEach((phone, i) => {
      const viseme = expected[i] as Viseme;
      let first = -1;
      for (let ms = phone.startMs - 100; ms < phone.endMs && first < 0; ms++) {
        const w = at(track, ms);
        if (w[viseme] > 0 && VISEMES.every((v) => w[v] / REACH[v] <= w[viseme] / REACH[viseme])) first = ms;
      }
      if (i > 0) expect(Math.abs(first - phone.startMs)).toBeLessThanOrEqual(20);
    });
  });

  it('opens less for unstressed vowels', () => {
    const stressed = new SpeechTrack();
    stressed.add(0, [{ symbol: 'a', startMs: 0, endMs: 200, stressed: true }]);
    const weak = new SpeechTrack();
    weak.add(0, [{ symbol: 'a', startMs: 0, endMs: 200, stressed: false }]);
    expect(open(at(stressed, 100))).toBeGreaterThan(open(at(weak, 100)) + 0.1);
    expect(stressed.stressBetween(0, 10)).toBeGreaterThan(0.5);
    expect(stressed.stressBetween(10, 20)).toBe(0);
    expect(weak.stressBetween(0, 10)).toBe(0);
  });

  it('opens as far as the phone is loud', () => {
    const opened = [0.1, 0.5, 1].map((loudness) => {
      const track = new SpeechTrack();
      track.add(0, [{ symbol: 'a', startMs: 0, endMs: 200, loudness }]);
      return open(at(track, 100));
    });
    expect(opened[1]).toBeGreaterThan((opened[0] as number) * 2);
    expect(opened[2]).toBeGreaterThan((opened[1] as number) * 1.5);
  });

  it('continues over pieces that follow each other', () => {
    const whole = new SpeechTrack();
    whole.add(0, phones(['a', 150], ['n', 80], ['o', 150]));
    const pieces = new SpeechTrack();
    pieces.add(0, phones(['a', 150], ['n', 80]));
    pieces.add(230, phones(['o', 150]));
    for (let ms = 0; ms < 500; ms += 10) expect(at(pieces, ms)).toEqual(at(whole, ms));
  });

  it('forgets the past without changing the present', () => {
    const track = new SpeechTrack();
    track.add(0, phones(['a', 500], ['', 1_000], ['o', 500]));
    const before = at(track, 1_700);
    track.prune(1_700);
    expect(at(track, 1_700)).toEqual(before);
    expect(total(at(track, 250))).toBe(0);
  });

  it('ignores phones of no length', () => {
    const track = new SpeechTrack();
    track.add(0, [
      { symbol: 'a', startMs: 10, endMs: 10 },
      { symbol: 'a', startMs: 20, endMs: Number.NaN },
    ]);
    expect(track.endMs).toBe(Number.NEGATIVE_INFINITY);
  });
});
