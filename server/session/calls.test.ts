import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../core/clock.ts';
import type { ConfigInput } from '../core/config-schema.ts';
import { coreError } from '../core/errors.ts';
import { silentLog } from '../core/log.ts';
import { Metrics } from '../core/metrics.ts';
import { DEFAULT_EMOTIONS } from '../face/behaviour/emotions.ts';
import type { ServerEvent } from '../protocol/server-events.ts';
import { createPacer } from '../transport/pacer.ts';
import { CallRegistry, type CallStages, type SocketTransport } from './calls.ts';
import type { Caller, EventSocket } from './contract.ts';
import { ScriptedEar } from './scripted-ear.fixture.ts';
import { RecordingPerformer, ScriptedFace } from './scripted-face.fixture.ts';
import { ScriptedSpeaking } from './scripted-speaking.fixture.ts';
import { ScriptedThinking } from './scripted-thinking.fixture.ts';
import { ScriptedTransport } from './scripted-transport.fixture.ts';
import { settled, testConfig } from './simulated-call.fixture.ts';

const CALLER: Caller = { address: '127.0.0.1', requestId: 'r1' };
const UNUSED_SOCKET: EventSocket = {
  send: () => undefined,
  bufferedBytes: 0,
  close: () => undefined,
  onMessage: () => undefined,
  onClose: () => undefined,
};

class ScriptedWebRtc extends ScriptedTransport {
  readonly answerSdp = 'answer';
  readonly patches: string[] = [];

  patch(fragment: string): Promise<string | undefined> {
    this.patches.push(fragment);
    return Promise.resolve(undefined);
  }
}

class ScriptedSocket extends ScriptedTransport implements SocketTransport {
  appendAudio(): boolean {
    return true;
  }

  clearAudio(): void {
    // Nothing is waiting.
  }
}

/** A registry whose stages can be told to fail, and a note of everything that was opened. */
class House {
  readonly clock = new VirtualClock();
  readonly metrics = new Metrics();
  readonly ears: ScriptedEar[] = [];
  readonly faces: ScriptedFace[] = [];
  readonly transports: ScriptedTransport[] = [];
  failing: 'ear' | 'transport' | 'face' | 'performer' | undefined;
  /** Awaited before a transport is there. */
  beforeTransport: Promise<void> = Promise.resolve();
  /** The same for a picture. */
  beforeFace: Promise<void> = Promise.resolve();
  readonly registry: CallRegistry;

  constructor(config: ConfigInput = {}, stages: Partial<CallStages> = {}) {
    this.registry = new CallRegistry({
      config: testConfig({ ...config, session: { greet: false, ...config.session } }),
      clock: this.clock,
      log: silentLog(),
      metrics: this.metrics,
      hearing: {
        open: async () => {
          this.#fail('ear');
          this.ears.push(new ScriptedEar());
          return this.ears.at(-1)!;
        },
        setDomain: () => Promise.resolve(),
        describe: () => ({ vad: 'scripted', asr: 'scripted' }),
        close: () => Promise.resolve(),
        [Symbol.asyncDispose]: () => Promise.resolve(),
      },
      thinking: new ScriptedThinking(),
      speaking: new ScriptedSpeaking(),
      rendering: {
        open: async () => {
          await this.beforeFace;
          this.#fail('face');
          this.faces.push(new ScriptedFace());
          return this.faces.at(-1)!;
        },
        avatars: () => [],
        encoders: () => [],
        renderer: () => ({ id: 'wasm' }),
        close: () => Promise.resolve(),
        [Symbol.asyncDispose]: () => Promise.resolve(),
      },
      engines: () => [],
      openWebRtc: async () => {
        await this.beforeTransport;
        this.#fail('transport');
        return this.#keep(new ScriptedWebRtc({ video: 'vp8' }));
      },
      openWebSocket: () => {
        this.#fail('transport');
        return this.#keep(new ScriptedSocket({ kind: 'websocket' }));
      },
      createPerformer: async () => {
        this.#fail('performer');
        return new RecordingPerformer();
      },
      emotionsOf: async () => DEFAULT_EMOTIONS,
      characterOf: async (name) => ({ name: name === 'mia' ? 'Mia' : 'Leo' }),
      createPacer: (transport, frames) =>
        createPacer({ transport, frames: frames && { ...frames, framesPerS: 25, leadMs: 30 }, clock: this.clock }),
      iceServersFor: () => [],
      ...stages,
    });
  }

