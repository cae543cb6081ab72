import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientEventSchemas } from './client-events.ts';
import { DEFAULT_EVENT_LIMITS } from './common.ts';
import { errorEventOf, parseClientEvent, parseServerEvent, serverEvent } from './parse.ts';
import { serverEventSchemas } from './server-events.ts';

const problemOf = (text: string, limits = DEFAULT_EVENT_LIMITS) => {
  const parsed = parseClientEvent(text, limits);
  if (parsed.ok) throw new Error('was accepted');
  return parsed.problem;
};
const problem = (event: unknown, limits = DEFAULT_EVENT_LIMITS) => problemOf(JSON.stringify(event), limits);

describe('parseClientEvent', () => {
  it('takes what a Realtime client says to begin, speak and type', () => {
    const events = [
      {
        type: 'session.update',
        event_id: 'event_1',
        session: {
          type: 'realtime',
          model: 'gpt-realtime',
          instructions: 'Be brief.',
          output_modalities: ['audio'],
          audio: {
            input: {
              format: { type: 'audio/pcm', rate: 24000 },
              transcription: { model: 'whisper-1', language: 'en' },
              turn_detection: {
                type: 'server_vad',
                threshold: 0.5,
                prefix_padding_ms: 300,
                silence_duration_ms: 500,
                idle_timeout_ms: null,
              },
            },
            output: { format: { type: 'audio/pcm', rate: 24000 }, voice: 'marin', speed: 1 },
          },
          tools: [{ type: 'function', name: 'weather', parameters: { type: 'object' } }],
          tool_choice: 'auto',
          tracing: null,
          truncation: 'auto',
        },
      },
      { type: 'input_audio_buffer.append', audio: 'AAAA' },
      { type: 'input_audio_buffer.commit' },
      { type: 'conversation.item.create', item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hello' }] } },
      { type: 'response.create' },
      { type: 'response.create', response: { output_modalities: ['text'], conversation: 'none', metadata: { topic: 'x' } } },
      { type: 'response.cancel' },
      { type: 'output_audio_buffer.clear' },
      { type: 'visavis.playout', played_media_ms: 1234.5, jitter_buffer_ms: 40 },
      { type: 'visavis.say', text: 'Welcome.', interrupt: true },
      { type: 'visavis.hello', client: 'visavis-avatar', version: '0.1.0', features: ['video'] },
    ];
    for (const event of events) expect(parseClientEvent(JSON.stringify(event))).toMatchObject({ ok: true, event: { type: event.type } });
  });

  it('keeps what it knows and ignores the rest', () => {
    const parsed = parseClientEvent(JSON.stringify({ type: 'response.cancel', response_id: 'resp_1', unheard_of: { a: 1 } }));
    expect(parsed).toEqual({ ok: true, event: { type: 'response.cancel', response_id: 'resp_1' } });
  });

  it('names the nearest event for a mistyped one', () => {
    expect(problem({ type: 'response.creat', event_id: 'e7' })).toEqual({
      code: 'unknown_event',
      message: 'There is no client event "response.creat"; did you mean "response.create"?',
      param: 'type',
      event_id: 'e7',
    });
    expect(problem({ type: 'zzzz' }).message).toBe('There is no client event "zzzz"');
    expect(problem({ type: 'constructor' }).code).toBe('unknown_event');
    expect(problem({ type: '__proto__' }).code).toBe('unknown_event');
    expect(problem({ type: 'x'.repeat(10_000) }).message.length).toBeLessThan(200);
  });

  it.each([
    ['not JSON', '{', 'invalid_json', null],
    ['nothing', '', 'invalid_json', null],
    ['a number', '42', 'invalid_event', null],
    ['null', 'null', 'invalid_event', null],
    ['a list', '[{"type":"response.create"}]', 'invalid_event', null],
    ['no type', '{}', 'missing_required_parameter', 'type'],
    ['a type that is no text', '{"type":5}', 'missing_required_parameter', 'type'],
    ['a missing field', '{"type":"input_audio_buffer.append"}', 'missing_required_parameter', 'audio'],
    ['a field of another type', '{"type":"input_audio_buffer.append","audio":7}', 'invalid_type', 'audio'],
    ['sound that is no base64', '{"type":"input_audio_buffer.append","audio":"?"}', 'invalid_value', 'audio'],
    ['a negative time', '{"type":"visavis.playout","played_media_ms":-1}', 'invalid_value', 'played_media_ms'],
    ['an infinite time', '{"type":"visavis.playout","played_media_ms":1e999}', 'invalid_type', 'played_media_ms'],
    [
      'a voice that is a path',
      '{"type":"session.update","session":{"type":"realtime","audio":{"output":{"voice":"../../etc"}}}}',
      'invalid_value',
      'session.audio.output.voice',
    ],
  ])('refuses %s', (_, text, code, param) => {
    expect(problemOf(text)).toMatchObject({ code, param });
  });

  it('counts bytes, not characters', () => {
    const limits = { maxEventBytes: 100, maxTypedChars: 1_000 };
    const sized = (text: string) => JSON.stringify({ type: 'visavis.say', text });
    const overhead = sized('').length;
    expect(parseClientEvent(sized('a'.repeat(100 - overhead)), limits).ok).toBe(true);
    expect(problemOf(sized('a'.repeat(101 - overhead)), limits).code).toBe('event_too_large');
    expect(problemOf(sized('ش'.repeat(100 - overhead)), limits).code).toBe('event_too_large');
  });

  it('bounds typed text and says where it is', () => {
    const limits = { ...DEFAULT_EVENT_LIMITS, maxTypedChars: 5 };
    const typed = (text: string) => ({
      type: 'conversation.item.create',
      item: {
        type: 'message',
        role: 'user',
        content: [
          { type: 'input_text', text: 'ok' },
          { type: 'input_text', text },
        ],
      },
    });
    expect(parseClientEvent(JSON.stringify(typed('12345')), limits).ok).toBe(true);
    expect(problem(typed('123456'), limits)).toMatchObject({ code: 'text_too_long', param: 'item.content.1.text' });
    expect(problem({ type: 'visavis.say', text: '123456' }, limits)).toMatchObject({ code: 'text_too_long', param: 'text' });
  });

  it('takes a second of sound in one event without recursion', () => {
    const audio = Buffer.alloc(48_000).toString('base64');
    expect(parseClientEvent(JSON.stringify({ type: 'input_audio_buffer.append', audio })).ok).toBe(true);
    const limits = { maxEventBytes: 20_000_000, maxTypedChars: 1 };
    expect(parseClientEvent(JSON.stringify({ type: 'input_audio_buffer.append', audio: 'A'.repeat(16_000_000) }), limits).ok).toBe(true);
  });

  it('never repeats what was said in a message', () => {
    const secret = 'my heart hurts';
    const refused = problem({ type: 'visavis.say', text: { secret } });
    expect(JSON.stringify(refused)).not.toContain(secret);
    expect(JSON.stringify(problemOf(`{"type":"visavis.say","text":"${secret}`))).not.toContain(secret);
  });

  it('survives any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => typeof parseClientEvent(text).ok === 'boolean'));
    fc.assert(fc.property(fc.json({ maxDepth: 6 }), (text) => typeof parseClientEvent(text).ok === 'boolean'));
  });

  it('survives any value in any field of any event', () => {
    const type = fc.constantFrom(...Object.keys(clientEventSchemas));
    const field = fc.constantFrom('session', 'item', 'audio', 'response', 'item_id', 'text', 'event_id', 'content_index', '__proto__');
    const body = fc.dictionary(field, fc.jsonValue({ maxDepth: 5 }));
    fc.assert(
      fc.property(type, body, (type, body) => {
        const parsed = parseClientEvent(JSON.stringify({ ...body, type }));
        if (parsed.ok) expect(parsed.event.type).toBe(type);
        else expect(parseServerEvent(JSON.stringify(errorEventOf(parsed.problem)))).toMatchObject({ type: 'error' });
      }),
      { numRuns: 2_000 },
    );
  });

  it('is not fooled by a JSON tower', () => {
    const tower = `{"type":"session.update","session":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
    expect(problemOf(tower)).toMatchObject({ code: 'invalid_type', param: 'session' });
  });
});

describe('server events', () => {
  it('have fresh ids and come back as they were', () => {
    const first = serverEvent('visavis.partial', { item_id: 'item_1', text: 'what is' });
    const second = serverEvent('visavis.partial', { item_id: 'item_1', text: 'what is' });
    expect(first.event_id).not.toBe(second.event_id);
    expect(parseServerEvent(JSON.stringify(first))).toEqual(first);
  });

  it('are ignored by a client that does not know them, or when malformed', () => {
    for (const text of [
      '',
      'null',
      '7',
      '{}',
      '{"type":"toString"}',
      '{"type":"visavis.state"}',
      '{"type":"visavis.future","event_id":"e"}',
    ])
      expect(parseServerEvent(text)).toBeUndefined();
  });

  it('each describe the type that they are listed under', () => {
    for (const [type, schema] of Object.entries({ ...serverEventSchemas, ...clientEventSchemas }))
      expect(schema.shape.type.value).toBe(type);
  });
});
