import { describe, expect, it } from 'vitest';
import { settled, SimulatedCall } from './simulated-call.fixture.ts';

const LONG = 'One two three four five. Six seven eight nine ten. ';
const userText = (text: string, more: object = {}) => ({
  type: 'conversation.item.create',
  item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }], ...more },
});
const codes = (call: SimulatedCall) => call.all('error').map(({ error }) => error.code);

/** A call that is in the middle of a long answer. */
async function answering(options: ConstructorParameters<typeof SimulatedCall>[0] = {}): Promise<SimulatedCall> {
  const call = new SimulatedCall(options);
  call.thinking.answer = ({ text }) => (text === 'first' ? LONG : `You said ${text}.`);
  call.typed('first');
  await call.until(() => call.all('visavis.latency').length === 1);
  await call.passes(600);
  return call;
}

describe('the first events', () => {
  it('describe the session', async () => {
    await using call = new SimulatedCall({ config: { hearing: { holdMs: 640 } } });
    expect(call.events[0]).toMatchObject({
      type: 'session.created',
      session: {
        id: 'call_test',
        instructions: 'Be kind.',
        output_modalities: ['audio'],
        audio: { input: { turn_detection: { type: 'server_vad', silence_duration_ms: 640 } }, output: { voice: 'anna', speed: 1 } },
        visavis: { avatar: 'mia', language: 'en', avatar_name: 'Mia' },
      },
    });
  });
});

