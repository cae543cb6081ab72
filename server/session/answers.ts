import { toVisavisError } from '../core/errors.ts';
import type { MediaTime } from '../core/media-time.ts';
import type { SpokenPiece } from '../core/speech.ts';
import { newId } from '../protocol/common.ts';
import type { ReplyPart, ReplyRequest } from '../thinking/contract.ts';
import type { CallFace } from './call-face.ts';
import type { Conversation, Item } from './conversation.ts';
import type { FloorEffect, FloorEvent, FloorState, TurnKind } from './floor-state.ts';
import { latencySamples, type TurnStations, waterfall } from './latency.ts';
import type { Ledger } from './ledger.ts';
import type { Question } from './question.ts';
import type { SessionParts, SessionSettings } from './session-parts.ts';
import type { Speaker, SpeakerEvents } from './speaker.ts';
import { fixedReply, Turn } from './turn.ts';
import { usualWords } from './usual-words.ts';
import type { VisitorFeeling } from './visitor-feeling.ts';
import type { Wire } from './wire.ts';

/** What a client may want of one response. */
export interface ResponseWishes {
  readonly instructions?: string;
  readonly textOnly?: boolean;
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface AnswersOptions {
  readonly parts: SessionParts;
  readonly settings: SessionSettings;
  readonly conversation: Conversation;
  readonly ledger: Ledger;
  readonly wire: Wire;
  readonly question: Question;
  readonly visitor: VisitorFeeling;
  readonly face: () => CallFace;
  readonly floor: () => FloorState;
  readonly apply: (event: FloorEvent) => void;
  /** Milliseconds of the call. */
  readonly nowMs: () => number;
  readonly mediaTime: () => MediaTime;
  /** The way to the visitor and the wait there, as far as the client has told. */
  readonly networkMs: () => number | null;
  /** A mistake of ours: it costs this call, and no other. */
  readonly onBroken: (error: unknown) => void;
}

/** A turn that has begun, and its place in the conversation. */
interface Reply {
  readonly turn: Turn;
  readonly item: Item;
  readonly stations: TurnStations;
  /** `response.done` was said. */
  isDone: boolean;
}

/** The avatar's turns: prepared, begun, spoken, and cut where the visitor wants to say something; as the floor decides. */
export class Answers {
  /** What the speaker tells. */
  readonly events: SpeakerEvents = {
    piece: (turn, piece, startsAt) => this.#pieceSaid(turn, piece, startsAt),
    made: (turn, error) => this.#made(turn, error),
    finished: (turn, error) => this.#finished(turn, error),
  };
  readonly #options: AnswersOptions;
  /** Those that are prepared, made or spoken. */
  readonly #turns = new Map<string, Turn>();
  readonly #replies = new Map<string, Reply>();
  #speaker: Speaker | undefined;
  #wishes: ResponseWishes = {};
  /** The last spoken question and its answer, while it may turn out that they came too early. */
  #early: { readonly userId: string; readonly assistantId: string } | undefined;

  constructor(options: AnswersOptions) {
    this.#options = options;
  }

  /** Media can flow: turns are spoken from now on. */
  speakWith(speaker: Speaker): void {
    this.#speaker = speaker;
  }

  /** Turns that are prepared, made or spoken now. */
  get unfinished(): number {
    return this.#turns.size;
  }

  /** The response that is being made, spoken or held. */
  get runningResponseId(): string | undefined {
    return this.#running?.turn.responseId;
  }

  /** Of the next answer to the conversation as it is. */
  wish(wishes: ResponseWishes): void {
    this.#wishes = wishes;
  }

  /** Work on a turn that may be needed begins. */
  prepare(turnId: string, kind: TurnKind, text: string, { speculative = false } = {}): void {
    this.#turns.set(turnId, this.#makeTurn(turnId, kind, text, speculative));
  }

  discard(turnId: string): void {
    this.#turns.get(turnId)?.cancel();
    this.#turns.delete(turnId);
  }

