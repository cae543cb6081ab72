import { describe, expect, it } from 'vitest';
import { judgeTurn, turnWords } from './turn-rule.ts';

const options = { holdMs: 600, hangingHoldMs: 1_200, unfinishedLog10: -10 };

describe('the turn rule', () => {
  it.each([
    ['what time is dinner', -3, 600, 'complete'],
    ['i would like to', -3, 1_200, 'hanging'],
    ['and then um', -3, 1_200, 'hanging'],
    ['what is the', undefined, 1_200, 'hanging'],
    ['book a table for two', -10, 600, 'complete'],
    ['book a table for two', -10.1, 1_200, 'unfinished'],
    ['book a table for two', undefined, 600, 'complete'],
    ['', undefined, 1_200, 'no-words'],
    ['[noise] <sil>', undefined, 1_200, 'no-words'],
    ['what is the(2)', -3, 1_200, 'hanging'],
    ['Who are you?', undefined, 600, 'complete'],
    ['Because, you', undefined, 1_200, 'hanging'],
  ] as const)('%j with log10 P(end) %s waits %i ms: %s', (text, log10, holdMs, reason) => {
    expect(judgeTurn(text, log10, options)).toEqual({ holdMs, reason });
  });

  it('takes words of every script', () => {
    expect(turnWords('كيف حالك؟ Grüß dich!')).toEqual(['كيف', 'حالك', 'grüß', 'dich']);
  });
});
