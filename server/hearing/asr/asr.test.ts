import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canMakeSpeech, makeSpeech, roomNoise, scene } from '../test-speech.ts';
import { type AsrEngine, type Recognition, scanAsrs } from './asr.ts';
import { startTranscriptionServer, type TranscriptionServer } from './test-transcription-server.ts';

/** What every recogniser of this folder must do. */
const hasSpeech = await canMakeSpeech();
const server: TranscriptionServer = await startTranscriptionServer();
const engines = [...(await scanAsrs()).values()];
const optionsOf = (engine: (typeof engines)[number]) =>
  engine.optionsSchema.parse({ httpBaseUrl: server.baseUrl, httpChunkMs: 400, decoders: 1, maxDecoders: 2 });
const available = new Map(
  await Promise.all(engines.map(async (engine) => [engine.id, (await engine.isAvailable(optionsOf(engine))).available] as const)),
);

afterAll(() => server.close());

it('finds the engines of the folder', () => {
  expect(engines.map((engine) => engine.id).sort()).toEqual(['openai-compatible', 'pocketsphinx']);
});

describe.each(engines.map((engine) => [engine.id, engine] as const))('the recogniser %s', (id, definition) => {
  describe.runIf(hasSpeech && available.get(id))('where it is installed', () => {
    let engine: AsrEngine;

    beforeAll(async () => {
      engine = await definition.create(optionsOf(definition));
      await engine.setDomain?.(['Where is the nearest station?', 'Visavis speaks over WebRTC.']);
    });

    afterAll(() => engine.close());

    const open = (partials: Recognition[] = []) =>
      engine.open({ callId: 'test', language: 'en-GB', onPartial: (partial) => partials.push(partial), onFailure: () => undefined });

    it('understands a sentence of the domain and gives partials on the way', async () => {
      server.script = { text: 'Where is the nearest station?' };
      const partials: Recognition[] = [];
      const stream = open(partials);
      const { pcm } = scene([{ pcm: await makeSpeech('Where is the nearest station?'), pauseBeforeMs: 300 }], { tailMs: 300 });
      for (let at = 0; at < pcm.length; at += 512) stream.push(pcm.slice(at, at + 512));
      stream.pause?.();
      stream.settle?.();
      await expect
        .poll(
          () =>
            partials
              .at(-1)
              ?.text.toLowerCase()
              .replace(/[^a-z ]/g, ''),
          { timeout: 30_000 },
        )
        .toBe('where is the nearest station');
      const result = await stream.finish();
      expect(result.text.toLowerCase().replace(/[^a-z ]/g, '')).toBe('where is the nearest station');
      for (const word of result.words) expect(word.endMs).toBeGreaterThan(word.startMs);
      expect(result.words.length === 0 || result.words.length === 5).toBe(true);
    });

    it('knows the whole of what is said in spite of a pause that was taken for its end', async () => {
      server.script = { text: 'where is the nearest station' };
      const partials: Recognition[] = [];
      const stream = open(partials);
      const { pcm } = scene([{ pcm: await makeSpeech('Where is the nearest station?'), pauseBeforeMs: 300 }], { tailMs: 300 });
      // Behind "where is": what is said before the cut is understood and settled, then goes on.
      const cut = Math.round(pcm.length * 0.45);
      stream.push(pcm.slice(0, cut));
      stream.settle?.();
      await expect.poll(() => partials.length, { timeout: 30_000 }).toBeGreaterThan(0);
      stream.resume?.();
      stream.push(pcm.slice(cut));
      const result = await stream.finish();
      expect(result.text).toBe('where is the nearest station');
      expect(result.words.length === 0 || result.words.length === 5).toBe(true);
    });

    it('finds nothing in silence, and nothing in no sound at all', async () => {
      server.script = { text: '' };
      const silent = open();
      silent.push(roomNoise(500, -75));
      expect((await silent.finish()).text).toBe('');
      expect((await open().finish()).text).toBe('');
    });

    it('recognises several utterances at once', async () => {
      server.script = { text: 'where is the nearest station' };
      const pcm = scene([{ pcm: await makeSpeech('Where is the nearest station?'), pauseBeforeMs: 300 }], { tailMs: 300 }).pcm;
      const streams = [open(), open(), open()];
      for (const stream of streams) stream.push(pcm);
      const texts = (await Promise.all(streams.map((stream) => stream.finish()))).map((result) => result.text);
      expect(texts).toEqual(Array(3).fill('where is the nearest station'));
    });

    it('is ready for the next utterance after one that was dropped', async () => {
      server.script = { text: 'where is the nearest station' };
      const pcm = scene([{ pcm: await makeSpeech('Where is the nearest station?'), pauseBeforeMs: 300 }], { tailMs: 300 }).pcm;
      for (let i = 0; i < 5; i++) {
        const dropped = open();
        dropped.push(pcm);
        dropped.abort();
      }
      const stream = open();
      stream.push(pcm);
      expect((await stream.finish()).text).toBe('where is the nearest station');
    });
  });

  it('says why where it is not installed, or that it is', async () => {
    const found = await definition.isAvailable(definition.optionsSchema.parse({}));
    if (!found.available) expect(found.reason).not.toBe('');
  });
});
