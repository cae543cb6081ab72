import { describe, expect, it } from 'vitest';
import { emotionEstimate } from '../core/emotion.ts';
import { SimulatedCall } from './simulated-call.fixture.ts';

const feels = (text: string) => (text.includes('sad') ? emotionEstimate({ sad: 1 }, 0.7) : emotionEstimate({ neutral: 1 }, 0.15));

describe('what the visitor feels', () => {
  it('reaches the answer, the listening face and the client', async () => {
    await using call = new SimulatedCall({ picture: true });
    call.thinking.tone = feels;
    await call.asks('I am so sad today');
    await call.until(() => call.thinking.requests.length > 0);
    expect(call.thinking.requests.at(-1)?.visitor).toMatchObject({ emotion: 'sad' });
    expect(call.performer.sympathies).toContain('sad');
    expect(call.last('visavis.visitor_emotion')).toMatchObject({ emotion: 'sad' });
  });

  it('joins voice and words, and forgets', async () => {
    await using call = new SimulatedCall({ picture: true });
    call.thinking.tone = feels;
    call.ear.hear({ type: 'feeling', atMs: 100, estimate: emotionEstimate({ sad: 0.8, neutral: 0.2 }, 0.5) });
    const words = await call.session.visitor.about('I am sad');
    expect(words.confidence).toBeGreaterThan(0.8);
    await call.passes(60_000);
    const later = await call.session.visitor.about('');
    expect(later.confidence).toBeLessThan(0.2);
  });

  it('is heard in typed words, too', async () => {
    await using call = new SimulatedCall({ picture: true });
    call.thinking.tone = feels;
    call.typed('I am sad');
    await call.until(() => call.thinking.requests.length > 0);
    expect(call.thinking.requests[0]?.visitor?.emotion).toBe('sad');
  });

  it('drives the listening face by prosody and by how likely the end of the turn is', async () => {
    await using call = new SimulatedCall({ picture: true });
    await call.speaks(800, 'and then');
    call.ear.hear({ type: 'prosody', atMs: 800, pitchRank: 0.1, loudnessRank: 0.5 });
    expect(call.performer.heard.at(-1)).toMatchObject({ isSpeech: true, pitchRank: 0.1 });
    await call.isQuiet(160, { text: 'and then', holdMs: 1_000, reason: 'hanging' });
    expect(call.performer.heard.at(-1)).toMatchObject({ isSpeech: false });
    expect(call.performer.judged.at(-1)).toBeCloseTo(0);
  });
});

describe('the avatar controller of a call', () => {
  it('is set by session.update, key by key, and undone', async () => {
    await using call = new SimulatedCall({ picture: true });
    const update = (controls: object | null) => call.send({ type: 'session.update', session: { type: 'realtime', visavis: { controls } } });
    update({ blink_rate: 0.9, head_tilt: 0.4 });
    expect(call.performer.controls.at(-1)?.controls).toMatchObject({ blink_rate: 0.9, head_tilt: 0.4, mouth_openness: 0.5 });
    update({ head_tilt: null });
    expect(call.last('session.updated')?.session.visavis?.controls).toEqual({ blink_rate: 0.9 });
    expect(call.performer.controls.at(-1)?.controls).toMatchObject({ blink_rate: 0.9, head_tilt: 0 });
    update({ blink_rate: 1.5 });
    expect(call.last('error')?.error.param).toContain('blink_rate');
    update(null);
    expect(call.last('session.updated')?.session.visavis?.controls).toBeUndefined();
    expect(call.performer.controls.at(-1)?.controls).toMatchObject({ blink_rate: 0.5 });
  });
});
