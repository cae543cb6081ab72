import { describe, expect, it } from 'vitest';
import { cast } from '../../../server/casting/cast.ts';
import { understand } from '../../../server/casting/parse.ts';
import { growScalp } from '../hair/scalp.ts';
import { growStrands } from '../hair/strands.ts';
import { belowCover } from '../hair/under-cover.ts';
import { type Person, personSchema } from '../person.ts';
import { personOfBrief } from '../person-of-brief.ts';
import { Part, Scene } from './scene.ts';

const wearing = (kind: Person['headCover']['kind'], rest: Partial<Person> = {}): Person =>
  personSchema.parse({ name: 'someone', title: 'Someone', headCover: { kind }, ...rest });

/** What the camera sees straight ahead at a point: cloth or skin. */
function seenAt(scene: Scene, x: number, y: number): number {
  for (let z = 8; z > -12; z -= 0.02) if (scene.distance(x, y, z, 'cover', true) < 0.01) return scene.part;
  return Part.none;
}

describe.each(['hijab', 'turban', 'cap'] as const)('a %s', (kind) => {
  const scene = new Scene(wearing(kind));

  it('leaves eyes, nose, mouth and chin free', () => {
    const { curves, chinY, noseTipY } = scene.head;
    for (const [x, y] of [
      [curves.eyeX, 0.6],
      [-curves.eyeX, 0.6],
      [0, noseTipY],
      [curves.mouthHalfWidth, curves.mouthY],
      [0, chinY],
    ] as const)
      expect(seenAt(scene, x, y), `${x} ${y}`).toBe(Part.skin);
  });

  it('hides the crown all over', () => {
    for (let x = -6; x <= 6; x += 1.5)
      for (let y = 5.6; y < 9 - 0.12 * x * x; y += 1) expect(seenAt(scene, x, y), `${x} ${y}`).toBe(Part.cover);
  });
});

it('hides ears and neck under a scarf, and gives the ears free under a cap', () => {
  const scarf = new Scene(wearing('hijab'));
  for (const y of [1.5, -0.5, -2.5]) for (const x of [-6.9, 6.9]) expect(seenAt(scarf, x, y), `${x} ${y}`).toBe(Part.cover);
  expect(seenAt(scarf, 0, -12)).toBe(Part.cover);
  expect(seenAt(new Scene(wearing('cap')), 6.9, -0.5)).toBe(Part.skin);
});

it('lets hair out below the rim of a cap only, and no further than it hung before', () => {
  const person = wearing('cap', { hair: { ...wearing('none').hair, style: 'short', strands: 3000 } });
  const { cover } = new Scene(person);
  const all = growStrands(person, growScalp(person));
  const seen = belowCover(all, cover, false);
  expect(seen.length).toBeGreaterThan(50);
  expect(seen.length).toBeLessThan(all.length * 0.8);
  for (const { points } of seen)
    for (let k = 0; k < points.length; k += 3) expect(points[k + 1]! - cover.rim(points[k]!, points[k + 2]!)).toBeLessThan(1);
  const short = belowCover(all, cover, true);
  expect(short.length).toBeGreaterThan(50);
  for (const { points } of short)
    for (let k = 0; k < points.length; k += 3) expect(cover.rim(points[k]!, points[k + 2]!) - points[k + 1]!).toBeLessThan(3.5);
});

describe('words for what people wear on their heads', () => {
  it.each([
    ['a woman with a green hijab', { headCover: { kind: 'hijab' }, hair: { style: 'bald' } }],
    ['امرأة محجبة', { headCover: { kind: 'hijab' } }],
    ['a man with a white turban and a beard', { headCover: { kind: 'turban' }, hair: { style: 'bald' } }],
    ['رجل بعمامة بيضاء', { headCover: { kind: 'turban' } }],
    ['a boy with a red cap and long hair', { headCover: { kind: 'cap' }, hair: { style: 'waves' } }],
    ['رجل يلبس قبعة', { headCover: { kind: 'cap' } }],
    ['a woman with her hair in a bun', { hair: { style: 'bun' } }],
    ['a woman with a ponytail', { hair: { style: 'ponytail' } }],
    ['امرأة بشعر ذيل حصان', { hair: { style: 'ponytail' } }],
    ['امرأة بشعر كعكة', { hair: { style: 'bun' } }],
  ])('reach the sculptor: %s', (words, expected) => {
    expect(personOfBrief(cast(understand(words).wish, 3), 'someone')).toMatchObject(expected);
  });
});