  call(request: object = {}, caller = CALLER) {
    return this.registry.createWebRtc('offer', request, caller);
  }

  metric(name: string): Promise<string[]> {
    return this.metrics.exposition().then((text) => text.split('\n').filter((line) => line.startsWith(name)));
  }

  #keep<Transport extends ScriptedTransport>(transport: Transport): Transport {
    this.transports.push(transport);
    return transport;
  }

  #fail(step: House['failing']): void {
    if (this.failing === step) throw coreError('child_unavailable', `The ${step} does not open`);
  }
}

const ended = (transport: ScriptedTransport | undefined): ServerEvent | undefined =>
  transport?.events.find(({ type }) => type === 'visavis.ended');

describe('a call', () => {
  it('is answered, found, patched and hung up', async () => {
    const house = new House();
    const running = await house.call();
    expect(running).toMatchObject({ carrier: 'webrtc', answerSdp: 'answer' });
    expect(house.registry.find(running.callId)?.callId).toBe(running.callId);
    expect(house.registry.active).toBe(1);
    await running.patch('fragment');
    expect((house.transports[0] as ScriptedWebRtc).patches).toEqual(['fragment']);
    expect(await house.metric('visavis_calls_active')).toEqual(['visavis_calls_active{carrier="webrtc"} 1']);
    await running.hangUp('done');
    await running.hangUp('again');
    expect(ended(house.transports[0])).toMatchObject({ reason: 'hung_up' });
    expect([house.registry.active, house.registry.find(running.callId)]).toEqual([0, undefined]);
    expect([house.ears[0]?.closes, house.faces[0]?.closes, house.transports[0]?.closedBy.length]).toEqual([1, 1, 1]);
    expect(await house.metric('visavis_calls_active')).toEqual(['visavis_calls_active{carrier="webrtc"} 0']);
    expect(await house.metric('visavis_calls_ended_total')).toEqual(['visavis_calls_ended_total{reason="hangup"} 1']);
    expect(house.clock.pendingAlarms).toBe(0);
  });

  it('over a WebSocket hears and answers through events', async () => {
    const house = new House();
    const running = await house.registry.createWebSocket(UNUSED_SOCKET, {}, CALLER);
    expect(running.carrier).toBe('websocket');
    expect(house.transports[0]?.events[0]?.type).toBe('session.created');
    expect(house.faces).toEqual([]);
    await running.hangUp('done');
    expect(house.registry.active).toBe(0);
  });

  it('takes what was asked for and the configuration for the rest', async () => {
    const house = new House({ persona: { name: 'Leo', greeting: 'I am {name}.' } });
    await house.call(
      { voice: 'amina', language: 'ar', instructions: 'Be brief.', textOnly: true },
      { ...CALLER, permissions: ['instructions'] },
    );
    await house.call({ language: 'ar' });
    expect(house.transports[0]?.events[0]).toMatchObject({
      session: {
        instructions: 'Be brief.',
        output_modalities: ['text'],
        audio: { output: { voice: 'amina' } },
        visavis: { language: 'ar', avatar_name: 'Leo' },
      },
    });
    expect(house.transports[1]?.events[0]).toMatchObject({ session: { audio: { output: { voice: 'amina' } } } });
    await house.registry.close();
  });

  it('whose visitor leaves frees its place', async () => {
    const house = new House();
    const running = await house.call();
    house.transports[0]?.emit('closed', 'the visitor vanished');
    await settled();
    expect(house.registry.find(running.callId)).toBeUndefined();
    expect(await house.metric('visavis_calls_ended_total')).toEqual(['visavis_calls_ended_total{reason="vanished"} 1']);
  });
});