describe('session.update', () => {
  const update = (session: object) => ({ type: 'session.update', session: { type: 'realtime', ...session } });

  it('takes another voice and speed; a voice of another server is told and left', async () => {
    await using call = new SimulatedCall();
    call.send(update({ audio: { output: { voice: 'amina', speed: 1.3 } } }));
    expect(call.last('session.updated')?.session.audio?.output).toMatchObject({ voice: 'amina', speed: 1.3 });
    call.send(update({ audio: { output: { voice: 'alloy' } } }));
    expect(call.last('visavis.notice')).toMatchObject({ code: 'voice_unknown' });
    expect(call.last('session.updated')?.session.audio?.output?.voice).toBe('amina');
    call.typed('hello');
    await settled();
    expect(call.speaking.options.at(-1)).toMatchObject({ voice: 'amina', rate: 1.3 });
  });

  it('changes the instructions with the permission only', async () => {
    await using guest = new SimulatedCall();
    guest.send({ ...update({ instructions: 'Be rude.' }), event_id: 'mine' });
    expect(guest.last('error')?.error).toMatchObject({ code: 'not_permitted', event_id: 'mine', type: 'invalid_request_error' });
    expect(guest.session.settings.persona.systemPrompt).toBe('Be kind.');
    await using host = new SimulatedCall({ settings: { permissions: ['instructions'] } });
    host.send(update({ instructions: 'Be brief.' }));
    host.typed('hello');
    await settled();
    expect(host.thinking.requests[0]?.persona.systemPrompt).toBe('Be brief.');
  });

  it('to another language changes the ear, the voice and the reply', async () => {
    await using call = new SimulatedCall();
    await call.speaks(640, 'what is');
    call.send(update({ visavis: { language: 'ar' } }));
    await settled();
    expect(call.laterEars.map(({ language }) => language)).toEqual(['ar']);
    expect(call.ear.closes).toBe(1);
    expect(call.last('session.updated')?.session).toMatchObject({ audio: { output: { voice: 'amina' } }, visavis: { language: 'ar' } });
    const later = call.laterEars[0]!.ear;
    call.transport.emit('audio', new Int16Array(320));
    expect(later.samples).toBe(320);
    // Whatever the former ear still says belongs to nobody.
    call.ear.hear({ type: 'unavailable', reason: 'closed' });
    expect(call.all('visavis.notice')).toEqual([]);
    later.hear({ type: 'utterance', utteranceId: 'u1', startMs: 0, atMs: 0 });
    later.hear({ type: 'partial', utteranceId: 'u1', atMs: 20, text: 'مرحبا' });
    expect(call.last('visavis.partial')?.text).toBe('مرحبا');
    call.typed('hello');
    await settled();
    expect(call.thinking.requests.at(-1)?.language).toBe('ar');
    await call.session.end('hung_up');
    expect(later.closes).toBe(1);
    expect(call.ear.closes).toBe(1);
  });

  it('to the written word holds from the next response on', async () => {
    await using call = await answering();
    call.send(update({ output_modalities: ['text'] }));
    await call.until(() => call.session.floor.phase === 'listening');
    expect(call.types()).not.toContain('response.output_text.done');
    expect(call.all('output_audio_buffer.stopped')).toHaveLength(1);
    call.typed('second');
    await call.until(() => call.all('response.done').length === 2);
    expect(call.last('response.output_text.done')?.text).toBe('You said second.');
  });

  it('takes turns away from the server and gives them back', async () => {
    await using call = new SimulatedCall();
    call.send(update({ audio: { input: { turn_detection: null } } }));
    expect(call.last('session.updated')?.session.audio?.input?.turn_detection).toBeNull();
    await call.speaks(640, 'hello');
    await call.isQuiet(3_000, { text: 'hello' });
    expect(call.all('response.created')).toEqual([]);
    call.send(update({ audio: { input: { turn_detection: { type: 'server_vad', silence_duration_ms: 900 } } } }));
    expect(call.session.floor.rules).toMatchObject({ automaticTurns: true, holdMs: 900 });
  });

  it('changes the avatar, or says that there is none', async () => {
    await using call = new SimulatedCall({ picture: true });
    call.send(update({ visavis: { avatar: 'nobody' } }));
    call.send(update({ visavis: { avatar: 'leo' } }));
    await settled();
    expect(call.face.avatar).toBe('leo');
    expect(call.session.settings.avatar).toBe('leo');
    expect(call.performer.emotions.happy).toEqual({});
    expect(call.all('visavis.notice').map(({ code }) => code)).toEqual(['avatar_unknown']);
    expect(call.last('session.updated')?.session.visavis?.avatar).toBe('leo');
  });

  it('gives another avatar its own voice and name from the next answer on', async () => {
    await using call = new SimulatedCall({ picture: true });
    call.send(update({ visavis: { avatar: 'leo' } }));
    await settled();
    expect(call.session.settings.persona).toMatchObject({
      name: 'Leo',
      systemPrompt: expect.stringMatching(/You are Leo.* You are a sailor\./),
    });
    expect(call.last('session.updated')?.session).toMatchObject({ audio: { output: { voice: 'ben' } }, visavis: { avatar_name: 'Leo' } });
    call.send(update({ visavis: { avatar: 'mia' } }));
    await settled();
    expect([call.session.settings.voice, call.session.settings.persona.name]).toEqual(['anna', 'Mia']);
  });

  it('leaves the voice and the instructions that the call has chosen to every avatar', async () => {
    await using call = new SimulatedCall({ picture: true, settings: { permissions: ['instructions'] } });
    call.send(update({ instructions: 'Be brief.', audio: { output: { voice: 'amina' } } }));
    call.send(update({ visavis: { avatar: 'leo' } }));
    await settled();
    expect(call.session.settings).toMatchObject({ voice: 'amina', persona: { name: 'Leo', systemPrompt: 'Be brief.' } });
  });

  it('shows the avatar that was asked for last, though the one before is still being loaded', async () => {
    await using call = new SimulatedCall({ picture: true });
    call.send(update({ visavis: { avatar: 'leo' } }));
    call.send(update({ visavis: { avatar: 'mia' } }));
    await settled();
    expect([call.face.avatar, call.session.settings.avatar]).toEqual(['mia', 'mia']);
  });
});

