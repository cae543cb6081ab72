import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VirtualClock } from '../core/clock.ts';
import { configSchema } from '../core/config-schema.ts';
import { silentLog } from '../core/log.ts';
import type { Message, ReplyPart, Thinking } from './contract.ts';
import { LlmServer } from './llm-server.fixture.ts';
import { createThinking } from './thinking.ts';

const PERSONA = { name: 'Mia', systemPrompt: 'Be kind.', greeting: '' };
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'visavis-knowledge-'));
  await writeFile(
    path.join(folder, 'museum.md'),
    '# Museum\n\n## When does the museum open?\nAlso: opening hours\nThe museum opens at nine. It closes at six. On Mondays it is closed.\n\n## What does a ticket cost?\nA ticket costs five euros.\n\n## Do I need a camera?\nNo. You walk through every room with nothing in your hands, for as long as you like. The light is kept low for the sake of the old paintings on the walls. A camera is allowed when it makes no flash.\n',
  );
});
afterAll(() => rm(folder, { recursive: true }));

it('knows beforehand how it will answer the questions of its documents', async () => {
  const { thinking } = await thinkingWith({});
  const likely = thinking.likelyAnswers('en');
  const request = { turnId: 't', language: 'en', persona: PERSONA, history: [], speculative: false, signal: AbortSignal.timeout(5_000) };
  for (const text of ['When does the museum open?', 'What does a ticket cost?', 'Do I need a camera?']) {
    let answer = '';
    for await (const part of thinking.reply({ ...request, text })) if (part.type === 'text') answer += part.text;
    expect(likely).toContain(answer.trim());
  }
});

type Setting = Partial<ReturnType<typeof configSchema.parse>['thinking']>;

async function thinkingWith(setting: Setting, clock = new VirtualClock()): Promise<{ thinking: Thinking; clock: VirtualClock }> {
  const config = configSchema.parse({ thinking: { knowledgeDir: folder, ...setting } }).thinking;
  return { thinking: await createThinking({ config, log: silentLog(), clock }), clock };
}

function ask(thinking: Thinking, text: string, options: { signal?: AbortSignal; history?: Message[] } = {}): AsyncIterable<ReplyPart> {
  const { signal = new AbortController().signal, history = [] } = options;
  return thinking.reply({ turnId: 't', language: 'en', persona: PERSONA, history, text, speculative: false, signal });
}

async function collect(parts: AsyncIterable<ReplyPart>): Promise<{ text: string; engines: string[]; marks: string[] }> {
  const seen = { text: '', engines: [] as string[], marks: [] as string[] };
  for await (const part of parts) {
    if (part.type === 'text') seen.text += part.text;
    else if (part.type === 'engine') seen.engines.push(part.engine);
    else if (part.type === 'controls') seen.marks.push(Object.keys(part.controls).join());
    else seen.marks.push(part.type === 'emotion' ? part.emotion : part.gesture);
  }
  return seen;
}

const SERVERS = [
  { engine: 'ollama', setting: (url: string): Setting => ({ ollamaUrl: url, ollamaModel: 'm' }), path: '/api/chat' },
  {
    engine: 'openai-compatible',
    setting: (url: string): Setting => ({ openaiBaseUrl: `${url}/v1`, openaiModel: 'm', openaiApiKey: 'secret' }),
    path: '/v1/chat/completions',
  },
];

