/**
 * Who has the floor: a pure reducer. Events go in, a new state and effects come out; there is no clock, no timer and no
 * I/O here, so that every rule of turn-taking can be tested as a table on a simulated time axis.
 *
 * The way of a turn:  listening -> (silence) prepare, react -> (hold) endpoint -> final words -> commit -> answering
 * -> drained -> listening. While answering, the visitor's speech first ducks the avatar's voice, then pauses it; words that
 * mean something take the floor (yield), a cough or "uh-huh" gives it back (resume).
 */
import type { EndReason } from '../protocol/server-events.ts';
import type { FloorEffect, FloorEvent, FloorState, TurnKind, Utterance } from './floor-state.ts';
import { beginsAnew, isBackChannel, isStopWord, sameWords } from './words.ts';

/** Texts that wait to be spoken; the oldest give way. */
const MAX_TO_SAY = 16;

/** One step. Collects changes on a draft that never leaves this function. */
export function floor(state: FloorState, event: FloorEvent): { state: FloorState; effects: FloorEffect[] } {
  if (state.phase === 'ended') return { state, effects: [] };
  const step = new Step(state);
  step.take(event);
  return { state: step.state, effects: step.effects };
}

class Step {
  state: FloorState;
  readonly effects: FloorEffect[] = [];

  constructor(state: FloorState) {
    this.state = state;
  }

  take(event: FloorEvent): void {
    switch (event.type) {
      case 'start':
        this.#set({ startedAtMs: event.atMs, activeAtMs: event.atMs });
        if (event.greet) this.#begin('greeting', '', event.atMs);
        break;
      case 'vad':
        this.#vad(event);
        this.#timeouts(event.atMs);
        break;
      case 'utterance':
        this.#set({ utterance: { id: event.utteranceId, text: '', settled: false, holdMs: this.state.rules.holdMs, complete: false } });
        break;
      case 'partial':
        this.#words(event.utteranceId, { text: event.text });
        if (this.state.phase === 'answering' && isStopWord(event.text)) this.#pause();
        break;
      case 'turn':
        this.#words(event.utteranceId, { text: event.text, settled: true, holdMs: event.holdMs, complete: event.complete });
        this.#pauseProgress(event.atMs);
        break;
      case 'final':
        this.#final(event);
        break;
      case 'sounding':
        this.#sounding(event.turnId, event.atMs);
        break;
      case 'finished':
        this.#finished(event.turnId, event.atMs);
        break;
      case 'respond':
        // Push-to-talk: the question was committed, its last words are on their way.
        if (this.state.phase === 'endpointed' && !this.state.rules.automaticTurns) this.#set({ respondDue: true });
        else this.#respond(event.atMs);
        break;
      case 'say':
        this.#say(event);
        break;
      case 'commit-input':
        if (this.state.utterance && this.state.phase !== 'endpointed') {
          this.#pause();
          this.#endpoint(event.atMs);
        }
        break;
      case 'clear-input':
        this.#set({ carriedText: '', respondDue: false });
        this.#resume();
        break;
      case 'interrupt':
        this.#interrupt(event.atMs);
        break;
      case 'rules':
        this.#set({ rules: { ...this.state.rules, ...event.rules } });
        break;
      case 'tick':
        this.#timeouts(event.atMs);
        break;
      case 'end':
        this.#end(event.reason);
        break;
    }
  }