describe('admission', () => {
  it('refuses the call beyond the limit with a time to come back, and takes it when a place is free', async () => {
    const house = new House({ server: { maxCalls: 2 } });
    const [first] = await Promise.all([house.call(), house.call()]);
    await expect(house.call()).rejects.toMatchObject({ code: 'server_full', status: 503, retryAfterS: 15, retryable: true });
    // Whoever answers the visitor counts it, and would count it again.
    expect(await house.metric('visavis_calls_refused_total{')).toEqual([]);
    await first?.hangUp('done');
    await house.call();
    expect(house.registry.active).toBe(2);
    await house.registry.close();
  });

  it('takes three calls in a place when it draws for none of them', async () => {
    const house = new House({ server: { maxCalls: 2 } });
    const drawn = await house.call();
    const undrawn = [
      await house.call({ rendering: 'client' }),
      await house.call({ rendering: 'client' }),
      await house.registry.createWebSocket(UNUSED_SOCKET, {}, CALLER),
    ];
    await expect(house.call({ rendering: 'client' })).rejects.toMatchObject({ code: 'server_full' });
    await drawn.hangUp('done');
    await house.call();
    await undrawn[0]?.hangUp('done');
    await expect(house.call()).rejects.toMatchObject({ code: 'server_full' });
    await house.call({ rendering: 'client' });
    expect(house.registry.active).toBe(4);
    await house.registry.close();
  });

  it('does not begin to draw in mid-call for more than it has places', async () => {
    const house = new House({ server: { maxCalls: 1 } });
    await house.call({ rendering: 'client' });
    const other = await house.call({ rendering: 'client' });
    const [transport] = house.transports;
    const said = (type: string) => transport?.events.filter((event) => event.type === type) ?? [];
    const draw = (rendering: 'server' | 'client') =>
      transport?.emit('message', JSON.stringify({ type: 'session.update', session: { type: 'realtime', visavis: { rendering } } }));
    draw('server');
    await settled();
    expect(said('visavis.notice').at(-1)).toMatchObject({ code: 'rendering_unchanged' });
    await other.hangUp('done');
    draw('server');
    await settled();
    expect(house.faces).toHaveLength(1);
    await expect(house.call({ rendering: 'client' })).rejects.toMatchObject({ code: 'server_full' });
    draw('client');
    await settled();
    await house.call({ rendering: 'client' });
    await house.registry.close();
  });

  it('counts calls that are being opened', async () => {
    const house = new House({ server: { maxCalls: 1 } });
    const gate = Promise.withResolvers<void>();
    house.beforeTransport = gate.promise;
    const first = house.call();
    await expect(house.call()).rejects.toMatchObject({ code: 'server_full' });
    gate.resolve();
    await first;
    await house.registry.close();
  });

  it('refuses a voice that does not exist and names the nearest', async () => {
    const house = new House();
    await expect(house.call({ voice: 'ana' })).rejects.toMatchObject({
      code: 'voice_unknown',
      status: 404,
      message: expect.stringContaining('"anna"'),
    });
    expect(house.registry.active).toBe(0);
    expect([house.ears, house.transports]).toEqual([[], []]);
  });
});

