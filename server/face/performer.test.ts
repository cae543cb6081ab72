import { describe, expect, it } from 'vitest';
import { mediaTimeFromMs } from '../core/media-time.ts';
import { EMOTIONS, type Gesture, type Phone } from '../core/speech.ts';
import type { FaceMode } from './contract.ts';
import { P, PARAMETER_COUNT, type ParameterName, PARAMETERS, VISEMES } from './parameters.ts';
import { FacePerformer } from './performer.ts';

const FRAME_MS = 40;
const WORDS: Phone[] = [
  { symbol: 'h', startMs: 0, endMs: 60 },
  { symbol: 'ɛ', startMs: 60, endMs: 140, stressed: true },
  { symbol: 'l', startMs: 140, endMs: 220 },
  { symbol: 'oʊ', startMs: 220, endMs: 420, stressed: true },
  { symbol: 'm', startMs: 420, endMs: 500 },
  { symbol: 'ɑ', startMs: 500, endMs: 700, stressed: true },
];
const frames = (performer: FacePerformer, fromMs: number, toMs: number, stepMs = FRAME_MS): Float32Array[] => {
  const out: Float32Array[] = [];
  for (let ms = fromMs; ms < toMs; ms += stepMs) out.push(performer.frameAt(mediaTimeFromMs(ms)).slice());
  return out;
};
const mouth = (frame: Float32Array) => VISEMES.reduce((sum, v) => sum + (frame[P[`viseme_${v}`]] as number), 0);
const value = (frame: Float32Array | undefined, name: ParameterName) => frame?.[P[name]] as number;

