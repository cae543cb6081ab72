import type { AvatarControls } from '../core/avatar-controls.ts';
import type { Character } from '../core/character.ts';
import { after, type Clock, VirtualClock } from '../core/clock.ts';
import { type Config, type ConfigInput, configSchema } from '../core/config-schema.ts';
import { type EmotionEstimate, NO_EMOTION } from '../core/emotion.ts';
import { coreError } from '../core/errors.ts';
import { Emitter } from '../core/events.ts';
import { silentLog } from '../core/log.ts';
import { type MediaTime, SPEECH_RATE_HZ } from '../core/media-time.ts';
import { type CallEnd, Metrics } from '../core/metrics.ts';
import { BoundedQueue } from '../core/queue.ts';
import type { SpokenPiece, WordTiming } from '../core/speech.ts';
import { DEFAULT_EMOTIONS, type EmotionTable } from '../face/behaviour/emotions.ts';
import type { FaceMode, HeardProsody, Performer } from '../face/contract.ts';
import { PARAMETER_COUNT } from '../face/parameters.ts';
import type { Ear, EarEvent } from '../hearing/contract.ts';
import {
  type EngineDescription,
  serverEventSchemas,
  type ServerEvent,
  type ServerEventOf,
  type ServerEventType,
} from '../protocol/server-events.ts';
import type { FaceSession } from '../rendering/contract.ts';
import type { SpeakOptions, Speaking, VoiceSummary } from '../speaking/contract.ts';
import type { Assessment, ReplyPart, ReplyRequest, Thinking } from '../thinking/contract.ts';
import type { CallTransport, TransportEvents, TransportStats } from '../transport/contract.ts';
import { createPacer } from '../transport/pacer.ts';
import { Session } from './session.ts';
import type { OpenedEar, SessionSettings } from './session-parts.ts';

/**
 * Stages that do what a test says, for calls on a virtual clock. The session, its floor and its pacer are the real ones:
 * media time, queues and cuts are exact. Nothing happens by the clock on the wall.
 */

/** Lets everything that was promised happen. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export class ScriptedTransport extends Emitter<TransportEvents> implements CallTransport {
  readonly kind: 'webrtc' | 'websocket';
  readonly video: CallTransport['video'];
  readonly events: ServerEvent[] = [];
  /** Frames of 20 ms with sound in them that have left. */
  soundFrames = 0;
  /** The loudest sample of the last frame that left, 0 in silence. */
  level = 0;
  readonly closedBy: string[] = [];
  isConnected: boolean;
  roundTripMs: number | undefined;
  onSound: (pcm: Int16Array) => void = () => undefined;

  constructor({ kind = 'webrtc', video, connected = true }: { kind?: 'webrtc' | 'websocket'; video?: 'vp8'; connected?: boolean } = {}) {
    super();
    this.kind = kind;
    this.video = video;
    this.isConnected = connected;
  }

  connect(): void {
    this.isConnected = true;
    this.emit('connected');
  }

  sendAudio(pcm: Int16Array | undefined): void {
    this.level = pcm ? pcm.reduce((most, value) => Math.max(most, Math.abs(value)), 0) : 0;
    if (!pcm) return;
    this.soundFrames++;
    this.onSound(pcm);
  }

  sendVideo(): void {
    // Pictures are looked at elsewhere.
  }

  readonly datagrams: Uint8Array[] = [];
  /** A data channel for datagrams is open. */
  takesDatagrams = true;
  isNarrow = false;

  sendDatagram(data: Uint8Array): boolean {
    if (this.takesDatagrams) this.datagrams.push(data);
    return this.takesDatagrams;
  }

  /** Whatever the session says must be an event of the protocol. */
  sendMessage(text: string): void {
    const event = JSON.parse(text) as ServerEvent;
    serverEventSchemas[event.type].parse(event);
    this.events.push(event);
  }

  stats(): TransportStats {
    return { packetsSent: 0, packetsLost: 0, roundTripMs: this.roundTripMs, availableBps: undefined, inboundConcealedShare: 0 };
  }

  close(reason: string): Promise<void> {
    this.closedBy.push(reason);
    this.isConnected = false;
    // As the real ones do: the session hears of what it closed itself.
    if (this.closedBy.length === 1) this.emit('closed', reason);
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close('disposed');
  }
}

export class ScriptedEar implements Ear {
  readonly #listeners: ((event: EarEvent) => void)[] = [];
  /** Words that `endUtterance` is answered with; undefined: it is not answered. */
  finalText: string | undefined;
  utterances = 0;
  isOpen = false;
  drops = 0;
  closes = 0;
  samples = 0;

  get utteranceId(): string {
    return `u${this.utterances}`;
  }

