import { describe, expect, it } from 'vitest';
import { errorCatalogue, toVisavisError } from './errors.ts';
import { callLog, createLog, loggable, redact, silentLog, turnLog } from './log.ts';

function capture(options: Parameters<typeof createLog>[0] = {}) {
  const lines: string[] = [];
  const log = createLog({ pretty: 'never', ...options, destination: { write: (line: string) => void lines.push(line) } });
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? 'null') as Record<string, unknown> };
}

describe('createLog', () => {
  it('writes one JSON object a line with the ids of call and turn', () => {
    const { log, last, lines } = capture();
    turnLog(callLog(log, 'c1'), 't7').info({ elapsedMs: 12 }, 'endpoint');
    expect(last()).toMatchObject({ level: 'info', callId: 'c1', turnId: 't7', elapsedMs: 12, msg: 'endpoint' });
    expect(String(last().time)).toMatch(/^\d{4}-\d\d-\d\dT/);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/\n$/);
  });

  it('leaves out what is below its level', () => {
    const { log, lines } = capture({ level: 'warn' });
    log.info('quiet');
    log.warn('loud');
    expect(lines).toHaveLength(1);
    silentLog().fatal('nothing');
  });

  it('writes a readable line for people', () => {
    const { log, lines } = capture({ pretty: 'auto', isTerminal: true });
    log.warn({ callId: 'c1', queue: { length: 3 } }, 'slow');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours
    const plain = lines[0]?.replaceAll(/\u001b\[\d+m/g, '');
    expect(plain).toMatch(/^\d\d:\d\d:\d\d\.\d{3} warn {2}slow callId=c1 queue=\{"length":3\}\n$/);
  });

  it('tells an error with its code and cause', () => {
    const { log, last } = capture();
    const speakingError = errorCatalogue('speaking', { voice_unknown: { status: 404, retryable: false } });
    log.error({ err: speakingError('voice_unknown', 'No such voice', { cause: new Error('ENOENT') }) }, 'voice');
    expect(last().err).toMatchObject({ code: 'voice_unknown', stage: 'speaking', cause: { type: 'Error', message: 'ENOENT' } });
    log.error({ err: loggable('thrown text') }, 'odd');
    expect(last().err).toMatchObject({ code: 'internal', message: 'thrown text' });
  });
});

describe('redaction', () => {
  const SECRETS = [
    { authorization: 'Bearer hush' },
    { headers: { Authorization: 'Bearer hush', cookie: 'sid=hush' } },
    { apiKey: 'hush', apiKeys: ['hush'], openaiApiKey: 'hush', 'x-api-key': 'hush' },
    { tokenSecret: 'hush', turnSecret: 'hush', client_secret: { value: 'hush' } },
    { token: 'hush', accessToken: 'hush', join: { token: 'hush' }, password: 'hush', credential: 'hush' },
    { url: new URL('http://127.0.0.1/v1/realtime?token=hush') },
    { a: [{ b: { token: 'hush' } }] },
  ];
  it.each(SECRETS)('%j shows no secret', (fields) => {
    const { log, lines } = capture();
    log.info(fields, 'x');
    expect(lines.join('')).not.toContain('hush');
  });

  const SPEECH = [
    { text: 'my name is Ann' },
    { transcript: 'my name is Ann', turnId: 't' },
    { event: { type: 'response.output_text.delta', delta: 'my name is Ann' } },
    { item: { content: [{ type: 'input_text', text: 'my name is Ann' }] } },
    { messages: [{ role: 'user', content: 'my name is Ann' }] },
    { words: ['my', 'name', 'is', 'Ann'] },
    { err: parseFailure('my name is Ann') },
    { err: toVisavisError(new Error('outer', { cause: parseFailure('my name is Ann') })) },
  ];
  it.each(SPEECH)('%j shows nothing that was said', (fields) => {
    const { log, lines } = capture();
    log.info(fields, 'x');
    expect(lines.join('')).not.toContain('Ann');
  });

  it('keeps measurements, sizes and names', () => {
    expect(
      redact({ words: 12, tokens: 5, maxTokens: 9, sampleRateHz: 16_000, pcm: new Int16Array(4), text: 'abc', engine: 'flite' }),
    ).toEqual({
      words: 12,
      tokens: 5,
      maxTokens: 9,
      sampleRateHz: 16_000,
      pcm: '[8 bytes]',
      text: '[3 characters]',
      engine: 'flite',
    });
  });

  it('ends on cycles', () => {
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    expect(JSON.stringify(redact(loop))).toContain('[deep]');
  });
});

function parseFailure(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return error;
  }
}
