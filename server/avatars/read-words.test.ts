import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configSchema } from '../core/config-schema.ts';
import { LlmServer } from '../thinking/llm-server.fixture.ts';
import { ModelAnswers } from '../thinking/model-answers.ts';
import { castAll, checkedBrief, describedByModel, readWords, type WordOptions } from './read-words.ts';

let server: LlmServer;
let failures: unknown[];
beforeEach(async () => {
  server = await LlmServer.start();
  failures = [];
});
afterEach(() => server[Symbol.asyncDispose]());

async function options(signal = new AbortController().signal): Promise<WordOptions> {
  const { thinking } = configSchema.parse({ thinking: { openaiBaseUrl: `${server.url}/v1`, openaiModel: 'm' } });
  return { model: await ModelAnswers.open(thinking), timeoutMs: 60_000, signal, onFailure: (error) => failures.push(error) };
}

describe('words', () => {
  it('are read by the model, which is held to what can be drawn', async () => {
    const reading = readWords('une vieille dame au chapeau', await options());
    const answer = { sex: 'woman', ageYears: 400, skinTone: 'blue', headCover: { kind: 'cap', feather: true }, wings: 2 };
    (await server.next()).send(JSON.stringify(answer)).end();
    expect(await reading).toEqual({
      wish: { sex: 'woman', ageYears: 90, headCover: { kind: 'cap' } },
      unknown: [],
      overridden: [],
      readBy: 'openai-compatible m',
    });
    expect(failures).toEqual([]);
  });

  it('are read by the embedded reader when the model fails, says nothing of use, or is not there', async () => {
    const text = 'a bald man, zorgblat';
    const embedded = { wish: { sex: 'man', hair: { style: 'bald' } }, unknown: ['zorgblat'], readBy: 'embedded' };
    const first = readWords(text, await options());
    (await server.next()).cutOff();
    expect(await first).toMatchObject(embedded);
    expect(failures).toHaveLength(1);
    const second = readWords(text, await options());
    (await server.next()).send('{}').end();
    expect(await second).toMatchObject(embedded);
    expect(await readWords(text, { ...(await options()), model: undefined })).toMatchObject(embedded);
  });

  it('nobody waits for are not read', async () => {
    const abort = new AbortController();
    const reading = readWords('a man', await options(abort.signal));
    const exchange = await server.next();
    abort.abort();
    await expect(reading).rejects.toThrow();
    await exchange.aborted;
    expect(failures).toEqual([]);
  });

  it('become a portrait by the model, or by nobody', async () => {
    const [brief] = castAll({ sex: 'man' }, 3, 1);
    const described = describedByModel(brief!, 'a man', await options());
    const exchange = await server.next();
    expect(exchange.body.messages.at(-1)?.content).toContain('"a man"');
    exchange.send('A man of forty.').end();
    expect(await described).toBe('A man of forty.');
    expect(await describedByModel(brief!, 'a man', { ...(await options()), model: undefined })).toBeUndefined();
  });

  it('a brief from elsewhere is checked', () => {
    const [brief] = castAll({}, 1, 1);
    expect(checkedBrief(structuredClone(brief))).toEqual(brief);
    expect(() => checkedBrief({ ...brief, ageYears: 5 })).toThrow(
      expect.objectContaining({ code: 'brief_invalid', message: expect.stringContaining('ageYears') }),
    );
  });
});
