import type { RecognisedWord } from './asr/asr.ts';
import type { Ear, EarEvent } from './contract.ts';
import type { EarReport, ToEar } from './ear-messages.ts';
import { SAMPLES_PER_MS } from './hearing-rate.ts';
import { VisitorVoice } from './prosody/visitor-voice.ts';
import { SoundRing } from './sound-ring.ts';

export interface CallEarOptions {
  readonly id: string;
  readonly callId: string;
  readonly language: string;
  /** Sound that is kept for a new ear process. */
  readonly replayMs: number;
  readonly preRollMs: number;
  /** An ear process that is so far behind gets no more until it has caught up. */
  readonly maxLagMs: number;
  readonly tell: (message: ToEar) => void;
  /** There is sound to be taken. */
  readonly onSound: () => void;
  readonly onDropped: (droppedMs: number) => void;
  readonly onClose: () => void;
}

interface RunningUtterance {
  readonly id: string;
  readonly startMs: number;
  text: string;
  words: readonly RecognisedWord[];
}

/** Silence that the VAD gets to settle in before the sound that matters. */
const WARM_UP_MS = 500;

/** One call's ear in the main process: keeps what is needed to go on with another ear process, and hides that it did. */
export class CallEar implements Ear {
  readonly #options: CallEarOptions;
  readonly #ring: SoundRing;
  readonly #listeners: ((event: EarEvent) => void)[] = [];
  /** Before somebody listens, events wait; there are only few. */
  #unheard: EarEvent[] = [];
  #isOpen = false;
  #closed = false;
  #sentToSample = 0;
  #lastVadMs = 0;
  #utterances = 0;
  /** Here and not in the ear process: what is usual for a visitor is not lost with it. */
  readonly #voice = new VisitorVoice();
  #utterance: RunningUtterance | undefined;
  /** `endUtterance` was called; the `final` is awaited. */
  readonly #ending = new Map<string, RunningUtterance>();
  /** Why the ear process does not recognise this call, and why there is no ear process. */
  #refusal: string | undefined;
  #outage: string | undefined;
  #toldReason: string | undefined;
  /** Speech before this has had its `final` or was dropped. */
  #settledMs = 0;

  constructor(options: CallEarOptions) {
    this.#options = options;
    this.#ring = new SoundRing(options.replayMs * SAMPLES_PER_MS);
  }

