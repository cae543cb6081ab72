import { after, type Clock } from '../core/clock.ts';
import type { Config } from '../core/config-schema.ts';
import { toVisavisError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { msFromMediaTime } from '../core/media-time.ts';
import type { CallEnd, Metrics } from '../core/metrics.ts';
import type { FaceMode, Performer } from '../face/contract.ts';
import type { Ear, EarEvent } from '../hearing/contract.ts';
import { newId, type Permission } from '../protocol/common.ts';
import type { CallState, EndReason, EngineDescription } from '../protocol/server-events.ts';
import type { FaceSession } from '../rendering/contract.ts';
import type { Speaking } from '../speaking/contract.ts';
import type { Persona, Thinking } from '../thinking/contract.ts';
import type { CallTransport, Pacer } from '../transport/contract.ts';
import { ClientCommands } from './client-commands.ts';
import { Conversation, type Item } from './conversation.ts';
import { floor } from './floor.ts';
import { type FloorEffect, type FloorEvent, type FloorRules, type FloorState, initialFloor } from './floor-state.ts';
import { latencySamples, type TurnStations, waterfall } from './latency.ts';
import { Ledger } from './ledger.ts';
import { Speaker } from './speaker.ts';
import { fixedReply, Turn } from './turn.ts';
import { Wire } from './wire.ts';

/** What a call uses of the stages; opened before the session begins and closed by it. */
export interface SessionParts {
  readonly callId: string;
  readonly transport: CallTransport;
  /** The WebSocket carrier hears through events. */
  readonly appendAudio?: (pcm: Int16Array) => boolean;
  readonly clearAudio?: () => void;
  readonly ear: Ear | undefined;
  /** Why there is no ear. */
  readonly earMissing?: string;
  readonly face: { readonly session: FaceSession; readonly performer: Performer } | undefined;
  readonly createPacer: (frames: FaceFrames | undefined) => Pacer;
  readonly thinking: Thinking;
  readonly speaking: Speaking;
  readonly engines: () => readonly EngineDescription[];
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface FaceFrames {
  frameAt(time: number): Float32Array;
  render: FaceSession['render'];
}

/** What may change while the call goes on. */
export interface SessionSettings {
  voice: string;
  language: string;
  rate: number;
  avatar: string;
  persona: Persona;
  textOnly: boolean;
  greet: boolean;
  permissions: readonly Permission[];
}

const TICK_MS = 100;
const QUALITY_EVERY_MS = 5_000;

/**
 * One call: wires the stages together and follows the floor. Every decision about who speaks is made in floor.ts; this
 * class carries it out and tells the client.
 */
export class Session {
  readonly callId: string;
  readonly settings: SessionSettings;
  readonly conversation: Conversation;
  readonly ledger = new Ledger();
  readonly wire: Wire;
  readonly parts: SessionParts;
  readonly #clock: Clock;
  readonly #startedMs: number;
  readonly #commands: ClientCommands;
  readonly #turns = new Map<string, Turn>();
  readonly #stations = new Map<string, TurnStations>();
  readonly #onEnd: (reason: CallEnd) => void;
  #floor: FloorState;
  #pacer: Pacer | undefined;
  #speaker: Speaker | undefined;
  #earOffsetMs: number | undefined;
  #userItemId = newId('item');
  #origin = { originMs: 0, endpointMs: 0, finalMs: 0, startMs: 0 };
  #networkMs: number | null = null;
  #tick: Disposable | undefined;
  #nextQualityMs = QUALITY_EVERY_MS;
  #closing: Promise<void> | undefined;

  constructor(parts: SessionParts, settings: SessionSettings, onEnd: (reason: CallEnd) => void) {
    this.parts = parts;
    this.callId = parts.callId;
    this.settings = settings;
    this.#onEnd = onEnd;
    this.#clock = parts.clock;
    this.#startedMs = parts.clock.nowMs();
    this.#floor = initialFloor({ ...floorRules(parts.config), automaticTurns: true });
    this.conversation = new Conversation(parts.config.thinking.historyMessages);
    this.wire = new Wire({ send: (text) => parts.transport.sendMessage(text), carrier: parts.transport.kind, textOnly: () => this.settings.textOnly });
    this.#commands = new ClientCommands(this);
    // The greeting is made while the connection is being set up.
    if (this.#greeting) this.#turns.set(this.#nextTurnId, this.#makeTurn(this.#nextTurnId, 'greeting', this.#greeting));
    parts.transport
      .on('connected', () => this.#connected())
      .on('audio', (pcm) => this.#hear(pcm))
      .on('message', (text) => this.#commands.take(text))
      .on('keyFrame', () => parts.face?.session.requestKeyFrame())
      .on('target', (target) => this.#retarget(target))
      .on('closed', (reason) => void this.end(reason === 'vanished' ? 'connection_lost' : 'visitor_left'));
    parts.ear?.onEvent((event) => this.#onEar(event));
    parts.face?.session.onHealth((error) => this.#onFaceHealth(error));
    this.#tick = after(this.#clock, TICK_MS, () => this.#onTick());
    if (parts.transport.isConnected) this.#connected();
  }

  /** Milliseconds since the call was accepted. */
  get nowMs(): number {
    return this.#clock.nowMs() - this.#startedMs;
  }

  get speaker(): Speaker | undefined {
    return this.#speaker;
  }

  get floor(): FloorState {
    return this.#floor;
  }

  /** Something happened that concerns the floor. */
  apply(event: FloorEvent): void {
    const { state, effects } = floor(this.#floor, event);
    this.#floor = state;
    for (const effect of effects) this.#carryOut(effect);
    this.wire.state(callState(this.#floor), this.#pacer?.now() ?? 0);
  }

  setRules(rules: Partial<FloorRules>): void {
    this.apply({ type: 'rules', atMs: this.nowMs, rules });
  }

  /** From the client: how far it has played, and how long the way takes. */
  played(mediaTime: number, networkMs: number | undefined): void {
    this.ledger.played(mediaTime);
    if (networkMs !== undefined) this.#networkMs = networkMs;
  }

  /** Sound of the running turn left through a carrier that sends it as events. */
  soundLeft(pcm: Int16Array): void {
    const turn = this.#turns.get(this.#floor.turn?.turnId ?? '');
    if (turn) this.wire.audio(turn, pcm);
  }

  turnOfItem(itemId: string): Turn | undefined {
    return [...this.#turns.values()].find((turn) => turn.itemId === itemId);
  }

  /** Ends the call once; resolves when everything is closed. */
  end(reason: EndReason): Promise<void> {
    this.#closing ??= this.#close(reason);
    return this.#closing;
  }

  // — the beginning and the end

  #connected(): void {
    if (this.#pacer || this.#closing) return;
    const { face, createPacer } = this.parts;
    const frames = face && {
      frameAt: (time: number) => face.performer.frameAt(time),
      render: (parameters: Float32Array, time: number) => this.#render(face.session, parameters, time),
    };
    this.#pacer = createPacer(frames);
    this.#pacer.on('started', (turnId) => this.#sounding(turnId));
    this.#speaker = new Speaker({
      pacer: this.#pacer,
      performer: face?.performer,
      ledger: this.ledger,
      clock: this.#clock,
      events: {
        piece: (turn, piece, startsAt) => this.#pieceSaid(turn, piece, startsAt),
        made: (turn) => this.#made(turn),
        finished: (turn, error) => this.#finished(turn, error),
      },
    });
    this.#commands.begin();
    if (this.parts.earMissing) this.#recognitionMissing(this.parts.earMissing);
    this.apply({ type: 'start', atMs: this.nowMs, greet: this.#greeting !== '' });
    this.wire.state(callState(this.#floor), 0);
  }

  async #close(reason: EndReason): Promise<void> {
    const { transport, ear, face, log } = this.parts;
    this.#tick?.[Symbol.dispose]();
    this.apply({ type: 'end', atMs: this.nowMs, reason });
    for (const turn of this.#turns.values()) turn.cancel();
    this.wire.emit('visavis.ended', { reason });
    const closed = await Promise.allSettled([this.#pacer?.close(), ear?.close(), face?.session.close(), transport.close(reason)]);
    for (const result of closed) if (result.status === 'rejected') log.warn({ err: result.reason }, 'a part of the call did not close cleanly');
    log.info({ reason, seconds: Math.round(this.nowMs / 1000) }, 'call ended');
    this.#onEnd(CALL_ENDS[reason]);
  }

  #onTick(): void {
    this.apply({ type: 'tick', atMs: this.nowMs });
    if (this.#closing) return;
    if (this.nowMs >= this.#nextQualityMs && this.#pacer) {
      this.#nextQualityMs = this.nowMs + QUALITY_EVERY_MS;
      this.#commands.reportQuality();
    }
    this.#tick = after(this.#clock, TICK_MS, () => this.#onTick());
  }

  // — hearing

  #hear(pcm: Int16Array): void {
    // The ear counts from the first sample that it gets; the floor counts from the beginning of the call.
    this.#earOffsetMs ??= this.nowMs - 20;
    this.parts.ear?.push(pcm);
  }

  #onEar(event: EarEvent): void {
    if (event.type === 'unavailable') return this.#recognitionMissing(event.reason);
    if (event.type === 'recovered') return this.wire.notice('recognition_recovered', 'info', 'I can hear you again.');
    const atMs = event.atMs + (this.#earOffsetMs ?? 0);
    switch (event.type) {
      case 'vad':
        this.apply({ ...event, atMs });
        break;
      case 'utterance':
        this.apply({ type: 'utterance', atMs, utteranceId: event.utteranceId });
        break;
      case 'partial':
        this.apply({ ...event, atMs });
        if (event.text) this.wire.emit('visavis.partial', { item_id: this.#userItemId, text: event.text });
        break;
      case 'turn': {
        const whole = [this.#floor.carriedText, event.text].filter(Boolean).join(' ');
        this.apply({ ...event, atMs, complete: event.reason === 'complete' && this.parts.thinking.assess(whole).complete });
        break;
      }
      case 'final':
        this.#origin.finalMs = this.nowMs;
        this.#origin.startMs = event.startMs;
        this.apply({ ...event, atMs });
        break;
    }
  }

  #recognitionMissing(reason: string): void {
    this.wire.notice('recognition_unavailable', 'warning', 'I cannot understand speech at the moment. Please type.', reason);
  }

  // — what the floor decides

  #carryOut(effect: FloorEffect): void {
    const { ear, config } = this.parts;
    switch (effect.type) {
      case 'speech-started':
        this.wire.emit('input_audio_buffer.speech_started', { item_id: this.#userItemId, audio_start_ms: Math.round(effect.atMs) });
        break;
      case 'speech-stopped':
        this.#origin.originMs = effect.atMs;
        this.wire.emit('input_audio_buffer.speech_stopped', { item_id: this.#userItemId, audio_end_ms: Math.round(effect.atMs) });
        break;
      case 'prepare':
        this.#turns.set(effect.turnId, this.#makeTurn(effect.turnId, 'reply', effect.text, { speculative: true }));
        break;
      case 'discard':
        this.#turns.get(effect.turnId)?.cancel();
        this.#turns.delete(effect.turnId);
        break;
      case 'commit':
        this.#commit(effect);
        break;
      case 'heard':
        this.#addUserItem(effect.text);
        break;
      case 'end-utterance':
        this.#origin.endpointMs = this.nowMs;
        ear?.endUtterance();
        break;
      case 'drop-utterance':
        ear?.dropUtterance();
        break;
      case 'react':
        this.#setMode('reacting');
        // Frames up to the lead were drawn already.
        this.wire.emit('visavis.reaction', { at_media_ms: this.mediaMs + config.face.leadMs });
        break;
      case 'attend':
        this.#setMode('listening');
        break;
      case 'duck':
        this.#pacer?.duck(config.session.duckDb);
        break;
      case 'unduck':
        this.#pacer?.duck(0);
        break;
      case 'pause':
        this.#speaker?.pause(effect.turnId);
        this.#pacer?.duck(0);
        this.#setMode('listening');
        break;
      case 'resume':
        this.#speaker?.resume(effect.turnId);
        this.#setMode('speaking');
        break;
      case 'yield':
        this.#cut(effect.turnId);
        break;
      case 'end':
        void this.end(effect.reason === 'silence' || effect.reason === 'time_limit' ? effect.reason : 'hung_up');
        break;
    }
  }

  #commit({ turnId, kind, text, replaces }: Extract<FloorEffect, { type: 'commit' }>): void {
    const log = this.parts.log.child({ turnId });
    if (kind === 'reply' && replaces) this.#forgetEarlyAnswer();
    const turn = this.#turns.get(turnId) ?? this.#makeTurn(turnId, kind, text);
    this.#turns.set(turnId, turn);
    const spoken = kind === 'reply' && text !== '';
    if (spoken) this.#addUserItem(text);
    this.#stations.set(turnId, {
      kind: spoken ? 'spoken' : kind === 'reply' ? 'typed' : kind === 'greeting' ? 'greeting' : 'said',
      originMs: spoken ? this.#origin.originMs : this.nowMs,
      ...(spoken ? { endpointMs: this.#origin.endpointMs, finalMs: this.#origin.finalMs } : {}),
      startedMs: turn.figures.startedAtMs,
    });
    const item: Item = { id: turn.itemId, role: 'assistant', medium: this.settings.textOnly ? 'text' : 'audio', text: '', status: 'in_progress' };
    const previous = this.conversation.add(item);
    this.wire.responseBegan(turn, item, previous);
    log.debug({ kind, prepared: turn.figures.startedAtMs < this.nowMs }, 'turn begins');
    this.#setMode('thinking');
    void this.#speaker?.speak(turn);
  }

  /** The visitor went on: the question as it was taken, and the answer to it, were not the conversation. */
  #forgetEarlyAnswer(): void {
    const user = this.conversation.lastOf('user');
    const assistant = this.conversation.lastOf('assistant');
    for (const item of [assistant, user]) {
      if (item && this.conversation.remove(item.id)) this.wire.emit('conversation.item.deleted', { item_id: item.id });
    }
  }

  #addUserItem(text: string): void {
    const item: Item = { id: this.#userItemId, role: 'user', medium: 'audio', text, status: 'completed' };
    const previous = this.conversation.add(item);
    this.#userItemId = newId('item');
    this.wire.transcript(item, previous, Math.max(0, this.#origin.originMs - (this.#earOffsetMs ?? 0) - this.#origin.startMs) / 1000);
  }

  #cut(turnId: string): void {
    const turn = this.#turns.get(turnId);
    if (!turn) return;
    const wasDone = this.conversation.find(turn.itemId)?.status === 'completed';
    this.#speaker?.stop(turnId);
    turn.cancel();
    this.#turns.delete(turnId);
    const item = this.conversation.find(turn.itemId);
    if (!item) return;
    const heard = this.ledger.heard(turnId, this.#pacer?.now() ?? 0);
    this.ledger.forget(turnId);
    item.text = heard.text;
    item.status = 'incomplete';
    if (!wasDone) this.wire.responseDone(turn, item, 'cancelled', { type: 'cancelled', reason: 'turn_detected' });
    this.wire.cut(turn, item, heard);
    if (heard.text === '') this.conversation.remove(item.id);
    this.parts.metrics.turns.inc({ outcome: 'interrupted' });
    this.#setMode('listening');
  }

  // — the avatar's turn

  #makeTurn(turnId: string, kind: Turn['kind'], text: string, { speculative = false } = {}): Turn {
    const { thinking, speaking, config } = this.parts;
    const { voice, language, rate, persona } = this.settings;
    const last = this.conversation.lastOf('user');
    const carries = speculative && this.#floor.carriedText !== '';
    const question = text || last?.text || '';
    const current = this.#turns.get(this.#floor.turn?.turnId ?? '');
    const unfinished = current && { id: current.itemId, heardText: this.ledger.heard(current.turnId, this.#pacer?.now() ?? 0).text };
    const history = this.conversation.history(text === '' || carries ? last?.id : undefined, unfinished);
    return new Turn({
      turnId,
      kind,
      itemId: newId('item'),
      responseId: newId('resp'),
      speaking: this.settings.textOnly ? undefined : { speaking, voice, language, rate },
      nowMs: () => this.nowMs,
      reply: (signal) => {
        if (kind === 'reply') return thinking.reply({ turnId, language, persona, history, text: question, speculative, signal });
        return fixedReply(kind === 'prompt' ? config.persona.silencePrompt : text);
      },
    });
  }

  #pieceSaid(turn: Turn, piece: Parameters<Wire['piece']>[1], startsAt: number): void {
    const item = this.conversation.find(turn.itemId);
    if (item) item.text += piece.text;
    this.wire.piece(turn, piece, startsAt);
  }

  #made(turn: Turn): void {
    const item = this.conversation.find(turn.itemId);
    if (!item) return;
    item.status = 'completed';
    this.wire.responseDone(turn, item, 'completed');
  }

  #finished(turn: Turn, error: unknown): void {
    const item = this.conversation.find(turn.itemId);
    if (error !== undefined && item) {
      const { code, message, stage } = toVisavisError(error, 'session');
      this.parts.log.warn({ turnId: turn.turnId, code, stage }, 'turn failed');
      item.status = 'incomplete';
      this.wire.responseDone(turn, item, 'failed', { type: 'failed', error: { type: 'server_error', code, message } });
    }
    this.wire.soundEnded(turn);
    this.parts.metrics.turns.inc({ outcome: error === undefined ? 'completed' : 'failed' });
    this.#turns.delete(turn.turnId);
    this.#stations.delete(turn.turnId);
    this.ledger.forget(turn.turnId);
    this.apply({ type: 'finished', atMs: this.nowMs, turnId: turn.turnId });
    if (this.#floor.phase === 'listening' && !this.#floor.visitorSpeaking) this.#setMode('idle');
  }

  #sounding(turnId: string): void {
    const turn = this.#turns.get(turnId);
    const stations = this.#stations.get(turnId);
    if (!turn || !stations) return;
    this.#setMode('speaking');
    this.wire.soundBegan(turn);
    stations.soundMs = this.nowMs;
    stations.firstTextMs = turn.figures.firstTextAtMs;
    stations.firstPieceMs = turn.figures.firstPieceAtMs;
    this.apply({ type: 'sounding', atMs: this.nowMs, turnId });
    if (!this.parts.face) this.#reportLatency(turn, stations);
  }

  #reportLatency(turn: Turn, stations: TurnStations): void {
    for (const [stage, elapsedMs] of latencySamples(stations)) this.parts.metrics.observeLatency(stage, elapsedMs);
    this.wire.emit('visavis.latency', { response_id: turn.responseId, ...waterfall(stations, this.#networkMs) });
  }

  // — the face

  async #render(face: FaceSession, parameters: Float32Array, time: number): ReturnType<FaceSession['render']> {
    const frame = await face.render(parameters, time);
    const { metrics } = this.parts;
    if (frame) metrics.framesEncoded.inc();
    else metrics.framesDropped.inc({ reason: 'late' });
    const turnId = this.#floor.turn?.turnId ?? '';
    const turn = this.#turns.get(turnId);
    const stations = this.#stations.get(turnId);
    if (frame && turn && stations?.soundMs !== undefined && stations.firstFrameMs === undefined) {
      stations.firstFrameMs = this.nowMs;
      this.#reportLatency(turn, stations);
    }
    return frame;
  }

  #setMode(mode: FaceMode): void {
    this.parts.face?.performer.setMode(mode, this.#pacer?.now() ?? 0);
  }

  #retarget({ videoBps, scale }: { videoBps: number; scale: number }): void {
    const { face, config } = this.parts;
    if (!face) return;
    if (videoBps > 0) face.session.setBitrate(videoBps);
    const even = (px: number) => Math.max(64, Math.round((px * scale) / 16) * 16);
    face.session.setSize(even(config.face.widthPx), even(config.face.heightPx));
  }

  #onFaceHealth(error: Error | undefined): void {
    if (error) this.wire.notice('picture_lost', 'warning', 'The picture is not available; the conversation goes on.');
    else this.wire.notice('picture_back', 'info', 'The picture is back.');
  }

  get #greeting(): string {
    return this.settings.greet ? this.settings.persona.greeting : '';
  }

  get #nextTurnId(): string {
    return `turn_${this.#floor.nextTurn}`;
  }

  /** Media time of now, milliseconds. */
  get mediaMs(): number {
    return msFromMediaTime(this.#pacer?.now() ?? 0);
  }
}

const CALL_ENDS: Record<EndReason, CallEnd> = {
  hung_up: 'hangup',
  visitor_left: 'hangup',
  silence: 'silence',
  time_limit: 'time_limit',
  connection_lost: 'vanished',
  shutting_down: 'shutdown',
  replaced: 'hangup',
  refused: 'failed',
  failed: 'failed',
};

const floorRules = (config: Config): Omit<FloorRules, 'automaticTurns'> => ({ ...config.session, holdMs: config.hearing.holdMs });

function callState({ phase, visitorSpeaking, prepared, turn }: FloorState): CallState {
  if (phase === 'ended') return 'ended';
  if (phase === 'interrupted') return 'paused';
  if (phase === 'endpointed') return 'preparing';
  if (phase === 'answering') return turn?.soundAtMs === undefined ? 'preparing' : 'answering';
  if (visitorSpeaking) return 'hearing';
  return prepared ? 'preparing' : 'listening';
}
