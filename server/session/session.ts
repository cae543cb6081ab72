import { type ControlName, controlsIn } from '../core/avatar-controls.ts';
import { after, type Clock } from '../core/clock.ts';
import { toVisavisError } from '../core/errors.ts';
import { msFromMediaTime } from '../core/media-time.ts';
import type { SpokenPiece } from '../core/speech.ts';
import type { CallEnd } from '../core/metrics.ts';
import { newId } from '../protocol/common.ts';
import type { EndReason } from '../protocol/server-events.ts';
import type { ReplyPart, ReplyRequest } from '../thinking/contract.ts';
import type { Pacer } from '../transport/contract.ts';
import { Attention } from './attention.ts';
import { CallFace } from './call-face.ts';
import { CALL_ENDS, callState, floorRules } from './call-state.ts';
import { ClientCommands } from './client-commands.ts';
import { Conversation, type Item } from './conversation.ts';
import { Expression } from './expression.ts';
import { floor } from './floor.ts';
import { type FloorEffect, type FloorEvent, type FloorRules, type FloorState, initialFloor } from './floor-state.ts';
import { latencySamples, type TurnStations, waterfall } from './latency.ts';
import { Ledger } from './ledger.ts';
import { Listening, type SpeechEvent } from './listening.ts';
import type { SessionParts, SessionSettings } from './session-parts.ts';
import { Speaker } from './speaker.ts';
import { fixedReply, Turn } from './turn.ts';
import { VisitorFeeling } from './visitor-feeling.ts';
import { Wire } from './wire.ts';

