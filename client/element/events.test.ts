import { describe, expect, test } from 'vitest';
import { parseClientEvent, serverEvent } from '../../server/protocol/index.ts';
import { faceChange, interruption, qualityChange, readEvent, sessionOf, typedMessage } from './events.ts';
import { waterfallOf } from './latency.ts';

const read = (...event: Parameters<typeof serverEvent>) => readEvent(JSON.stringify(serverEvent(...event)));

describe('what the server says', () => {
  test('whose turn it is', () => {
    expect(read('visavis.state', { state: 'answering', who: 'avatar' })).toEqual([
      { type: 'action', action: { type: 'activity', activity: 'speaking' } },
    ]);
    expect(read('visavis.state', { state: 'ended', who: 'nobody' })).toEqual([]);
  });

  test('where the avatar fell silent', () => {
    const silent = { type: 'cut', mediaMs: 5_020 };
    expect(read('visavis.state', { state: 'paused', who: 'nobody', at_media_ms: 5_020 })).toContainEqual(silent);
    const heard = { item_id: 'a', response_id: 'r', text: 'One', audio_end_ms: 400, at_media_ms: 5_020 };
    expect(read('visavis.heard', heard)).toEqual([silent, { type: 'caption', caption: { type: 'cut', id: 'a', text: 'One' } }]);
    // What was said to its end is heard to its end.
    expect(read('visavis.state', { state: 'listening', who: 'nobody', at_media_ms: 5_020 })).not.toContainEqual(silent);
  });

  test('captions of both sides', () => {
    const words = [{ text: 'Hello', start_ms: 40, end_ms: 300 }];
    expect(read('visavis.caption', { item_id: 'a', role: 'assistant', text: 'Hello', words, final: false })).toEqual([
      {
        type: 'caption',
        caption: { type: 'avatar', id: 'a', text: 'Hello', words: [{ textStart: 0, textEnd: 5, startMs: 40, endMs: 300 }], final: false },
      },
    ]);
    expect(read('visavis.partial', { item_id: 'v', text: 'hi' })).toEqual([
      { type: 'caption', caption: { type: 'visitor', id: 'v', text: 'hi', final: false } },
    ]);
  });

  test('no recogniser means typing', () => {
    const [, hearing] = read('visavis.engines', { engines: [{ stage: 'asr', id: 'none', state: 'missing' }] });
    expect(hearing).toEqual({ type: 'action', action: { type: 'hearing', available: false } });
  });

  test.each(['', 'null', '[]', '{"type":42}', '{"type":"visavis.state","state":"dancing"}', '{"type":"toString"}', 'x'.repeat(1_000)])(
    'junk is ignored: %s',
    (text) => expect(readEvent(text)).toEqual([]),
  );
});

describe('a notice', () => {
  test('is told', () => {
    const notice = { code: 'picture_back', severity: 'info', message: 'The picture is back.' } as const;
    expect(read('visavis.notice', notice)).toEqual([{ type: 'notice', notice: expect.objectContaining(notice) }]);
  });

  test.each([
    ['recognition_unavailable', false],
    ['recognition_recovered', true],
  ])('%s: somebody hears: %s', (code, available) => {
    const signals = read('visavis.notice', { code, severity: 'warning', message: 'Please type.' });
    expect(signals).toContainEqual({ type: 'action', action: { type: 'hearing', available } });
  });
});

describe('what the visitor says', () => {
  test('is what the protocol knows', () => {
    const events = [...typedMessage('Where is it?').events, ...interruption(), faceChange('leo'), qualityChange('medium')];
    for (const event of events) expect(parseClientEvent(JSON.stringify(event))).toMatchObject({ ok: true });
  });

  test('wishes become a session; none, no session', () => {
    expect(sessionOf({ avatar: 'mia', voice: 'slt', language: 'en', greet: false })).toEqual({
      type: 'realtime',
      audio: { output: { voice: 'slt' } },
      visavis: { avatar: 'mia', language: 'en', greet: false },
    });
    expect(sessionOf({ quality: 'low' })).toEqual({ type: 'realtime', visavis: { quality: 'low' } });
    expect(sessionOf({})).toBeUndefined();
  });
});

describe('latency', () => {
  const event = serverEvent('visavis.latency', {
    response_id: 'r',
    kind: 'spoken',
    prepared: true,
    endpoint_ms: 250,
    asr_ms: 10,
    llm_first_token_ms: 40,
    tts_first_piece_ms: null,
    first_frame_ms: 330,
    network_ms: null,
    total_ms: 330,
  });

  test('stages follow each other; what was not measured is left out', () => {
    expect(waterfallOf(event, undefined)).toMatchObject({
      totalMs: 330,
      stages: [
        { name: 'endpoint', startMs: 0, durationMs: 250 },
        { name: 'asr', startMs: 250 },
        { name: 'llm', startMs: 260 },
        { name: 'frame', startMs: 300, durationMs: 30 },
      ],
    });
  });

  test('the way to the loudspeaker is added by the client, once', () => {
    expect(waterfallOf(event, 45)).toMatchObject({ totalMs: 375, stages: { length: 5 } });
    expect(waterfallOf({ ...event, network_ms: 20 }, 45).totalMs).toBe(330);
  });
});