describe('FacePerformer', () => {
  it('gives the same frames for the same seed and calls, and others for another seed', () => {
    const play = (seed: number) => {
      const performer = new FacePerformer({ seed });
      performer.speak('a', mediaTimeFromMs(2_000), WORDS);
      performer.setMode('speaking', mediaTimeFromMs(2_000));
      return frames(performer, 0, 5_000);
    };
    expect(play(7)).toEqual(play(7));
    expect(play(7)).not.toEqual(play(8));
  });

  it('stays within the range of every parameter in every mode, emotion and gesture at once', () => {
    const performer = new FacePerformer({ seed: 5 });
    const modes: FaceMode[] = ['idle', 'listening', 'reacting', 'thinking', 'speaking'];
    const gestures: Gesture[] = ['nod', 'shake', 'tilt', 'brows', 'smile', 'think'];
    for (let i = 0; i < 400; i++) {
      const time = mediaTimeFromMs(i * 150);
      performer.setMode(modes[i % 5] as FaceMode, time);
      performer.setEmotion(EMOTIONS[i % 7] ?? 'neutral', 1, time);
      performer.gesture(gestures[i % 6] as Gesture, time);
      performer.speak(`t${i}`, time, WORDS);
      performer.frameAt(time).forEach((v, k) => {
        expect(Number.isFinite(v)).toBe(true);
        expect(v).toBeLessThanOrEqual(1);
        expect(v).toBeGreaterThanOrEqual(k >= P.headYaw && k <= P.gazeY ? -1 : 0);
      });
    }
  });

  it('reuses one array', () => {
    const performer = new FacePerformer({ seed: 1 });
    expect(performer.frameAt(0)).toBe(performer.frameAt(1920));
    expect(performer.frameAt(3840)).toHaveLength(PARAMETER_COUNT);
  });

  it('keeps the lips exactly still while silent, in every mode', () => {
    const performer = new FacePerformer({ seed: 2 });
    const lips = PARAMETERS.map((name, i) => ({ name, i })).filter(({ name }) => /^(mouth|jaw|tongue|viseme)/.test(name));
    for (const mode of ['idle', 'listening', 'reacting', 'thinking'] as const) {
      performer.setMode(mode, mediaTimeFromMs(0));
      for (const frame of frames(performer, 0, 8_000)) for (const { i } of lips) expect(frame[i]).toBe(0);
    }
  });

  it('never repeats its idle', () => {
    const poses = frames(new FacePerformer({ seed: 4 }), 0, 120_000, 200).map((f) =>
      PARAMETERS.slice(P.headYaw, P.headZ + 1).map((n) => f[P[n]] as number),
    );
    // Windows of five seconds, ten seconds apart, against one another: never nearly the same.
    const windows = Array.from({ length: 11 }, (_, i) => poses.slice(i * 50, i * 50 + 25));
    windows.forEach((a, i) => {
      for (const b of windows.slice(i + 1)) {
        const apart = a.reduce((sum, pose, k) => sum + Math.hypot(...pose.map((v, d) => v - (b[k]?.[d] ?? 0))), 0) / a.length;
        expect(apart).toBeGreaterThan(0.03);
      }
    });
  });

  it('blinks like people: 8 to 40 times a minute, never in step, shut within 100 ms and open more slowly', () => {
    const lids = frames(new FacePerformer({ seed: 9 }), 0, 120_000, 10).map((f) => value(f, 'eyeBlinkLeft'));
    const shut = lids.map((v, i) => (v > 0.65 && (lids[i - 1] ?? 0) <= 0.65 ? i * 10 : -1)).filter((ms) => ms >= 0);
    expect(shut.length).toBeGreaterThan(16);
    expect(shut.length).toBeLessThan(80);
    const gaps = shut.slice(1).map((ms, i) => ms - (shut[i] as number));
    expect(Math.max(...gaps) / Math.min(...gaps)).toBeGreaterThan(2);
  });

  it('starts to speak from any idle without a jump of the head', () => {
    const performer = new FacePerformer({ seed: 11 });
    const before = frames(performer, 0, 3_000).at(-1);
    performer.setMode('speaking', mediaTimeFromMs(3_000));
    performer.speak('a', mediaTimeFromMs(3_000), WORDS);
    const after = frames(performer, 3_000, 3_040)[0];
    for (const name of ['headYaw', 'headPitch', 'headRoll', 'headX', 'headY', 'headZ'] as const) {
      expect(Math.abs(value(after, name) - value(before, name))).toBeLessThan(0.06);
    }
  });

  it('opens the mouth with the sound and shuts it within 80 ms after it', () => {
    const performer = new FacePerformer({ seed: 1 });
    performer.speak('a', mediaTimeFromMs(1_000), WORDS);
    expect(frames(performer, 0, 960).every((f) => mouth(f) === 0)).toBe(true);
    expect(mouth(performer.frameAt(mediaTimeFromMs(1_100)))).toBeGreaterThan(0.4);
    expect(mouth(performer.frameAt(mediaTimeFromMs(1_600)))).toBeGreaterThan(0.7);
    expect(mouth(performer.frameAt(mediaTimeFromMs(1_780)))).toBe(0);
  });

  it('shuts the mouth within 80 ms of a cancellation, without a jump, and goes on when the turn does', () => {
    const performer = new FacePerformer({ seed: 1 });
    performer.speak('a', 0, WORDS);
    performer.frameAt(mediaTimeFromMs(600));
    performer.cancelSpeech('a', mediaTimeFromMs(600));
    const closing = frames(performer, 600, 690, 5).map(mouth);
    expect(closing[0]).toBeGreaterThan(0.7);
    closing.forEach((level, i) => {
      if (i > 0) expect((closing[i - 1] as number) - level).toBeLessThan(0.2);
    });
    expect(closing.at(-1)).toBe(0);
    expect(frames(performer, 700, 1_500).every((f) => mouth(f) === 0)).toBe(true);
    performer.speak('a', mediaTimeFromMs(1_600), WORDS);
    expect(mouth(performer.frameAt(mediaTimeFromMs(2_200)))).toBeGreaterThan(0.7);
  });

  it("reacts within one frame to the end of the visitor's speech: eyes, brows and breath", () => {
    for (let seed = 0; seed < 10; seed++) {
      const performer = new FacePerformer({ seed });
      performer.setMode('listening', 0);
      const before = frames(performer, 0, 4_000).at(-1);
      performer.setMode('reacting', mediaTimeFromMs(3_960));
      const first = frames(performer, 4_000, 4_040)[0];
      expect(value(first, 'browOuterUpLeft') - value(before, 'browOuterUpLeft')).toBeGreaterThan(0.08);
      const later = frames(performer, 4_040, 4_200).at(-1);
      expect(Math.abs(value(later, 'gazeX'))).toBeLessThan(0.1);
      expect(value(later, 'breath')).toBeGreaterThan(value(before, 'breath') - 0.05);
    }
  });

  it('looks away while it thinks and back when it listens', () => {
    const performer = new FacePerformer({ seed: 6 });
    performer.setMode('thinking', mediaTimeFromMs(1_000));
    const thinking = frames(performer, 1_000, 1_500).map((f) => Math.hypot(value(f, 'gazeX'), value(f, 'gazeY')));
    expect(Math.max(...thinking)).toBeGreaterThan(0.25);
    performer.setMode('listening', mediaTimeFromMs(1_500));
    const listening = frames(performer, 1_600, 2_000).map((f) => Math.hypot(value(f, 'gazeX'), value(f, 'gazeY')));
    expect(Math.max(...listening)).toBeLessThan(0.15);
  });

  it('leans towards the visitor while it listens', () => {
    const performer = new FacePerformer({ seed: 6 });
    const mean = (list: Float32Array[], name: ParameterName) => list.reduce((sum, f) => sum + value(f, name), 0) / list.length;
    const idle = frames(performer, 0, 10_000);
    performer.setMode('listening', mediaTimeFromMs(10_000));
    const listening = frames(performer, 11_000, 21_000);
    expect(mean(listening, 'headZ')).toBeGreaterThan(mean(idle, 'headZ') + 0.15);
    expect(mean(listening, 'headRoll')).toBeGreaterThan(mean(idle, 'headRoll') + 0.1);
  });

  it('shows an emotion within half a second and lets it fade slowly', () => {
    const performer = new FacePerformer({ seed: 1 });
    performer.frameAt(0);
    performer.setEmotion('happy', 1, 0);
    const rising = frames(performer, 0, 520).map((f) => value(f, 'mouthSmileLeft'));
    expect(rising[1]).toBeLessThan(0.2);
    expect(rising.at(-1)).toBeGreaterThan(0.45);
    performer.setEmotion('neutral', 1, mediaTimeFromMs(520));
    const falling = frames(performer, 520, 4_000).map((f) => value(f, 'mouthSmileLeft'));
    expect(falling[8]).toBeGreaterThan(0.25);
    expect(falling.at(-1)).toBeLessThan(0.02);
  });

  it('shuts the lips for m even when it is surprised', () => {
    const performer = new FacePerformer({ seed: 1 });
    performer.frameAt(0);
    performer.setEmotion('surprised', 1, 0);
    frames(performer, 0, 1_000);
    performer.speak('a', mediaTimeFromMs(1_000), WORDS);
    const shut = frames(performer, 1_000, 1_460).at(-1);
    expect(value(performer.frameAt(mediaTimeFromMs(1_460)), 'viseme_PP')).toBeGreaterThan(0.98);
    expect(value(shut, 'jawOpen')).toBeLessThan(0.08);
    expect(value(performer.frameAt(mediaTimeFromMs(1_462)), 'jawOpen')).toBeLessThan(0.01);
  });

  it.each<[Gesture, ParameterName]>([
    ['nod', 'headPitch'],
    ['shake', 'headYaw'],
    ['tilt', 'headRoll'],
    ['brows', 'browOuterUpLeft'],
    ['smile', 'mouthSmileLeft'],
    ['think', 'browInnerUp'],
  ])('shows a %s and ends it', (gesture, name) => {
    const plain = new FacePerformer({ seed: 3 });
    const showing = new FacePerformer({ seed: 3 });
    frames(plain, 0, 1_000);
    frames(showing, 0, 1_000);
    showing.gesture(gesture, mediaTimeFromMs(1_000));
    const apart = frames(showing, 1_000, 6_000).map((f, i) =>
      Math.abs(value(f, name) - value(frames(plain, 1_000 + i * FRAME_MS, 1_000 + i * FRAME_MS + 1)[0], name)),
    );
    expect(Math.max(...apart.slice(0, 50))).toBeGreaterThan(0.12);
    expect(apart[0]).toBeLessThan(0.05);
    if (gesture !== 'think') expect(Math.max(...apart.slice(80))).toBeLessThan(0.02);
  });
});
