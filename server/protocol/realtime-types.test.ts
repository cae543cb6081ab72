import type * as GA from 'openai/resources/realtime/realtime';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { ClientEventInput, ClientEventOf, ClientEventType } from './client-events.ts';
import { parseClientEvent } from './parse.ts';
import type { ServerEvent, ServerEventOf, ServerEventType } from './server-events.ts';
import type { RealtimeSessionInput } from './session.ts';

/**
 * Our events against the `openai` package's own types for the generally available Realtime API, which stand for what
 * clients out there are written for. Checked by the compiler; the run-time part only keeps the file honest.
 */
type GaServerEvent = GA.RealtimeServerEvent;
type GaClientEvent = GA.RealtimeClientEvent;

type OfType<Event extends { type: string }, Type extends string> = Extract<Event, { type: Type }>;

type OurOwn = `visavis.${string}`;
type SharedServerType = Exclude<ServerEventType, OurOwn>;
type SharedClientType = Exclude<ClientEventType, OurOwn>;

/** The types for which what we send could not be read as the package's event. Must be `never`. */
type UnreadableByClients = {
  [Type in SharedServerType]: ServerEventOf<Type> extends OfType<GaServerEvent, Type> ? never : Type;
}[SharedServerType];

/** We let a session leave out its `type`; there it is required. */
type WithSessionType<Event> = Event extends { session: infer Session }
  ? Omit<Event, 'session'> & { session: Session & { type: 'realtime' } }
  : Event;

/** What we would take but the API does not have: an event that works here must work there. Must be `never`. */
type OursAlone = {
  [Type in SharedClientType]: WithSessionType<Extract<ClientEventInput, { type: Type }>> extends OfType<GaClientEvent, Type> ? never : Type;
}[SharedClientType];

/** Client events whose whole range, as the package types it, we take. */
type TakenWhole =
  | 'input_audio_buffer.append'
  | 'input_audio_buffer.commit'
  | 'input_audio_buffer.clear'
  | 'conversation.item.truncate'
  | 'conversation.item.delete'
  | 'conversation.item.retrieve'
  | 'response.cancel'
  | 'output_audio_buffer.clear';
type NotTaken = { [Type in TakenWhole]: OfType<GaClientEvent, Type> extends ClientEventOf<Type> ? never : Type }[TakenWhole];

describe('against the Realtime API of the openai package', () => {
  it('has names that exist there', () => {
    expectTypeOf<Exclude<SharedServerType, GaServerEvent['type']>>().toEqualTypeOf<never>();
    expectTypeOf<Exclude<SharedClientType, GaClientEvent['type']>>().toEqualTypeOf<never>();
  });

  it('takes every client event that exists there', () => {
    expectTypeOf<Exclude<GaClientEvent['type'], ClientEventType>>().toEqualTypeOf<never>();
  });

  it('sends what its clients can read', () => {
    expectTypeOf<UnreadableByClients>().toEqualTypeOf<never>();
    expectTypeOf<Exclude<ServerEvent, { type: OurOwn }>>().toExtend<GaServerEvent>();
  });

  it('takes nothing that is not a valid event there', () => {
    expectTypeOf<OursAlone>().toEqualTypeOf<never>();
  });

  it('takes all that its clients can send, where it implements the whole event', () => {
    expectTypeOf<NotTaken>().toEqualTypeOf<never>();
  });

  it('parses what is typed as the package types it', () => {
    const session: GA.RealtimeSessionCreateRequest & RealtimeSessionInput = {
      type: 'realtime',
      model: 'gpt-realtime',
      instructions: 'Be brief.',
      output_modalities: ['audio'],
      audio: {
        input: {
          format: { type: 'audio/pcm', rate: 24000 },
          noise_reduction: { type: 'near_field' },
          transcription: { model: 'gpt-4o-transcribe', language: 'en' },
          turn_detection: { type: 'semantic_vad', eagerness: 'low', create_response: true, interrupt_response: true },
        },
        output: { format: { type: 'audio/pcm', rate: 24000 }, voice: 'cedar', speed: 1.2 },
      },
      max_output_tokens: 'inf',
      tool_choice: 'auto',
      tools: [{ type: 'function', name: 'lookup', description: 'Finds a thing', parameters: { type: 'object' } }],
    };
    const events: GaClientEvent[] = [
      { type: 'session.update', session },
      { type: 'session.update', session: { type: 'realtime', audio: { input: { turn_detection: null } } } },
      { type: 'input_audio_buffer.append', audio: 'AAAA', event_id: 'e' },
      { type: 'input_audio_buffer.commit' },
      { type: 'input_audio_buffer.clear' },
      { type: 'output_audio_buffer.clear' },
      {
        type: 'conversation.item.create',
        previous_item_id: 'root',
        item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] },
      },
      { type: 'conversation.item.create', item: { type: 'message', role: 'user', content: [{ type: 'input_audio', audio: 'AAAA' }] } },
      { type: 'conversation.item.create', item: { type: 'message', role: 'system', content: [{ type: 'input_text', text: 'Note.' }] } },
      { type: 'conversation.item.create', item: { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Yes.' }] } },
      { type: 'conversation.item.create', item: { type: 'function_call', name: 'lookup', arguments: '{}', call_id: 'c1' } },
      { type: 'conversation.item.create', item: { type: 'function_call_output', call_id: 'c1', output: '{}' } },
      { type: 'conversation.item.truncate', item_id: 'i', content_index: 0, audio_end_ms: 1500 },
      { type: 'conversation.item.delete', item_id: 'i' },
      { type: 'conversation.item.retrieve', item_id: 'i' },
      { type: 'response.create' },
      { type: 'response.create', response: { instructions: 'Say hi.', output_modalities: ['text'], conversation: 'none', input: [] } },
      { type: 'response.cancel', response_id: 'r' },
    ];
    for (const event of events) expect(parseClientEvent(JSON.stringify(event)), JSON.stringify(event)).toMatchObject({ ok: true });
  });

  it('says which items it does not have', () => {
    const event: GaClientEvent = {
      type: 'conversation.item.create',
      item: { type: 'mcp_approval_response', id: 'm', approval_request_id: 'a', approve: true },
    };
    expect(parseClientEvent(JSON.stringify(event))).toMatchObject({ ok: false, problem: { code: 'invalid_value', param: 'item.type' } });
  });
});