  begin({ turnId, kind, text, replaces }: Extract<FloorEffect, { type: 'commit' }>): void {
    const { parts, conversation, wire, question, face, nowMs, onBroken } = this.#options;
    const log = parts.log.child({ turnId });
    if (kind === 'reply' && replaces) this.#forgetEarly();
    const turn = this.#turns.get(turnId) ?? this.#makeTurn(turnId, kind, text, false);
    this.#turns.set(turnId, turn);
    const spoken = kind === 'reply' && text !== '';
    if (spoken) this.#early = { userId: question.add(text), assistantId: turn.itemId };
    const stations: TurnStations = {
      kind: spoken ? 'spoken' : kind === 'reply' ? 'typed' : kind === 'greeting' ? 'greeting' : 'said',
      originMs: spoken ? question.endMs : nowMs(),
      ...(spoken ? { endpointMs: question.endpointMs, finalMs: question.finalMs } : {}),
      startedMs: turn.figures.startedAtMs,
    };
    const item: Item = { id: turn.itemId, role: 'assistant', medium: turn.textOnly ? 'text' : 'audio', text: '', status: 'in_progress' };
    this.#replies.set(turnId, { turn, item, stations, isDone: false });
    const previous = conversation.add(item);
    wire.responseBegan(turn, item, previous);
    log.debug({ kind, prepared: turn.figures.startedAtMs < nowMs() }, 'turn begins');
    face().setMode('thinking');
    void this.#speaker?.speak(turn).catch(onBroken);
  }

  pause(turnId: string): void {
    this.#speaker?.pause(turnId);
  }

  resume(turnId: string): void {
    this.#speaker?.resume(turnId);
  }

  /** The turn ends here: the conversation keeps what was heard of it. */
  cut(turnId: string, to: 'visitor' | 'client'): void {
    const { ledger, wire, parts, face, mediaTime } = this.#options;
    const turn = this.#turns.get(turnId);
    if (!turn) return;
    this.#speaker?.stop(turnId);
    turn.cancel();
    const at = mediaTime();
    const heard = ledger.heard(turnId, at);
    const reply = this.#replies.get(turnId);
    this.#drop(turnId);
    if (!reply) return;
    const { item } = reply;
    if (!turn.textOnly) item.text = heard.text;
    item.status = 'incomplete';
    if (!reply.isDone)
      wire.responseDone(turn, item, 'cancelled', {
        type: 'cancelled',
        reason: to === 'visitor' ? 'turn_detected' : 'client_cancelled',
      });
    wire.cut(turn, item, heard, at);
    if (item.text === '') this.#forget(item.id);
    parts.metrics.turns.inc({ outcome: 'interrupted' });
    face().setMode('listening');
  }

  /** The client played so much of an answer. One that still goes on ends there; of an older one the sound is not known any more. */
  truncate(item: Item, audioEndMs: number): void {
    const { ledger, apply, nowMs } = this.#options;
    const reply = [...this.#replies.values()].find((running) => running.item === item);
    if (!reply) return;
    const { turnId } = reply.turn;
    const until = ledger.mediaTimeOf(turnId, audioEndMs);
    const { text } = ledger.heardBy(turnId, until ?? Number.POSITIVE_INFINITY);
    apply({ type: 'interrupt', atMs: nowMs() });
    if (!reply.turn.textOnly) item.text = text;
  }

  /** The last question was over when it was taken as such: its answer stays. */
  keepEarly(): void {
    this.#early = undefined;
  }

  /** The first sound of a turn leaves. */
  sounding(turnId: string): void {
    const { wire, face, apply, nowMs, parts } = this.#options;
    const reply = this.#replies.get(turnId);
    if (!reply) return;
    const { turn, stations } = reply;
    face().setMode('speaking');
    wire.soundBegan(turn);
    stations.soundMs = nowMs();
    stations.firstTextMs = turn.figures.firstTextAtMs;
    stations.firstPieceMs = turn.figures.firstPieceAtMs;
    apply({ type: 'sounding', atMs: nowMs(), turnId });
    if (!parts.face) this.#reportLatency(turn, stations);
  }

  /** Sound of the running turn left through a carrier that sends it as events. */
  soundLeft(pcm: Int16Array): void {
    const turn = this.#turns.get(this.#runningId);
    if (turn) this.#options.wire.audio(turn, pcm);
  }

  /** A picture was made; the first one of a turn that sounds ends its waterfall. */
  pictured(): void {
    const { turn, stations } = this.#running ?? {};
    if (!turn || stations?.soundMs === undefined || stations.firstFrameMs !== undefined) return;
    stations.firstFrameMs = this.#options.nowMs();
    this.#reportLatency(turn, stations);
  }

  /** The call is over. */
  close(): void {
    for (const turn of this.#turns.values()) turn.cancel();
  }

  get #runningId(): string {
    return this.#options.floor().turn?.turnId ?? '';
  }

  get #running(): Reply | undefined {
    return this.#replies.get(this.#runningId);
  }

