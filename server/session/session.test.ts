import { describe, expect, it } from 'vitest';
import { settled, SimulatedCall } from './simulated-call.fixture.ts';

const RESPONSE = [
  'response.created',
  'response.output_item.added',
  'conversation.item.added',
  'response.content_part.added',
  'response.output_audio_transcript.delta',
];
const DONE = [
  'response.output_audio.done',
  'response.output_audio_transcript.done',
  'response.content_part.done',
  'response.output_item.done',
  'conversation.item.done',
  'response.done',
];
const LONG = 'One two three four five. Six seven eight nine ten. Eleven twelve thirteen fourteen fifteen. ';

describe('the beginning of a call', () => {
  it('greets as soon as it is connected, with a greeting that was made before', async () => {
    await using call = new SimulatedCall({ connected: false, settings: { greet: true } });
    await call.passes(200);
    expect(call.speaking.pieces.map(({ text }) => text)).toEqual(['Hello there my friend.']);
    expect(call.events).toEqual([]);
    call.transport.connect();
    await call.until(() => call.all('output_audio_buffer.stopped').length === 1);
    expect(call.types()).toEqual([
      'session.created',
      'visavis.engines',
      ...RESPONSE,
      ...DONE,
      'output_audio_buffer.started',
      'visavis.latency',
      'output_audio_buffer.stopped',
    ]);
    expect(call.last('response.done')?.response).toMatchObject({
      status: 'completed',
      output: [{ content: [{ type: 'output_audio', transcript: 'Hello there my friend.' }] }],
    });
    expect(call.memory).toEqual(['assistant: Hello there my friend.']);
    expect(call.last('visavis.latency')).toMatchObject({ kind: 'greeting' });
  });

  it('begins once, however often the connection comes back', async () => {
    await using call = new SimulatedCall({ settings: { greet: true } });
    call.transport.emit('interrupted');
    call.transport.connect();
    await call.passes(3_000);
    expect(call.all('session.created')).toHaveLength(1);
    expect(call.all('response.created')).toHaveLength(1);
  });

  it('tells that there is no recogniser, and answers what is typed', async () => {
    await using call = new SimulatedCall({ earMissing: 'PocketSphinx is not installed.' });
    expect(call.last('visavis.notice')).toMatchObject({ code: 'recognition_unavailable', hint: 'PocketSphinx is not installed.' });
    call.typed('hello');
    await call.until(() => call.all('response.done').length === 1);
    expect(call.memory).toEqual(['user: hello', 'assistant: You said hello.']);
  });

  it('tells when the ear is lost during the call and when it is back', async () => {
    await using call = new SimulatedCall();
    call.ear.hear({ type: 'unavailable', reason: 'lost twice' });
    call.ear.hear({ type: 'recovered' });
    expect(call.all('visavis.notice').map(({ code }) => code)).toEqual(['recognition_unavailable', 'recognition_recovered']);
  });
});

