import { describe, expect, it } from 'vitest';
import { type AvatarControls, USUAL_CONTROLS } from '../core/avatar-controls.ts';
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
const LIVELY: AvatarControls = { blink_rate: 1, head_tilt: 0.8, expression_intensity: 0.9, mouth_openness: 1, eyebrow_raise: 0.7 };
/** Eight seconds without a pause. */
const LONG: Phone[] = Array.from({ length: 64 }, (_, i) => ({ symbol: 'aeiou'.charAt(i % 5), startMs: i * 125, endMs: (i + 1) * 125 }));
const frames = (performer: FacePerformer, fromMs: number, toMs: number, stepMs = FRAME_MS): Float32Array[] => {
  const out: Float32Array[] = [];
  for (let ms = fromMs; ms < toMs; ms += stepMs) out.push(performer.frameAt(mediaTimeFromMs(ms)).slice());
  return out;
};
const mouth = (frame: Float32Array) => VISEMES.reduce((sum, v) => sum + (frame[P[`viseme_${v}`]] as number), 0);
const value = (frame: Float32Array | undefined, name: ParameterName) => frame?.[P[name]] as number;

/** Starts of blinks; a sentence every two seconds while speaking. */
function blinkTimes(performer: FacePerformer, untilMs: number, speaking: boolean): number[] {
  const starts: number[] = [];
  let isShut = false;
  for (let ms = 0; ms < untilMs; ms += FRAME_MS) {
    if (speaking && ms % 2_400 === 0) performer.speak(`turn ${ms}`, mediaTimeFromMs(ms + 300), WORDS.concat(WORDS.map(later)));
    const lids = value(performer.frameAt(mediaTimeFromMs(ms)), 'eyeBlinkLeft');
    if (lids > 0.55 && !isShut) starts.push(ms);
    isShut = lids > 0.35;
  }
  return starts;
}
const later = (phone: Phone): Phone => ({ ...phone, startMs: phone.startMs + 700, endMs: phone.endMs + 700 });

const perSecond = (to: Float32Array, from: Float32Array, stepMs: number): Float32Array =>
  to.map((v, i) => ((v - (from[i] as number)) * 1_000) / stepMs);

function keepMost(most: Float32Array, values: Float32Array): void {
  for (const [i, v] of values.entries()) most[i] = Math.max(most[i] as number, Math.abs(v));
}

