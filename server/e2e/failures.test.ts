import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { buildClient } from '../cli/build-client.ts';
import { type ConfigInput, configSchema } from '../core/config-schema.ts';
import { silentLog } from '../core/log.ts';
import { type RunningServer, startServer } from '../main.ts';
import { type LlmExchange, LlmServer } from '../thinking/llm-server.fixture.ts';
import { childPidsOf, launchBrowser, startTestServer, Visitor } from './visitor.ts';

/** What goes wrong around a call, and what the visitor gets all the same. Nothing here waits for a time: only for what happens. */
const ROOT = path.resolve(import.meta.dirname, '../..');
const PATIENCE = { timeout: 60_000, interval: 250 };

let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

/** A server for one test. */
async function serve(overrides: ConfigInput): Promise<RunningServer> {
  const server = await startTestServer({
    ...overrides,
    session: { greet: false, ...overrides.session },
    face: { workers: 1, ...overrides.face },
  });
  onTestFinished(() => server.close());
  return server;
}

async function callTo(server: RunningServer, by: Browser = browser): Promise<Visitor> {
  const visitor = await Visitor.arrive(by, server.url, { query: '?autostart' });
  await visitor.event('session.created');
  return visitor;
}

/** Asks for a call as a page of one's own would; nothing is done with the answer. */
const requestCall = (page: Page, session: object): Promise<{ status: number; problem: { code?: string; detail?: string } }> =>
  page.evaluate(async (wishes) => {
    const connection = new RTCPeerConnection();
    connection.addTransceiver('audio');
    connection.addTransceiver('video', { direction: 'recvonly' });
    connection.createDataChannel('events');
    await connection.setLocalDescription(await connection.createOffer());
    const form = new FormData();
    form.set('sdp', connection.localDescription?.sdp ?? '');
    form.set('session', JSON.stringify({ type: 'realtime', ...wishes }));
    const response = await fetch('/v1/realtime/calls', { method: 'POST', body: form });
    const text = await response.text();
    connection.close();
    return { status: response.status, problem: response.ok ? {} : JSON.parse(text) };
  }, session);

const metric = async ({ url }: RunningServer, line: string): Promise<boolean> =>
  (await (await fetch(`${url}/metrics`)).text()).includes(line);

