import { describe, expect, it } from 'vitest';
import type { AvatarControls } from '../core/avatar-controls.ts';
import { USUAL_CONTROLS } from '../core/avatar-controls.ts';
import { type EmotionEstimate, emotionEstimate, NO_EMOTION } from '../core/emotion.ts';
import { Expression } from './expression.ts';
import { RecordingPerformer } from './scripted-face.fixture.ts';
import type { Mark } from './turn.ts';

const QUIET = new Int16Array(2_400);
/** -20 dB RMS. */
const USUAL = new Int16Array(2_400).fill(3_277);
const LOUD = new Int16Array(2_400).fill(12_000);

function scene(toneOf: (text: string) => EmotionEstimate = () => NO_EMOTION) {
  const performer = new RecordingPerformer();
  const expression = new Expression({ performer, toneOf, usualDb: -20 });
  const say = (text: string, options: { pcm?: Int16Array; at?: number; marks?: readonly Mark[] } = {}): AvatarControls => {
    const { pcm = USUAL, at = 0, marks = [] } = options;
    expression.say({ text, pcm, startsAt: at, marks: marks.map((mark) => ({ mark, at: at + 10 })) });
    return performer.controls.at(-1)?.controls ?? USUAL_CONTROLS;
  };
  return { performer, expression, say };
}

describe('the avatar controller', () => {
  it('is as usual for plain words', () => {
    const controls = scene().say('The museum opens at nine.');
    for (const [name, value] of Object.entries(USUAL_CONTROLS)) expect(controls[name as keyof AvatarControls]).toBeCloseTo(value, 2);
  });

  it('follows questions, exclamations and energy', () => {
    const { say } = scene();
    expect(say('How are you?').eyebrow_raise).toBeGreaterThan(0.2);
    expect(say('كيف حالك؟').eyebrow_raise).toBeGreaterThan(0.2);
    expect(say('How nice!').expression_intensity).toBeGreaterThan(0.55);
    expect(say('Well.', { pcm: LOUD }).mouth_openness).toBeGreaterThan(0.6);
    expect(say('Well.', { pcm: QUIET }).mouth_openness).toBeLessThan(0.4);
  });

  it('lets the model have its say over the rules, and the API over both', () => {
    const { say, expression, performer } = scene();
    expression.override({ blink_rate: 0.9 }, 0);
    const controls = say('How are you?', {
      marks: [{ textOffset: 0, controls: { eyebrow_raise: 0.05, blink_rate: 0.1 } }],
    });
    expect(controls).toMatchObject({ eyebrow_raise: 0.05, blink_rate: 0.9 });
    expect(controls.head_tilt).toBeGreaterThan(0.1);
    expect(say('Well.').eyebrow_raise).toBe(0.05);
    expression.rest(100);
    expect(performer.controls.at(-1)).toEqual({ controls: { ...USUAL_CONTROLS, blink_rate: 0.9 }, at: 100 });
    expression.override({}, 200);
    expect(performer.controls.at(-1)?.controls).toEqual(USUAL_CONTROLS);
  });

  it('reads the feeling of an answer from its words, unless the model marks it', () => {
    const toneOf = (text: string) => (text.includes('sorry') ? emotionEstimate({ sad: 1 }, 0.7) : NO_EMOTION);
    const read = scene(toneOf);
    expect(read.say("I'm sorry to hear that.", { at: 5 }).head_tilt).toBeGreaterThan(0.1);
    expect(read.performer.marks).toEqual([{ mark: 'sad', at: 5 }]);
    const marked = scene(toneOf);
    marked.say('Hello!', { marks: [{ textOffset: 0, emotion: 'happy', intensity: 0.7 }] });
    marked.say("I'm sorry to keep you.");
    expect(marked.performer.marks).toEqual([{ mark: 'happy', at: 10 }]);
    const unsure = scene(() => emotionEstimate({ angry: 1 }, 0.2));
    unsure.say('Hm.');
    expect(unsure.performer.marks).toEqual([]);
  });
});