  push(pcm: Int16Array): void {
    if (this.#closed) return;
    this.#ring.push(pcm);
    this.#options.onSound();
  }

  endUtterance(): void {
    const utterance = this.#utterance;
    if (!utterance) return;
    // What was pushed before belongs to the utterance and must get there first.
    this.#sendSound();
    this.#utterance = undefined;
    this.#settledMs = this.#pushedMs;
    if (this.#isOpen) {
      this.#ending.set(utterance.id, utterance);
      this.#options.tell({ kind: 'end', ear: this.#options.id, utteranceId: utterance.id });
    } else this.#finishWithoutChild(utterance);
  }

  dropUtterance(): void {
    const utterance = this.#utterance;
    if (!utterance) return;
    this.#sendSound();
    if (this.#isOpen) this.#options.tell({ kind: 'drop', ear: this.#options.id, utteranceId: utterance.id });
    this.#utterance = undefined;
    this.#settledMs = this.#pushedMs;
  }

  onEvent(listener: (event: EarEvent) => void): void {
    this.#listeners.push(listener);
    for (const event of this.#unheard.splice(0)) listener(event);
  }

  close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      if (this.#isOpen) this.#options.tell({ kind: 'close', ear: this.#options.id });
      this.#options.onClose();
    }
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** A new ear process is ready: hands it this call, beginning with the sound that it must hear again. */
  begin(): void {
    const { id, callId, language, preRollMs } = this.#options;
    const utterance = this.#utterance;
    const wantedMs = utterance ? utterance.startMs - preRollMs : this.#settledMs - WARM_UP_MS;
    const oldestMs = this.#ring.beginSample / SAMPLES_PER_MS;
    let fromMs = Math.max(wantedMs, oldestMs);
    let resume: (ToEar & { kind: 'open' })['resume'];
    if (utterance) {
      // Where the beginning is gone, its words are kept, and the cut is made between two words.
      const kept = utterance.words.filter((word) => word.startMs < fromMs && fromMs > wantedMs);
      const cutMs = kept.at(-1)?.endMs ?? fromMs;
      if (cutMs <= this.#pushedMs) fromMs = Math.max(fromMs, cutMs);
      resume = { utteranceId: utterance.id, startMs: utterance.startMs, words: kept };
    }
    const fromSample = Math.min(this.#ring.endSample, Math.max(this.#ring.beginSample, Math.round(fromMs * SAMPLES_PER_MS)));
    this.#isOpen = true;
    this.#sentToSample = fromSample;
    const ignoreBeforeSample = Math.round(this.#settledMs * SAMPLES_PER_MS);
    this.#options.tell({
      kind: 'open',
      ear: id,
      callId,
      language,
      fromSample,
      ignoreBeforeSample,
      lastUtterance: this.#utterances,
      resume,
    });
    this.#sendSound();
  }

  onChildLost(): void {
    this.#isOpen = false;
    for (const utterance of this.#ending.values()) this.#finishWithoutChild(utterance);
    this.#ending.clear();
  }

  /** The sound since the last time, for the next batch. */
  takeSound(): { ear: string; atSample: number; pcm: Int16Array } | undefined {
    if (!this.#isOpen || this.#sentToSample >= this.#ring.endSample) return undefined;
    const lagMs = this.#sentToSample / SAMPLES_PER_MS - this.#lastVadMs;
    if (lagMs > this.#options.maxLagMs) {
      this.#options.onDropped((this.#ring.endSample - this.#sentToSample) / SAMPLES_PER_MS);
      this.#lastVadMs += this.#pushedMs - this.#sentToSample / SAMPLES_PER_MS;
      this.#sentToSample = this.#ring.endSample;
      return undefined;
    }
    const { fromSample, pcm } = this.#ring.since(this.#sentToSample);
    this.#sentToSample = fromSample + pcm.length;
    return { ear: this.#options.id, atSample: fromSample, pcm };
  }

  /** There is no ear process to rely on, or there is one again. */
  setOutage(reason: string | undefined): void {
    this.#outage = reason;
    this.#tellAvailability();
  }

  #announce(event: EarEvent): void {
    if (this.#listeners.length === 0) this.#unheard.push(event);
    for (const listener of this.#listeners) listener(event);
  }

  onReport(report: EarReport): void {
    if (this.#closed) return;
    switch (report.type) {
      case 'unavailable':
        this.#refusal = report.reason;
        this.#tellAvailability();
        return;
      case 'recovered':
        this.#refusal = undefined;
        this.#tellAvailability();
        return;
      case 'vad':
        // A replayed frame was reported by the process that was lost.
        if (report.atMs <= this.#lastVadMs) return;
        this.#lastVadMs = report.atMs;
        this.#hearFrame(report);
        return;
      case 'utterance':
        this.#utterances++;
        this.#utterance = { id: report.utteranceId, startMs: report.startMs, text: '', words: [] };
        break;
      case 'partial':
        this.#onPartial(report);
        return;
      case 'turn':
        if (report.utteranceId !== this.#utterance?.id || report.atMs < this.#lastVadMs - WARM_UP_MS) return;
        this.#tellFeeling(report.atMs);
        break;
      case 'final':
        if (!this.#onFinal(report.utteranceId, report.atMs)) return;
        this.#tellFeeling(report.atMs);
        this.#voice.endUtterance();
        break;
    }
    this.#announce(report);
  }

  get #pushedMs(): number {
    return this.#ring.endSample / SAMPLES_PER_MS;
  }

  #hearFrame({ pitchHz, ...frame }: Extract<EarReport, { type: 'vad' }>): void {
    this.#announce(frame);
    const ranks = this.#voice.hear({ isSpeech: frame.isSpeech, levelDb: frame.levelDb, pitchHz });
    if (ranks) this.#announce({ type: 'prosody', atMs: frame.atMs, ...ranks });
  }

  /** Before the event that will be acted upon. */
  #tellFeeling(atMs: number): void {
    const estimate = this.#voice.judge();
    if (estimate) this.#announce({ type: 'feeling', atMs, estimate });
  }

  #onPartial({ words, ...event }: Extract<EarReport, { type: 'partial' }>): void {
    const utterance = this.#utterance;
    if (event.utteranceId !== utterance?.id) return;
    // While a new process catches up it understands again what is known already.
    if (utterance.text.startsWith(event.text) && event.text.length < utterance.text.length && event.atMs < this.#lastVadMs) return;
    if (utterance.text === event.text) return;
    utterance.text = event.text;
    utterance.words = words;
    this.#announce(event);
  }

  /** Each change is told once, whatever it comes from. */
  #tellAvailability(): void {
    const reason = this.#outage ?? this.#refusal;
    if (reason === this.#toldReason) return;
    this.#toldReason = reason;
    this.#announce(reason === undefined ? { type: 'recovered' } : { type: 'unavailable', reason });
  }

  /** Says whether anybody still waits for it. */
  #onFinal(utteranceId: string, atMs: number): boolean {
    if (this.#ending.delete(utteranceId)) return true;
    if (this.#utterance?.id !== utteranceId) return false;
    // The ear process ended it by itself: too long, or abandoned.
    this.#utterance = undefined;
    this.#settledMs = Math.max(this.#settledMs, atMs);
    return true;
  }

  #sendSound(): void {
    const piece = this.takeSound();
    if (piece) this.#options.tell({ kind: 'sound', pieces: [piece] });
  }

  /** The process is gone when the visitor has finished: the words so far are what was said. */
  #finishWithoutChild(utterance: RunningUtterance): void {
    const { id: utteranceId, startMs, text } = utterance;
    const endMs = Math.max(startMs, utterance.words.at(-1)?.endMs ?? this.#lastVadMs);
    this.#announce({ type: 'final', utteranceId, atMs: this.#pushedMs, text, startMs, endMs });
  }
}