describe('push-to-talk', () => {
  const talk = async () => {
    const call = new SimulatedCall({ carrier: 'websocket' });
    call.send({ type: 'session.update', session: { type: 'realtime', audio: { input: { turn_detection: null } } } });
    await call.speaks(640, 'what is this');
    return call;
  };

  it('answers what was committed, though the last words come after the request', async () => {
    await using call = await talk();
    call.send({ type: 'input_audio_buffer.commit' });
    call.send({ type: 'response.create' });
    await call.until(() => call.all('response.done').length === 1);
    expect(call.memory).toEqual(['user: what is this', 'assistant: You said what is this.']);
    expect(call.all('response.created')).toHaveLength(1);
    expect(call.ear.drops).toBe(0);
  });

  it('only notes what was committed when no response is asked for', async () => {
    await using call = await talk();
    call.send({ type: 'input_audio_buffer.commit' });
    await call.passes(2_000);
    expect(call.memory).toEqual(['user: what is this']);
    call.send({ type: 'response.create' });
    await call.until(() => call.all('response.done').length === 1);
    expect(call.thinking.requests.at(-1)?.text).toBe('what is this');
  });

  it('forgets what was cleared, also between commit and last words', async () => {
    await using call = await talk();
    call.ear.finalText = undefined;
    call.send({ type: 'input_audio_buffer.commit' });
    call.send({ type: 'response.create' });
    call.send({ type: 'input_audio_buffer.clear' });
    expect(call.types().at(-1)).toBe('input_audio_buffer.cleared');
    expect(call.session.floor.phase).toBe('listening');
    await call.passes(3_000);
    expect(call.all('response.created')).toEqual([]);
    expect(call.memory).toEqual([]);
  });

  it('takes sound, and refuses half samples, too much of it, and any over WebRTC', async () => {
    await using call = await talk();
    call.send({ type: 'input_audio_buffer.append', audio: Buffer.from([1, 0, 254, 255]).toString('base64') });
    expect([...call.appended[0]!]).toEqual([1, -2]);
    call.send({ type: 'input_audio_buffer.append', audio: Buffer.from([1]).toString('base64') });
    for (let i = 0; i < 3; i++) call.send({ type: 'input_audio_buffer.append', audio: 'AAA=' });
    expect(codes(call)).toEqual(['unsupported', 'audio_overflow']);
    await using webrtc = new SimulatedCall();
    webrtc.send({ type: 'input_audio_buffer.append', audio: 'AAA=' });
    expect(codes(webrtc)).toEqual(['unsupported']);
  });
});

describe('items', () => {
  it('are created, placed, retrieved and deleted', async () => {
    await using call = new SimulatedCall();
    call.send(userText('two', { id: 'two' }));
    call.send({ ...userText('one', { id: 'one' }), previous_item_id: 'root' });
    call.send({ ...userText('three', { id: 'three' }), previous_item_id: 'two' });
    expect(call.memory).toEqual(['user: one', 'user: two', 'user: three']);
    expect(call.all('conversation.item.added').map(({ previous_item_id }) => previous_item_id)).toEqual([null, null, 'two']);
    call.send({ type: 'conversation.item.retrieve', item_id: 'two' });
    expect(call.last('conversation.item.retrieved')?.item).toMatchObject({ id: 'two', content: [{ type: 'input_text', text: 'two' }] });
    call.send({ type: 'conversation.item.delete', item_id: 'two' });
    expect(call.last('conversation.item.deleted')?.item_id).toBe('two');
    expect(call.memory).toEqual(['user: one', 'user: three']);
    expect(call.all('visavis.caption')).toHaveLength(3);
  });

  it.each([
    ['a second one of the same id', userText('again', { id: 'known' }), 'unsupported'],
    ['one behind an unknown one', { ...userText('x'), previous_item_id: 'nobody' }, 'item_unknown'],
    [
      'a tool call',
      { type: 'conversation.item.create', item: { type: 'function_call', name: 'f', arguments: '{}', call_id: 'c' } },
      'unsupported',
    ],
    ['deleting an unknown one', { type: 'conversation.item.delete', item_id: 'nobody' }, 'item_unknown'],
    ['retrieving an unknown one', { type: 'conversation.item.retrieve', item_id: 'nobody' }, 'item_unknown'],
    [
      'truncating an unknown one',
      { type: 'conversation.item.truncate', item_id: 'nobody', content_index: 0, audio_end_ms: 0 },
      'item_unknown',
    ],
    [
      'truncating what the visitor said',
      { type: 'conversation.item.truncate', item_id: 'known', content_index: 0, audio_end_ms: 0 },
      'unsupported',
    ],
    ['a text that is too long', userText('x'.repeat(2_001)), 'text_too_long'],
  ])('%s is refused', async (_name, event, code) => {
    await using call = new SimulatedCall();
    call.send(userText('known', { id: 'known' }));
    call.send(event);
    expect(codes(call)).toEqual([code]);
    expect(call.memory).toEqual(['user: known']);
  });

  it('of a running answer, deleted, still end their response', async () => {
    await using call = await answering();
    const id = call.last('response.output_item.added')!.item.id!;
    call.send({ type: 'conversation.item.delete', item_id: id });
    call.send({ type: 'response.cancel' });
    expect(call.all('response.done')).toHaveLength(1);
    expect(call.all('output_audio_buffer.cleared')).toHaveLength(1);
    expect(call.memory).toEqual(['user: first']);
  });

  it('of a running answer, truncated, end the answer there', async () => {
    await using call = await answering();
    const id = call.last('response.output_item.added')!.item.id!;
    call.send({ type: 'conversation.item.truncate', item_id: id, content_index: 0, audio_end_ms: 260 });
    expect(call.last('conversation.item.truncated')).toMatchObject({ item_id: id, audio_end_ms: 260 });
    expect(call.memory).toEqual(['user: first', 'assistant: One …']);
    expect(call.session.floor.phase).toBe('listening');
    expect(call.all('response.done')).toHaveLength(1);
    await call.passes(2_000);
    expect(call.memory).toEqual(['user: first', 'assistant: One …']);
  });
});

