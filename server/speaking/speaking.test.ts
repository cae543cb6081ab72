import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { configSchema } from '../core/config-schema.ts';
import { SPEECH_RATE_HZ } from '../core/media-time.ts';
import type { SpokenPiece } from '../core/speech.ts';
import type { SpeakingConfig } from './engine.ts';
import { speechLevelDb } from './loudness.ts';
import { startSpeechServer } from './speech-server.fixture.ts';
import { createSpeaking, type VoiceService } from './speaking.ts';

const REPLY = 'I can tell you about the house, and about its garden. It was built in 1984! Would you like to hear more? 😊';
const defaults = configSchema.parse({}).speaking;

/** A voice process for one test. */
async function speaking(changes: Partial<SpeakingConfig> = {}): Promise<VoiceService> {
  const service = await createSpeaking({ ...defaults, ...changes });
  onTestFinished(() => service.close());
  return service;
}

async function* written(text: string): AsyncGenerator<string> {
  yield* text.match(/\S+\s*/g) ?? [];
}

const options = (changes: object = {}) => ({ voice: 'auto', language: 'en', signal: new AbortController().signal, ...changes });

async function all(pieces: AsyncIterable<SpokenPiece>): Promise<SpokenPiece[]> {
  const taken: SpokenPiece[] = [];
  for await (const piece of pieces) taken.push(piece);
  return taken;
}

function joined(pieces: readonly SpokenPiece[]): Int16Array {
  return Int16Array.from(pieces.flatMap(({ pcm }) => [...pcm]));
}

describe('a reply', () => {
  let service: VoiceService;
  let pieces: SpokenPiece[];
  beforeAll(async () => {
    service = await createSpeaking(defaults);
    await service.warm('auto');
    pieces = await all(service.speak(written(REPLY), options()));
  });
  afterAll(() => service.close());

  it('comes in pieces that joined are its text, the first one a clause', () => {
    expect(pieces.map(({ text }) => text)).toEqual([
      'I can tell you about the house, ',
      'and about its garden. ',
      'It was built in 1984! ',
      'Would you like to hear more? ',
      '😊',
    ]);
  });

  it('has phones and words in time with each sound', () => {
    for (const { pcm, phones, words, text } of pieces) {
      const durationMs = (pcm.length * 1000) / SPEECH_RATE_HZ;
      let atMs = 0;
      for (const phone of phones) {
        expect(phone.startMs).toBeCloseTo(atMs, 6);
        atMs = phone.endMs;
      }
      expect(atMs).toBeCloseTo(durationMs, 6);
      for (const word of words) expect(text.slice(word.textStart, word.textEnd)).toBe(word.text);
      expect(words.map((word) => word.text).join(' ')).toBe(words.length > 0 ? text.trim() : '');
    }
  });

  it('says nothing for signs, but not without a sample', () => {
    expect(pieces.at(-1)).toMatchObject({ text: '😊', words: [] });
    expect(pieces.at(-1)?.pcm).toEqual(new Int16Array(480));
  });

  it('has the configured level in every piece, and does not clip', () => {
    for (const { pcm, words } of pieces.filter((piece) => piece.words.length > 0)) {
      expect(Math.abs(speechLevelDb(pcm, SPEECH_RATE_HZ) - defaults.loudnessDb)).toBeLessThan(1);
      expect(pcm.every((sample) => Math.abs(sample) < 32_000)).toBe(true);
      expect(words[0]?.startMs).toBeLessThanOrEqual(40);
    }
  });

  it('joins without clicks', () => {
    const sound = joined(pieces);
    let at = 0;
    let worstInside = 0;
    for (let i = 1; i < sound.length; i++) worstInside = Math.max(worstInside, Math.abs((sound[i] as number) - (sound[i - 1] as number)));
    for (const { pcm } of pieces.slice(0, -1)) {
      at += pcm.length;
      for (let i = at - 24; i < at + 24; i++)
        expect(Math.abs((sound[i] as number) - (sound[i - 1] as number))).toBeLessThan(worstInside / 50);
    }
  });

  it('pauses longer after a sentence than after a comma', () => {
    const silenceBehindMs = ({ pcm }: SpokenPiece) =>
      (pcm.length - 1 - pcm.findLastIndex((sample) => Math.abs(sample) > 100)) / (SPEECH_RATE_HZ / 1000);
    const [clause, sentence] = pieces as [SpokenPiece, SpokenPiece];
    expect(silenceBehindMs(clause)).toBeGreaterThan(60);
    expect(silenceBehindMs(clause)).toBeLessThan(200);
    expect(silenceBehindMs(sentence)).toBeGreaterThan(120);
    expect(silenceBehindMs(sentence)).toBeLessThan(330);
    expect(silenceBehindMs(sentence)).toBeGreaterThan(silenceBehindMs(clause));
  });

  it('is remembered: the same piece again is the same object', async () => {
    const again = await all(service.speak(written(REPLY), options()));
    for (const [index, piece] of again.entries()) expect(piece).toBe(pieces[index]);
  });

  it('is made as the reader asks for it, and no further', async () => {
    let taken = 0;
    async function* counted() {
      for (const sentence of ['One sentence here. ', 'Two sentences here. ', 'Three sentences here. ', 'Four sentences here. ', 'Five.']) {
        taken++;
        yield sentence;
      }
    }
    const reader = service.speak(counted(), options())[Symbol.asyncIterator]();
    await reader.next();
    // Lets everything that wants to run ahead do so: another reply from beginning to end.
    await all(service.speak(written('Something else is said. And more. And more of it.'), options()));
    // The first piece is read; the cutter may hold the beginning of the second.
    expect(taken).toBeLessThanOrEqual(2);
    await reader.return?.();
  });

  it('is nothing for nothing', async () => {
    expect(await all(service.speak(written(''), options()))).toEqual([]);
  });

  it('obeys an abort while its text is still being written', async () => {
    const abort = new AbortController();
    const never = Promise.withResolvers<void>();
    async function* stalled() {
      yield 'First sentence. Second ';
      await never.promise;
    }
    const reader = service.speak(stalled(), options({ signal: abort.signal }))[Symbol.asyncIterator]();
    expect((await reader.next()).value).toMatchObject({ text: 'First sentence. ' });
    const next = reader.next();
    abort.abort();
    await expect(next).rejects.toMatchObject({ code: 'aborted' });
    never.resolve();
  });

  it('fails as its text fails', async () => {
    async function* broken() {
      yield 'First sentence. Second ';
      throw new Error('the model is gone');
    }
    const reader = service.speak(broken(), options())[Symbol.asyncIterator]();
    await reader.next();
    await expect(reader.next()).rejects.toThrow('the model is gone');
  });
});

