import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readWav } from '../wav.ts';
import type { AsrEngine, AsrStream, Recognition } from './asr.ts';
import definition from './openai-compatible.ts';
import { startTranscriptionServer, type TranscriptionServer } from './test-transcription-server.ts';

const SECOND = new Int16Array(16_000).fill(1_000);

describe('recognition over HTTP', () => {
  let server: TranscriptionServer;
  let engine: AsrEngine;
  let partials: Recognition[];
  let failures: Error[];
  const create = (options: object = {}) =>
    definition.create(definition.optionsSchema.parse({ httpBaseUrl: server.baseUrl, httpModel: 'small', httpChunkMs: 500, ...options }));
  const open = (): AsrStream =>
    engine.open({
      callId: 'c',
      language: 'de-AT',
      onPartial: (partial) => partials.push(partial),
      onFailure: (error) => failures.push(error),
    });

  beforeEach(async () => {
    server = await startTranscriptionServer();
    engine = await create();
    partials = [];
    failures = [];
  });

  afterEach(async () => {
    await engine.close();
    await server.close();
  });

  it('sends the utterance as a WAV with model, language and key', async () => {
    engine = await create({ httpApiKey: 'key-of-the-test', httpChunkMs: 60_000 });
    server.script = { text: ' Guten Tag. ' };
    const stream = open();
    stream.push(SECOND);
    stream.push(SECOND);
    expect(await stream.finish()).toEqual({ text: 'Guten Tag.', words: [] });
    const [request] = server.requests;
    expect(request).toMatchObject({ method: 'POST', url: '/v1/audio/transcriptions', authorization: 'Bearer key-of-the-test' });
    expect(request!.form.get('model')).toBe('small');
    expect(request!.form.get('language')).toBe('de');
    const { pcm, sampleRateHz } = readWav(Buffer.from(await (request!.form.get('file') as File).arrayBuffer()));
    expect({ sampleRateHz, samples: pcm.length, first: pcm[0] }).toEqual({ sampleRateHz: 16_000, samples: 32_000, first: 1_000 });
  });

  it('gives a partial for the utterance so far when enough has come, and at a pause', async () => {
    server.script = { text: 'guten' };
    const stream = open();
    stream.push(SECOND);
    await expect.poll(() => partials.map((partial) => partial.text)).toEqual(['guten']);
    server.script = { text: 'guten tag' };
    stream.push(SECOND.subarray(0, 4_000));
    stream.pause?.();
    await expect.poll(() => partials.map((partial) => partial.text)).toEqual(['guten', 'guten tag']);
    stream.abort();
  });

  it('gives up a request when the utterance is dropped', async () => {
    server.script = { hang: true };
    const stream = open();
    stream.push(SECOND);
    await expect.poll(() => server.requests.length).toBe(1);
    stream.abort();
    await expect.poll(() => server.aborted).toBe(1);
    expect(failures).toEqual([]);
  });

  it.each([
    ['a refusal', { status: 401 }, { code: 'recogniser_refused', retryable: false }],
    ['a broken server', { status: 503 }, { code: 'recogniser_unreachable', retryable: true }],
    ['a server that hangs up', { disconnect: true }, { code: 'recogniser_unreachable', retryable: true }],
    ['an answer that is not JSON', { body: '<html>' }, { code: 'recogniser_garbled', retryable: true }],
    ['an answer without text', { body: '{"words":[]}' }, { code: 'recogniser_garbled', retryable: true }],
    ['an answer without end', { body: `{"text":"${'a'.repeat(2 << 20)}"}` }, { code: 'recogniser_garbled', retryable: true }],
  ] as const)('makes %s a typed error', async (_, script, error) => {
    engine = await create({ httpChunkMs: 60_000 });
    server.script = script;
    const stream = open();
    stream.push(SECOND);
    await expect(stream.finish()).rejects.toMatchObject({ stage: 'hearing', ...error });
  });

  it('does not wait for ever', async () => {
    engine = await create({ httpTimeoutMs: 50, httpChunkMs: 60_000 });
    server.script = { hang: true };
    const stream = open();
    stream.push(SECOND);
    await expect(stream.finish()).rejects.toMatchObject({ code: 'recogniser_timeout', retryable: true });
  });

  it('answers with the last partial when the last request fails', async () => {
    server.script = { text: 'guten tag' };
    const stream = open();
    stream.push(SECOND);
    await expect.poll(() => partials.length).toBe(1);
    server.script = { status: 500 };
    expect(await stream.finish()).toEqual({ text: 'guten tag', words: [] });
  });

  it('is not there without a URL', async () => {
    expect(await definition.isAvailable(definition.optionsSchema.parse({}))).toMatchObject({ available: false });
    await expect(definition.create(definition.optionsSchema.parse({ httpBaseUrl: 'no url' }))).rejects.toMatchObject({
      code: 'engine_missing',
    });
  });
});
