import { expect, it } from 'vitest';
import { wishLines } from './wish-lines.ts';

it('a wish reads like notes of the person who drew', () => {
  const wish = {
    sex: 'woman',
    ageYears: 55,
    hair: { style: 'side-part', grey: 0.8 },
    lips: { fullness: 0.6 },
    headCover: { kind: 'hijab', colour: 'light-blue' },
    earrings: true,
    eyes: {},
  };
  expect(wishLines(wish).map(({ what, value }) => `${what}: ${value}`)).toEqual([
    'sex: woman',
    'age: 55',
    'hair: side part, grey 80 %',
    'lips: fullness much',
    'head cover: hijab, light blue',
    'earrings: yes',
  ]);
  expect(wishLines({})).toEqual([]);
});