describe('rehearsed answers', () => {
  const ANSWERS = [REPLY, 'Yes, it is free.', REPLY];

  it('begin with what was spoken ahead, and are kept for the next process', async () => {
    const rehearsalDir = await mkdtemp(path.join(os.tmpdir(), 'visavis-rehearsal-'));
    onTestFinished(() => rm(rehearsalDir, { recursive: true }));
    const first = await speaking({ engines: ['flite'], rehearsalDir });
    expect(await first.rehearse(ANSWERS, 'auto', 'en')).toBe(2);
    const [opening] = await all(first.speak(written(REPLY), options()));
    const second = await speaking({ engines: ['flite'], rehearsalDir });
    expect(await second.rehearse(ANSWERS, 'auto', 'en')).toBe(0);
    // The voice process is gone: only what was kept can be spoken now.
    process.kill(second.pid as number, 'SIGKILL');
    const kept = await second.speak(written(REPLY), options())[Symbol.asyncIterator]().next();
    expect(kept.value).toEqual(opening);
    for (const file of await readdir(rehearsalDir)) await writeFile(path.join(rehearsalDir, file), 'cut short');
    const third = await speaking({ engines: ['flite'], rehearsalDir });
    expect(await third.rehearse(ANSWERS, 'auto', 'en')).toBe(2);
  });

  it('wait for a reply that somebody waits for', async () => {
    const rehearsalDir = await mkdtemp(path.join(os.tmpdir(), 'visavis-rehearsal-'));
    onTestFinished(() => rm(rehearsalDir, { recursive: true }));
    const service = await speaking({ engines: ['flite'], rehearsalDir });
    const reply = service.speak(written(REPLY), options())[Symbol.asyncIterator]();
    await reply.next();
    const rehearsed = service.rehearse(['Something else, entirely.'], 'auto', 'en');
    const order: string[] = [];
    const done = rehearsed.then(() => order.push('rehearsed'));
    while (!(await reply.next()).done);
    order.push('replied');
    await done;
    expect(order).toEqual(['replied', 'rehearsed']);
  });

  it('are not asked of another machine', async () => {
    await using server = await startSpeechServer();
    const service = await speaking({ engines: ['openai-compatible'], httpBaseUrl: server.baseUrl });
    expect(await service.rehearse(ANSWERS, 'http', 'en')).toBe(0);
    expect(server.requests).toEqual([]);
  });
});