describe('a call that cannot be opened', () => {
  it.each(['transport', 'face', 'performer'] as const)('because of its %s leaves nothing open', async (step) => {
    const house = new House();
    house.failing = step;
    await expect(house.call()).rejects.toMatchObject({ code: 'child_unavailable' });
    expect(house.registry.active).toBe(0);
    expect(house.ears.map(({ closes }) => closes)).toEqual([1]);
    expect(house.faces.every(({ closes }) => closes === 1)).toBe(true);
    expect(house.transports.every(({ closedBy }) => closedBy.length === 1)).toBe(true);
    expect(house.clock.pendingAlarms).toBe(0);
    expect(await house.metric('visavis_calls_ended_total{')).toEqual([]);
    house.failing = undefined;
    await house.call();
    await house.registry.close();
  });

  it('over a WebSocket closes its ear', async () => {
    const house = new House();
    house.failing = 'transport';
    await expect(house.registry.createWebSocket(UNUSED_SOCKET, {}, CALLER)).rejects.toMatchObject({ code: 'child_unavailable' });
    expect(house.ears.map(({ closes }) => closes)).toEqual([1]);
    expect(house.registry.active).toBe(0);
  });

  it('because its visitor left meanwhile leaves nothing open', async () => {
    const house = new House();
    const gate = Promise.withResolvers<void>();
    house.beforeFace = gate.promise;
    const opening = house.call();
    await settled();
    house.transports[0]?.emit('closed', 'the visitor hung up');
    gate.resolve();
    await expect(opening).rejects.toMatchObject({ stage: 'session' });
    expect(house.registry.active).toBe(0);
    expect([house.ears[0]?.closes, house.faces[0]?.closes]).toEqual([1, 1]);
  });

  it('for want of an ear is a call all the same', async () => {
    const house = new House();
    house.failing = 'ear';
    await house.call();
    expect(house.transports[0]?.events.find(({ type }) => type === 'visavis.notice')).toMatchObject({
      code: 'recognition_unavailable',
      hint: 'The ear does not open',
    });
    await house.registry.close();
  });

  it('has no picture where there are no face processes', async () => {
    const house = new House({}, { rendering: undefined, hearing: undefined, hearingMissing: 'No hearing here.' });
    await house.call();
    expect(house.transports[0]?.events.find(({ type }) => type === 'visavis.notice')).toMatchObject({ hint: 'No hearing here.' });
    await house.registry.close();
    expect(house.clock.pendingAlarms).toBe(0);
  });
});

describe('closing the house', () => {
  it('lets running calls go on, takes no new ones, and ends them after the grace', async () => {
    const house = new House();
    await house.call();
    house.registry.drain();
    await expect(house.call()).rejects.toMatchObject({ code: 'shutting_down', status: 503, retryAfterS: 10 });
    let idle = false;
    const waiting = house.registry.idle(30_000).then(() => {
      idle = true;
    });
    house.clock.advance(29_000);
    await settled();
    expect(idle).toBe(false);
    expect(ended(house.transports[0])).toBeUndefined();
    house.clock.advance(1_000);
    await waiting;
    await house.registry.close();
    expect(ended(house.transports[0])).toMatchObject({ reason: 'shutting_down' });
    expect(await house.metric('visavis_calls_ended_total')).toEqual(['visavis_calls_ended_total{reason="shutdown"} 1']);
    await house.registry.close();
    expect(house.clock.pendingAlarms).toBe(0);
  });

  it('does not wait for the grace when the last call ends before', async () => {
    const house = new House();
    const running = await house.call();
    house.registry.drain();
    const waiting = house.registry.idle(30_000);
    await running.hangUp('done');
    await waiting;
    expect(house.clock.nowMs()).toBe(0);
    await house.registry.idle(30_000);
    expect(house.clock.pendingAlarms).toBe(0);
  });

  it('ends a call that was being opened meanwhile', async () => {
    const house = new House();
    const gate = Promise.withResolvers<void>();
    house.beforeTransport = gate.promise;
    const opening = house.call();
    const closing = house.registry.close();
    gate.resolve();
    await opening;
    await closing;
    expect(ended(house.transports[0])).toMatchObject({ reason: 'shutting_down' });
    expect(house.registry.active).toBe(0);
  });
});
