import { describe, expect, it } from 'vitest';
import { SimulatedCall, settled } from './simulated-call.fixture.ts';

const LONG = 'One two three four five. Six seven eight nine ten. Eleven twelve thirteen fourteen fifteen. ';

describe('barge-in', () => {
  it('silences the voice and the lips, and leaves in memory what was heard', async () => {
    await using call = new SimulatedCall({ picture: true });
    call.thinking.answer = ({ text }) => (text === 'tell me' ? LONG : 'Yes.');
    await call.asks('tell me');
    await call.until(() => call.all('output_audio_buffer.started').length === 1);
    await call.isQuiet(1_500);
    await call.speaks(700, 'no what about the face');
    expect(call.transport.level).toBe(0);
    expect(call.performer.cancelled).toHaveLength(1);
    const frames = call.transport.soundFrames;
    await call.isQuiet(640, { text: 'no what about the face' });
    const heard = call.last('visavis.heard');
    // 1.5 s until the visitor spoke, 0.45 s until the voice stopped: seven words and more, of which the last ones were on their way.
    expect(heard?.text).toMatch(/^One two three four five\. Six seven/);
    expect(heard!.text.length).toBeLessThan(LONG.length);
    expect(call.all('response.done').filter(({ response }) => response.id === heard?.response_id)).toHaveLength(1);
    expect(call.all('output_audio_buffer.cleared')).toHaveLength(1);
    expect(call.last('conversation.item.truncated')?.item_id).toBe(heard?.item_id);
    expect(call.transport.soundFrames - frames).toBeLessThan(20);
    await call.until(() => call.all('output_audio_buffer.stopped').length === 1);
    expect(call.thinking.requests.at(-1)?.history).toEqual([
      { role: 'user', text: 'tell me' },
      { role: 'assistant', text: `${heard?.text} …` },
    ]);
    expect(call.memory).toEqual(['user: tell me', `assistant: ${heard?.text} …`, 'user: no what about the face', 'assistant: Yes.']);
  });

  it('believes what the client reports to have played', async () => {
    await using call = new SimulatedCall();
    call.thinking.answer = () => LONG;
    await call.asks('tell me');
    await call.until(() => call.all('output_audio_buffer.started').length === 1);
    const startedMs = call.session.mediaMs;
    await call.passes(1_500);
    call.send({ type: 'visavis.playout', played_media_ms: startedMs + 1_300, jitter_buffer_ms: 40 });
    call.send({ type: 'response.cancel' });
    expect(call.last('visavis.heard')?.text).toBe('One two three four five. ');
  });

  it('that was none goes on where it stopped, says nothing twice and leaves nothing out', async () => {
    await using call = new SimulatedCall();
    call.thinking.answer = () => undefined;
    await call.asks('tell me');
    const draft = call.thinking.drafts.at(-1);
    draft?.write('One two three four five. ');
    await call.until(() => call.all('output_audio_buffer.started').length === 1);
    await call.isQuiet(400);
    await call.speaks(900, 'okay right');
    expect(call.all('visavis.state').at(-1)?.state).toBe('paused');
    // Made while nobody may hear it.
    draft?.write('Six seven. ', 'Eight nine.').end();
    await call.isQuiet(1_300, { text: 'okay right' });
    await call.until(() => call.all('output_audio_buffer.stopped').length === 1);
    expect(call.all('response.output_audio_transcript.delta').map(({ delta }) => delta)).toEqual([
      'One two three four five. ',
      'Six seven. ',
      'Eight nine.',
    ]);
    expect(call.memory).toEqual(['user: tell me', 'assistant: One two three four five. Six seven. Eight nine.']);
    expect(call.all('output_audio_buffer.started')).toHaveLength(1);
    expect(call.all('response.done').map(({ response }) => response.status)).toEqual(['completed']);
    // Nine words, and at most one of them again from its beginning.
    expect(call.transport.soundFrames * 20).toBeGreaterThanOrEqual(9 * 250);
    expect(call.transport.soundFrames * 20).toBeLessThanOrEqual(10 * 250 + 60);
  });

  it('leaves the next answer at full voice', async () => {
    await using call = new SimulatedCall();
    call.thinking.answer = () => LONG;
    await call.asks('tell me');
    await call.until(() => call.all('output_audio_buffer.started').length === 1);
    await call.passes(1_000);
    const loud = call.transport.level;
    await call.speaks(320, 'and');
    expect(call.transport.level).toBeLessThan(loud / 2);
    call.typed('something else');
    await call.until(() => call.all('output_audio_buffer.started').length === 2);
    await call.passes(500);
    expect(call.transport.level).toBe(loud);
  });

  it('over the written word cuts nothing that was read', async () => {
    await using call = new SimulatedCall({ settings: { textOnly: true } });
    call.thinking.answer = () => undefined;
    call.typed('tell me');
    await settled();
    call.thinking.drafts[0]?.write('One two. ');
    await call.passes(40);
    call.send({ type: 'response.cancel' });
    expect(call.memory).toEqual(['user: tell me', 'assistant: One two. …']);
    expect(call.last('response.done')?.response).toMatchObject({ status: 'cancelled', status_details: { reason: 'client_cancelled' } });
    expect(call.all('conversation.item.truncated')).toEqual([]);
  });
});