describe('response.create', () => {
  it('with instructions of its own needs the permission, and they hold for that response', async () => {
    await using guest = new SimulatedCall();
    guest.send(userText('hello'));
    guest.send({ type: 'response.create', response: { instructions: 'Answer in rhymes.' } });
    expect(codes(guest)).toEqual(['not_permitted']);
    expect(guest.thinking.requests).toEqual([]);
    await using host = new SimulatedCall({ settings: { permissions: ['instructions'] } });
    host.send(userText('hello'));
    host.send({ type: 'response.create', response: { instructions: 'Answer in rhymes.', metadata: { topic: 'tea' } } });
    await host.until(() => host.all('response.done').length === 1);
    expect(host.last('response.done')?.response.metadata).toMatchObject({ topic: 'tea' });
    host.typed('again');
    await settled();
    await host.asks('and by voice');
    expect(host.thinking.requests.map(({ persona }) => persona.systemPrompt)).toEqual(['Answer in rhymes.', 'Be kind.', 'Be kind.']);
  });

  it('may ask for the written word', async () => {
    await using call = new SimulatedCall();
    call.send(userText('hello'));
    call.send({ type: 'response.create', response: { output_modalities: ['text'] } });
    await call.until(() => call.all('response.done').length === 1);
    expect(call.last('response.done')?.response.output_modalities).toEqual(['text']);
    expect(call.last('response.output_text.done')?.text).toBe('You said hello.');
    call.typed('aloud');
    await call.until(() => call.all('output_audio_buffer.stopped').length === 1);
  });

  it.each([{ conversation: 'none' }, { input: [] }])('outside the conversation (%o) is refused', async (response) => {
    await using call = new SimulatedCall();
    call.send({ type: 'response.create', response });
    expect(codes(call)).toEqual(['unsupported']);
  });
});

describe('interrupting', () => {
  it('ends the answer, and once is enough', async () => {
    await using call = await answering();
    const id = call.last('response.created')!.response.id;
    call.send({ type: 'response.cancel', response_id: id });
    call.send({ type: 'output_audio_buffer.clear' });
    expect(call.all('output_audio_buffer.cleared').map(({ response_id }) => response_id)).toEqual([id]);
    expect(codes(call)).toEqual([]);
    expect(call.session.floor.phase).toBe('listening');
  });

  it('a response that is not running is refused and disturbs nobody', async () => {
    await using call = await answering();
    call.send({ type: 'response.cancel', response_id: 'resp_other' });
    expect(codes(call)).toEqual(['response_unknown']);
    expect(call.session.floor.phase).toBe('answering');
  });

  it('by a client that heard the visitor begin costs none of his words', async () => {
    await using call = await answering();
    await call.speaks(300, 'no tell');
    call.send({ type: 'response.cancel' });
    await call.speaks(640, 'no tell me more');
    await call.isQuiet(640, { text: 'no tell me more' });
    await call.until(() => call.all('response.done').length === 2);
    expect(call.ear.drops).toBe(0);
    expect(call.memory.slice(-2)).toEqual(['user: no tell me more', 'assistant: You said no tell me more.']);
  });
});

