import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configSchema } from '../core/config-schema.ts';
import type { Feeling } from '../core/emotion.ts';
import { silentLog } from '../core/log.ts';
import type { Message, ReplyPart, Thinking } from './contract.ts';
import { LlmServer } from './llm-server.fixture.ts';
import { createThinking } from './thinking.ts';

const SAD: Feeling = { emotion: 'sad', intensity: 0.8, confidence: 0.7 };
const QUESTION = 'When does the museum open?';
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'visavis-feelings-'));
  await writeFile(path.join(folder, 'museum.md'), '# Museum\n\n## When does the museum open?\nThe museum opens at nine.\n');
});
afterAll(() => rm(folder, { recursive: true }));

const thinkingWith = (setting: object): Promise<Thinking> =>
  createThinking({ config: configSchema.parse({ thinking: { knowledgeDir: folder, ...setting } }).thinking, log: silentLog() });

async function answer(thinking: Thinking, visitor: Feeling | undefined, history: Message[] = [], language = 'en'): Promise<ReplyPart[]> {
  const persona = { name: 'Mia', systemPrompt: 'Be kind.', greeting: '' };
  const request = { turnId: 't', language, persona, history, text: QUESTION, speculative: false, signal: AbortSignal.timeout(5_000) };
  const parts: ReplyPart[] = [];
  for await (const part of thinking.reply({ ...request, ...(visitor ? { visitor } : {}) })) parts.push(part);
  return parts;
}
const textOf = (parts: readonly ReplyPart[]): string => parts.map((part) => (part.type === 'text' ? part.text : '')).join('');

describe('a visitor with feelings', () => {
  it('is met with a word and a face of sympathy by the embedded answers, once', async () => {
    await using thinking = await thinkingWith({});
    const parts = await answer(thinking, SAD);
    expect(textOf(parts)).toBe("I'm sorry to hear that. The museum opens at nine.");
    expect(parts).toContainEqual({ type: 'emotion', emotion: 'sad', intensity: 0.4 });
    const again = await answer(thinking, SAD, [{ role: 'assistant', text: textOf(parts) }]);
    expect(textOf(again)).toBe('The museum opens at nine.');
    expect(textOf(await answer(thinking, SAD, [], 'ar'))).toContain('يؤسفني');
    expect(textOf(await answer(thinking, { ...SAD, confidence: 0.3 }))).toBe('The museum opens at nine.');
    expect(thinking.likelyAnswers('en')).toContain("I'm sorry to hear that.");
  });

  it('is described to the language model, which may move the face', async () => {
    await using server = await LlmServer.start();
    await using thinking = await thinkingWith({ ollamaUrl: server.url, ollamaModel: 'm' });
    const parts = answer(thinking, SAD);
    const exchange = await server.next();
    const system = exchange.body.messages[0]?.content ?? '';
    expect(system).toContain('seems sad (70 % sure)');
    expect(system).toContain('"eyebrow_raise":0.3');
    exchange.send('{"emotion":"sad","head_tilt":0.3} At nine.').end();
    expect(await parts).toEqual([
      { type: 'engine', engine: 'ollama', model: 'm' },
      { type: 'emotion', emotion: 'sad', intensity: 0.7 },
      { type: 'controls', controls: { head_tilt: 0.3 } },
      { type: 'text', text: 'At nine.' },
    ]);
  });

  it('goes unmentioned when calm, unsure or not to be told', async () => {
    await using server = await LlmServer.start();
    await using thinking = await thinkingWith({ ollamaUrl: server.url, ollamaModel: 'm', expressiveReplies: false });
    for (const visitor of [undefined, { ...SAD, confidence: 0.2 }, { emotion: 'neutral', intensity: 0, confidence: 1 } as const]) {
      const parts = answer(thinking, visitor);
      const exchange = await server.next();
      expect(exchange.body.messages[0]?.content).not.toMatch(/seems|eyebrow_raise/);
      exchange.send('At nine.').end();
      await parts;
    }
  });
});
