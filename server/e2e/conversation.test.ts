import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningServer } from '../main.ts';
import { launchBrowser, startTestServer, Visitor, VisitorVoice } from './visitor.ts';

let browser: Browser;
let voice: VisitorVoice;
let server: RunningServer;

beforeAll(async () => {
  [browser, voice, server] = await Promise.all([launchBrowser(), VisitorVoice.open(), startTestServer()]);
});
afterAll(async () => {
  await Promise.all([browser?.close(), server?.close(), voice?.[Symbol.asyncDispose]()]);
});

/** A call that has been greeted. */
async function inCall(query = '?autostart'): Promise<Visitor> {
  const visitor = await Visitor.arrive(browser, server.url, { query });
  await visitor.answer(0);
  return visitor;
}

describe('a conversation', () => {
  it('greets, answers a spoken question out of the knowledge, and a follow-up', async () => {
    await using visitor = await inCall();
    expect(await visitor.answer(0)).toContain("I'm Mia");
    await visitor.seesMovingPictures();
    expect((await visitor.media()).audioEnergy).toBeGreaterThan(0);

    await visitor.say(await voice.of('Do I need a graphics card?'));
    expect(await visitor.answer(1)).toContain('ordinary laptop');
    const asked = await visitor.event('conversation.item.input_audio_transcription.completed');
    expect(asked.transcript.toLowerCase()).toContain('graphics card');

    await visitor.say(await voice.of('Tell me more.'));
    expect(await visitor.answer(2)).toContain('graphics card is used when there is one');

    const spoken = (await visitor.events('visavis.latency')).filter(({ kind }) => kind === 'spoken');
    expect(spoken.length).toBeGreaterThanOrEqual(1);
    for (const { total_ms, endpoint_ms, first_frame_ms } of spoken)
      for (const span of [total_ms, endpoint_ms, first_frame_ms]) expect(span).toBeGreaterThanOrEqual(0);
  });

  it('stops when it is interrupted, remembers only what was heard, and answers the new question', async () => {
    await using visitor = await inCall();
    await visitor.say(await voice.of('How do I install Visavis?'));
    await visitor.event('output_audio_buffer.started', 1);
    await visitor.say(await voice.of('Wait, tell me, do I need a graphics card?'));
    const cut = await visitor.event('output_audio_buffer.cleared');
    const heard = await visitor.event('visavis.heard');
    expect(heard.response_id).toBe(cut.response_id);
    const whole = (await visitor.events('response.done')).find(({ response }) => response.id === cut.response_id);
    expect(whole?.response.status).toMatch(/cancelled|completed/);
    const captions = (await visitor.events('visavis.caption')).filter(({ item_id }) => item_id === heard.item_id);
    expect(captions.at(-1)).toMatchObject({ text: heard.text, final: true });
    await visitor.answerWith(2, 'ordinary laptop');
  });

  it('answers a typed question', async () => {
    await using visitor = await inCall();
    await visitor.page.keyboard.press('/');
    await visitor.page.keyboard.type('Is Visavis free?');
    await visitor.page.keyboard.press('Enter');
    await visitor.answerWith(1, 'Apache');
  });

  it('hangs up, and a second call in the same page works', async () => {
    await using visitor = await inCall();
    await visitor.page.getByRole('button', { name: 'End the call' }).click();
    await visitor.page.getByRole('button', { name: 'Talk again' }).click();
    await visitor.event('output_audio_buffer.stopped', 1);
    expect(await visitor.count('session.created')).toBe(2);
    await visitor.say(await voice.of('Do I need a graphics card?'));
    await visitor.answerWith(2, 'ordinary laptop');
  });

  it('keeps two calls apart', async () => {
    const [one, two] = await Promise.all([inCall(), inCall()]);
    await using stack = new AsyncDisposableStack();
    stack.use(one);
    stack.use(two);
    await one.say(await voice.of('Do I need a graphics card?'));
    await one.answerWith(1, 'ordinary laptop');
    expect(await two.count('response.created')).toBe(1);
    expect(await two.count('input_audio_buffer.speech_started')).toBe(0);
  });
});
