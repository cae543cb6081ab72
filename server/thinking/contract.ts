import type { AvatarControls } from '../core/avatar-controls.ts';
import type { EmotionEstimate, Feeling } from '../core/emotion.ts';
import type { Emotion, Gesture } from '../core/speech.ts';

export interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly text: string;
}

export interface Persona {
  readonly name: string;
  readonly systemPrompt: string;
  readonly greeting: string;
}

export interface ReplyRequest {
  readonly turnId: string;
  /** BCP 47 of the conversation. */
  readonly language: string;
  readonly persona: Persona;
  /** What was really said and heard so far, oldest first, without the new question. */
  readonly history: readonly Message[];
  readonly text: string;
  /** How the visitor seems to feel about it. */
  readonly visitor?: Feeling;
  /** Made before it is certain that the visitor has finished: no side effects, and it may be thrown away. */
  readonly speculative: boolean;
  readonly signal: AbortSignal;
}

export type ReplyPart =
  | { readonly type: 'text'; readonly text: string }
  /** Holds from the following text on. */
  | { readonly type: 'emotion'; readonly emotion: Emotion; readonly intensity: number }
  | { readonly type: 'gesture'; readonly gesture: Gesture }
  /** The face from the following text on, as the model wants it; what is left out is nobody's wish. */
  | { readonly type: 'controls'; readonly controls: Partial<AvatarControls> }
  /** The first part of every reply: which engine answers. Another one may follow when that engine failed. */
  | { readonly type: 'engine'; readonly engine: string; readonly model?: string };

/** RGB, 8 bit, rows from the top, without padding: `width` x `height` x 3 bytes. The face fills it. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/** How the knowledge sees a partial transcript. */
export interface Assessment {
  /** The words form a whole question or request that is answered with confidence. */
  readonly complete: boolean;
  /** 0..1 */
  readonly confidence: number;
}

export interface Thinking extends AsyncDisposable {
  /**
   * Streams the reply. Follows the failure policy: a filler when the model is slow, the fallback chain when it fails or
   * is silent, an apology last; after some text was given, a failure ends the reply with a short spoken notice instead
   * of repeating. Throws only on abort.
   */
  reply(request: ReplyRequest): AsyncIterable<ReplyPart>;
  /** Synchronous and fast (< 2 ms): called on partial transcripts. */
  assess(partial: string): Assessment;
  /** What these words say about the feelings of who says them. Synchronous and fast (< 1 ms), by words alone. */
  toneOf(text: string): EmotionEstimate;
  /** The same by the best engine there is, within `thinking.emotionTimeoutMs`; never fails. */
  emotionOf(text: string, language: string): Promise<EmotionEstimate>;
  /** What a face in a picture shows; undefined where no engine for that is configured. */
  readonly emotionOfPicture?: (picture: Picture) => Promise<EmotionEstimate>;
  /** Sentences of the knowledge domain, for the recogniser's language model. */
  domainSentences(): readonly string[];
  /** Answers that are likely to be given word by word, e.g. out of the documents; none where a model writes them. */
  likelyAnswers(language: string): readonly string[];
  describe(): { readonly engine: string; readonly model?: string; readonly documents: number };
  close(): Promise<void>;
}