describe('voices', () => {
  it('are told with what keeps them from speaking', async () => {
    const service = await speaking({ engines: ['flite', 'espeak'] });
    const slt = service.voices().find(({ id }) => id === 'slt');
    expect(slt).toMatchObject({
      language: 'en-US',
      engine: 'festival',
      available: false,
      why: expect.stringContaining('speaking.engines'),
    });
    const http = (await speaking()).voices().find(({ id }) => id === 'http');
    expect(http).toMatchObject({ available: false, why: expect.stringContaining('httpBaseUrl') });
  });

  it('an unknown one is refused by name, with the nearest', async () => {
    const service = await speaking({ engines: ['flite'] });
    await expect(all(service.speak(written('Hi.'), options({ voice: 'flite-stl' })))).rejects.toMatchObject({
      code: 'voice_unknown',
      message: expect.stringContaining('flite-slt'),
    });
    await expect(createSpeaking({ ...defaults, voice: 'sltt' })).rejects.toMatchObject({ code: 'voice_unknown' });
  });

  it('npm alone is enough for English', async () => {
    const service = await speaking({ engines: ['flite'] });
    expect(service.defaultVoice('en')).toBe('flite-slt');
    const pieces = await all(service.speak(written('Hello there. This is flite.'), options()));
    expect(pieces.map(({ engine }) => engine)).toEqual(['flite', 'flite']);
    // The named voice cannot speak, another of its language does.
    expect((await all(service.speak(written('Hello.'), options({ voice: 'slt' }))))[0]?.engine).toBe('flite');
  });

  it('without any the error says so', async () => {
    const service = await speaking({ engines: ['none-of-these'] });
    expect(() => service.defaultVoice('en')).toThrow(expect.objectContaining({ code: 'synthesis_failed' }));
    await expect(all(service.speak(written('Hi.'), options({ voice: 'slt' })))).rejects.toMatchObject({ code: 'synthesis_failed' });
  });

  it('of another language give way to one of the language asked for', async (context) => {
    const service = await speaking();
    if (!service.voices().some(({ id, available }) => id === 'espeak-ar' && available)) return context.skip();
    expect(service.defaultVoice('ar-EG')).toBe('espeak-ar');
    const [piece] = await all(service.speak(written('مرحبا بك في المتحف.'), options({ voice: 'flite-slt', language: 'ar' })));
    expect(piece?.engine).toBe('espeak');
    expect(piece?.words.map(({ text }) => text)).toEqual(['مرحبا', 'بك', 'في', 'المتحف.']);
    expect(service.defaultVoice('sw')).toBe('espeak');
  });

  it('are read from the folder, and a broken one is named', async () => {
    const dir = await mkdtemp(path.join(os.tmpdir(), 'visavis-voices-'));
    onTestFinished(() => rm(dir, { recursive: true }));
    await cp('voices/flite-slt', path.join(dir, 'mine'), { recursive: true });
    const service = await speaking({ voicesDir: dir });
    expect(service.voices().map(({ id }) => id)).toEqual(['mine']);
    await mkdir(path.join(dir, 'broken'));
    for (const content of [
      '{',
      '{"title":"x","language":"English","engine":"flite"}',
      '{"title":"x","language":"en","engine":"flite","extra":1}',
    ]) {
      await writeFile(path.join(dir, 'broken', 'voice.json'), content);
      await expect(createSpeaking({ ...defaults, voicesDir: dir })).rejects.toMatchObject({
        code: 'voice_invalid',
        message: expect.stringContaining('broken'),
      });
    }
    await expect(createSpeaking({ ...defaults, voicesDir: path.join(dir, 'nowhere') })).rejects.toMatchObject({ code: 'voice_invalid' });
  });

  it('may be of an engine from a plug-in folder', async () => {
    const dir = await mkdtemp(path.join(os.tmpdir(), 'visavis-plugin-'));
    onTestFinished(() => rm(dir, { recursive: true }));
    await mkdir(path.join(dir, 'voices', 'beep'), { recursive: true });
    await writeFile(path.join(dir, 'voices', 'beep', 'voice.json'), '{"title":"Beep","language":"en","engine":"beep"}');
    await mkdir(path.join(dir, 'engines'));
    const source = `
      const speech = { pcm: Int16Array.from({ length: 24000 }, (_, i) => 8000 * Math.sin(i / 10)), sampleRateHz: 24000,
        phones: [{ symbol: 'i', startMs: 0, endMs: 1000 }], words: [] };
      export default { id: 'beep', optionsSchema: { parse: (x) => x, safeParse: (data) => ({ success: true, data }) },
        isAvailable: async () => ({ available: true }),
        create: async () => ({ synthesize: async () => speech, close: async () => {} }) };`;
    await writeFile(path.join(dir, 'engines', 'beep.mjs'), source);
    const service = await speaking({ voicesDir: path.join(dir, 'voices'), pluginDirs: [path.join(dir, 'engines')] });
    expect((await all(service.speak(written('Hi.'), options({ voice: 'beep' }))))[0]).toMatchObject({ engine: 'beep' });
  });
});

