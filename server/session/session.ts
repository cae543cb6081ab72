import { type ControlName, controlsIn } from '../core/avatar-controls.ts';
import { after, type Clock } from '../core/clock.ts';
import { type MediaTime, msFromMediaTime } from '../core/media-time.ts';
import type { CallEnd } from '../core/metrics.ts';
import type { EndReason } from '../protocol/server-events.ts';
import type { Pacer } from '../transport/contract.ts';
import { Answers, type ResponseWishes } from './answers.ts';
import { Attention } from './attention.ts';
import { CallFace } from './call-face.ts';
import { CALL_ENDS, callState, floorRules } from './call-state.ts';
import { ClientCommands } from './client-commands.ts';
import { Conversation, type Item } from './conversation.ts';
import { Expression } from './expression.ts';
import { floor } from './floor.ts';
import { type FloorEffect, type FloorEvent, type FloorRules, type FloorState, initialFloor } from './floor-state.ts';
import { Ledger } from './ledger.ts';
import { Listening, type SpeechEvent } from './listening.ts';
import { Question } from './question.ts';
import type { SessionParts, SessionSettings } from './session-parts.ts';
import { Speaker } from './speaker.ts';
import { VisitorFeeling } from './visitor-feeling.ts';
import { Wire } from './wire.ts';

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
  readonly #question: Question;
  readonly #answers: Answers;
  readonly #onEnd: (reason: CallEnd) => void;
  #floor: FloorState;
  #pacer: Pacer | undefined;
  #networkMs: number | null = null;
  #tick: Disposable | undefined;
  #nextQualityMs = QUALITY_EVERY_MS;
  /** What the metrics know of this call. */
  #counted = { packetsSent: 0, packetsLost: 0 };
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
      mediaTime: () => this.#mediaTime,
    });
    this.#attention = new Attention({
      performer,
      feeling: this.visitor,
      rules: parts.config.hearing,
      mediaTime: () => this.#mediaTime,
    });
    this.#listening = new Listening({ wire: this.wire, nowMs: () => this.nowMs, onSpeech: (event, atMs) => this.#onSpeech(event, atMs) });
    this.#question = new Question({ conversation: this.conversation, wire: this.wire, listening: this.#listening });
    this.#answers = new Answers({
      parts,
      settings,
      conversation: this.conversation,
      ledger: this.ledger,
      wire: this.wire,
      question: this.#question,
      visitor: this.visitor,
      face: () => this.face,
      floor: () => this.#floor,
      apply: (event) => this.apply(event),
      nowMs: () => this.nowMs,
      mediaTime: () => this.#mediaTime,
      networkMs: () => this.#networkMs,
      onBroken: (error) => this.#broken(error),
    });
    this.face = new CallFace({
      ...parts,
      avatar: settings.avatar,
      quality: settings.quality,
      wire: this.wire,
      mediaTime: () => this.#mediaTime,
      drawnBy: (place) => {
        this.#pacer?.drawnBy(place);
        parts.face?.drawnBy(place);
      },
      limitRate: (framesPerS) => this.#pacer?.limitRate(framesPerS),
      pictured: () => this.#answers.pictured(),
    });
    // The greeting is made while the connection is being set up.
    if (this.#greeting) this.#answers.prepare(this.#nextTurnId, 'greeting', this.#greeting);
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

  get floor(): FloorState {
    return this.#floor;
  }

  /** Something happened that concerns the floor. */
  apply(event: FloorEvent): void {
    const { state, effects } = floor(this.#floor, event);
    this.#floor = state;
    for (const effect of effects) this.#carryOut(effect);
    if (this.#floor.carriedText === '') this.#answers.keepEarly();
    this.wire.state(callState(this.#floor), this.#mediaTime);
  }

  /** Answers the conversation as it is. */
  respond(wishes: ResponseWishes): void {
    this.#answers.wish(wishes);
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
    this.#expression?.override(this.settings.controls, this.#mediaTime);
  }

  setRules(rules: Partial<FloorRules>): void {
    this.apply({ type: 'rules', atMs: this.nowMs, rules });
  }

  /** From the client: how far it has played, and how long the way takes. */
  played(mediaTime: number, networkMs: number | undefined): void {
    this.ledger.played(mediaTime, this.#pacer?.now());
    if (networkMs !== undefined) this.#networkMs = networkMs;
  }

  /** Sound of the running turn left through a carrier that sends it as events. */
  soundLeft(pcm: Int16Array): void {
    this.#answers.soundLeft(pcm);
  }

  /** Turns that are prepared, made or spoken now. */
  get unfinishedTurns(): number {
    return this.#answers.unfinished;
  }

  /** The response that is being made, spoken or held. */
  get runningResponseId(): string | undefined {
    return this.#answers.runningResponseId;
  }

  /** The client played so much of an answer. One that still goes on ends there; of an older one the sound is not known any more. */
  truncate(item: Item, audioEndMs: number): void {
    this.#answers.truncate(item, audioEndMs);
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
    this.#pacer.on('started', (turnId) => this.#answers.sounding(turnId));
    this.#pacer.on('frameFailed', (err) => this.parts.log.error({ err }, 'a frame could not be made'));
    const speaker = new Speaker({
      pacer: this.#pacer,
      performer: face?.performer,
      expression: this.#expression,
      ledger: this.ledger,
      clock: this.#clock,
      events: this.#answers.events,
    });
    this.#answers.speakWith(speaker);
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
    this.#answers.close();
    this.wire.ended(reason);
    this.#countPackets();
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
      this.#countPackets();
    }
    this.#tick = after(this.#clock, TICK_MS, () => this.#onTick());
  }

  #countPackets(): void {
    const { transport, metrics } = this.parts;
    const { packetsSent, packetsLost } = transport.stats();
    metrics.packetsSent.inc(Math.max(0, packetsSent - this.#counted.packetsSent));
    // A packet that was only late is taken back by the visitor; a counter is not.
    metrics.packetsLost.inc(Math.max(0, packetsLost - this.#counted.packetsLost));
    this.#counted = { packetsSent, packetsLost: Math.max(packetsLost, this.#counted.packetsLost) };
  }

  #onSpeech(event: SpeechEvent, atMs: number): void {
    this.#attention.take(event);
    if (event.type === 'prosody' || event.type === 'feeling') return;
    if (event.type === 'final') {
      this.#question.finalMs = this.nowMs;
      this.#question.startMs = event.startMs;
    }
    if (event.type === 'turn') {
      // Words that hang are no question yet, whatever the knowledge says to them.
      const whole = [this.#floor.carriedText, event.text].filter(Boolean).join(' ');
      this.apply({ ...event, atMs, complete: event.reason !== 'hanging' && this.parts.thinking.assess(whole).complete });
    } else this.apply({ ...event, atMs });
    if (event.type === 'partial' && event.text) this.wire.emit('visavis.partial', { item_id: this.#question.itemId, text: event.text });
  }

  // — what the floor decides

  #carryOut(effect: FloorEffect): void {
    const { config } = this.parts;
    switch (effect.type) {
      case 'speech-started':
        this.wire.emit('input_audio_buffer.speech_started', { item_id: this.#question.itemId, audio_start_ms: Math.round(effect.atMs) });
        break;
      case 'speech-stopped':
        this.#question.endMs = effect.atMs;
        this.wire.emit('input_audio_buffer.speech_stopped', { item_id: this.#question.itemId, audio_end_ms: Math.round(effect.atMs) });
        break;
      case 'prepare':
        this.#answers.prepare(effect.turnId, 'reply', effect.text, { speculative: true });
        break;
      case 'discard':
        this.#answers.discard(effect.turnId);
        break;
      case 'commit':
        this.#answers.begin(effect);
        break;
      case 'heard':
        this.#question.add(effect.text);
        break;
      case 'end-utterance':
        this.#question.endpointMs = this.nowMs;
        this.#question.finalMs = this.nowMs;
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
        this.#answers.pause(effect.turnId);
        this.#pacer?.duck(0);
        this.face.setMode('listening');
        break;
      case 'resume':
        this.#answers.resume(effect.turnId);
        this.face.setMode('speaking');
        break;
      case 'yield':
        this.#answers.cut(effect.turnId, effect.to);
        break;
      case 'end':
        void this.end(effect.reason);
        break;
    }
  }

  /** A mistake of ours: it costs this call, and no other. */
  #broken(error: unknown): void {
    this.parts.log.error({ err: error }, 'the call broke');
    void this.end('failed');
  }

  get #greeting(): string {
    return this.settings.greet ? this.settings.persona.greeting : '';
  }

  get #nextTurnId(): string {
    return `turn_${this.#floor.nextTurn}`;
  }

  get #mediaTime(): MediaTime {
    return this.#pacer?.now() ?? 0;
  }

  /** Media time of now, milliseconds. */
  get mediaMs(): number {
    return msFromMediaTime(this.#mediaTime);
  }
}