describe('a language model', () => {
  let llm: LlmServer;
  let server: RunningServer;

  /** The visitor asks, and the model is asked. */
  async function ask(visitor: Visitor, text: string): Promise<LlmExchange> {
    await visitor.type(text);
    const exchange = await llm.next();
    expect(exchange.body.messages.at(-1)).toEqual({ role: 'user', content: text });
    return exchange;
  }

  beforeAll(async () => {
    llm = await LlmServer.start();
    // No failure here is to keep the next test from the model.
    const thinking = { ollamaUrl: llm.url, ollamaModel: 'm', breakerFailures: 1_000 };
    server = await startTestServer({ thinking, session: { greet: false }, face: { workers: 1 } });
  });
  afterAll(async () => {
    await server?.close();
    await llm?.[Symbol.asyncDispose]();
  });

  it('that hangs is covered by a filler, left, and replaced by what the documents say', async () => {
    await using visitor = await callTo(server);
    await (await ask(visitor, 'Is Visavis free?')).aborted;
    expect(await visitor.answer(0)).toMatch(/^Hmm, let me think\. .*Apache/);
    expect((await visitor.event('response.done')).response).toMatchObject({ status: 'completed', metadata: { engine: 'embedded' } });
  });

  it('that dies in mid-sentence is apologised for, and the next question is answered', async () => {
    await using visitor = await callTo(server);
    const exchange = (await ask(visitor, 'Tell me about the fox.')).send('Once upon a time, there was ');
    await visitor.event('response.output_audio_transcript.delta');
    exchange.cutOff();
    expect(await visitor.answer(0)).toMatch(/^Once upon a time, there was .*Sorry, I have lost my thread\.$/);
    const next = await ask(visitor, 'Go on.');
    expect(next.body.messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user']);
    next.send('All was well again.').end();
    expect(await visitor.answer(1)).toBe('All was well again.');
  });

  it.each([
    {
      what: 'answers garbage',
      answer: (exchange: LlmExchange) => exchange.garbage('<html>\u0000 not a protocol\n').end(),
    },
    { what: 'answers nothing', answer: (exchange: LlmExchange) => exchange.end() },
    { what: 'refuses', answer: (exchange: LlmExchange) => exchange.refuse(500, 'out of memory') },
  ])('that $what is replaced', async ({ answer }) => {
    await using visitor = await callTo(server);
    answer(await ask(visitor, 'Is Visavis free?'));
    await visitor.answerWith(0, 'Apache');
  });

  it('stops writing as soon as the visitor interrupts', async () => {
    await using visitor = await callTo(server);
    const exchange = (await ask(visitor, 'Tell me about the bear.')).send(
      'Once upon a time there was a very long story. ',
      'It went on and on. ',
      'And on ',
    );
    await visitor.event('output_audio_buffer.started');
    await visitor.page.getByRole('button', { name: /^Stop the answer/ }).click();
    await exchange.aborted;
    const heard = await visitor.event('visavis.heard');
    // On a slow machine the filler comes first.
    expect('Hmm, let me think. Once upon a time there was a very long story. It went on and on. ').toContain(heard.text.trim());
    expect((await visitor.event('response.done')).response.status).toBe('cancelled');
    const next = await ask(visitor, 'Is it over?');
    expect(next.body.messages.some(({ content }) => content.includes('And on'))).toBe(false);
    next.send('Yes.').end();
    await visitor.event('response.done', 1);
  });

  it('stops writing when the visitor hangs up', async () => {
    await using visitor = await callTo(server);
    const exchange = (await ask(visitor, 'Tell me about the owl.')).send('Once upon a time ');
    await visitor.page.getByRole('button', { name: 'End the call' }).click();
    await exchange.aborted;
  });
});

describe('what does not exist', () => {
  it('as a voice is refused with the nearest name', async () => {
    const server = await serve({});
    await using visitor = await Visitor.arrive(browser, server.url);
    const { status, problem } = await requestCall(visitor.page, { audio: { output: { voice: 'flite-stl' } } });
    expect([status, problem.code]).toEqual([404, 'voice_unknown']);
    expect(problem.detail).toContain('flite-slt');
  });

  it('as a folder of documents makes an avatar that knows nothing and says so', async () => {
    const server = await serve({ thinking: { knowledgeDir: path.join(tmpdir(), 'visavis-no-such-folder') } });
    await using visitor = await callTo(server);
    await visitor.type('Is Visavis free?');
    expect(await visitor.answer(0)).not.toContain('Apache');
    expect((await visitor.event('response.done')).response.status).toBe('completed');
  });
});

describe('a broken avatar', () => {
  it('is refused by name; the server and the other avatars work', async () => {
    const avatarsDir = await mkdtemp(path.join(tmpdir(), 'visavis-avatars-'));
    onTestFinished(() => rm(avatarsDir, { recursive: true }));
    await cp(path.join(ROOT, 'avatars/mia'), path.join(avatarsDir, 'mia'), { recursive: true });
    await mkdir(path.join(avatarsDir, 'broken'));
    await writeFile(path.join(avatarsDir, 'broken', 'avatar.json'), '{"title": "Broken"');
    const server = await serve({ face: { avatarsDir } });
    await using visitor = await callTo(server);
    await visitor.seesMovingPictures();
    const broken = await requestCall(visitor.page, { visavis: { avatar: 'broken' } });
    expect([broken.status, broken.problem.code]).toEqual([422, 'avatar_invalid']);
    const missing = await requestCall(visitor.page, { visavis: { avatar: 'nobody' } });
    expect([missing.status, missing.problem.code]).toEqual([404, 'avatar_unknown']);
    const { data } = (await (await fetch(`${server.url}/api/v1/avatars`)).json()) as { data: { name: string }[] };
    expect(data.map(({ name }) => name)).toEqual(['mia']);
    // The calls that were refused have left nothing behind, and the live one did not notice.
    expect(await metric(server, 'visavis_calls_active{carrier="webrtc"} 1')).toBe(true);
    await visitor.seesMovingPictures();
  });
});

describe('a microphone', () => {
  it('whose sound stops leaves a call that is typed in', async () => {
    const server = await serve({});
    await using visitor = await callTo(server);
    await visitor.seesMovingPictures();
    await visitor.page.evaluate(async () => {
      const sender = window.visitor.connection?.getSenders().find(({ track }) => track?.kind === 'audio');
      sender?.track?.stop();
      await sender?.replaceTrack(null);
    });
    await visitor.type('Is Visavis free?');
    await visitor.answerWith(0, 'Apache');
    await visitor.seesMovingPictures();
    expect(await visitor.count('visavis.ended')).toBe(0);
  });
});

describe('a visitor whose browser is killed', () => {
  it('is given up after a while, and the neighbour talks on', async () => {
    const server = await serve({ transport: { vanishedAfterMs: 4_000 } });
    const before = await childPidsOf('chromium');
    const doomed = await launchBrowser();
    const pids = (await childPidsOf('chromium')).filter((pid) => !before.includes(pid));
    expect(pids).not.toEqual([]);
    await using neighbour = await callTo(server);
    await callTo(server, doomed);
    expect(await metric(server, 'visavis_calls_active{carrier="webrtc"} 2')).toBe(true);
    const gone = new Promise((resolve) => doomed.once('disconnected', resolve));
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    await gone;
    await expect.poll(() => metric(server, 'visavis_calls_ended_total{reason="vanished"} 1'), PATIENCE).toBe(true);
    expect(await metric(server, 'visavis_calls_active{carrier="webrtc"} 1')).toBe(true);
    await neighbour.type('Is Visavis free?');
    await neighbour.answerWith(0, 'Apache');
    expect(await neighbour.count('visavis.ended')).toBe(0);
  });
});

describe('a server that is told to stop', () => {
  it('is not ready any more, takes no calls, and ends the running one after the grace', async () => {
    await buildClient(ROOT);
    const config = configSchema.parse({ server: { port: 0 }, session: { greet: false, silencePromptMs: 0 }, face: { workers: 1 } });
    const server = await startServer(config, { log: silentLog(), shutdownGraceMs: 4_000 });
    onTestFinished(() => server.close());
    await using visitor = await callTo(server);
    await using late = await Visitor.arrive(browser, server.url);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    const closing = server.close();
    expect((await fetch(`${server.url}/readyz`)).status).toBe(503);
    const refused = await requestCall(late.page, {});
    expect([refused.status, refused.problem.code]).toEqual([503, 'shutting_down']);
    expect(await visitor.count('visavis.ended')).toBe(0);
    expect((await visitor.event('visavis.ended')).reason).toBe('shutting_down');
    await closing;
    expect(
      await fetch(`${server.url}/readyz`).then(
        () => 'answers',
        () => 'is gone',
      ),
    ).toBe('is gone');
  });
});