  #makeTurn(turnId: string, kind: TurnKind, text: string, speculative: boolean): Turn {
    const { parts, settings, conversation, ledger, nowMs, mediaTime } = this.#options;
    const { speaking, config } = parts;
    const { voice, language, rate, textOnly } = settings;
    const wishes = kind === 'reply' && text === '' ? this.#wishes : {};
    const persona = wishes.instructions === undefined ? settings.persona : { ...settings.persona, systemPrompt: wishes.instructions };
    const last = conversation.lastOf('user');
    const question = text || last?.text || '';
    const current = this.#turns.get(this.#runningId);
    const unfinished = current && { id: current.itemId, heardText: ledger.heard(current.turnId, mediaTime()).text };
    // What was answered too early is part of the question now.
    const before = text === '' ? last?.id : speculative ? this.#early?.userId : undefined;
    const history = conversation.history(before, unfinished);
    return new Turn({
      turnId,
      kind,
      itemId: newId('item'),
      responseId: newId('resp'),
      speaking: (wishes.textOnly ?? textOnly) ? undefined : { speaking, voice, language, rate },
      ...(wishes.metadata ? { metadata: wishes.metadata } : {}),
      nowMs,
      reply: (signal) => {
        if (kind === 'reply') return this.#reply({ turnId, language, persona, history, text: question, speculative, signal });
        return fixedReply(kind === 'prompt' ? (config.persona.silencePrompt ?? usualWords(language).silencePrompt) : text);
      },
    });
  }

  async *#reply(request: ReplyRequest): AsyncGenerator<ReplyPart> {
    const { parts, visitor } = this.#options;
    yield* parts.thinking.reply({ ...request, visitor: await visitor.about(request.text) });
  }

  #pieceSaid(turn: Turn, piece: SpokenPiece, startsAt: MediaTime): void {
    const reply = this.#replies.get(turn.turnId);
    if (reply) reply.item.text += piece.text;
    this.#options.wire.piece(turn, piece, startsAt);
  }

  #made(turn: Turn, error: unknown): void {
    const { parts, wire } = this.#options;
    if (error !== undefined) {
      const { code, stage } = toVisavisError(error, 'session');
      parts.log.warn({ turnId: turn.turnId, code, stage }, 'turn failed');
      wire.notice('answer_failed', 'error', 'I could not finish my answer. Please ask me again.');
    }
    // Over a WebSocket the sound is part of the response, and leaves as it is played.
    if (parts.transport.kind === 'webrtc' || turn.textOnly) this.#done(turn, error);
  }

  /** The response is complete. */
  #done(turn: Turn, error: unknown): void {
    const { wire } = this.#options;
    const reply = this.#replies.get(turn.turnId);
    if (!reply || reply.isDone) return;
    reply.isDone = true;
    reply.item.status = error === undefined ? 'completed' : 'incomplete';
    if (error === undefined) {
      wire.responseDone(turn, reply.item, 'completed');
      return;
    }
    const { code, message } = toVisavisError(error, 'session');
    wire.responseDone(turn, reply.item, 'failed', { type: 'failed', error: { type: 'server_error', code, message } });
  }

  #finished(turn: Turn, error: unknown): void {
    const { wire, parts, face, floor, apply, nowMs } = this.#options;
    this.#done(turn, error);
    wire.soundEnded(turn);
    parts.metrics.turns.inc({ outcome: error === undefined ? 'completed' : 'failed' });
    this.#drop(turn.turnId);
    apply({ type: 'finished', atMs: nowMs(), turnId: turn.turnId });
    const { phase, visitorSpeaking } = floor();
    if (phase === 'listening' && !visitorSpeaking) face().setMode('idle');
  }

  #reportLatency(turn: Turn, stations: TurnStations): void {
    const { parts, wire, networkMs } = this.#options;
    for (const [stage, elapsedMs] of latencySamples(stations)) parts.metrics.observeLatency(stage, elapsedMs);
    wire.emit('visavis.latency', { response_id: turn.responseId, ...waterfall(stations, networkMs()) });
  }

  /** The visitor went on: the question as it was taken, and the answer to it, were not the conversation. */
  #forgetEarly(): void {
    if (!this.#early) return;
    this.#forget(this.#early.assistantId);
    this.#forget(this.#early.userId);
  }

  #forget(itemId: string): void {
    const { conversation, wire } = this.#options;
    if (conversation.remove(itemId)) wire.emit('conversation.item.deleted', { item_id: itemId });
  }

  #drop(turnId: string): void {
    this.#turns.delete(turnId);
    this.#replies.delete(turnId);
    this.#options.ledger.forget(turnId);
  }
}