  #set(change: Partial<FloorState>): void {
    this.state = { ...this.state, ...change };
  }

  #effect(effect: FloorEffect): void {
    this.effects.push(effect);
  }

  // — the visitor's voice

  #vad(event: Extract<FloorEvent, { type: 'vad' }>): void {
    const { rules, visitorSpeaking } = this.state;
    this.#set({ silenceMs: event.silenceMs });
    if (event.isSpeech) {
      this.#set({ activeAtMs: event.atMs, prompted: false });
      if (event.speechMs >= rules.duckAfterMs) this.#speechGoesOn(event);
      else if (this.#isYoung(event)) this.#hesitate();
      this.#reactToQuiet(event.quietMs);
      return;
    }
    if (visitorSpeaking && event.silenceMs >= rules.prepareAfterMs) this.#set({ visitorSpeaking: false });
    // In noise the level hardly falls; the VAD's silence comes all the same.
    this.#reactToQuiet(Math.max(event.quietMs, event.silenceMs));
    if (this.state.hesitating && event.silenceMs >= rules.prepareAfterMs) this.#goOn();
    this.#pauseProgress(event.atMs);
  }

  /** The face shows that it has noticed the end, or what may be one. A wrong guess is a listener's nod. */
  #reactToQuiet(quietMs: number): void {
    const { utterance, phase, rules, reacted } = this.state;
    if (reacted || quietMs < rules.reactAfterMs) return;
    if (!utterance || !rules.automaticTurns || phase === 'answering' || phase === 'endpointed') return;
    this.#set({ reacted: true });
    this.#effect({ type: 'react' });
  }

  /** An answer that was hardly heard yet, when this speech began: it may have come too early. */
  #isYoung({ atMs, speechMs }: Extract<FloorEvent, { type: 'vad' }>): boolean {
    const { turn, rules, carriedText } = this.state;
    return turn?.kind === 'reply' && carriedText !== '' && atMs - speechMs - (turn.soundAtMs ?? atMs) < rules.retractWithinMs;
  }

  #hesitate(): void {
    if (this.state.phase !== 'answering') return;
    this.#pause({ keepsWords: true });
    this.#set({ hesitating: true });
  }

  #goOn(): void {
    const { turn } = this.state;
    this.#set({ hesitating: false });
    if (!turn || this.state.phase !== 'interrupted') return;
    this.#set({ phase: 'answering' });
    this.#effect({ type: 'resume', turnId: turn.turnId });
  }

  #speechGoesOn(event: Extract<FloorEvent, { type: 'vad' }>): void {
    const { utterance, turn, hesitating } = this.state;
    if (hesitating) this.#set({ hesitating: false });
    // Nothing was heard yet: the visitor simply goes on, as if the turn had never been taken.
    if (hesitating && turn && turn.soundAtMs === undefined) this.#takeBack();
    if (!this.state.speechOpen) {
      this.#set({ speechOpen: true });
      this.#effect({ type: 'speech-started', atMs: event.atMs - event.speechMs });
    }
    const isLoud = event.quietMs === 0;
    if (!this.state.visitorSpeaking || (this.state.reacted && isLoud)) {
      this.#set({ visitorSpeaking: true });
      this.#effect({ type: 'attend' });
    }
    if (utterance?.settled) this.#set({ utterance: { ...utterance, settled: false } });
    // The pause was not the end: what was prepared for it answers only half of what is being said.
    this.#discardPrepared();
    if (isLoud) this.#set({ reacted: false });
    if (this.state.phase === 'answering') this.#speechWhileAnswering(event);
  }

  #speechWhileAnswering(event: Extract<FloorEvent, { type: 'vad' }>): void {
    const { rules, turn, utterance, ducked } = this.state;
    if (!turn) return;
    if (turn.soundAtMs === undefined && turn.kind === 'reply') {
      // Nothing was heard yet: the visitor simply goes on, as if the turn had never been taken.
      this.#takeBack();
      return;
    }
    if (this.#isYoung(event)) {
      // Answered too early: the words are still one question.
      this.#pause({ keepsWords: true });
      return;
    }
    if (!ducked) {
      this.#set({ ducked: true });
      this.#effect({ type: 'duck' });
    }
    const patienceMs = isBackChannel(utterance?.text ?? '') && utterance?.text ? rules.backChannelYieldAfterMs : rules.yieldAfterMs;
    if (event.speechMs >= patienceMs && event.voicedShare >= rules.yieldVoicedShare) this.#pause();
  }

  /** What a pause in the visitor's speech brings, as it gets longer. */
  #pauseProgress(atMs: number): void {
    const { rules, utterance, silenceMs, phase } = this.state;
    if (phase === 'answering') {
      this.#pauseWhileAnswering(atMs);
      return;
    }
    if (phase === 'interrupted' && silenceMs >= rules.resumeAfterMs && isBackChannel(utterance?.text ?? '')) {
      this.#resume();
      return;
    }
    if (!utterance || this.state.visitorSpeaking || !rules.automaticTurns || phase === 'endpointed') return;
    if (silenceMs >= rules.prepareAfterMs && utterance.settled && utterance.text && !isNothingNew(phase, utterance.text))
      this.#prepare(this.#wholeText(utterance.text));
    const holdMs = utterance.complete ? Math.min(rules.completeHoldMs, utterance.holdMs) : utterance.holdMs;
    if (silenceMs < holdMs || isNothingNew(phase, utterance.text)) return;
    if (phase === 'listening' && utterance.complete && utterance.settled) this.#answerAtOnce(utterance.text, atMs);
    else this.#endpoint(atMs);
  }

  /** The visitor said something short while the avatar speaks, and is silent again. */
  #pauseWhileAnswering(atMs: number): void {
    const { rules, utterance, silenceMs } = this.state;
    if (silenceMs >= rules.prepareAfterMs) this.#unduck();
    if (!utterance || silenceMs < utterance.holdMs) return;
    if (isBackChannel(utterance.text)) {
      this.#dropUtterance();
    } else if (rules.automaticTurns) {
      this.#pause();
      this.#endpoint(atMs);
    }
  }

  // — the visitor's words

  #words(utteranceId: string, change: Partial<Utterance>): void {
    const { utterance } = this.state;
    if (utterance?.id === utteranceId) this.#set({ utterance: { ...utterance, ...change } });
  }

  #endpoint(atMs: number): void {
    this.#closeSpeech();
    this.#set({ phase: 'endpointed', endpointedAtMs: atMs });
    this.#effect({ type: 'end-utterance' });
  }

  /** A whole question, understood, with its answer at hand: the recogniser's last word would only cost time. */
  #answerAtOnce(text: string, atMs: number): void {
    const whole = this.#wholeText(text);
    const replaces = this.#carriedInto(text) !== '';
    this.#endpoint(atMs);
    if (!this.state.prepared || !sameWords(this.state.prepared.text, whole)) return;
    this.#set({ utterance: undefined });
    this.#begin('reply', whole, atMs, replaces);
  }

  #closeSpeech(): void {
    if (!this.state.speechOpen) return;
    this.#set({ speechOpen: false });
    this.#effect({ type: 'speech-stopped', atMs: this.state.activeAtMs });
  }

  #dropUtterance(): void {
    if (!this.state.utterance) return;
    this.#closeSpeech();
    this.#set({ utterance: undefined });
    this.#effect({ type: 'drop-utterance' });
  }

  #final(event: { atMs: number; utteranceId: string; text: string }): void {
    const { utterance, phase, turn, rules, overdue } = this.state;
    const isOverdue = event.utteranceId === overdue;
    if (!isOverdue && utterance?.id !== event.utteranceId) return;
    this.#set({ overdue: '' });
    if (!isOverdue) this.#set({ utterance: undefined });
    const late = isOverdue && phase === 'listening' && !utterance;
    if (phase !== 'endpointed' && !late) {
      // The recogniser ended it by itself (too long), or it comes when the visitor speaks again: the words belong together.
      if (event.text && phase === 'listening') this.#set({ carriedText: this.#wholeText(event.text) });
      return;
    }
    if (event.text === '' || (turn && isBackChannel(event.text))) {
      this.#discardPrepared();
      if (this.state.respondDue) this.#respond(event.atMs);
      else if (turn) this.#resume();
      else this.#set({ phase: 'listening' });
      return;
    }
    const text = this.#wholeText(event.text);
    const replaces = this.#carriedInto(event.text) !== '';
    if (turn) this.#yield(turn.turnId, 'visitor');
    if (rules.automaticTurns) this.#begin('reply', text, event.atMs, replaces);
    else {
      this.#set({ phase: 'listening', carriedText: '' });
      this.#effect({ type: 'heard', text });
      if (this.state.respondDue) this.#respond(event.atMs);
    }
  }

  #wholeText(text: string): string {
    return [this.#carriedInto(text), text].filter(Boolean).join(' ');
  }

  /** The words of a turn that was answered too early, where these go on with them. */
  #carriedInto(text: string): string {
    return beginsAnew(text) ? '' : this.state.carriedText;
  }

  // — the avatar's turn

  #respond(atMs: number): void {
    this.#takeOver();
    this.#begin('reply', '', atMs);
  }

  /** Spoken now, or behind what is being said. */
  #say({ atMs, text, interrupt }: Extract<FloorEvent, { type: 'say' }>): void {
    const { turn, toSay } = this.state;
    if (turn && !interrupt) {
      this.#set({ toSay: [...toSay, text].slice(-MAX_TO_SAY) });
      return;
    }
    this.#takeOver();
    this.#begin('say', text, atMs);
  }

  /** The avatar is silent. What the visitor is saying just then is no less meant: it is often why. */
  #interrupt(atMs: number): void {
    const { turn, phase, visitorSpeaking } = this.state;
    if (visitorSpeaking && (phase === 'answering' || phase === 'interrupted')) {
      if (turn) this.#yield(turn.turnId, 'client');
      this.#set({ carriedText: '', toSay: [] });
    } else this.#takeOver();
    this.#set({ phase: 'listening', activeAtMs: atMs });
  }

  #prepare(text: string): void {
    const { prepared } = this.state;
    if (prepared && sameWords(prepared.text, text)) return;
    this.#discardPrepared();
    const turnId = this.#newTurnId();
    this.#set({ prepared: { turnId, text } });
    this.#effect({ type: 'prepare', turnId, text });
  }

  #begin(kind: TurnKind, text: string, atMs: number, replaces = false): void {
    const { prepared } = this.state;
    const ready = kind === 'reply' && prepared && sameWords(prepared.text, text) ? prepared : undefined;
    if (!ready) this.#discardPrepared();
    const turnId = ready?.turnId ?? this.#newTurnId();
    // Kept until the answer was heard for a while, in case that it came too early.
    this.#set({
      prepared: undefined,
      turn: { turnId, kind },
      phase: 'answering',
      carriedText: kind === 'reply' ? text : '',
      reacted: false,
      hesitating: false,
      activeAtMs: atMs,
    });
    this.#effect({ type: 'commit', turnId, kind, text, replaces });
  }

  #sounding(turnId: string, atMs: number): void {
    const { turn, activeAtMs } = this.state;
    if (turn?.turnId !== turnId) return;
    // A prompt into the silence is no sign of life.
    this.#set({ turn: { ...turn, soundAtMs: atMs }, activeAtMs: turn.kind === 'prompt' ? activeAtMs : atMs });
  }

  #finished(turnId: string, atMs: number): void {
    const { turn, phase } = this.state;
    if (turn?.turnId !== turnId) return;
    this.#set({ turn: undefined, activeAtMs: turn.kind === 'prompt' ? this.state.activeAtMs : atMs, carriedText: '' });
    // While it was held back, only a failure can have ended it: there is nothing to resume.
    if (phase === 'answering' || phase === 'interrupted') this.#set({ phase: 'listening' });
    this.#unduck();
    const [next, ...toSay] = this.state.toSay;
    if (next === undefined || phase !== 'answering') return;
    this.#begin('say', next, atMs);
    this.#set({ toSay });
  }

  /** Whoever speaks next speaks at full voice. */
  #unduck(): void {
    if (!this.state.ducked) return;
    this.#set({ ducked: false });
    this.#effect({ type: 'unduck' });
  }

  #pause({ keepsWords = false } = {}): void {
    const { turn } = this.state;
    if (!turn || this.state.phase !== 'answering') return;
    this.#set({ phase: 'interrupted', ducked: false });
    if (!keepsWords) this.#set({ carriedText: '' });
    this.#effect({ type: 'pause', turnId: turn.turnId });
  }

  #resume(): void {
    const { turn } = this.state;
    const wasHeld = this.state.phase !== 'answering';
    this.#dropUtterance();
    this.#discardPrepared();
    this.#set({ phase: turn ? 'answering' : 'listening' });
    if (turn && wasHeld) this.#effect({ type: 'resume', turnId: turn.turnId });
  }

  #yield(turnId: string, to: 'visitor' | 'client'): void {
    this.#unduck();
    this.#set({ turn: undefined });
    this.#effect({ type: 'yield', turnId, to });
  }

  /** The visitor went on before a word of the answer was heard. */
  #takeBack(): void {
    const { turn } = this.state;
    if (turn) this.#yield(turn.turnId, 'visitor');
    this.#set({ phase: 'listening' });
  }

  /** Something else takes the floor now: whatever is spoken, held or prepared ends. */
  #takeOver(): void {
    const { turn } = this.state;
    if (turn) this.#yield(turn.turnId, 'client');
    this.#discardPrepared();
    this.#dropUtterance();
    this.#set({ carriedText: '', visitorSpeaking: false, respondDue: false, toSay: [] });
  }

  #discardPrepared(): void {
    const { prepared } = this.state;
    if (!prepared) return;
    this.#set({ prepared: undefined });
    this.#effect({ type: 'discard', turnId: prepared.turnId });
  }

  #newTurnId(): string {
    const turnId = `turn_${this.state.nextTurn}`;
    this.#set({ nextTurn: this.state.nextTurn + 1 });
    return turnId;
  }

  // — time

  #timeouts(atMs: number): void {
    const { rules, phase, activeAtMs, startedAtMs, prompted, utterance, endpointedAtMs } = this.state;
    if (rules.maxCallMs > 0 && atMs - startedAtMs >= rules.maxCallMs) this.#end('time_limit');
    else if (phase === 'endpointed' && atMs - endpointedAtMs >= rules.finalTimeoutMs) {
      // The recogniser owes the last words; the partial ones are better than silence, and words that come late than none.
      const { id = '', text = '' } = utterance ?? {};
      this.#final({ atMs, utteranceId: id, text });
      if (text === '') this.#set({ overdue: id });
    } else if (phase !== 'listening' || this.state.visitorSpeaking) return;
    else if (rules.silenceEndMs > 0 && atMs - activeAtMs >= rules.silenceEndMs) this.#end('silence');
    else if (rules.silencePromptMs > 0 && !prompted && atMs - activeAtMs >= rules.silencePromptMs) {
      this.#begin('prompt', '', atMs);
      this.#set({ prompted: true, activeAtMs });
    }
  }

  #end(reason: EndReason): void {
    this.#takeOver();
    this.#set({ phase: 'ended' });
    this.#effect({ type: 'end', reason });
  }
}

/** While an answer is held, only words that mean something are a new turn. */
const isNothingNew = (phase: FloorState['phase'], text: string): boolean => phase === 'interrupted' && isBackChannel(text);