describe('a spoken question', () => {
  it('is told in the order of the Realtime API', async () => {
    await using call = new SimulatedCall();
    const from = call.events.length;
    await call.asks('what is visavis');
    await call.until(() => call.all('output_audio_buffer.stopped').length === 1);
    expect(call.types(from)).toEqual([
      'input_audio_buffer.speech_started',
      'visavis.reaction',
      'input_audio_buffer.speech_stopped',
      'input_audio_buffer.committed',
      'conversation.item.added',
      'conversation.item.done',
      'conversation.item.input_audio_transcription.completed',
      ...RESPONSE,
      ...DONE,
      'output_audio_buffer.started',
      'visavis.latency',
      'output_audio_buffer.stopped',
    ]);
    const item = call.last('input_audio_buffer.speech_started')?.item_id;
    expect(call.last('input_audio_buffer.committed')?.item_id).toBe(item);
    expect(call.last('conversation.item.input_audio_transcription.completed')).toMatchObject({
      item_id: item,
      transcript: 'what is visavis',
    });
    expect(call.last('response.output_audio_transcript.done')?.transcript).toBe('You said what is visavis.');
    expect(call.last('visavis.latency')).toMatchObject({ kind: 'spoken', prepared: true });
    expect(call.all('visavis.state').map(({ state }) => state)).toEqual(['listening', 'hearing', 'preparing', 'answering', 'listening']);
  });

  it('is prepared at the first pause, and that reply is the one that is spoken', async () => {
    await using call = new SimulatedCall();
    await call.asks('what is visavis');
    await call.until(() => call.all('response.done').length === 1);
    expect(call.thinking.requests).toHaveLength(1);
    expect(call.thinking.requests[0]).toMatchObject({ text: 'what is visavis', speculative: true, history: [] });
  });

  it('is prepared anew when the visitor goes on, and the first reply is aborted', async () => {
    await using call = new SimulatedCall();
    await call.speaks(640, 'tell me about');
    await call.isQuiet(320, { text: 'tell me about' });
    expect(call.thinking.requests).toHaveLength(1);
    await call.speaks(640, 'tell me about your voice');
    expect(call.thinking.requests[0]?.signal.aborted).toBe(true);
    await call.isQuiet(640, { text: 'tell me about your voice' });
    await call.until(() => call.all('response.done').length === 1);
    expect(call.thinking.requests.map(({ text }) => text)).toEqual(['tell me about', 'tell me about your voice']);
    expect(call.memory).toEqual(['user: tell me about your voice', 'assistant: You said tell me about your voice.']);
  });

  it('moves the face through its modes and gives it the marks at their words', async () => {
    await using call = new SimulatedCall({ picture: true });
    call.thinking.answer = () => undefined;
    await call.speaks(800, 'hello');
    await call.isQuiet(320, { text: 'hello' });
    call.thinking.drafts[0]?.write('Oh hello. ').mark({ type: 'emotion', emotion: 'happy', intensity: 1 }).write('How nice.').end();
    await call.isQuiet(320, { text: 'hello' });
    await call.until(() => call.all('output_audio_buffer.stopped').length === 1);
    expect(call.performer.modes).toEqual(['listening', 'reacting', 'thinking', 'speaking', 'idle']);
    const [first, second] = call.performer.spoke;
    expect(second!.startsAt - first!.startsAt).toBe((2 * 250 * 48_000) / 1000);
    expect(call.performer.marks).toEqual([{ mark: 'happy', at: second?.startsAt }]);
    expect(call.last('visavis.latency')?.first_frame_ms).toBeGreaterThan(0);
  });

  it('is joined with what comes after it, when the answer came too early', async () => {
    await using call = new SimulatedCall({ settings: { greet: true } });
    await call.until(() => call.all('output_audio_buffer.stopped').length === 1);
    call.thinking.answer = ({ text }) => (text === 'i would like' ? undefined : 'With pleasure.');
    await call.asks('i would like');
    await call.speaks(640, 'a cup of tea');
    await call.isQuiet(640, { text: 'a cup of tea' });
    await call.until(() => call.all('output_audio_buffer.stopped').length === 2);
    expect(call.memory).toEqual(['assistant: Hello there my friend.', 'user: i would like a cup of tea', 'assistant: With pleasure.']);
    expect(call.thinking.requests.at(-1)?.history).toEqual([{ role: 'assistant', text: 'Hello there my friend.' }]);
    const added = call.all('conversation.item.added').map(({ item }) => item.id);
    const deleted = call.all('conversation.item.deleted').map(({ item_id }) => item_id);
    expect(deleted.toSorted()).toEqual([added[1], added[2]].toSorted());
  });

  it('that its recogniser cut in two does not cost the conversation before it', async () => {
    await using call = new SimulatedCall();
    await call.asks('first');
    await call.until(() => call.all('output_audio_buffer.stopped').length === 1);
    await call.speaks(640, 'a very long');
    call.ear.endUtterance();
    await settled();
    await call.asks('question');
    await call.until(() => call.all('output_audio_buffer.stopped').length === 2);
    expect(call.memory).toEqual([
      'user: first',
      'assistant: You said first.',
      'user: a very long question',
      'assistant: You said a very long question.',
    ]);
    expect(call.thinking.requests.at(-1)?.history).toHaveLength(2);
    expect(call.all('conversation.item.deleted')).toEqual([]);
  });
});

