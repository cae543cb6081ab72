import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import OpenAI from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { RunningServer } from '../main.ts';
import { selfSigned } from '../signalling/self-signed.fixture.ts';
import { childPidsOf, launchBrowser, startTestServer, Visitor, VisitorVoice } from './visitor.ts';

let browser: Browser;
let voice: VisitorVoice;
let server: RunningServer;

beforeAll(async () => {
  [browser, voice, server] = await Promise.all([
    launchBrowser(),
    VisitorVoice.open(),
    startTestServer({ session: { greet: false }, face: { workers: 1 } }),
  ]);
});
afterAll(async () => {
  await Promise.all([browser?.close(), server?.close(), voice?.[Symbol.asyncDispose]()]);
});

async function inCall(): Promise<Visitor> {
  const visitor = await Visitor.arrive(browser, server.url, { query: '?autostart' });
  await visitor.event('session.created');
  return visitor;
}

describe('a call survives', () => {
  it.each([['ear-child.ts'], ['face-child.ts'], ['voice-child.ts']])('the death of %s in mid-sentence', async (module) => {
    await using visitor = await inCall();
    await visitor.seesMovingPictures();
    await visitor.type('Is Visavis free?');
    await visitor.event('output_audio_buffer.started', 0);
    const [pid] = await childPidsOf(module);
    expect(pid).toBeDefined();
    process.kill(pid as number, 'SIGKILL');
    expect(await visitor.answer(0)).toContain('Apache');
    await visitor.seesMovingPictures();
    await visitor.say(await voice.of('Is Visavis free?'));
    // What a recogniser understands that has just begun is not asked here.
    expect(await visitor.answer(1)).not.toBe('');
    expect(await childPidsOf(module)).not.toContain(pid);
  });

  it('junk on the data channel', async () => {
    await using visitor = await inCall();
    await visitor.send('not json');
    await visitor.send({ type: 'no.such.event', event_id: 'mine' });
    await visitor.send({ type: 'visavis.say', text: 7 });
    await visitor.send({ type: 'conversation.item.delete', item_id: 'nobody' });
    await visitor.sendBytes([0, 255, 1, 2]);
    const errors = [
      await visitor.event('error', 0),
      await visitor.event('error', 1),
      await visitor.event('error', 2),
      await visitor.event('error', 3),
    ];
    expect(errors.map(({ error }) => error.code)).toEqual(['invalid_json', 'unknown_event', 'invalid_type', 'item_unknown']);
    expect(errors[1]?.error.event_id).toBe('mine');
    await visitor.type('Is Visavis free?');
    await visitor.answerWith(0, 'Apache');
  });

  it('a neighbour that vanishes', async () => {
    await using visitor = await inCall();
    const neighbour = await inCall();
    await neighbour.page.close();
    await visitor.type('Is Visavis free?');
    await visitor.answerWith(0, 'Apache');
    await neighbour[Symbol.asyncDispose]();
  });
});

describe('a stock Realtime client', () => {
  it('holds a voice conversation over the WebSocket', async () => {
    // This client talks over TLS only.
    const folder = await mkdtemp(path.join(tmpdir(), 'visavis-tls-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const { certFile, keyFile, certPem } = selfSigned(folder);
    const secure = await startTestServer({
      server: { tlsCertFile: certFile, tlsKeyFile: keyFile },
      session: { greet: false },
      face: { workers: 1 },
    });
    onTestFinished(() => secure.close());
    const client = new OpenAI({ apiKey: 'none-needed', baseURL: `${secure.url}/v1` });
    const realtime = new OpenAIRealtimeWS({ model: 'visavis', options: { ca: certPem } }, client);
    const seen = new Map<string, unknown[]>();
    realtime.on('event', (event) => seen.set(event.type, [...(seen.get(event.type) ?? []), event]));
    const failure = new Promise<never>((_, reject) => realtime.on('error', reject));
    const done = new Promise<void>((resolve) => realtime.on('response.done', () => resolve()));
    await Promise.race([new Promise<void>((resolve) => realtime.on('session.created', () => resolve())), failure]);
    const speech = await voice.of('Is Visavis free?');
    const silence = new Int16Array(24_000 * 2);
    for (const sound of [speech, silence]) {
      for (let at = 0; at < sound.length; at += 4_800) {
        const part = sound.subarray(at, at + 4_800);
        realtime.send({
          type: 'input_audio_buffer.append',
          audio: Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString('base64'),
        });
      }
    }
    await Promise.race([done, failure]);
    realtime.close();
    expect([...seen.keys()]).toEqual(
      expect.arrayContaining([
        'input_audio_buffer.speech_started',
        'input_audio_buffer.committed',
        'response.created',
        'response.output_audio_transcript.done',
      ]),
    );
    const [transcript] = seen.get('response.output_audio_transcript.done') as { transcript: string }[];
    expect(transcript?.transcript).toContain('Apache');
  });
});

describe('what the server tells', () => {
  it('has metrics of the calls, and nothing that was said', async () => {
    await using visitor = await inCall();
    await visitor.type('Is Visavis free?');
    await visitor.answerWith(0, 'Apache');
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toMatch(/visavis_calls_active\{carrier="webrtc"\} [1-9]/);
    expect(metrics).toMatch(/visavis_frames_encoded_total [1-9]/);
    expect(metrics).not.toContain('Apache');
  });
});
