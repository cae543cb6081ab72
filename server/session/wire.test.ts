import { describe, expect, it } from 'vitest';
import { mediaTimeFromMs } from '../core/media-time.ts';
import type { ServerEvent } from '../protocol/server-events.ts';
import type { Item } from './conversation.ts';
import { spoken } from './scripted-speaking.fixture.ts';
import { ScriptedTransport } from './scripted-transport.fixture.ts';
import { settled, SimulatedCall } from './simulated-call.fixture.ts';
import { fixedReply, Turn } from './turn.ts';
import { Wire, wireItem } from './wire.ts';

/** What was written, each event checked against its schema. */
function wireOf(carrier: 'webrtc' | 'websocket'): { wire: Wire; events: ServerEvent[] } {
  const transport = new ScriptedTransport({ kind: carrier });
  return { wire: new Wire({ send: (text) => transport.sendMessage(text), carrier }), events: transport.events };
}

const turnOf = (metadata: Record<string, string> = {}): Turn =>
  new Turn({
    turnId: 'turn_1',
    kind: 'reply',
    itemId: 'item_a',
    responseId: 'resp_1',
    speaking: undefined,
    metadata,
    nowMs: () => 0,
    reply: () => fixedReply(''),
  });

const spokenTurn = (): Turn => Object.defineProperty(turnOf(), 'textOnly', { value: false });
const answer = (text = ''): Item => ({ id: 'item_a', role: 'assistant', medium: 'audio', text, status: 'in_progress' });
const types = (events: readonly ServerEvent[]) => events.map(({ type }) => type);

describe('a response on the wire', () => {
  it('has captions whose words stand on the media time of the call', () => {
    const { wire, events } = wireOf('webrtc');
    const turn = spokenTurn();
    wire.responseBegan(turn, answer(), 'item_u');
    wire.piece(turn, spoken('One two. '), mediaTimeFromMs(1_000));
    wire.piece(turn, spoken('Three.'), mediaTimeFromMs(1_500));
    const captions = events.filter((event) => event.type === 'visavis.caption');
    expect(captions.map(({ text }) => text)).toEqual(['One two. ', 'One two. Three.']);
    expect(captions[1]?.words).toEqual([
      { text: 'One', start_ms: 1_000, end_ms: 1_250 },
      { text: 'two.', start_ms: 1_250, end_ms: 1_500 },
      { text: 'Three.', start_ms: 1_500, end_ms: 1_750 },
    ]);
    expect(events.find(({ type }) => type === 'conversation.item.added')).toMatchObject({
      previous_item_id: 'item_u',
      item: { status: 'in_progress', content: [] },
    });
  });

  it('that is cut ends with what was heard', () => {
    const { wire, events } = wireOf('webrtc');
    const turn = spokenTurn();
    wire.responseBegan(turn, answer(), undefined);
    wire.piece(turn, spoken('One two three.'), 0);
    wire.soundBegan(turn);
    wire.cut(turn, answer('One two'), { text: 'One two', heardMs: 512.3, complete: false }, 96_000);
    expect(events.find(({ type }) => type === 'visavis.heard')).toMatchObject({ at_media_ms: 2_000 });
    expect(types(events).slice(-4)).toEqual([
      'output_audio_buffer.cleared',
      'conversation.item.truncated',
      'visavis.heard',
      'visavis.caption',
    ]);
    expect(events.at(-3)).toMatchObject({ item_id: 'item_a', audio_end_ms: 512 });
    expect(events.at(-1)).toMatchObject({ text: 'One two', final: true, words: [{ text: 'One' }, { text: 'two' }] });
    wire.soundEnded(turn);
    expect(types(events).at(-1)).toBe('visavis.caption');
  });

  it('gives the labels of the client back', () => {
    const { wire, events } = wireOf('webrtc');
    wire.responseBegan(turnOf({ topic: 'tea' }), answer(), undefined);
    expect(events[0]).toMatchObject({
      type: 'response.created',
      response: { status: 'in_progress', metadata: { topic: 'tea', turn: 'turn_1' } },
    });
  });

  it('carries its sound over a WebSocket, and tells of buffers only over WebRTC', () => {
    const { wire, events } = wireOf('websocket');
    const turn = spokenTurn();
    wire.soundBegan(turn);
    wire.audio(turn, new Int16Array([1, -2]));
    wire.soundEnded(turn);
    expect(types(events)).toEqual(['response.output_audio.delta']);
    expect(events[0]).toMatchObject({ response_id: 'resp_1', item_id: 'item_a', delta: Buffer.from([1, 0, 254, 255]).toString('base64') });
    const webrtc = wireOf('webrtc');
    webrtc.wire.soundBegan(turn);
    webrtc.wire.audio(turn, new Int16Array([1, -2]));
    webrtc.wire.soundEnded(turn);
    expect(types(webrtc.events)).toEqual(['output_audio_buffer.started', 'output_audio_buffer.stopped']);
  });
});

