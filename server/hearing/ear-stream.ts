import { isAbort } from '../core/errors.ts';
import { SoundQueue } from '../core/sound-queue.ts';
import type { AsrEngine, RecognisedWord } from './asr/asr.ts';
import type { EarReport, OpenEar } from './ear-messages.ts';
import { SAMPLES_PER_MS, VAD_FRAME_SAMPLES } from './hearing-rate.ts';
import { SoundRing } from './sound-ring.ts';
import type { TurnJudge, TurnRuleOptions } from './turn/turn-rule.ts';
import { Utterance } from './utterance.ts';
import { levelDb, SpeechDetector, type SpeechDetectorOptions } from './vad/speech-detector.ts';
import type { VadStream } from './vad/vad.ts';
import { VoicingDetector } from './vad/voicing.ts';

export interface EarStreamOptions extends SpeechDetectorOptions, TurnRuleOptions {
  readonly preRollMs: number;
  /** Speech that begins an utterance; less is taken for a click. */
  readonly onsetMs: number;
  readonly maxUtteranceMs: number;
  /** An utterance that nobody ends is ended after this much silence. */
  readonly abandonAfterMs: number;
  /** Judges the end of the turn instead of the rule. */
  readonly judge?: TurnJudge;
}

/** Below this probability nobody wants to know whether a frame is voiced. */
const VOICING_FROM = 0.2;
/**
 * What a browser that sends nothing in silence leaves (DTX), or a muted microphone: below 3 of 32,768, where no voice is. After
 * so much of it the VAD has nothing more to learn.
 */
const SOUNDLESS_DB = -80;
const SOUNDLESS_FRAMES = 8;
/** The VAD's own delay: speech begins up to this much before its first frame. */
const ONSET_SLACK_MS = 64;

/** One microphone inside the ear process: frames for the VAD, utterances for the recogniser. */
export class EarStream {
  readonly vad: VadStream;
  readonly #options: EarStreamOptions;
  readonly #opened: OpenEar;
  readonly #asr: AsrEngine | undefined;
  readonly #report: (report: EarReport) => void;
  readonly #detector: SpeechDetector;
  readonly #voicing = new VoicingDetector();
  readonly #preRoll: SoundRing;
  readonly #frame = new Float32Array(VAD_FRAME_SAMPLES);
  /** Sound that the VAD has not seen; begins at `#position`. */
  readonly #waiting = new SoundQueue();
  #frameDb = 0;
  #soundlessFrames = 0;
  #position: number;
  #utterances: number;
  #utterance: Utterance | undefined;
  /** Unknown until it has finished an utterance: an earlier process's may have failed. */
  #recogniserWorks: boolean | undefined;
  /** Speech up to here belongs to an utterance that is over. */
  #settledMs: number;
  #closed = false;

  constructor(opened: OpenEar, vad: VadStream, asr: AsrEngine | undefined, options: EarStreamOptions, report: (report: EarReport) => void) {
    this.vad = vad;
    this.#options = options;
    this.#opened = opened;
    this.#asr = asr;
    this.#report = report;
    this.#detector = new SpeechDetector(options);
    this.#position = opened.fromSample;
    this.#settledMs = opened.ignoreBeforeSample / SAMPLES_PER_MS;
    this.#utterances = opened.lastUtterance;
    this.#preRoll = new SoundRing((options.preRollMs + options.onsetMs + ONSET_SLACK_MS) * SAMPLES_PER_MS, opened.fromSample);
    const { resume } = opened;
    if (resume && asr) this.#utterance = this.#open(resume.utteranceId, resume.startMs, opened.fromSample, resume.words);
  }

  push(atSample: number, pcm: Int16Array): void {
    const expected = this.#position + this.#waiting.samples;
    if (atSample !== expected) this.#skipTo(atSample);
    this.#waiting.push(pcm);
  }

  get isDue(): boolean {
    return this.#waiting.samples >= VAD_FRAME_SAMPLES;
  }

  get isListening(): boolean {
    return this.#utterance !== undefined;
  }

  /** There is nothing in the frame that was taken last, nor was there in those before it: the VAD need not be asked. */
  get isSoundless(): boolean {
    return this.#soundlessFrames > SOUNDLESS_FRAMES;
  }

