import { describe, expect, it } from 'vitest';
import type { Wish } from './brief.ts';
import { understand } from './parse.ts';

const wishOf = (text: string): Wish => {
  const { wish, unknown } = understand(text);
  expect(unknown, text).toEqual([]);
  return wish;
};

describe('English', () => {
  it.each<[string, Wish]>([
    [
      'a confident CEO in her fifties, short grey hair, glasses, navy blazer',
      {
        sex: 'woman',
        ageYears: 55,
        expression: 'confident',
        hair: { style: 'short', grey: 0.9 },
        glasses: 'rectangular',
        clothes: { kind: 'blazer', colour: 'navy' },
      },
    ],
    [
      'a young Black man with short curly hair and a beard, yellow hoodie',
      {
        sex: 'man',
        ageYears: 25,
        origin: 'african',
        skinTone: 9,
        hair: { style: 'coils' },
        beard: 'full',
        clothes: { kind: 'hoodie', colour: 'yellow' },
      },
    ],
    [
      'a 34-year-old Japanese woman with long black hair, no glasses, red turtleneck on a light blue background',
      {
        sex: 'woman',
        ageYears: 34,
        origin: 'east-asian',
        hair: { style: 'long', colour: 'black', grey: 0 },
        glasses: 'none',
        clothes: { kind: 'turtleneck', colour: 'red' },
        background: 'light-blue',
      },
    ],
    ['a clean-shaven man in his late sixties', { sex: 'man', ageYears: 68, beard: 'none' }],
    ['woman aged thirty-two, hair short and blond', { sex: 'woman', ageYears: 32, hair: { style: 'short', colour: 'blond', grey: 0 } }],
    ['a man without a beard, round glasses', { sex: 'man', beard: 'none', glasses: 'round' }],
    ['dark skin, dark hair, dark eyes', { skinTone: 9, hair: { colour: 'black' }, eyes: { colour: 'dark-brown' } }],
    ['a friendly robot', { kind: 'robot', expression: 'friendly' }],
    ['a woman named Sara wearing a green hijab', { sex: 'woman', title: 'Sara', headCover: { kind: 'hijab', colour: 'green' } }],
  ])('%s', (text, wish) => expect(wishOf(text)).toEqual(wish));
});

describe('Arabic', () => {
  it.each<[string, Wish]>([
    [
      'رجل عجوز بشعر أبيض قصير ولحية بيضاء طويلة، سترة كحلية، عيناه خضراوان',
      {
        sex: 'man',
        ageYears: 71,
        hair: { style: 'short', grey: 1 },
        beard: 'full',
        clothes: { kind: 'blazer', colour: 'navy' },
        eyes: { colour: 'green' },
      },
    ],
    [
      'امرأة في الأربعينات ترتدي حجاباً أزرق ونظارة مستديرة',
      { sex: 'woman', ageYears: 45, headCover: { kind: 'hijab', colour: 'blue' }, glasses: 'round' },
    ],
    [
      'مديرة تنفيذية واثقة في الخمسينيات من عمرها بشعر رمادي قصير ونظارات وسترة كحلية',
      {
        sex: 'woman',
        ageYears: 55,
        expression: 'confident',
        hair: { style: 'short', grey: 0.9 },
        glasses: 'rectangular',
        clothes: { kind: 'blazer', colour: 'navy' },
      },
    ],
    ['شاب أسمر بدون لحية عمره ٢٨ سنة', { sex: 'man', ageYears: 28, skinTone: 6, beard: 'none' }],
    ['فتاة يابانية بعيون بنية، خلفية وردية', { sex: 'woman', origin: 'east-asian', eyes: { colour: 'brown' }, background: 'pink' }],
  ])('%s', (text, wish) => expect(wishOf(text)).toEqual(wish));
});

describe('what cannot be read', () => {
  it('is reported, and the rest is understood', () => {
    expect(understand('an old man with a zorgblat moustache')).toMatchObject({
      wish: { sex: 'man', ageYears: 70, beard: 'moustache' },
      unknown: ['zorgblat'],
    });
  });

  it('of two words that contradict each other the last holds, and that is said', () => {
    const { wish, overridden } = understand('blue eyes, brown eyes');
    expect(wish.eyes?.colour).toBe('brown');
    expect(overridden).toEqual([{ field: 'eyes.colour', dropped: 'blue', kept: 'brown' }]);
  });

  it.each(['', '   ', '🙂 ,,, ;;', '<svg onload=x>', 'x'.repeat(10_000), 'a '.repeat(5000)])('never throws (%#)', (text) => {
    expect(() => understand(text)).not.toThrow();
  });
});
