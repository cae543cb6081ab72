import type { z } from 'zod';
import type { Config } from '../core/config-schema.ts';
import type { Message } from './contract.ts';

export interface LlmRequest {
  readonly messages: readonly Message[];
  readonly maxTokens: number;
  readonly temperature: number;
  /** The answer must be one JSON value of this schema, where the server can see to that. */
  readonly jsonSchema?: Readonly<Record<string, unknown>>;
  /** Must end the request at the server, whatever phase it is in. */
  readonly signal: AbortSignal;
}

/** A language model that writes. Throws `llm_*` errors of thinking-error.ts, or an abort. */
export interface Llm {
  readonly id: string;
  readonly model: string;
  /** Text as it comes, in pieces of any size. */
  stream(request: LlmRequest): AsyncIterable<string>;
}

/** `llm/<name>.ts` default-exports one of these. */
export interface LlmDefinition<Options = unknown> {
  readonly id: string;
  readonly optionsSchema: z.ZodType<Options>;
  /** The engine's options out of the configuration; undefined when it is not configured. */
  optionsFrom(config: Config['thinking']): unknown;
  create(options: Options): Llm;
}

export const defineLlm = <Options>(definition: LlmDefinition<Options>): LlmDefinition<Options> => definition;
