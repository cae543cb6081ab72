import { VirtualClock } from '../core/clock.ts';
import { type Config, type ConfigInput, configSchema } from '../core/config-schema.ts';
import { silentLog } from '../core/log.ts';
import { type CallEnd, Metrics } from '../core/metrics.ts';
import type { EngineDescription, ServerEvent, ServerEventOf, ServerEventType } from '../protocol/server-events.ts';
import { createPacer } from '../transport/pacer.ts';
import { ScriptedEar } from './scripted-ear.fixture.ts';
import { characterOf, emotionsOf, RecordingPerformer, ScriptedFace } from './scripted-face.fixture.ts';
import { ScriptedSpeaking } from './scripted-speaking.fixture.ts';
import { ScriptedThinking } from './scripted-thinking.fixture.ts';
import { ScriptedTransport } from './scripted-transport.fixture.ts';
import { Session } from './session.ts';
import type { OpenedEar, SessionSettings } from './session-parts.ts';

/** Lets everything that was promised happen. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export const testConfig = (input: ConfigInput = {}): Config =>
  configSchema.parse({ ...input, session: { silencePromptMs: 0, silenceEndMs: 0, ...input.session } });

export interface CallOptions {
  readonly config?: ConfigInput;
  readonly settings?: Partial<SessionSettings>;
  readonly carrier?: 'webrtc' | 'websocket';
  readonly connected?: boolean;
  readonly picture?: boolean;
  /** Why there is no ear. */
  readonly earMissing?: string;
  /** Before the session is made. */
  readonly prepare?: (call: SimulatedCall) => void;
}

const FRAME_MS = 32;

const ENGINES: readonly EngineDescription[] = [
  { stage: 'face', id: 'wasm', state: 'running' },
  { stage: 'encoder', id: 'scripted', state: 'running' },
  { stage: 'tts', id: 'scripted', state: 'running' },
];

/**
 * One call with a visitor who speaks and types in simulated time. Its stages do what the test says; the session, its floor and
 * its pacer are the real ones: media time, queues and cuts are exact. Nothing happens by the clock on the wall.
 */
export class SimulatedCall implements AsyncDisposable {
  readonly clock = new VirtualClock();
  readonly transport: ScriptedTransport;
  readonly ear = new ScriptedEar();
  readonly laterEars: { language: string; ear: ScriptedEar }[] = [];
  readonly thinking = new ScriptedThinking();
  readonly speaking = new ScriptedSpeaking();
  readonly performer = new RecordingPerformer();
  face = new ScriptedFace(this.clock);
  readonly metrics = new Metrics();
  readonly ends: CallEnd[] = [];
  readonly appended: Int16Array[] = [];
  readonly session: Session;
  #silenceMs = 100_000;

  constructor(options: CallOptions = {}) {
    const { carrier = 'webrtc', connected = true, picture = false, earMissing } = options;
    const config = testConfig(options.config);
    this.transport = new ScriptedTransport({ kind: carrier, connected, ...(picture ? { video: 'vp8' as const } : {}) });
    options.prepare?.(this);
    const ear: OpenedEar = earMissing === undefined ? { ear: this.ear } : { ear: undefined, missing: earMissing };
    this.session = new Session(
      {
        callId: 'call_test',
        transport: this.transport,
        ...(carrier === 'websocket'
          ? { appendAudio: (pcm: Int16Array) => this.appended.push(pcm) <= 3, clearAudio: () => this.appended.splice(0) }
          : {}),
        ear,
        openEar: async (language) => {
          const later = { language, ear: new ScriptedEar() };
          this.laterEars.push(later);
          return later;
        },
        face: picture
          ? {
              session: options.settings?.rendering === 'client' ? undefined : this.face,
              openSession: async (avatar) => this.#openFace(avatar),
              drawnBy: () => undefined,
              performer: this.performer,
              emotionsOf: async (avatar) => emotionsOf(avatar),
              characterOf: async (avatar) => characterOf(avatar),
            }
          : undefined,
        createPacer: (frames) =>
          createPacer({
            transport: this.transport,
            frames: frames && { ...frames, framesPerS: 25, leadMs: config.face.leadMs },
            clock: this.clock,
          }),
        thinking: this.thinking,
        speaking: this.speaking,
        engines: () => ENGINES,
        config,
        clock: this.clock,
        log: silentLog(),
        metrics: this.metrics,
      },
      {
        voice: 'anna',
        language: 'en',
        rate: 1,
        avatar: 'mia',
        rendering: 'server',
        quality: 'auto',
        character: undefined,
        persona: { name: 'Mia', systemPrompt: 'Be kind.', greeting: 'Hello there my friend.' },
        chosen: { voice: false, instructions: false },
        textOnly: false,
        controls: {},
        greet: false,
        permissions: [],
        ...options.settings,
      },
      (reason) => this.ends.push(reason),
    );
    this.transport.onSound = (pcm) => this.session.soundLeft(pcm);
    this.transport.emit('audio', new Int16Array(320));
  }

