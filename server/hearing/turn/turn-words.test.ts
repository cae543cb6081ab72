import { describe, expect, it } from 'vitest';
import { isHanging, turnWords, wordFeatures } from './turn-words.ts';

describe('the words of a turn', () => {
  it('are those of every script, without marks', () => {
    expect(turnWords('كيف حالك؟ Grüß dich!')).toEqual(['كيف', 'حالك', 'grüß', 'dich']);
    expect(turnWords('I don\u2019t [noise] know(2) <sil>')).toEqual(['i', "don't", 'know']);
  });

  it.each(['the', 'and', 'of', 'i', 'she', 'because', 'um', 'your', "i'm"])('%j hangs', (word) => expect(isHanging(word)).toBe(true));

  it.each(['you', 'it', 'is', 'from', 'do', 'house', 'on'])('%j may be the last', (word) => expect(isHanging(word)).toBe(false));

  it('tell a clause that waits for another', () => {
    expect(wordFeatures(turnWords('if it rains tomorrow')).halfClause).toBe(1);
    expect(wordFeatures(turnWords('when i opened the door the light was on')).halfClause).toBe(0);
    expect(wordFeatures(turnWords('it rains tomorrow')).halfClause).toBe(0);
  });
});