describe('visavis.say', () => {
  it('needs the permission', async () => {
    await using call = new SimulatedCall();
    call.send({ type: 'visavis.say', text: 'Buy now.' });
    expect(codes(call)).toEqual(['not_permitted']);
    expect(call.all('response.created')).toEqual([]);
  });

  it('is said as it is, behind what is being said, or instead of it', async () => {
    await using call = await answering({ settings: { permissions: ['say'] } });
    call.send({ type: 'visavis.say', text: 'Second text.' });
    call.send({ type: 'visavis.say', text: 'Third text.' });
    await call.until(() => call.all('output_audio_buffer.stopped').length === 3);
    expect(call.all('response.output_audio_transcript.done').map(({ transcript }) => transcript)).toEqual([
      LONG,
      'Second text.',
      'Third text.',
    ]);
    expect(call.all('output_audio_buffer.cleared')).toEqual([]);
    expect(call.last('visavis.latency')?.kind).toBe('said');
    call.typed('first');
    await call.until(() => call.all('output_audio_buffer.started').length === 4);
    call.send({ type: 'visavis.say', text: 'Never said.' });
    call.send({ type: 'visavis.say', text: 'Now.', interrupt: true });
    await call.until(() => call.all('output_audio_buffer.stopped').length === 4);
    await call.passes(3_000);
    expect(call.all('output_audio_buffer.cleared')).toHaveLength(1);
    expect(call.last('response.output_audio_transcript.done')?.transcript).toBe('Now.');
  });
});

describe('reports of the client', () => {
  it('make the network part of the latency', async () => {
    await using call = new SimulatedCall();
    call.send({ type: 'visavis.hello', client: 'test', version: '1' });
    call.send({ type: 'visavis.client_stats', round_trip_ms: 60 });
    call.send({ type: 'visavis.playout', played_media_ms: 0, jitter_buffer_ms: 40 });
    call.typed('hello');
    await call.until(() => call.all('visavis.latency').length === 1);
    expect(call.last('visavis.latency')?.network_ms).toBe(70);
    await call.passes(6_000);
    expect(call.last('visavis.quality')).toMatchObject({ level: 'good', round_trip_ms: 60 });
    call.transport.roundTripMs = 450;
    await call.passes(5_000);
    expect(call.last('visavis.quality')).toMatchObject({ level: 'poor', round_trip_ms: 450 });
  });
});

describe('junk', () => {
  it.each([
    ['not json', 'invalid_json'],
    ['[]', 'invalid_event'],
    ['{"type":7}', 'missing_required_parameter'],
    ['{"type":"respond.create"}', 'unknown_event'],
    ['{"type":"__proto__"}', 'unknown_event'],
    ['{"type":"visavis.playout","played_media_ms":-1}', 'invalid_value'],
    ['{"type":"conversation.item.delete"}', 'missing_required_parameter'],
    [JSON.stringify({ type: 'visavis.say', text: 'x'.repeat(300_000) }), 'event_too_large'],
  ])('%s is answered with an error', async (text, code) => {
    await using call = new SimulatedCall();
    call.send(text);
    expect(codes(call)).toEqual([code]);
    expect(call.session.floor.phase).toBe('listening');
  });

  it('in a flood is read up to the limit, and told once a second', async () => {
    await using call = new SimulatedCall({ config: { server: { maxEventsPerS: 10 } } });
    const flood = () => {
      for (let i = 0; i < 50; i++) call.send({ type: 'conversation.item.delete', item_id: 'nobody' });
    };
    flood();
    expect(codes(call).filter((code) => code === 'item_unknown')).toHaveLength(10);
    expect(codes(call).filter((code) => code === 'too_many_events')).toHaveLength(1);
    await call.passes(1_020);
    flood();
    expect(codes(call).filter((code) => code === 'too_many_events')).toHaveLength(2);
    await call.passes(1_020);
    call.typed('hello');
    await call.until(() => call.all('response.done').length === 1);
  });
});