  // — what the visitor got

  get events(): readonly ServerEvent[] {
    return this.transport.events;
  }

  all<Type extends ServerEventType>(type: Type): ServerEventOf<Type>[] {
    return this.events.filter((event) => event.type === type) as ServerEventOf<Type>[];
  }

  last<Type extends ServerEventType>(type: Type): ServerEventOf<Type> | undefined {
    return this.all(type).at(-1);
  }

  /** Types of events in their order, without those that come again and again. */
  types(from = 0): ServerEventType[] {
    return this.events
      .slice(from)
      .map(({ type }) => type)
      .filter((type) => !['visavis.state', 'visavis.caption', 'visavis.partial', 'visavis.quality'].includes(type));
  }

  /** What a language model would be told now. */
  get memory(): string[] {
    return this.session.conversation.history().map(({ role, text }) => `${role}: ${text}`);
  }

  // — what the visitor does

  /** Time goes by. */
  async passes(forMs: number): Promise<void> {
    const untilMs = this.clock.nowMs() + forMs;
    while (this.clock.nowMs() < untilMs) {
      this.clock.advanceTo(Math.min(untilMs, this.clock.nowMs() + 20));
      await settled();
    }
  }

  async until(condition: () => boolean, withinMs = 60_000): Promise<void> {
    const untilMs = this.clock.nowMs() + withinMs;
    while (!condition()) {
      if (this.clock.nowMs() >= untilMs) throw new Error(`It did not happen within ${withinMs} ms: ${condition}`);
      await this.passes(20);
    }
  }

  async speaks(forMs: number, text: string, voicedShare = 0.8): Promise<void> {
    this.ear.finalText = text;
    for (let speechMs = FRAME_MS; speechMs <= forMs; speechMs += FRAME_MS) {
      await this.passes(FRAME_MS);
      this.#silenceMs = 0;
      if (speechMs >= 96 && !this.ear.isOpen) {
        this.ear.isOpen = true;
        this.ear.utterances++;
        this.ear.hear({ type: 'utterance', utteranceId: this.ear.utteranceId, startMs: this.#earMs - speechMs, atMs: this.#earMs });
      }
      if (speechMs >= 320) this.#partial(text);
      this.#vad({ isSpeech: true, speechMs, voicedShare });
    }
    this.#partial(text);
  }

  async isQuiet(forMs: number, turn?: { text: string; holdMs?: number; reason?: 'complete' | 'hanging' }): Promise<void> {
    const untilMs = this.clock.nowMs() + forMs;
    while (this.clock.nowMs() + FRAME_MS <= untilMs) {
      await this.passes(FRAME_MS);
      this.#silenceMs += FRAME_MS;
      if (turn && this.#silenceMs === 96 && this.ear.isOpen) {
        const { text, holdMs = 600, reason = 'complete' } = turn;
        this.ear.hear({ type: 'turn', utteranceId: this.ear.utteranceId, atMs: this.#earMs, text, holdMs, reason });
      }
      this.#vad({ isSpeech: false, speechMs: 0, voicedShare: 0 });
    }
  }

  /** A whole spoken question, up to its endpoint. */
  async asks(text: string): Promise<void> {
    await this.speaks(800, text);
    await this.isQuiet(640, { text });
    await settled();
  }

  send(event: object | string): void {
    this.transport.emit('message', typeof event === 'string' ? event : JSON.stringify(event));
  }

  typed(text: string): void {
    this.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] } });
    this.send({ type: 'response.create' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.session.end('hung_up');
  }

  #openFace(avatar: string): ScriptedFace {
    this.face = new ScriptedFace(this.clock);
    this.face.avatar = avatar;
    return this.face;
  }

  get #earMs(): number {
    return this.clock.nowMs() + 20;
  }

  #partial(text: string): void {
    if (this.ear.isOpen) this.ear.hear({ type: 'partial', utteranceId: this.ear.utteranceId, atMs: this.#earMs, text });
  }

  #vad(frame: { isSpeech: boolean; speechMs: number; voicedShare: number }): void {
    this.ear.hear({
      type: 'vad',
      atMs: this.#earMs,
      probability: frame.isSpeech ? 1 : 0,
      silenceMs: this.#silenceMs,
      quietMs: this.#silenceMs,
      levelDb: -20,
      ...frame,
    });
  }
}