describe('typing', () => {
  it('in the middle of an answer takes the floor', async () => {
    await using call = new SimulatedCall();
    call.thinking.answer = ({ text }) => (text === 'first' ? LONG : 'Second answer.');
    call.typed('first');
    await call.until(() => call.all('output_audio_buffer.started').length === 1);
    await call.passes(600);
    call.typed('second');
    await call.until(() => call.all('output_audio_buffer.stopped').length === 1);
    expect(call.all('response.done').map(({ response }) => response.status)).toEqual(['completed', 'completed']);
    expect(call.all('output_audio_buffer.cleared')).toHaveLength(1);
    expect(call.memory).toEqual(['user: first', 'assistant: One two …', 'user: second', 'assistant: Second answer.']);
    expect(call.thinking.requests.at(-1)).toMatchObject({ text: 'second', speculative: false });
  });

  it('before anything of the answer was heard leaves no trace of it', async () => {
    await using call = new SimulatedCall();
    call.thinking.answer = ({ text }) => (text === 'first' ? undefined : 'Second answer.');
    call.typed('first');
    await call.passes(100);
    call.typed('second');
    await call.until(() => call.all('output_audio_buffer.stopped').length === 1);
    expect(call.thinking.requests[0]?.signal.aborted).toBe(true);
    expect(call.all('response.done').map(({ response }) => [response.status, response.status_details?.reason])).toEqual([
      ['cancelled', 'client_cancelled'],
      ['completed', undefined],
    ]);
    expect(call.memory).toEqual(['user: first', 'user: second', 'assistant: Second answer.']);
    expect(call.all('conversation.item.deleted')).toHaveLength(1);
  });

  it('is answered in writing alone when the client wants it so', async () => {
    await using call = new SimulatedCall({ settings: { textOnly: true } });
    const from = call.events.length;
    call.typed('hello');
    await call.until(() => call.all('response.done').length === 1);
    expect(call.types(from).slice(2)).toEqual([
      'response.created',
      'response.output_item.added',
      'conversation.item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'conversation.item.done',
      'response.done',
    ]);
    expect(call.speaking.options).toEqual([]);
    expect(call.transport.soundFrames).toBe(0);
    expect(call.session.floor.phase).toBe('listening');
  });
});

describe('a turn that fails', () => {
  it('is told, ends behind the sound that it had, and the next one works', async () => {
    await using call = new SimulatedCall();
    call.speaking.failsAt = 1;
    call.thinking.answer = () => LONG;
    call.typed('first');
    await call.until(() => call.all('response.done').length === 1);
    expect(call.last('response.done')?.response).toMatchObject({
      status: 'failed',
      status_details: { error: { code: 'child_unavailable' } },
    });
    expect(call.last('visavis.notice')).toMatchObject({ code: 'answer_failed', severity: 'error' });
    expect(call.session.floor.phase).toBe('answering');
    await call.until(() => call.all('output_audio_buffer.stopped').length === 1);
    expect(call.transport.soundFrames * 20).toBeGreaterThanOrEqual(5 * 250);
    expect(call.session.floor.phase).toBe('listening');
    call.speaking.failsAt = Number.POSITIVE_INFINITY;
    call.thinking.answer = () => 'Better.';
    call.typed('second');
    await call.until(() => call.all('output_audio_buffer.stopped').length === 2);
    expect(call.memory).toEqual(['user: first', 'assistant: One two three four five. …', 'user: second', 'assistant: Better.']);
  });

  it('before its first sound gives the floor back at once', async () => {
    await using call = new SimulatedCall();
    call.speaking.failsAt = 0;
    call.typed('first');
    await call.until(() => call.all('response.done').length === 1);
    expect(call.session.floor.phase).toBe('listening');
    expect(call.all('output_audio_buffer.stopped')).toEqual([]);
  });

  it('while it is held does not hold the floor for ever', async () => {
    await using call = new SimulatedCall();
    call.thinking.answer = () => undefined;
    await call.asks('tell me');
    const draft = call.thinking.drafts.at(-1);
    draft?.write('One two three four five. ');
    await call.until(() => call.all('output_audio_buffer.started').length === 1);
    await call.isQuiet(500);
    call.speaking.failsAt = 1;
    await call.speaks(900, 'okay right');
    draft?.write('Six seven. ').end();
    await call.isQuiet(1_300, { text: 'okay right' });
    await call.until(() => call.session.floor.phase === 'listening');
    expect(call.all('response.done').map(({ response }) => response.status)).toEqual(['failed']);
  });
});

it('counts each packet that is sent and lost once', async () => {
  await using call = new SimulatedCall();
  const counted = async () => {
    const lines = (await call.metrics.exposition()).split('\n');
    return lines.filter((line) => /^visavis_packets/.test(line));
  };
  Object.assign(call.transport, { packetsSent: 100, packetsLost: 4 });
  await call.passes(11_000);
  expect(await counted()).toEqual(['visavis_packets_sent_total 100', 'visavis_packets_lost_total 4']);
  // One of them was only late.
  Object.assign(call.transport, { packetsSent: 130, packetsLost: 3 });
  await call.session.end('hung_up');
  expect(await counted()).toEqual(['visavis_packets_sent_total 130', 'visavis_packets_lost_total 4']);
});
