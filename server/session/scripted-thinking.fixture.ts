import { type EmotionEstimate, NO_EMOTION } from '../core/emotion.ts';
import { coreError } from '../core/errors.ts';
import { BoundedQueue } from '../core/queue.ts';
import type { Assessment, ReplyPart, ReplyRequest, Thinking } from '../thinking/contract.ts';

/** One reply in the making, written by the test. */
export class Draft {
  readonly request: ReplyRequest;
  readonly #parts = new BoundedQueue<ReplyPart>(1_000);

  constructor(request: ReplyRequest) {
    this.request = request;
    request.signal.addEventListener('abort', () => this.#parts.fail(coreError('aborted', 'The reply was aborted')));
  }

  write(...texts: string[]): this {
    for (const text of texts) this.#parts.offer({ type: 'text', text });
    return this;
  }

  mark(part: ReplyPart): this {
    this.#parts.offer(part);
    return this;
  }

  end(): void {
    this.#parts.close();
  }

  parts(): AsyncIterable<ReplyPart> {
    return this.#parts;
  }
}

export class ScriptedThinking implements Thinking {
  readonly drafts: Draft[] = [];
  /** The whole reply, or undefined when the test writes it. */
  answer: (request: ReplyRequest) => string | undefined = ({ text }) => `You said ${text}.`;
  assessment: Assessment = { complete: false, confidence: 0 };
  /** What words say about feelings. */
  tone: (text: string) => EmotionEstimate = () => NO_EMOTION;

  get requests(): readonly ReplyRequest[] {
    return this.drafts.map(({ request }) => request);
  }

  async *reply(request: ReplyRequest): AsyncGenerator<ReplyPart> {
    const draft = new Draft(request);
    this.drafts.push(draft);
    const answer = this.answer(request);
    if (answer !== undefined) draft.write(answer).end();
    yield { type: 'engine', engine: 'scripted' };
    yield* draft.parts();
  }

  assess(): Assessment {
    return this.assessment;
  }

  toneOf(text: string): EmotionEstimate {
    return this.tone(text);
  }

  async emotionOf(text: string): Promise<EmotionEstimate> {
    return this.tone(text);
  }

  domainSentences(): readonly string[] {
    return [];
  }

  likelyAnswers(): readonly string[] {
    return [];
  }

  describe(): { engine: string; documents: number } {
    return { engine: 'scripted', documents: 0 };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