/** What may happen within a second, and how fast that may change: a head that nods, brows that shoot up, lips that meet. */
const LIMITS: readonly { readonly of: RegExp; readonly perS: number; readonly perS2: number }[] = [
  { of: /^head/, perS: 12, perS2: 350 },
  { of: /^(brow|eyeWide|eyeSquint|cheek|nose)/, perS: 8, perS2: 260 },
  { of: /^breath/, perS: 6, perS2: 80 },
  { of: /^viseme/, perS: 50, perS2: 6_000 },
];

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

  it.each<[FaceMode, number]>([
    // Bentivoglio et al. (1997): a median of 17 blinks a minute at rest, 26 in conversation.
    ['idle', 17],
    ['speaking', 26],
  ])('blinks as often as people do while %s, and never in step', (mode, perMinute) => {
    const gaps: number[] = [];
    const minutes = 3;
    let blinks = 0;
    for (let seed = 0; seed < 4; seed++) {
      const performer = new FacePerformer({ seed });
      performer.setMode(mode, 0);
      const at = blinkTimes(performer, minutes * 60_000, mode === 'speaking');
      blinks += at.length;
      gaps.push(...at.slice(1).map((ms, i) => ms - (at[i] as number)));
    }
    expect(blinks / minutes / 4).toBeGreaterThan(perMinute * 0.8);
    expect(blinks / minutes / 4).toBeLessThan(perMinute * 1.2);
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
    expect(deviation / mean).toBeGreaterThan(0.35);
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

  it('goes from anything to anything without a jump', () => {
    for (let seed = 0; seed < 4; seed++) {
      const performer = new FacePerformer({ seed });
      const at = (ms: number, act: (time: number) => void) => ({ ms, act });
      const script = [
        at(2_000, (time) => performer.setMode('listening', time)),
        at(2_500, (time) => performer.empathise('sad', 1, time)),
        at(4_000, (time) => performer.setMode('reacting', time)),
        at(4_300, (time) => performer.setMode('thinking', time)),
        at(4_600, (time) => performer.speak('a', time + 4_800, WORDS)),
        at(4_600, (time) => performer.setControls({ ...LIVELY }, time + 9_600)),
        at(4_700, (time) => performer.setMode('speaking', time)),
        at(4_700, (time) => performer.setEmotion('happy', 0.8, time + 14_400)),
        at(4_700, (time) => performer.gesture('nod', time + 14_400)),
        at(5_200, (time) => performer.cancelSpeech('a', time)),
        at(5_300, (time) => performer.speak('a', time, WORDS)),
        at(6_500, (time) => performer.setMode('idle', time)),
      ];
      const STEP_MS = 10;
      const fastest = new Float32Array(PARAMETER_COUNT);
      const sharpest = new Float32Array(PARAMETER_COUNT);
      let before: Float32Array | undefined;
      let speeds: Float32Array | undefined;
      for (let ms = 0; ms < 9_000; ms += STEP_MS) {
        for (const { act } of script.filter((entry) => entry.ms === ms)) act(mediaTimeFromMs(ms));
        const frame = performer.frameAt(mediaTimeFromMs(ms)).slice();
        const now: Float32Array | undefined = before && perSecond(frame, before, STEP_MS);
        if (now) keepMost(fastest, now);
        if (now && speeds) keepMost(sharpest, perSecond(now, speeds, STEP_MS));
        before = frame;
        speeds = now;
      }
      for (const { of, perS, perS2 } of LIMITS)
        for (const [i, name] of PARAMETERS.entries()) {
          if (!of.test(name)) continue;
          expect(fastest[i], `speed of ${name}`).toBeLessThan(perS);
          expect(sharpest[i], `change of speed of ${name}`).toBeLessThan(perS2);
        }
    }
  });

  it('feels when the words are said that are marked so, lessens it, and lets it go when they are over', () => {
    const performer = new FacePerformer({ seed: 1 });
    performer.setMode('speaking', 0);
    performer.setEmotion('happy', 1, mediaTimeFromMs(2_000));
    const smile = (fromMs: number, toMs: number) => frames(performer, fromMs, toMs).map((f) => value(f, 'mouthSmileLeft'));
    expect(Math.max(...smile(0, 2_000))).toBe(0);
    const peak = smile(2_000, 3_200).at(-1) as number;
    expect(peak).toBeGreaterThan(0.45);
    const lasting = smile(3_200, 12_000).at(-1) as number;
    expect(lasting).toBeLessThan(peak * 0.8);
    expect(lasting).toBeGreaterThan(peak * 0.5);
    performer.setMode('idle', mediaTimeFromMs(12_000));
    expect(smile(12_000, 26_000).at(-1)).toBeLessThan(0.02);
  });

  it('shows nothing of what was to come when its speech is cut off', () => {
    const performer = new FacePerformer({ seed: 1 });
    performer.frameAt(0);
    performer.setEmotion('happy', 1, mediaTimeFromMs(2_000));
    performer.gesture('brows', mediaTimeFromMs(2_000));
    performer.cancelSpeech('a', mediaTimeFromMs(1_000));
    for (const frame of frames(performer, 0, 4_000)) {
      expect(value(frame, 'mouthSmileLeft')).toBe(0);
      expect(value(frame, 'browOuterUpLeft')).toBe(0);
    }
  });

  it('answers the feelings of a visitor gently: joy with a smile, anger with concern', () => {
    const performer = new FacePerformer({ seed: 1 });
    performer.setMode('listening', 0);
    performer.frameAt(0);
    performer.empathise('happy', 1, 0);
    const joy = frames(performer, 0, 1_500).at(-1);
    expect(value(joy, 'mouthSmileLeft')).toBeGreaterThan(0.15);
    expect(value(joy, 'mouthSmileLeft')).toBeLessThan(0.4);
    performer.empathise('angry', 1, mediaTimeFromMs(1_500));
    const concern = frames(performer, 1_500, 4_500).at(-1);
    expect(value(concern, 'browDownLeft')).toBe(0);
    expect(value(concern, 'browInnerUp')).toBeGreaterThan(0.08);
  });

  it('follows the controller: blinks, tilt, mouth, brows and expression', () => {
    const played = (controls: AvatarControls) => {
      const performer = new FacePerformer({ seed: 3 });
      performer.setControls(controls, 0);
      performer.setEmotion('sad', 0.6, 0);
      performer.speak('a', mediaTimeFromMs(2_000), WORDS);
      const all = frames(performer, 0, 40_000);
      return {
        blinks: all.filter((f, i) => value(f, 'eyeBlinkLeft') > 0.6 && value(all[i - 1], 'eyeBlinkLeft') <= 0.6).length,
        roll: Math.abs(value(all[45], 'headRoll')),
        mouth: Math.max(...all.slice(50, 70).map((f) => value(f, 'viseme_aa'))),
        shut: Math.max(...all.slice(50, 70).map((f) => value(f, 'viseme_PP'))),
        brow: value(all[45], 'browOuterUpLeft'),
        frown: value(all[45], 'mouthFrownLeft'),
      };
    };
    const usual = played(USUAL_CONTROLS);
    const lively = played(LIVELY);
    const faint = played({ ...USUAL_CONTROLS, blink_rate: 0, expression_intensity: 0, mouth_openness: 0 });
    expect(lively.blinks).toBeGreaterThan(usual.blinks * 1.3);
    expect(faint.blinks).toBeLessThan(usual.blinks * 0.8);
    expect(lively.roll).toBeGreaterThan(0.3);
    expect(lively.mouth).toBeGreaterThan(usual.mouth);
    expect(faint.mouth).toBeLessThan(usual.mouth * 0.8);
    expect(lively.brow).toBeGreaterThan(usual.brow + 0.3);
    expect(faint.frown).toBeLessThan(0.001);
    for (const { shut } of [usual, lively, faint]) expect(shut).toBeGreaterThan(0.98);
  });

  it('takes a breath before it speaks and none while it sounds', () => {
    for (let seed = 0; seed < 6; seed++) {
      const performer = new FacePerformer({ seed });
      frames(performer, 0, 4_000);
      performer.setMode('thinking', mediaTimeFromMs(4_000));
      const before = value(frames(performer, 4_000, 4_040)[0], 'breath');
      performer.setMode('speaking', mediaTimeFromMs(4_440));
      performer.speak('a', mediaTimeFromMs(4_500), LONG);
      const breaths = frames(performer, 4_040, 12_000).map((f) => value(f, 'breath'));
      expect(Math.max(...breaths.slice(0, 14))).toBeGreaterThan(Math.max(0.9, before));
      const rises = breaths.slice(15, 190).map((level, i, all) => level - (all[i - 1] ?? level));
      expect(Math.max(...rises)).toBeLessThan(1e-6);
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