  push(pcm: Int16Array): void {
    this.samples += pcm.length;
  }

  endUtterance(): void {
    const text = this.finalText;
    const utteranceId = this.utteranceId;
    this.isOpen = false;
    if (text !== undefined) queueMicrotask(() => this.hear({ type: 'final', utteranceId, text, atMs: 0, startMs: 0, endMs: 0 }));
  }

  dropUtterance(): void {
    this.isOpen = false;
    this.drops++;
  }

  onEvent(listener: (event: EarEvent) => void): void {
    this.#listeners.push(listener);
  }

  hear(event: EarEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  close(): Promise<void> {
    this.closes++;
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** One reply in the making, written by the test. */
export class Draft {
  readonly request: ReplyRequest;
  readonly #parts = new BoundedQueue<ReplyPart>(1_000);

  constructor(request: ReplyRequest) {
    this.request = request;
    request.signal.addEventListener('abort', () => this.#parts.fail(coreError('aborted', 'The reply was aborted')));
  }

  write(...texts: string[]): this {
    for (const text of texts) this.#parts.offer({ type: 'text', text });
    return this;
  }

  mark(part: ReplyPart): this {
    this.#parts.offer(part);
    return this;
  }

  end(): void {
    this.#parts.close();
  }

  parts(): AsyncIterable<ReplyPart> {
    return this.#parts;
  }
}

export class ScriptedThinking implements Thinking {
  readonly drafts: Draft[] = [];
  /** The whole reply, or undefined when the test writes it. */
  answer: (request: ReplyRequest) => string | undefined = ({ text }) => `You said ${text}.`;
  assessment: Assessment = { complete: false, confidence: 0 };
  /** What words say about feelings. */
  tone: (text: string) => EmotionEstimate = () => NO_EMOTION;

  get requests(): readonly ReplyRequest[] {
    return this.drafts.map(({ request }) => request);
  }

  async *reply(request: ReplyRequest): AsyncGenerator<ReplyPart> {
    const draft = new Draft(request);
    this.drafts.push(draft);
    const answer = this.answer(request);
    if (answer !== undefined) draft.write(answer).end();
    yield { type: 'engine', engine: 'scripted' };
    yield* draft.parts();
  }

  assess(): Assessment {
    return this.assessment;
  }

  toneOf(text: string): EmotionEstimate {
    return this.tone(text);
  }

  async emotionOf(text: string): Promise<EmotionEstimate> {
    return this.tone(text);
  }

  domainSentences(): readonly string[] {
    return [];
  }

  likelyAnswers(): readonly string[] {
    return [];
  }

  describe(): { engine: string; documents: number } {
    return { engine: 'scripted', documents: 0 };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

export const WORD_MS = 250;

/** A sentence as sound: every word takes WORD_MS. A piece without letters makes no sound. */
export function spoken(text: string): SpokenPiece {
  const words: WordTiming[] = [...text.matchAll(/[\p{L}\p{N}][^\s]*/gu)].map((match, index) => ({
    text: match[0],
    startMs: index * WORD_MS,
    endMs: (index + 1) * WORD_MS,
    textStart: match.index,
    textEnd: match.index + match[0].length,
  }));
  const pcm = new Int16Array((words.length * WORD_MS * SPEECH_RATE_HZ) / 1000).fill(8_000);
  const phones = words.map(({ startMs, endMs }) => ({ symbol: 'a', startMs, endMs }));
  return { text, pcm, phones, words, engine: 'scripted' };
}

const VOICES: readonly VoiceSummary[] = [
  { id: 'anna', title: 'Anna', language: 'en', engine: 'scripted', available: true },
  { id: 'ben', title: 'Ben', language: 'en', engine: 'scripted', available: true },
  { id: 'amina', title: 'Amina', language: 'ar', engine: 'scripted', available: true },
];

/** Speaks sentence by sentence. */
export class ScriptedSpeaking implements Speaking {
  readonly options: SpeakOptions[] = [];
  readonly pieces: SpokenPiece[] = [];
  /** The piece (counted over all turns, from 0) that no engine can speak. */
  failsAt = Number.POSITIVE_INFINITY;

  async *speak(text: AsyncIterable<string>, options: SpeakOptions): AsyncGenerator<SpokenPiece> {
    this.options.push(options);
    let waiting = '';
    for await (const part of text) {
      waiting += part;
      for (let end = sentenceEnd(waiting); end > 0; end = sentenceEnd(waiting)) {
        yield this.#piece(waiting.slice(0, end), options);
        waiting = waiting.slice(end);
      }
    }
    if (waiting) yield this.#piece(waiting, options);
  }

  voices(): readonly VoiceSummary[] {
    return VOICES;
  }

  defaultVoice(language: string): string {
    return VOICES.find((voice) => voice.language === language)?.id ?? 'anna';
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #piece(text: string, { signal }: SpeakOptions): SpokenPiece {
    signal.throwIfAborted();
    if (this.pieces.length >= this.failsAt) throw coreError('child_unavailable', 'No engine can speak this');
    const piece = spoken(text);
    this.pieces.push(piece);
    return piece;
  }
}

const sentenceEnd = (text: string): number => (/[.!?]\s+/.exec(text)?.index ?? -1) + (/[.!?]\s+/.exec(text)?.[0].length ?? 1);

/** Leo is never happy. */
/** Leo's voice is Ben's. */
const characterOf = (avatar: string): Character =>
  avatar === 'leo' ? { name: 'Leo', sex: 'male', voices: { en: ['nobody', 'ben'] }, persona: 'You are a sailor.' } : { name: 'Mia' };

const emotionsOf = (avatar: string): EmotionTable => (avatar === 'leo' ? { ...DEFAULT_EMOTIONS, happy: {} } : DEFAULT_EMOTIONS);

export class RecordingPerformer implements Performer {
  readonly modes: FaceMode[] = [];
  readonly spoke: { turnId: string; startsAt: MediaTime; phones: number }[] = [];
  readonly cancelled: { turnId: string; at: MediaTime }[] = [];
  readonly marks: { mark: string; at: MediaTime }[] = [];
  readonly controls: { controls: AvatarControls; at: MediaTime }[] = [];
  readonly sympathies: string[] = [];
  readonly heard: HeardProsody[] = [];
  readonly judged: number[] = [];
  emotions: EmotionTable = DEFAULT_EMOTIONS;

  frameAt(): ReturnType<Performer['frameAt']> {
    return new Float32Array(PARAMETER_COUNT);
  }

  speak(turnId: string, startsAt: MediaTime, phones: readonly unknown[]): void {
    this.spoke.push({ turnId, startsAt, phones: phones.length });
  }

  cancelSpeech(turnId: string, at: MediaTime): void {
    this.cancelled.push({ turnId, at });
  }

  setMode(mode: FaceMode): void {
    if (this.modes.at(-1) !== mode) this.modes.push(mode);
  }

  setEmotionTable(emotions: EmotionTable): void {
    this.emotions = emotions;
  }

  setEmotion(emotion: string, _intensity: number, at: MediaTime): void {
    this.marks.push({ mark: emotion, at });
  }

  gesture(gesture: string, at: MediaTime): void {
    this.marks.push({ mark: gesture, at });
  }

  setControls(controls: AvatarControls, at: MediaTime): void {
    this.controls.push({ controls, at });
  }

  empathise(emotion: string): void {
    this.sympathies.push(emotion);
  }

  hear(prosody: HeardProsody): void {
    this.heard.push(prosody);
  }

  judgePause(turnEndProbability: number): void {
    this.judged.push(turnEndProbability);
  }
}

/** A picture that is ready after `tookMs`. */
export class ScriptedFace implements FaceSession {
  closes = 0;
  frames = 0;
  keyFrames = 0;
  avatar = 'mia';
  tookMs = 0;
  bitrateBps: number | undefined;
  readonly sizes: string[] = [];
  readonly #clock: Clock | undefined;
  #onHealth: (error: Error | undefined) => void = () => undefined;

  constructor(clock?: Clock) {
    this.#clock = clock;
  }

  async render(_parameters: Float32Array, mediaTime: MediaTime): ReturnType<FaceSession['render']> {
    const keyFrame = this.frames++ === 0;
    if (this.#clock && this.tookMs > 0) await new Promise<void>((ready) => after(this.#clock!, this.tookMs, ready));
    return { data: new Uint8Array(1), keyFrame, mediaTime };
  }

  requestKeyFrame(): void {
    this.keyFrames++;
  }

  setBitrate(bitrateBps: number): void {
    this.bitrateBps = bitrateBps;
  }

  setSize(widthPx: number, heightPx: number): void {
    const size = `${widthPx}x${heightPx}`;
    if (this.sizes.at(-1) !== size) this.sizes.push(size);
  }

  setAvatar(avatar: string): Promise<void> {
    if (avatar === 'nobody') return Promise.reject(new Error('There is no avatar "nobody"'));
    this.avatar = avatar;
    return Promise.resolve();
  }

  onHealth(listener: (error: Error | undefined) => void): void {
    this.#onHealth = listener;
  }

  failWith(error: Error | undefined): void {
    this.#onHealth(error);
  }

  close(): Promise<void> {
    this.closes++;
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

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

/** One call with a visitor who speaks and types in simulated time. */
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
