import type { AsrEngine, AsrStream, RecognisedWord, Recognition } from './asr/asr.ts';
import type { EarReport } from './ear-messages.ts';
import { SAMPLES_PER_MS } from './hearing-rate.ts';
import { judgeTurn, type TurnJudge, type TurnRuleOptions } from './turn/turn-rule.ts';

export interface UtteranceOptions {
  readonly utteranceId: string;
  readonly callId: string;
  readonly language: string;
  readonly startMs: number;
  /** Position of the first sample that the recogniser gets. */
  readonly fromSample: number;
  /** Words from before `fromSample`, where an earlier process had got to. */
  readonly earlierWords?: readonly RecognisedWord[];
  readonly asr: AsrEngine;
  readonly turnRule: TurnRuleOptions;
  /** Another judge of the end of the turn. */
  readonly judge?: TurnJudge | undefined;
  readonly report: (report: EarReport) => void;
}

/** The words so far are judged this long after the last speech frame; three VAD frames. */
const JUDGE_AFTER_MS = 96;
/** Longest wait for a recogniser that is behind: then the words that there are must do. */
const JUDGE_AT_LATEST_MS = 192;
/** So long a pause is likelier an end than not: the recogniser's last pass is made while the silence is still being waited for. */
const SETTLE_AFTER_MS = 256;

/** One utterance between its onset and its final text: feeds the recogniser and judges the end of the turn. */
export class Utterance {
  readonly id: string;
  readonly startMs: number;
  readonly #options: UtteranceOptions;
  readonly #stream: AsrStream;
  readonly #offsetMs: number;
  #recognition: Recognition = { text: '', words: [] };
  #atMs: number;
  #silenceMs = 0;
  #judgedText: string | undefined;
  #over = false;

  constructor(options: UtteranceOptions) {
    this.#options = options;
    this.id = options.utteranceId;
    this.startMs = options.startMs;
    this.#offsetMs = options.fromSample / SAMPLES_PER_MS;
    this.#atMs = this.#offsetMs;
    this.#stream = options.asr.open({
      callId: options.callId,
      language: options.language,
      onPartial: (recognition) => this.#onPartial(recognition),
      // `finish` rejects with it, too; nothing more can be said before.
      onFailure: () => undefined,
    });
  }

  push(pcm: Int16Array): void {
    this.#stream.push(pcm);
  }

  /** After each VAD frame. */
  onFrame(atMs: number, silenceMs: number): void {
    this.#atMs = atMs;
    const reached = (ms: number) => silenceMs >= ms && this.#silenceMs < ms;
    if (reached(JUDGE_AFTER_MS)) this.#stream.pause?.();
    if (reached(SETTLE_AFTER_MS)) this.#stream.settle?.();
    else if (silenceMs < SETTLE_AFTER_MS && this.#silenceMs >= SETTLE_AFTER_MS) this.#stream.resume?.();
    this.#silenceMs = silenceMs;
    if (silenceMs < JUDGE_AFTER_MS) this.#judgedText = undefined;
    else if (this.#judgedText === undefined && (silenceMs >= JUDGE_AT_LATEST_MS || this.#stream.behindMs < JUDGE_AFTER_MS)) this.#judge();
  }

  /** Ends with a `final` report, also when the recogniser fails: the words so far are then all there is. */
  async finish(endMs: number): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    let recognition = this.#recognition;
    let failure: unknown;
    try {
      recognition = this.#withEarlier(await this.#stream.finish());
    } catch (error) {
      failure = error;
    }
    this.#options.report({ type: 'final', utteranceId: this.id, atMs: this.#atMs, text: recognition.text, startMs: this.startMs, endMs });
    if (failure) throw failure;
  }

  drop(): void {
    this.#over = true;
    this.#stream.abort();
  }

  #onPartial(recognised: Recognition): void {
    if (this.#over) return;
    const recognition = this.#withEarlier(recognised);
    if (recognition.text === this.#recognition.text) {
      this.#recognition = recognition;
      return;
    }
    this.#recognition = recognition;
    const { text, words } = recognition;
    this.#options.report({ type: 'partial', utteranceId: this.id, atMs: this.#atMs, text, words });
    if (this.#judgedText !== undefined && this.#judgedText !== text) this.#judge();
  }

  #judge(): void {
    const { text } = this.#recognition;
    this.#judgedText = text;
    const { judge = judgeTurn, turnRule, language } = this.#options;
    const judgement = judge({ ...this.#recognition, language }, turnRule);
    this.#options.report({ type: 'turn', utteranceId: this.id, atMs: this.#atMs, text, ...judgement });
  }

  /** Word times in the call's time, after the words that an earlier process understood. */
  #withEarlier(recognised: Recognition): Recognition {
    const words = recognised.words.map((word) => ({ ...word, startMs: word.startMs + this.#offsetMs, endMs: word.endMs + this.#offsetMs }));
    const earlier = this.#options.earlierWords ?? [];
    if (earlier.length === 0) return { ...recognised, words };
    const text = [...earlier.map((word) => word.text), recognised.text].filter(Boolean).join(' ');
    return { ...recognised, text, words: [...earlier, ...words] };
  }

  get silenceMs(): number {
    return this.#silenceMs;
  }
}
