import { z } from 'zod';
import { isAbort } from '../../core/errors.ts';
import { defineLlm } from '../llm.ts';
import { thinkingError } from '../thinking-error.ts';

const chunk = z.object({
  choices: z.array(z.object({ delta: z.object({ content: z.string().nullish() }).optional() })).optional(),
  error: z.object({ message: z.string().optional() }).optional(),
});

/** Any server that speaks `POST /chat/completions` with server-sent events: vLLM, llama.cpp, Mistral, Groq, OpenAI. */
export default defineLlm({
  id: 'openai-compatible',
  optionsSchema: z.object({ baseUrl: z.url(), model: z.string(), apiKey: z.string().optional() }),
  optionsFrom: ({ openaiBaseUrl, openaiModel, openaiApiKey }) =>
    openaiBaseUrl ? { baseUrl: openaiBaseUrl, model: openaiModel, apiKey: openaiApiKey } : undefined,
  create: ({ baseUrl, model, apiKey }) => ({
    id: 'openai-compatible',
    model,
    async *stream({ messages, maxTokens, temperature, jsonSchema, signal }) {
      const body = {
        model,
        stream: true,
        max_tokens: maxTokens,
        temperature,
        messages: messages.map(({ role, text }) => ({ role, content: text })),
        ...(jsonSchema ? { response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: jsonSchema } } } : {}),
      };
      let response: Response;
      try {
        response = await fetch(`${baseUrl.replace(/\/$/, '')}/chat/completions`, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            accept: 'text/event-stream',
            ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}),
          },
          body: JSON.stringify(body),
          signal,
        });
      } catch (error) {
        if (signal.aborted || isAbort(error)) throw signal.reason ?? error;
        throw thinkingError('llm_unreachable', `The model server cannot be reached at ${new URL(baseUrl).origin}`, { cause: error });
      }
      if (!response.ok || !response.body) {
        await response.body?.cancel();
        const hint = response.status === 401 || response.status === 403 ? 'Check thinking.openaiApiKey.' : undefined;
        throw thinkingError('llm_refused', `The model server answered ${response.status}`, hint ? { hint } : {});
      }
      for await (const data of serverSentData(response.body)) {
        if (data === '[DONE]') return;
        const parsed = chunk.safeParse(parseJson(data));
        if (!parsed.success) throw thinkingError('llm_garbled', 'The model server sent something that is not its protocol');
        if (parsed.data.error) throw thinkingError('llm_refused', 'The model server reported an error in its answer');
        const text = parsed.data.choices?.[0]?.delta?.content;
        if (text) yield text;
      }
    },
  }),
});

/** `data:` fields of an event stream (WHATWG HTML, "server-sent events"), one per event line. */
async function* serverSentData(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of body) {
    rest += decoder.decode(bytes, { stream: true });
    if (rest.length > 1_000_000) throw thinkingError('llm_garbled', 'The model server sent an endless line');
    const lines = rest.split(/\r\n|\n|\r/);
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.startsWith('data:')) yield line.slice(5).trim();
  }
  if (rest.startsWith('data:')) yield rest.slice(5).trim();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
