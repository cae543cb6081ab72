import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configSchema } from '../core/config-schema.ts';
import { LlmServer } from './llm-server.fixture.ts';
import { ModelAnswers } from './model-answers.ts';

let server: LlmServer;
beforeEach(async () => {
  server = await LlmServer.start();
});
afterEach(() => server[Symbol.asyncDispose]());

const SCHEMA = { type: 'object', properties: { age: { type: 'integer' } } };
const question = (signal = new AbortController().signal) => ({ system: 'Read.', text: 'a man of 40', maxTokens: 50, signal });
const open = async (kind: 'ollama' | 'openai-compatible') => {
  const { thinking } = configSchema.parse({
    thinking: kind === 'ollama' ? { ollamaUrl: server.url, ollamaModel: 'm' } : { openaiBaseUrl: `${server.url}/v1`, openaiModel: 'm' },
  });
  return (await ModelAnswers.open(thinking))!;
};

describe('whole answers of a language model', () => {
  it.each([
    ['ollama', 'format', SCHEMA],
    ['openai-compatible', 'response_format', { type: 'json_schema', json_schema: { name: 'answer', schema: SCHEMA } }],
  ] as const)('%s is held to the schema', async (kind, field, expected) => {
    const answers = await open(kind);
    expect(answers.name).toBe(`${kind} m`);
    const work = answers.json(question(), SCHEMA);
    const exchange = await server.next();
    expect((exchange.body as Record<string, unknown>)[field]).toEqual(expected);
    expect(exchange.body.messages[0]?.content).toContain('"age"');
    exchange.send('```json\n{"age"', ': 40}\n```').end();
    expect(await work).toEqual({ age: 40 });
  });

  it('a server without structured output is asked by words', async () => {
    const work = (await open('openai-compatible')).json(question(), SCHEMA);
    (await server.next()).refuse(400, 'response_format is not supported');
    const second = await server.next();
    expect(second.body).not.toHaveProperty('response_format');
    second.send('{"age": 41}').end();
    expect(await work).toEqual({ age: 41 });
  });

  it('says so when the answer is no JSON', async () => {
    const work = (await open('openai-compatible')).json(question(), SCHEMA);
    (await server.next()).send('He looks forty.').end();
    await expect(work).rejects.toMatchObject({ code: 'llm_garbled' });
  });

  it('ends the request when nobody waits any more', async () => {
    const abort = new AbortController();
    const work = (await open('openai-compatible')).text(question(abort.signal));
    const exchange = await server.next();
    abort.abort();
    await expect(work).rejects.toThrow();
    await exchange.aborted;
  });

  it('there are none without a model', async () => {
    expect(await ModelAnswers.open(configSchema.parse({}).thinking)).toBeUndefined();
  });
});