describe('when something breaks', () => {
  it('a killed voice process costs no word: the piece is made again by the next one', async () => {
    const service = await speaking({ engines: ['flite'] });
    const texts: string[] = [];
    let killed = 0;
    for await (const piece of service.speak(
      written('First sentence is here. Second sentence is here. Third sentence is here. The end is here.'),
      options(),
    )) {
      texts.push(piece.text);
      expect(piece.pcm.length).toBeGreaterThan(SPEECH_RATE_HZ / 2);
      // In the middle of the next piece, which is already being made.
      if (texts.length <= 2 && service.pid !== undefined) {
        process.kill(service.pid, 'SIGKILL');
        killed++;
      }
    }
    expect(texts).toEqual(['First sentence is here. ', 'Second sentence is here. ', 'Third sentence is here. ', 'The end is here.']);
    expect(killed).toBe(2);
    expect(service.restarts).toBeGreaterThanOrEqual(1);
  });

  it('another engine goes on from the piece that failed, and is tried first until the failed one may return', async () => {
    await using server = await startSpeechServer();
    const service = await speaking({ engines: ['openai-compatible', 'flite'], httpBaseUrl: server.baseUrl });
    const engines: string[] = [];
    for await (const piece of service.speak(
      written('First sentence is here. Second sentence is here. Third sentence is here.'),
      options(),
    )) {
      engines.push(piece.engine);
      server.answer = (response) => void response.writeHead(500).end('overloaded');
    }
    expect(engines[0]).toBe('openai-compatible');
    expect(engines.at(-1)).toBe('flite');
    const asked = server.requests.length;
    server.answer = undefined;
    expect((await all(service.speak(written('Now this.'), options())))[0]?.engine).toBe('flite');
    expect(server.requests).toHaveLength(asked);
  });

  it('a server that hangs is left after the deadline of a piece', async () => {
    await using server = await startSpeechServer();
    server.answer = () => undefined;
    // Long enough for the request to get there on a busy machine: one that does not is not abandoned by anybody.
    const service = await speaking({ engines: ['openai-compatible'], httpBaseUrl: server.baseUrl, pieceTimeoutMs: 4_000 });
    await expect(all(service.speak(written('Hello.'), options()))).rejects.toMatchObject({
      code: 'synthesis_failed',
      cause: { code: 'timed_out' },
    });
    await expect.poll(() => server.abandoned).toBe(1);
  });

  it('closing ends a reply in the middle, and is done only once', async () => {
    const service = await speaking({ engines: ['flite'] });
    const reader = service.speak(written(REPLY), options())[Symbol.asyncIterator]();
    await reader.next();
    const rest = all({ [Symbol.asyncIterator]: () => reader });
    const ended = expect(rest).rejects.toMatchObject({ code: 'aborted' });
    await service.close();
    await ended;
    await service.close();
    await expect(all(service.speak(written('Hi.'), options()))).rejects.toMatchObject({ code: 'aborted' });
  });
});
