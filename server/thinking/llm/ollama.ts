import { Ollama } from 'ollama';
import { z } from 'zod';
import { isAbort, VisavisError } from '../../core/errors.ts';
import { jsonLines } from '../json-lines.ts';
import { defineLlm } from '../llm.ts';
import { thinkingError } from '../thinking-error.ts';

/**
 * Ollama through its own client. Neither `break` nor `client.abort()` ends a request in every phase, so each request gets
 * a client whose `fetch` carries the caller's AbortSignal: that reaches the socket before, at and after the headers.
 */
export default defineLlm({
  id: 'ollama',
  optionsSchema: z.object({ url: z.url(), model: z.string().min(1) }),
  optionsFrom: ({ ollamaUrl, ollamaModel }) => (ollamaUrl ? { url: ollamaUrl, model: ollamaModel } : undefined),
  create: ({ url, model }) => ({
    id: 'ollama',
    model,
    async *stream({ messages, maxTokens, temperature, jsonSchema, signal }) {
      const checked: typeof fetch = async (input, init) => {
        const response = await fetch(input, { ...init, signal: init?.signal ? AbortSignal.any([signal, init.signal]) : signal });
        if (!response.ok || !response.body) return response;
        return new Response(
          response.body.pipeThrough(new TextDecoderStream()).pipeThrough(jsonLines()).pipeThrough(new TextEncoderStream()),
          response,
        );
      };
      const client = new Ollama({ host: url, fetch: checked });
      try {
        const parts = await client.chat({
          model,
          messages: messages.map(({ role, text }) => ({ role, content: text })),
          stream: true,
          ...(jsonSchema ? { format: jsonSchema } : {}),
          options: { num_predict: maxTokens, temperature },
        });
        for await (const part of parts) if (part.message.content) yield part.message.content;
      } catch (error) {
        if (signal.aborted || isAbort(error)) throw signal.reason ?? error;
        if (error instanceof VisavisError) throw error;
        const status = (error as { status_code?: number }).status_code;
        if (status === 404)
          throw thinkingError('llm_refused', `Ollama has no model "${model}"`, { cause: error, hint: `Run "ollama pull ${model}".` });
        if (status !== undefined) throw thinkingError('llm_refused', `Ollama refused the request (${status})`, { cause: error });
        throw thinkingError('llm_unreachable', `Ollama cannot be reached at ${url}`, { cause: error });
      }
    },
  }),
});
