import { describe, expect, it } from 'vitest';
import { SimulatedCall, settled } from './simulated-call.fixture.ts';

describe('the end of a call', () => {
  const inMidAnswer = async () => {
    const call = new SimulatedCall({ picture: true });
    call.thinking.answer = () => undefined;
    await call.asks('tell me');
    call.thinking.drafts.at(-1)?.write('One two three four five. ');
    await call.until(() => call.all('output_audio_buffer.started').length === 1);
    return call;
  };

  it('closes everything once, aborts what is being made, and leaves no timer', async () => {
    const call = await inMidAnswer();
    await Promise.all([call.session.end('hung_up'), call.session.end('failed')]);
    await call.session.end('silence');
    expect(call.all('visavis.ended').map(({ reason }) => reason)).toEqual(['hung_up']);
    expect(call.events.at(-1)?.type).toBe('visavis.ended');
    expect(call.all('response.done').map(({ response }) => response.status)).toEqual(['cancelled']);
    expect(call.thinking.requests.every(({ signal }) => signal.aborted)).toBe(true);
    expect([call.ear.closes, call.face.closes, call.transport.closedBy.length, call.ends]).toEqual([1, 1, 1, ['hangup']]);
    await settled();
    expect(call.clock.pendingAlarms).toBe(0);
  });

  it('is the last thing that is told', async () => {
    const call = await inMidAnswer();
    await call.session.end('hung_up');
    const told = call.events.length;
    call.ear.hear({ type: 'unavailable', reason: 'too late' });
    call.ear.hear({ type: 'partial', utteranceId: 'u1', atMs: 0, text: 'too late' });
    call.face.failWith(new Error('too late'));
    call.typed('too late');
    call.send('junk');
    call.transport.emit('closed', 'the visitor hung up');
    await call.passes(10_000);
    expect(call.events).toHaveLength(told);
    expect(call.ends).toHaveLength(1);
  });

  it.each([
    ['the visitor hung up', 'visitor_left', 'hangup'],
    ['the visitor vanished', 'connection_lost', 'vanished'],
    ['the connection could not be secured', 'connection_lost', 'vanished'],
  ])('after "%s" is %s', async (reason, _told, counted) => {
    const call = await inMidAnswer();
    call.transport.emit('closed', reason);
    await call.session.end('failed');
    expect(call.ends).toEqual([counted]);
    expect(call.ear.closes).toBe(1);
  });

  it('comes with a prepared reply, which is aborted', async () => {
    const call = new SimulatedCall();
    call.thinking.answer = () => undefined;
    await call.speaks(800, 'what is');
    await call.isQuiet(320, { text: 'what is' });
    expect(call.thinking.requests[0]?.signal.aborted).toBe(false);
    await call.session.end('hung_up');
    expect(call.thinking.requests[0]?.signal.aborted).toBe(true);
  });

  it('before the connection leaves nothing behind', async () => {
    const call = new SimulatedCall({ connected: false, settings: { greet: true } });
    await call.session.end('connection_lost');
    call.transport.connect();
    await call.passes(1_000);
    expect(call.clock.pendingAlarms).toBe(0);
    expect(call.events.map(({ type }) => type)).toEqual(['visavis.state', 'visavis.ended']);
  });

  it('follows a long silence, after one prompt', async () => {
    await using call = new SimulatedCall({ config: { session: { silencePromptMs: 20_000, silenceEndMs: 60_000 } } });
    await call.passes(62_000);
    expect(call.all('response.output_audio_transcript.done').map(({ transcript }) => transcript)).toEqual(['Are you still there?']);
    expect(call.last('visavis.ended')?.reason).toBe('silence');
    expect(call.ends).toEqual(['silence']);
  });

  it('comes at the time limit', async () => {
    await using call = new SimulatedCall({ config: { session: { maxCallMs: 5_000 } } });
    await call.passes(5_200);
    expect(call.last('visavis.ended')?.reason).toBe('time_limit');
  });
});

describe('a long call', () => {
  it('keeps no turn behind', async () => {
    await using call = new SimulatedCall({ config: { thinking: { historyMessages: 4 } } });
    for (let i = 0; i < 12; i++) {
      await call.asks(`question ${i}`);
      if (i % 3 === 0) call.send({ type: 'response.cancel' });
      await call.until(() => call.session.floor.phase === 'listening');
    }
    expect(call.all('response.created')).toHaveLength(12);
    expect(call.all('response.done')).toHaveLength(12);
    expect(new Set(call.all('response.done').map(({ response }) => response.id)).size).toBe(12);
    expect(call.session.unfinishedTurns).toBe(0);
    expect(call.session.conversation.items.length).toBeLessThanOrEqual(8);
    expect(call.thinking.requests.at(-1)?.history.length).toBeLessThanOrEqual(4);
  });
});