describe.each(SERVERS)('a reply of $engine', ({ engine, setting, path: endpoint }) => {
  it('streams text as it is written, with the persona, the history and what the documents say', async () => {
    await using server = await LlmServer.start();
    const { thinking } = await thinkingWith(setting(server.url));
    const reply = ask(thinking, 'When does the museum open?', {
      history: [
        { role: 'user', text: 'Hi' },
        { role: 'assistant', text: 'Hello' },
      ],
    })[Symbol.asyncIterator]();
    const first = reply.next();
    const exchange = await server.next();
    expect(exchange.path).toBe(endpoint);
    expect(exchange.body.messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user']);
    expect(exchange.body.messages[0]?.content).toContain('Be kind.');
    expect(exchange.body.messages[0]?.content).toContain('The museum opens at nine.');
    exchange.send('At ');
    expect((await first).value).toEqual({ type: 'engine', engine, model: 'm' });
    expect((await reply.next()).value).toEqual({ type: 'text', text: 'At ' });
    exchange.send('nine.').end();
    expect((await reply.next()).value).toEqual({ type: 'text', text: 'nine.' });
    expect((await reply.next()).done).toBe(true);
  });

  it.each(['before the headers', 'in mid-reply'])('ends the request at the server when it is aborted %s', async (phase) => {
    await using server = await LlmServer.start();
    const { thinking } = await thinkingWith(setting(server.url));
    const abort = new AbortController();
    const result = collect(ask(thinking, 'Hello, model', { signal: abort.signal })).then(
      () => 'ended',
      (error: unknown) => (error as Error).name,
    );
    const exchange = await server.next();
    if (phase === 'in mid-reply') exchange.send('Well, ');
    abort.abort();
    await exchange.aborted;
    expect(await result).toBe('AbortError');
  });

  it.each<[string, (exchange: Awaited<ReturnType<LlmServer['next']>>) => void]>([
    ['refuses', (exchange) => exchange.refuse(404, 'model not found')],
    ['answers garbage', (exchange) => exchange.garbage(engine === 'ollama' ? '<html>\n' : 'data: <html>\n\n').end()],
    ['answers nothing', (exchange) => exchange.end()],
    ['dies before the first word', (exchange) => exchange.cutOff()],
  ])('falls back to the documents when the server %s', async (_, act) => {
    await using server = await LlmServer.start();
    const { thinking } = await thinkingWith(setting(server.url));
    const result = collect(ask(thinking, 'When does the museum open?'));
    act(await server.next());
    expect(await result).toMatchObject({
      text: expect.stringContaining('opens at nine'),
      engines: [...(await result).engines.slice(0, -1), 'embedded'],
    });
  });

  it('ends with an apology when the server dies in mid-sentence, without repeating', async () => {
    await using server = await LlmServer.start();
    const { thinking } = await thinkingWith(setting(server.url));
    const reply = ask(thinking, 'Hello, model')[Symbol.asyncIterator]();
    const engineName = reply.next();
    const exchange = await server.next();
    exchange.send('The museum ');
    await engineName;
    expect((await reply.next()).value).toEqual({ type: 'text', text: 'The museum ' });
    exchange.cutOff();
    expect((await reply.next()).value).toMatchObject({ text: expect.stringContaining('lost my thread') });
    expect((await reply.next()).done).toBe(true);
  });

  it('covers a slow model with one filler and leaves a silent one', async () => {
    await using server = await LlmServer.start();
    const { thinking, clock } = await thinkingWith(setting(server.url));
    const reply = ask(thinking, 'When does the museum open?')[Symbol.asyncIterator]();
    const filler = reply.next();
    const exchange = await server.next();
    clock.advanceTo(1_200);
    expect((await filler).value).toMatchObject({ type: 'text', text: expect.stringContaining('let me think') });
    const fallback = reply.next();
    await Promise.resolve();
    clock.advanceTo(2_500);
    expect((await fallback).value).toEqual({ type: 'engine', engine: 'embedded' });
    await exchange.aborted;
  });
});

describe('the circuit breaker', () => {
  it('leaves a dead server alone after some failures, and tries it once when the pause is over', async () => {
    await using server = await LlmServer.start();
    const { thinking, clock } = await thinkingWith({ ollamaUrl: server.url, breakerFailures: 2, breakerOpenMs: 10_000 });
    for (let i = 0; i < 2; i++) {
      const failed = collect(ask(thinking, 'hello'));
      (await server.next()).refuse(500, 'down');
      await failed;
    }
    expect((await collect(ask(thinking, 'hello'))).engines).toEqual(['embedded']);
    clock.advance(10_001);
    const probe = collect(ask(thinking, 'hello'));
    (await server.next()).send('I am back.').end();
    expect(await probe).toMatchObject({ text: 'I am back.', engines: ['ollama'] });
  });
});

describe('the embedded responder', () => {
  it.each([
    ['When does the museum open?', 'The museum opens at nine. It closes at six.'],
    ['what are your opening hours', 'The museum opens at nine. It closes at six.'],
    ['how much does a ticket cost', 'A ticket costs five euros.'],
    ['do i need a camera', /^No\. You walk/],
    ['is a camera with a flash allowed', /^A camera is allowed/],
    ['hello', /hello|hi/i],
    ['what is the meaning of life', /don't know/],
  ])('answers "%s"', async (question, answer) => {
    const { thinking } = await thinkingWith({});
    expect((await collect(ask(thinking, question))).text).toMatch(answer);
  });

  it('follows up on what was talked about', async () => {
    const { thinking } = await thinkingWith({});
    const history: Message[] = [
      { role: 'user', text: 'When does the museum open?' },
      { role: 'assistant', text: 'The museum opens at nine.' },
    ];
    expect((await collect(ask(thinking, 'tell me more', { history }))).text).toBe('It closes at six. On Mondays it is closed.');
    expect((await collect(ask(thinking, 'say that again', { history }))).text).toBe('The museum opens at nine.');
  });

  it('asks back when it is not sure, and takes "yes"', async () => {
    const { thinking } = await thinkingWith({ answerThreshold: 0.95, suggestThreshold: 0.1 });
    const first = await collect(ask(thinking, 'what about the museum ticket on sundays'));
    expect(first.text).toMatch(/^Did you mean: /);
    const second = await collect(ask(thinking, 'yes please', { history: [{ role: 'assistant', text: first.text }] }));
    expect(second.text).toMatch(/opens at nine|five euros/);
  });

  it('streams word by word and never changes the words', async () => {
    const { thinking } = await thinkingWith({});
    const parts: string[] = [];
    for await (const part of ask(thinking, 'What does a ticket cost?')) if (part.type === 'text') parts.push(part.text);
    expect(parts.length).toBe(5);
    expect(parts.join('')).toBe('A ticket costs five euros.');
  });
});

describe('partial transcripts', () => {
  it.each([
    ['when does the museum open', true],
    ['what does a ticket cost', true],
    ['when does the', false],
    ['when does the museum', false],
    ['and the museum', false],
    ['', false],
    ['what is the weather tomorrow', false],
    ['hello', true],
  ])('"%s" is a question that can be answered: %s', async (partial, complete) => {
    const { thinking } = await thinkingWith({});
    expect(thinking.assess(partial).complete).toBe(complete);
  });
});
