import { type EmotionEstimate, emotionEstimate, type Feeling, feelingOf, fuseEmotions } from '../core/emotion.ts';
import type { MediaTime } from '../core/media-time.ts';
import type { Performer } from '../face/contract.ts';
import type { Thinking } from '../thinking/contract.ts';
import type { Wire } from './wire.ts';

export interface VisitorFeelingOptions {
  readonly thinking: Pick<Thinking, 'emotionOf'>;
  readonly performer: Performer | undefined;
  readonly wire: Wire;
  /** BCP 47. */
  readonly language: () => string;
  readonly nowMs: () => number;
  readonly mediaTime: () => MediaTime;
}

type Witness = 'words' | 'voice';

/** What somebody showed so long ago counts half. */
const HALF_LIFE_MS: Readonly<Record<Witness, number>> = { words: 20_000, voice: 12_000 };
/** Below this a listener's face does not answer. */
const WORTH_ANSWERING = 0.3;
/** Smaller changes of what is known are not told. */
const WORTH_TELLING = 0.15;

/**
 * What the visitor of a call seems to feel: the last word of each witness, trusted less as it ages, as one estimate. The
 * listening face answers it, and the client is told.
 */
export class VisitorFeeling {
  readonly #options: VisitorFeelingOptions;
  readonly #witnesses = new Map<Witness, { readonly estimate: EmotionEstimate; readonly atMs: number }>();
  #told: Feeling = { emotion: 'neutral', intensity: 0, confidence: 0 };
  #isReading = false;
  #isClosed = false;

  constructor(options: VisitorFeelingOptions) {
    this.#options = options;
  }

  hearVoice(estimate: EmotionEstimate): void {
    this.#witness('voice', estimate);
  }

  /** The visitor's words, so far or to their end. While some are being read, others are passed over. */
  async readWords(text: string): Promise<void> {
    if (this.#isReading || text.trim() === '') return;
    this.#isReading = true;
    await this.#read(text);
    this.#isReading = false;
  }

  /** For an answer to these words. */
  async about(text: string): Promise<Feeling> {
    if (text.trim() !== '') await this.#read(text);
    return feelingOf(this.#fused());
  }

  async #read(text: string): Promise<void> {
    const { thinking, language } = this.#options;
    this.#witness('words', await thinking.emotionOf(text, language()));
  }

  /** What is still being read changes nothing any more. */
  close(): void {
    this.#isClosed = true;
  }

  #witness(witness: Witness, estimate: EmotionEstimate): void {
    if (this.#isClosed) return;
    this.#witnesses.set(witness, { estimate, atMs: this.#options.nowMs() });
    const fused = this.#fused();
    const feeling = feelingOf(fused);
    const { performer, wire, mediaTime } = this.#options;
    if (feeling.confidence >= WORTH_ANSWERING) performer?.empathise(feeling.emotion, feeling.intensity * feeling.confidence, mediaTime());
    if (feeling.emotion === this.#told.emotion && Math.abs(feeling.confidence - this.#told.confidence) < WORTH_TELLING) return;
    this.#told = feeling;
    wire.emit('visavis.visitor_emotion', { emotion: feeling.emotion, confidence: feeling.confidence, scores: { ...fused.scores } });
  }

  #fused(): EmotionEstimate {
    const nowMs = this.#options.nowMs();
    const aged = [...this.#witnesses].map(([witness, { estimate, atMs }]) =>
      emotionEstimate(estimate.scores, estimate.confidence * 0.5 ** ((nowMs - atMs) / HALF_LIFE_MS[witness])),
    );
    return fuseEmotions(aged);
  }
}