/** What a client may want of one response. */
export interface ResponseWishes {
  readonly instructions?: string;
  readonly textOnly?: boolean;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A turn that has begun, and its place in the conversation. */
interface Reply {
  readonly turn: Turn;
  readonly item: Item;
  readonly stations: TurnStations;
  /** `response.done` was said. */
  isDone: boolean;
}

/** What a transport says when the visitor ended the call himself. */
const HUNG_UP = 'the visitor hung up';
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
  /** What the visitor seems to feel. */
  readonly visitor: VisitorFeeling;
  readonly #clock: Clock;
  readonly #startedMs: number;
  readonly #commands: ClientCommands;
  readonly face: CallFace;
  readonly #listening: Listening;
  readonly #expression: Expression | undefined;
  readonly #attention: Attention;
  readonly #turns = new Map<string, Turn>();
  readonly #replies = new Map<string, Reply>();
  readonly #onEnd: (reason: CallEnd) => void;
  #floor: FloorState;
  #pacer: Pacer | undefined;
  #speaker: Speaker | undefined;
  #userItemId = newId('item');
  #origin = { originMs: 0, endpointMs: 0, finalMs: 0, startMs: 0 };
  #networkMs: number | null = null;
  #wishes: ResponseWishes = {};
  /** The last spoken question and its answer, while it may turn out that they came too early. */
  #early: { readonly userId: string; readonly assistantId: string } | undefined;
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
    this.wire = new Wire({ send: (text) => parts.transport.sendMessage(text), carrier: parts.transport.kind });
    this.#commands = new ClientCommands(this);
    const performer = parts.face?.performer;
    const { toneOf } = parts.thinking;
    this.#expression =
      performer && new Expression({ performer, toneOf: toneOf.bind(parts.thinking), usualDb: parts.config.speaking.loudnessDb });
    this.#expression?.override(settings.controls, 0);
    this.visitor = new VisitorFeeling({
      thinking: parts.thinking,
      performer,
      wire: this.wire,
      language: () => settings.language,
      nowMs: () => this.nowMs,
      mediaTime: () => this.#pacer?.now() ?? 0,
    });
    this.#attention = new Attention({
      performer,
      feeling: this.visitor,
      rules: parts.config.hearing,
      mediaTime: () => this.#pacer?.now() ?? 0,
    });
    this.#listening = new Listening({ wire: this.wire, nowMs: () => this.nowMs, onSpeech: (event, atMs) => this.#onSpeech(event, atMs) });
    this.face = new CallFace({
      ...parts,
      avatar: settings.avatar,
      quality: settings.quality,
      wire: this.wire,
      mediaTime: () => this.#pacer?.now() ?? 0,
      drawnBy: (place) => {
        this.#pacer?.drawnBy(place);
        parts.face?.drawnBy(place);
      },
      limitRate: (framesPerS) => this.#pacer?.limitRate(framesPerS),
      pictured: () => this.#pictured(),
    });
    // The greeting is made while the connection is being set up.
    if (this.#greeting) this.#turns.set(this.#nextTurnId, this.#makeTurn(this.#nextTurnId, 'greeting', this.#greeting));
    parts.transport
      .on('connected', () => this.#connected())
      .on('audio', (pcm) => this.#listening.hear(pcm))
      .on('message', (text) => {
        if (!this.#closing) this.#commands.take(text);
      })
      .on('keyFrame', () => this.face.requestKeyFrame())
      .on('target', (target) => this.face.retarget(target))
      .on('width', () => this.#commands.reportQuality())
      .on('closed', (reason) => void this.end(reason === HUNG_UP ? 'visitor_left' : 'connection_lost'));
    this.#listening.use(parts.ear.ear);
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
    if (this.#floor.carriedText === '') this.#early = undefined;
    this.wire.state(callState(this.#floor), this.#pacer?.now() ?? 0);
  }

  /** Answers the conversation as it is. */
  respond(wishes: ResponseWishes): void {
    this.#wishes = wishes;
    this.apply({ type: 'respond', atMs: this.nowMs });
  }

  /** From now on the visitor speaks another language. */
  async hearLanguage(language: string): Promise<void> {
    this.apply({ type: 'clear-input', atMs: this.nowMs });
    const opened = await this.parts.openEar(language);
    if (this.#closing || this.settings.language !== language) {
      await opened.ear?.close();
      return;
    }
    const former = this.#listening.use(opened.ear);
    if (opened.missing) this.#listening.missing(opened.missing);
    await former?.close();
  }

  /** Knobs of the avatar controller: each is set, or with null left to the avatar again, as all are with null. */
  setControls(controls: Readonly<Partial<Record<ControlName, number | null>>> | null): void {
    this.settings.controls = (controls && controlsIn({ ...this.settings.controls, ...controls })) ?? {};
    this.#expression?.override(this.settings.controls, this.#pacer?.now() ?? 0);
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

  /** Turns that are prepared, made or spoken now. */
  get unfinishedTurns(): number {
    return this.#turns.size;
  }

  /** The response that is being made, spoken or held. */
  get runningResponseId(): string | undefined {
    return this.#replies.get(this.#floor.turn?.turnId ?? '')?.turn.responseId;
  }

  /** The client played so much of an answer. One that still goes on ends there; of an older one the sound is not known any more. */
  truncate(item: Item, audioEndMs: number): void {
    const reply = [...this.#replies.values()].find((running) => running.item === item);
    if (!reply) return;
    const { turnId } = reply.turn;
    const until = this.ledger.mediaTimeOf(turnId, audioEndMs);
    const { text } = this.ledger.heardBy(turnId, until ?? Number.POSITIVE_INFINITY);
    this.apply({ type: 'interrupt', atMs: this.nowMs });
    if (!reply.turn.textOnly) item.text = text;
  }

  /** Ends the call once; resolves when everything is closed. */
  end(reason: EndReason): Promise<void> {
    if (this.#closing) return this.#closing;
    // Known before anything is closed: what closes may say so, and would end the call again.
    const closing = Promise.withResolvers<void>();
    this.#closing = closing.promise;
    closing.resolve(this.#close(reason));
    return closing.promise;
  }

  // — the beginning and the end

  #connected(): void {
    if (this.#pacer || this.#closing) return;
    const { face, createPacer } = this.parts;
    this.#pacer = createPacer(this.face.frames);
    this.#pacer.drawnBy(this.face.place);
    this.#pacer.limitRate(this.face.framesPerS);
    this.#pacer.on('started', (turnId) => this.#sounding(turnId));
    this.#speaker = new Speaker({
      pacer: this.#pacer,
      performer: face?.performer,
      expression: this.#expression,
      ledger: this.ledger,
      clock: this.#clock,
      events: {
        piece: (turn, piece, startsAt) => this.#pieceSaid(turn, piece, startsAt),
        made: (turn, error) => this.#made(turn, error),
        finished: (turn, error) => this.#finished(turn, error),
      },
    });
    this.#commands.begin();
    if (this.parts.ear.missing) this.#listening.missing(this.parts.ear.missing);
    this.#tick = after(this.#clock, TICK_MS, () => this.#onTick());
    this.apply({ type: 'start', atMs: this.nowMs, greet: this.#greeting !== '' });
    this.wire.state(callState(this.#floor), 0);
  }

  async #close(reason: EndReason): Promise<void> {
    const { transport, log } = this.parts;
    this.#tick?.[Symbol.dispose]();
    this.visitor.close();
    this.apply({ type: 'end', atMs: this.nowMs, reason });
    for (const turn of this.#turns.values()) turn.cancel();
    this.wire.ended(reason);
    const closed = await Promise.allSettled([this.#pacer?.close(), this.#listening.close(), this.face.close(), transport.close(reason)]);
    for (const result of closed)
      if (result.status === 'rejected') log.warn({ err: result.reason }, 'a part of the call did not close cleanly');
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

  #onSpeech(event: SpeechEvent, atMs: number): void {
    this.#attention.take(event);
    if (event.type === 'prosody' || event.type === 'feeling') return;
    if (event.type === 'final') {
      this.#origin.finalMs = this.nowMs;
      this.#origin.startMs = event.startMs;
    }
    if (event.type === 'turn') {
      // Words that hang are no question yet, whatever the knowledge says to them.
      const whole = [this.#floor.carriedText, event.text].filter(Boolean).join(' ');
      this.apply({ ...event, atMs, complete: event.reason !== 'hanging' && this.parts.thinking.assess(whole).complete });
    } else this.apply({ ...event, atMs });
    if (event.type === 'partial' && event.text) this.wire.emit('visavis.partial', { item_id: this.#userItemId, text: event.text });
  }

  // — what the floor decides

  #carryOut(effect: FloorEffect): void {
    const { config } = this.parts;
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
        this.#origin.finalMs = this.nowMs;
        this.#listening.endUtterance();
        break;
      case 'drop-utterance':
        this.#listening.dropUtterance();
        break;
      case 'react':
        this.face.setMode('reacting');
        // Frames up to the lead were drawn already.
        this.wire.emit('visavis.reaction', { at_media_ms: this.mediaMs + config.face.leadMs });
        break;
      case 'attend':
        this.face.setMode('listening');
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
        this.face.setMode('listening');
        break;
      case 'resume':
        this.#speaker?.resume(effect.turnId);
        this.face.setMode('speaking');
        break;
      case 'yield':
        this.#cut(effect.turnId, effect.to);
        break;
      case 'end':
        void this.end(effect.reason);
        break;
    }
  }

  #commit({ turnId, kind, text, replaces }: Extract<FloorEffect, { type: 'commit' }>): void {
    const log = this.parts.log.child({ turnId });
    if (kind === 'reply' && replaces) this.#forgetEarlyAnswer();
    const turn = this.#turns.get(turnId) ?? this.#makeTurn(turnId, kind, text);
    this.#turns.set(turnId, turn);
    const spoken = kind === 'reply' && text !== '';
    if (spoken) this.#early = { userId: this.#addUserItem(text), assistantId: turn.itemId };
    const stations: TurnStations = {
      kind: spoken ? 'spoken' : kind === 'reply' ? 'typed' : kind === 'greeting' ? 'greeting' : 'said',
      originMs: spoken ? this.#origin.originMs : this.nowMs,
      ...(spoken ? { endpointMs: this.#origin.endpointMs, finalMs: this.#origin.finalMs } : {}),
      startedMs: turn.figures.startedAtMs,
    };
    const item: Item = { id: turn.itemId, role: 'assistant', medium: turn.textOnly ? 'text' : 'audio', text: '', status: 'in_progress' };
    this.#replies.set(turnId, { turn, item, stations, isDone: false });
    const previous = this.conversation.add(item);
    this.wire.responseBegan(turn, item, previous);
    log.debug({ kind, prepared: turn.figures.startedAtMs < this.nowMs }, 'turn begins');
    this.face.setMode('thinking');
    void this.#speaker?.speak(turn).catch((error: unknown) => this.#broken(error));
  }

  /** A mistake of ours: it costs this call, and no other. */
  #broken(error: unknown): void {
    this.parts.log.error({ err: error }, 'the call broke');
    void this.end('failed');
  }

  /** The visitor went on: the question as it was taken, and the answer to it, were not the conversation. */
  #forgetEarlyAnswer(): void {
    if (!this.#early) return;
    this.#forget(this.#early.assistantId);
    this.#forget(this.#early.userId);
  }

  #forget(itemId: string): void {
    if (this.conversation.remove(itemId)) this.wire.emit('conversation.item.deleted', { item_id: itemId });
  }

  #addUserItem(text: string): string {
    const item: Item = { id: this.#userItemId, role: 'user', medium: 'audio', text, status: 'completed' };
    const previous = this.conversation.add(item);
    this.#userItemId = newId('item');
    this.wire.transcript(item, previous, Math.max(0, this.#origin.originMs - this.#listening.offsetMs - this.#origin.startMs) / 1000);
    return item.id;
  }

  #cut(turnId: string, to: 'visitor' | 'client'): void {
    const turn = this.#turns.get(turnId);
    if (!turn) return;
    this.#speaker?.stop(turnId);
    turn.cancel();
    const heard = this.ledger.heard(turnId, this.#pacer?.now() ?? 0);
    const reply = this.#replies.get(turnId);
    this.#drop(turnId);
    if (!reply) return;
    const { item } = reply;
    if (!turn.textOnly) item.text = heard.text;
    item.status = 'incomplete';
    if (!reply.isDone)
      this.wire.responseDone(turn, item, 'cancelled', {
        type: 'cancelled',
        reason: to === 'visitor' ? 'turn_detected' : 'client_cancelled',
      });
    this.wire.cut(turn, item, heard);
    if (item.text === '') this.#forget(item.id);
    this.parts.metrics.turns.inc({ outcome: 'interrupted' });
    this.face.setMode('listening');
  }

  #drop(turnId: string): void {
    this.#turns.delete(turnId);
    this.#replies.delete(turnId);
    this.ledger.forget(turnId);
  }

  // — the avatar's turn

  #makeTurn(turnId: string, kind: Turn['kind'], text: string, { speculative = false } = {}): Turn {
    const { speaking, config } = this.parts;
    const { voice, language, rate, textOnly } = this.settings;
    const wishes = kind === 'reply' && text === '' ? this.#wishes : {};
    const persona =
      wishes.instructions === undefined ? this.settings.persona : { ...this.settings.persona, systemPrompt: wishes.instructions };
    const last = this.conversation.lastOf('user');
    const question = text || last?.text || '';
    const current = this.#turns.get(this.#floor.turn?.turnId ?? '');
    const unfinished = current && { id: current.itemId, heardText: this.ledger.heard(current.turnId, this.#pacer?.now() ?? 0).text };
    // What was answered too early is part of the question now.
    const before = text === '' ? last?.id : speculative ? this.#early?.userId : undefined;
    const history = this.conversation.history(before, unfinished);
    return new Turn({
      turnId,
      kind,
      itemId: newId('item'),
      responseId: newId('resp'),
      speaking: (wishes.textOnly ?? textOnly) ? undefined : { speaking, voice, language, rate },
      ...(wishes.metadata ? { metadata: wishes.metadata } : {}),
      nowMs: () => this.nowMs,
      reply: (signal) => {
        if (kind === 'reply') return this.#reply({ turnId, language, persona, history, text: question, speculative, signal });
        return fixedReply(kind === 'prompt' ? config.persona.silencePrompt : text);
      },
    });
  }

  async *#reply(request: ReplyRequest): AsyncGenerator<ReplyPart> {
    yield* this.parts.thinking.reply({ ...request, visitor: await this.visitor.about(request.text) });
  }

  #pieceSaid(turn: Turn, piece: SpokenPiece, startsAt: number): void {
    const reply = this.#replies.get(turn.turnId);
    if (reply) reply.item.text += piece.text;
    this.wire.piece(turn, piece, startsAt);
  }

  #made(turn: Turn, error: unknown): void {
    if (error !== undefined) {
      const { code, stage } = toVisavisError(error, 'session');
      this.parts.log.warn({ turnId: turn.turnId, code, stage }, 'turn failed');
      this.wire.notice('answer_failed', 'error', 'I could not finish my answer. Please ask me again.');
    }
    // Over a WebSocket the sound is part of the response, and leaves as it is played.
    if (this.parts.transport.kind === 'webrtc' || turn.textOnly) this.#done(turn, error);
  }

  /** The response is complete. */
  #done(turn: Turn, error: unknown): void {
    const reply = this.#replies.get(turn.turnId);
    if (!reply || reply.isDone) return;
    reply.isDone = true;
    reply.item.status = error === undefined ? 'completed' : 'incomplete';
    if (error === undefined) {
      this.wire.responseDone(turn, reply.item, 'completed');
      return;
    }
    const { code, message } = toVisavisError(error, 'session');
    this.wire.responseDone(turn, reply.item, 'failed', { type: 'failed', error: { type: 'server_error', code, message } });
  }

  #finished(turn: Turn, error: unknown): void {
    this.#done(turn, error);
    this.wire.soundEnded(turn);
    this.parts.metrics.turns.inc({ outcome: error === undefined ? 'completed' : 'failed' });
    this.#drop(turn.turnId);
    this.apply({ type: 'finished', atMs: this.nowMs, turnId: turn.turnId });
    if (this.#floor.phase === 'listening' && !this.#floor.visitorSpeaking) this.face.setMode('idle');
  }

  #sounding(turnId: string): void {
    const reply = this.#replies.get(turnId);
    if (!reply) return;
    const { turn, stations } = reply;
    this.face.setMode('speaking');
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

  /** A picture was made; the first one of a turn that sounds ends its waterfall. */
  #pictured(): void {
    const { turn, stations } = this.#replies.get(this.#floor.turn?.turnId ?? '') ?? {};
    if (!turn || stations?.soundMs === undefined || stations.firstFrameMs !== undefined) return;
    stations.firstFrameMs = this.nowMs;
    this.#reportLatency(turn, stations);
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