describe('a whole response over a WebSocket', () => {
  it('is done when its last sound was sent, and all of it was', async () => {
    await using call = new SimulatedCall({ carrier: 'websocket' });
    call.typed('hello');
    await call.until(() => call.all('response.done').length === 1);
    await call.passes(200);
    const order = call.types();
    expect(order.lastIndexOf('response.output_audio.delta')).toBeLessThan(order.indexOf('response.output_audio.done'));
    expect(order.at(-1)).toBe('response.done');
    const bytes = call.all('response.output_audio.delta').reduce((sum, { delta }) => sum + Buffer.from(delta, 'base64').length, 0);
    // The last frame is filled with silence.
    expect(bytes).toBe(Math.ceil((3 * 250) / 20) * 480 * 2);
    expect(order.filter((type) => type.startsWith('output_audio_buffer'))).toEqual([]);
  });

  it('that is interrupted is cancelled once', async () => {
    await using call = new SimulatedCall({ carrier: 'websocket' });
    call.thinking.answer = () => 'One two three four five six.';
    call.typed('hello');
    await call.until(() => call.all('response.output_audio.delta').length > 20);
    call.send({ type: 'response.cancel' });
    await settled();
    const sent = call.all('response.output_audio.delta').length;
    await call.passes(500);
    expect(call.all('response.output_audio.delta')).toHaveLength(sent);
    expect(call.all('response.done').map(({ response }) => response.status)).toEqual(['cancelled']);
  });
});

describe('states', () => {
  it('are told when they change, with who has the floor', () => {
    const { wire, events } = wireOf('webrtc');
    wire.state('listening', 0);
    wire.state('listening', 480);
    wire.state('hearing', 48_000);
    expect(events).toMatchObject([
      { state: 'listening', who: 'nobody', at_media_ms: 0 },
      { state: 'hearing', who: 'visitor', at_media_ms: 1_000 },
    ]);
  });

  it('end with the call', () => {
    const { wire, events } = wireOf('webrtc');
    wire.ended('silence');
    wire.ended('failed');
    wire.state('listening', 0);
    wire.notice('late', 'info', 'Too late.');
    expect(events).toMatchObject([{ type: 'visavis.ended', reason: 'silence' }]);
  });
});

describe('an item on the wire', () => {
  it.each([
    [
      { role: 'system', medium: 'text' },
      { role: 'system', content: [{ type: 'input_text', text: 'x' }] },
    ],
    [
      { role: 'user', medium: 'audio' },
      { role: 'user', content: [{ type: 'input_audio', transcript: 'x' }] },
    ],
    [
      { role: 'user', medium: 'text' },
      { role: 'user', content: [{ type: 'input_text', text: 'x' }] },
    ],
    [
      { role: 'assistant', medium: 'audio' },
      { role: 'assistant', content: [{ type: 'output_audio', transcript: 'x' }] },
    ],
    [
      { role: 'assistant', medium: 'text' },
      { role: 'assistant', content: [{ type: 'output_text', text: 'x' }] },
    ],
  ] as const)('of %o', (item, expected) => {
    expect(wireItem({ id: 'i', text: 'x', status: 'completed', ...item })).toMatchObject({
      id: 'i',
      type: 'message',
      status: 'completed',
      ...expected,
    });
  });
});
