import { describe, expect, it } from 'vitest';
import { judgeTurn, sentenceEndLogit, type TurnEvidence } from './turn-rule.ts';

const options = { holdMs: 500, hangingHoldMs: 1_200, unfinishedLog10: -10 };

const heard = (text: string, sentenceEndLog10?: number, language = 'en'): TurnEvidence => ({
  text,
  words: [],
  language,
  ...(sentenceEndLog10 === undefined ? {} : { sentenceEndLog10, continuationLog10: -6 }),
});
const judge = (...evidence: Parameters<typeof heard>) => judgeTurn(heard(...evidence), options);

describe('the turn rule', () => {
  it.each([
    ['what is the weather in paris', -3.4, 500, 'complete'],
    ['i would like to book a table for the', -14, 1_200, 'hanging'],
    ['and then um', -3, 1_200, 'hanging'],
    ['what is the(2)', -3, 1_200, 'hanging'],
    ['book a very large', -12, 1_200, 'unfinished'],
    ['', undefined, 1_200, 'no-words'],
    ['[noise] <sil>', undefined, 1_200, 'no-words'],
  ] as const)('%j with log10 P(end) %s waits %i ms: %s', (text, log10, holdMs, reason) => {
    expect(judge(text, log10)).toEqual({ holdMs, reason });
  });

  it('waits longer the less likely the sentence ends, between its two bounds', () => {
    const holds = Array.from({ length: 60 }, (_, i) => -i / 4).map((log10) => judge('can you book a table for two', log10).holdMs);
    expect(holds).toEqual([...holds].sort((a, b) => a - b));
    expect(new Set(holds).size).toBeGreaterThan(3);
    expect(holds[0]).toBe(500);
    expect(holds.at(-1)).toBe(1_200);
  });

  it.each([
    ['what is the weather', 'what is the weather with'],
    ['i live in a small house', 'small'],
    ['you can close it now', 'you can close which'],
    ['the road was closed today', 'if the road was closed today'],
  ])('%j is likelier to be all than %j', (whole, part) => {
    for (const log10 of [undefined, -6])
      expect(sentenceEndLogit(heard(whole, log10))).toBeGreaterThan(sentenceEndLogit(heard(part, log10)));
  });

  it('takes the end that a recogniser writes for an end', () => {
    expect(judge('Where do you come from?').holdMs).toBeLessThan(judge('Where do you come from').holdMs);
    expect(judge('What is this book about the?').reason).toBe('complete');
  });

  it('never tells a question of the knowledge as complete after a word that hangs, but does after "you"', () => {
    expect(judge('who are the', -3).reason).toBe('hanging');
    expect(judge('who are you', -5).reason).toBe('complete');
  });

  it('judges no words of a language that it does not know', () => {
    expect(judge('ich möchte an', undefined, 'de')).toEqual({ holdMs: 640, reason: 'complete' });
    expect(judge('the', undefined, 'en-GB').reason).toBe('hanging');
  });
});
