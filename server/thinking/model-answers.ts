import { type Clock, systemClock } from '../core/clock.ts';
import type { Config } from '../core/config-schema.ts';
import type { Llm, LlmRequest } from './llm.ts';
import { configuredLlms } from './thinking.ts';
import { thinkingError } from './thinking-error.ts';

export interface ModelQuestion {
  readonly system: string;
  readonly text: string;
  readonly maxTokens: number;
  readonly signal: AbortSignal;
}

/** Longest answer that is read. */
const MAX_ANSWER_CHARS = 50_000;

/** Whole answers of the configured language model, for work beside a conversation. */
export class ModelAnswers {
  readonly #llm: Llm;

  private constructor(llm: Llm) {
    this.#llm = llm;
  }

  /** Undefined where no model is configured. @throws VisavisError `llm_refused`, `engine_unknown` for a wrong configuration */
  static async open(config: Config['thinking'], clock: Clock = systemClock): Promise<ModelAnswers | undefined> {
    const [first] = await configuredLlms(config, clock);
    return first && new ModelAnswers(first.llm);
  }

  /** Engine and model, e.g. `ollama qwen2.5:3b`. */
  get name(): string {
    return `${this.#llm.id} ${this.#llm.model}`.trim();
  }

  /** @throws VisavisError `llm_*`, an abort */
  async text({ system, text, maxTokens, signal }: ModelQuestion): Promise<string> {
    return this.#whole({ messages: messagesOf(system, text), maxTokens, temperature: 0.6, signal });
  }

  /**
   * One JSON object of the schema, as far as the model keeps to it: whoever asks validates. Servers that know no
   * structured output are asked by words alone. @throws VisavisError `llm_*`, an abort
   */
  async json({ system, text, maxTokens, signal }: ModelQuestion, jsonSchema: Readonly<Record<string, unknown>>): Promise<unknown> {
    const instructions = `${system}\n\nAnswer with one JSON object of this JSON schema and nothing else:\n${JSON.stringify(jsonSchema)}`;
    const request: LlmRequest = { messages: messagesOf(instructions, text), maxTokens, temperature: 0, signal };
    const answer = await this.#whole({ ...request, jsonSchema }).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'llm_refused') return this.#whole(request);
      throw error;
    });
    try {
      return JSON.parse(answer.slice(answer.indexOf('{'), answer.lastIndexOf('}') + 1));
    } catch (cause) {
      throw thinkingError('llm_garbled', 'The model answered something that is not JSON', { cause });
    }
  }

  async #whole(request: LlmRequest): Promise<string> {
    let answer = '';
    for await (const part of this.#llm.stream(request)) {
      answer += part;
      if (answer.length > MAX_ANSWER_CHARS) throw thinkingError('llm_garbled', 'The model answers without an end');
    }
    return answer;
  }
}

const messagesOf = (system: string, text: string): LlmRequest['messages'] => [
  { role: 'system', text: system },
  { role: 'user', text },
];