  /** The next frame for the VAD, in -1..1; valid until the next call. */
  takeFrame(): Float32Array {
    const pcm = this.#waiting.take(VAD_FRAME_SAMPLES);
    this.#position += pcm.length;
    this.#preRoll.push(pcm);
    this.#utterance?.push(pcm);
    for (let i = 0; i < pcm.length; i++) this.#frame[i] = pcm[i]! / 32_768;
    this.#frameDb = levelDb(this.#frame);
    this.#soundlessFrames = this.#frameDb < SOUNDLESS_DB ? this.#soundlessFrames + 1 : 0;
    return this.#frame;
  }

  /** What the VAD says about the frame that was taken last. */
  onProbability(probability: number): void {
    // The call may have ended while its frame was with the VAD: an utterance that began now would keep its recogniser for ever.
    if (this.#closed) return;
    const atMs = this.#position / SAMPLES_PER_MS;
    const { periodicity, pitchHz } = this.#voicing.push(this.#frame, probability >= VOICING_FROM);
    const state = this.#detector.push({ probability, periodicity, levelDb: this.#frameDb });
    this.#report({ type: 'vad', atMs, probability, levelDb: this.#frameDb, pitchHz, ...state });
    const { onsetMs, maxUtteranceMs, abandonAfterMs } = this.#options;
    if (!this.#utterance) {
      const startMs = Math.max(this.#settledMs, atMs - state.speechMs);
      if (state.isSpeech && atMs - startMs >= onsetMs) this.#begin(startMs, atMs);
      return;
    }
    this.#utterance.onFrame(atMs, state.silenceMs);
    if (atMs - this.#utterance.startMs >= maxUtteranceMs || state.silenceMs >= abandonAfterMs) this.#finish(atMs - state.silenceMs);
  }

  /** `utteranceId` guards against a decision that crossed a new utterance on its way. */
  end(utteranceId: string): void {
    if (this.#utterance?.id === utteranceId) this.#finish(this.#position / SAMPLES_PER_MS - this.#utterance.silenceMs);
  }

  drop(utteranceId: string): void {
    if (this.#utterance?.id !== utteranceId) return;
    this.#utterance.drop();
    this.#settle();
  }

  close(): void {
    this.#closed = true;
    this.#utterance?.drop();
    this.#utterance = undefined;
  }

  #begin(startMs: number, atMs: number): void {
    if (!this.#asr) return;
    const wantedFrom = Math.max(this.#settledMs, startMs - this.#options.preRollMs) * SAMPLES_PER_MS;
    const { fromSample, pcm } = this.#preRoll.since(wantedFrom);
    const utteranceId = `${this.#opened.callId}-${++this.#utterances}`;
    this.#report({ type: 'utterance', utteranceId, startMs, atMs });
    this.#utterance = this.#open(utteranceId, startMs, fromSample, []);
    this.#utterance?.push(pcm);
    this.#utterance?.onFrame(atMs, 0);
  }

  #open(utteranceId: string, startMs: number, fromSample: number, earlierWords: readonly RecognisedWord[]): Utterance {
    return new Utterance({
      utteranceId,
      callId: this.#opened.callId,
      language: this.#opened.language,
      startMs,
      fromSample,
      earlierWords,
      asr: this.#asr!,
      turnRule: this.#options,
      judge: this.#options.judge,
      report: this.#report,
    });
  }

  #finish(endMs: number): void {
    const utterance = this.#utterance;
    if (!utterance) return;
    this.#settle();
    utterance.finish(Math.max(utterance.startMs, endMs)).then(
      () => this.#onRecogniser(true),
      (error) => this.#onRecogniser(isAbort(error)),
    );
  }

  #onRecogniser(works: boolean): void {
    if (works === this.#recogniserWorks) return;
    this.#recogniserWorks = works;
    this.#report(works ? { type: 'recovered' } : { type: 'unavailable', reason: 'The recogniser has failed' });
  }

  /** What was said until now is done with; speech that is still going on begins a new utterance. */
  #settle(): void {
    this.#utterance = undefined;
    this.#settledMs = this.#position / SAMPLES_PER_MS;
  }

  /** Sound is missing: neither the VAD's state nor the pre-roll joins across the gap. */
  #skipTo(atSample: number): void {
    this.#waiting.clear();
    this.#position = atSample;
    this.vad.reset();
    this.#preRoll.reset(atSample);
  }
}
