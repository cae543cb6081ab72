import { describe, expect, it } from 'vitest';
import { type EmotionEstimate, likeliest, NO_EMOTION } from '../../core/emotion.ts';
import { OwnRange } from './own-range.ts';
import { VisitorVoice } from './visitor-voice.ts';

interface Way {
  readonly pitchHz: number;
  /** Semitones up and down. */
  readonly swing: number;
  readonly levelDb: number;
  readonly syllablesPerS: number;
}

const USUAL: Way = { pitchHz: 120, swing: 2.5, levelDb: -28, syllablesPerS: 4 };
const FRAME_S = 0.032;

/** Two seconds of syllables: a swinging pitch, a level that rises and falls, a voiceless consonant before each. */
function say(voice: VisitorVoice, { pitchHz, swing, levelDb, syllablesPerS }: Way, seconds = 2): EmotionEstimate | undefined {
  for (let t = 0; t < seconds; t += FRAME_S) {
    const phase = (t * syllablesPerS) % 1;
    const voiced = phase > 0.25;
    voice.hear({
      isSpeech: true,
      levelDb: levelDb + 6 * Math.sin(2 * Math.PI * (phase - 0.25)),
      pitchHz: voiced ? pitchHz * 2 ** ((swing * Math.sin(2 * Math.PI * 0.6 * t)) / 12) : 0,
    });
  }
  const judged = voice.judge();
  voice.endUtterance();
  return judged;
}

/** A visitor who has said a few things in his usual way, no two quite alike. */
function known(): VisitorVoice {
  const voice = new VisitorVoice();
  for (let i = 0; i < 5; i++)
    say(voice, { ...USUAL, pitchHz: 118 + i, levelDb: -29 + 0.5 * i, syllablesPerS: 3.8 + 0.1 * i, swing: 2.3 + 0.1 * i });
  return voice;
}

describe('VisitorVoice', () => {
  it.each<[string, Partial<Way>]>([
    ['neutral', {}],
    ['angry', { pitchHz: 135, swing: 4, levelDb: -18, syllablesPerS: 5 }],
    ['sad', { pitchHz: 106, swing: 1, levelDb: -35, syllablesPerS: 2.8 }],
    ['happy', { pitchHz: 145, swing: 4.2, levelDb: -24, syllablesPerS: 4.7 }],
    ['fearful', { pitchHz: 150, swing: 1.5, levelDb: -30, syllablesPerS: 5.4 }],
    ['surprised', { pitchHz: 165, swing: 5.5, levelDb: -26, syllablesPerS: 4 }],
  ])('hears %s against the usual manner', (emotion, way) => {
    const judged = say(known(), { ...USUAL, ...way });
    expect(judged && likeliest(judged)).toBe(emotion);
    expect(judged?.confidence).toBeLessThan(0.6);
  });

  it('has nothing to say about a voice that it hears for the first time, or hardly', () => {
    const voice = new VisitorVoice();
    expect(say(voice, { ...USUAL, levelDb: -10 })).toBe(NO_EMOTION);
    expect(say(voice, USUAL, 0.2)).toBeUndefined();
  });

  it('takes another person with another voice as he is', () => {
    const voice = new VisitorVoice();
    const high: Way = { pitchHz: 230, swing: 4, levelDb: -20, syllablesPerS: 5 };
    for (let i = 0; i < 4; i++) say(voice, high);
    const judged = say(voice, high);
    expect(judged && likeliest(judged)).toBe('neutral');
  });

  it('is surer when it knows the voice better', () => {
    const voice = new VisitorVoice();
    say(voice, USUAL);
    const early = say(voice, USUAL)?.confidence ?? 0;
    for (let i = 0; i < 6; i++) say(voice, USUAL);
    expect(say(voice, USUAL)?.confidence).toBeGreaterThan(early * 1.5);
  });

  it('ranks pitch and level within the visitor’s own range', () => {
    const voice = known();
    const low = voice.hear({ isSpeech: true, levelDb: -40, pitchHz: 100 });
    const high = voice.hear({ isSpeech: true, levelDb: -20, pitchHz: 150 });
    expect(low?.pitchRank).toBeLessThan(0.1);
    expect(low?.loudnessRank).toBeLessThan(0.1);
    expect(high?.pitchRank).toBeGreaterThan(0.9);
    expect(voice.hear({ isSpeech: true, levelDb: -30, pitchHz: 0 })?.pitchRank).toBeUndefined();
    expect(voice.hear({ isSpeech: false, levelDb: -70, pitchHz: 0 })).toBeUndefined();
  });
});

describe('OwnRange', () => {
  it('forgets what was long ago', () => {
    const range = new OwnRange({ low: 0, high: 10, step: 1, remembered: 100 });
    for (let i = 0; i < 100; i++) range.add(8.5);
    expect(range.rank(5)).toBe(0);
    for (let i = 0; i < 400; i++) range.add(1.5);
    expect(range.rank(5)).toBeGreaterThan(0.9);
    expect(range.total).toBeLessThanOrEqual(100);
  });
});
