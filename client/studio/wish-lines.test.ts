import { expect, it } from 'vitest';
import { z } from 'zod';
import { briefSchema } from '../../server/casting/brief.ts';
import { wishLines } from './wish-lines.ts';
import { wishWords } from './wish-words.ts';

it('a wish reads like notes of the person who drew', () => {
  const wish = {
    sex: 'woman',
    ageYears: 55,
    hair: { style: 'side-part', grey: 0.8 },
    lips: { fullness: 0.6 },
    headCover: { kind: 'hijab', colour: 'light-blue' },
    earrings: true,
    title: 'Mira',
    eyes: {},
  };
  expect(wishLines(wish, wishWords('en')).map(({ what, value }) => `${what}: ${value}`)).toEqual([
    'sex: woman',
    'age: 55',
    'hair: side part, grey 80 %',
    'lips: fullness much',
    'head cover: hijab, light blue',
    'earrings: yes',
    'title: Mira',
  ]);
  expect(wishLines({}, wishWords('en'))).toEqual([]);
});

it('an Arabic page says in Arabic whatever can be wished', () => {
  const { properties } = z.toJSONSchema(briefSchema) as { properties: Record<string, Property> };
  const { seed: _, ...wishable } = properties;
  const wishes = Object.entries(wishable).flatMap(([name, property]) => samples(property).map((value) => ({ [name]: value })));
  expect(wishes.length).toBeGreaterThan(100);
  const shown = wishes.flatMap((wish) => wishLines(wish, wishWords('ar'))).map(({ what, value }) => `${what}: ${value}`);
  expect(shown.filter((line) => /[a-z]/i.test(line))).toEqual([]);
});

interface Property {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Property>>;
}

/** Values that a property may have: each word, both answers, and numbers on either side of the usual. */
function samples({ type, enum: words, properties }: Property): unknown[] {
  if (properties) return Object.entries(properties).flatMap(([part, inner]) => samples(inner).map((value) => ({ [part]: value })));
  if (words) return [...words];
  if (type === 'boolean') return [true, false];
  return type === 'string' ? ['منى'] : [-1, 0, 1];
}
