import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VirtualClock } from '../core/clock.ts';
import { configSchema } from '../core/config-schema.ts';
import type { Ear, EarEvent } from './contract.ts';
import { createHearing, type EarSupervisor } from './hearing.ts';
import { SAMPLES_PER_MS } from './hearing-rate.ts';
import { canMakeSpeech, makeSpeech, roomNoise, scene } from './test-speech.ts';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const FRAME = 20 * SAMPLES_PER_MS;
const hasSpeech = await canMakeSpeech();

/** Collects the events of an ear and waits for them. */
class Listener {
  readonly events: EarEvent[] = [];
  readonly #ear: Ear;
  #wake: (() => void)[] = [];

  constructor(ear: Ear) {
    this.#ear = ear;
    ear.onEvent((event) => {
      this.events.push(event);
      for (const wake of this.#wake.splice(0)) wake();
    });
  }

  async until<Found extends EarEvent>(matches: (event: EarEvent) => event is Found): Promise<Found>;
  async until(matches: (event: EarEvent) => boolean): Promise<EarEvent>;
  async until(matches: (event: EarEvent) => boolean): Promise<EarEvent> {
    for (;;) {
      const found = this.events.find(matches);
      if (found) return found;
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  of<Type extends EarEvent['type']>(type: Type): Extract<EarEvent, { type: Type }>[] {
    return this.events.filter((event): event is Extract<EarEvent, { type: Type }> => event.type === type);
  }

  /** Pushes sound frame by frame, without waiting for wall-clock time. */
  push(pcm: Int16Array): void {
    for (let at = 0; at < pcm.length; at += FRAME) this.#ear.push(pcm.slice(at, at + FRAME));
  }
}

const isVadAt = (ms: number) => (event: EarEvent) => event.type === 'vad' && event.atMs >= ms;
const is =
  <Type extends EarEvent['type']>(type: Type) =>
  (event: EarEvent): event is Extract<EarEvent, { type: Type }> =>
    event.type === type;

describe.runIf(hasSpeech)('the ear', () => {
  let hearing: EarSupervisor;

  beforeAll(async () => {
    hearing = await createHearing(configSchema.parse({}).hearing, { log });
    await hearing.setDomain([
      'You can change the voice of the avatar.',
      'Start the server with visavis start.',
      'Visavis needs a browser.',
    ]);
  });

  afterAll(() => hearing.close());

  it('says which engines it has', () => {
    expect(hearing.describe()).toEqual({ vad: 'silero', asr: 'pocketsphinx' });
  });

  it('finds where speech begins and ends, and understands a sentence of the domain', async () => {
    const ear = await hearing.open({ callId: 'whole', language: 'en' });
    const heard = new Listener(ear);
    const { pcm, spans } = scene([{ pcm: await makeSpeech('Can I change the voice of the avatar?'), pauseBeforeMs: 600 }]);
    heard.push(pcm);
    await heard.until((event) => event.type === 'partial' && event.text.split(' ').length >= 7);
    await heard.until(isVadAt(spans[0]!.endMs + 600));
    ear.endUtterance();
    const final = await heard.until(is('final'));
    expect(final.text).toBe('can i change the voice of the avatar');
    expect(heard.of('utterance')).toHaveLength(1);
    expect(heard.of('partial').length).toBeGreaterThan(3);
    expect(final.startMs).toBeGreaterThan(spans[0]!.startMs - 100);
    expect(final.startMs).toBeLessThan(spans[0]!.startMs + 400);
    expect(final.endMs).toBeGreaterThan(spans[0]!.endMs - 400);
    expect(final.endMs).toBeLessThan(spans[0]!.endMs + 100);
    await ear.close();
  });

  it('holds longer after a hanging word', async () => {
    const ear = await hearing.open({ callId: 'hanging', language: 'en' });
    const heard = new Listener(ear);
    heard.push(scene([{ pcm: await makeSpeech('I would like to'), pauseBeforeMs: 600 }]).pcm);
    const turn = await heard.until((event) => event.type === 'turn' && event.reason !== 'complete');
    expect(turn).toMatchObject({ holdMs: 1_000 });
    await ear.close();
  });

  it('begins no utterance in noise and counts it as silence', async () => {
    const ear = await hearing.open({ callId: 'noise', language: 'en' });
    const heard = new Listener(ear);
    heard.push(roomNoise(4_000, -30));
    await heard.until(isVadAt(3_900));
    expect(heard.of('utterance')).toEqual([]);
    expect(heard.of('vad').some((event) => event.isSpeech)).toBe(false);
    await ear.close();
  });

  it('says nothing more about an utterance that was dropped', async () => {
    const ear = await hearing.open({ callId: 'dropped', language: 'en' });
    const heard = new Listener(ear);
    const { pcm } = scene([{ pcm: await makeSpeech('Start the server.'), pauseBeforeMs: 400 }]);
    heard.push(pcm);
    await heard.until(is('turn'));
    ear.dropUtterance();
    const before = heard.events.length;
    heard.push(roomNoise(1_000, -70));
    await heard.until(isVadAt(pcm.length / SAMPLES_PER_MS + 900));
    expect(heard.events.slice(before).filter((event) => event.type !== 'vad')).toEqual([]);
    await ear.close();
  });

  it('tells a visitor of another language why there is no recognition, and still detects speech', async () => {
    const ear = await hearing.open({ callId: 'arabic', language: 'ar' });
    const heard = new Listener(ear);
    expect((await heard.until(is('unavailable'))).reason).toMatch(/English only/);
    heard.push(scene([{ pcm: await makeSpeech('Start the server.'), pauseBeforeMs: 400 }]).pcm);
    await heard.until((event) => event.type === 'vad' && event.isSpeech);
    await ear.close();
  });

  it('keeps calls apart', async () => {
    const ears = await Promise.all(['one', 'two'].map((callId) => hearing.open({ callId, language: 'en' })));
    const [one, two] = ears.map((ear) => new Listener(ear));
    one!.push(scene([{ pcm: await makeSpeech('Start the server.'), pauseBeforeMs: 400 }]).pcm);
    two!.push(roomNoise(2_000, -70));
    await Promise.all([one!.until(is('turn')), two!.until(isVadAt(1_900))]);
    expect(two!.of('partial')).toEqual([]);
    await Promise.all(ears.map((ear) => ear.close()));
  });

  it('goes on in the middle of an utterance when its process is killed', async () => {
    const ear = await hearing.open({ callId: 'killed', language: 'en' });
    const heard = new Listener(ear);
    const { pcm, spans } = scene([{ pcm: await makeSpeech('Can I change the voice of the avatar?'), pauseBeforeMs: 600 }]);
    const half = FRAME * Math.floor(pcm.length / 2 / FRAME);
    heard.push(pcm.slice(0, half));
    const before = await heard.until(is('partial'));
    const { restarts, pid } = hearing;
    process.kill(pid!, 'SIGKILL');
    heard.push(pcm.slice(half));
    await heard.until(isVadAt(spans[0]!.endMs + 600));
    await heard.until((event) => event.type === 'partial' && event.text.split(' ').length >= 7);
    ear.endUtterance();
    const final = await heard.until(is('final'));
    expect(hearing.restarts).toBe(restarts + 1);
    expect(final).toMatchObject({ utteranceId: before.utteranceId, text: 'can i change the voice of the avatar' });
    expect(heard.of('utterance')).toHaveLength(1);
    const times = heard.of('vad').map((event) => event.atMs);
    expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
    await ear.close();
  });
});

describe('an ear process that cannot start', () => {
  it('leaves the server running and says so in every call', async () => {
    const hearing = await createHearing({ ...configSchema.parse({}).hearing, vad: 'no-such-engine' }, { log });
    expect(hearing.describe()).toMatchObject({ vad: 'none', asr: undefined });
    const ear = await hearing.open({ callId: 'deaf', language: 'en' });
    const event = await new Promise<EarEvent>((resolve) => ear.onEvent(resolve));
    expect(event.type).toBe('unavailable');
    ear.push(new Int16Array(FRAME));
    ear.endUtterance();
    await hearing.close();
    await hearing.close();
  });
});

describe('an ear process that is lost twice', () => {
  it('makes speech unavailable until it has run for a while, and tells each change once', async () => {
    const clock = new VirtualClock();
    let losses = 0;
    const hearing = await createHearing({ ...configSchema.parse({}).hearing, asr: 'none' }, { log, clock, onChildLost: () => losses++ });
    const ear = await hearing.open({ callId: 'twice', language: 'en' });
    const heard = new Listener(ear);
    for (let i = 0; i < 2; i++) {
      const { pid } = hearing;
      process.kill(pid!, 'SIGKILL');
      await expect.poll(() => losses, { timeout: 20_000 }).toBe(i + 1);
      clock.advance(1_000);
      await expect.poll(() => hearing.isRunning, { timeout: 20_000 }).toBe(true);
    }
    await heard.until((event) => event.type === 'unavailable' && /twice/.test(event.reason));
    clock.advance(3_000);
    await heard.until((event) => event.type === 'unavailable' && /switched off/.test(event.reason));
    await ear.close();
    await hearing.close();
  });
});
