import { z } from 'zod';

const colour = z.tuple([z.number(), z.number(), z.number()]).describe('linear RGB, 0..1');
const ratio = (initial: number, low: number, high: number) => z.number().min(low).max(high).default(initial);

/** What makes one person. Lengths are centimetres, ratios are relative to the base head; anything left out is the base head's. */
export const personSchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/),
  title: z.string(),
  seed: z.number().int().default(1),
  age: ratio(0, 0, 1).describe('0 young .. 1 old: folds, bags, lines, sag'),
  head: z
    .strictObject({
      width: ratio(1, 0.85, 1.15),
      jawWidth: ratio(1, 0.7, 1.3),
      chinWidth: ratio(1, 0.7, 1.4),
      chinDrop: ratio(0, -1, 1.2).describe('cm that the chin lies lower than the base head'),
      cheekbone: ratio(1, 0.5, 1.6),
      fullness: ratio(0.3, 0, 1.2),
      browRidge: ratio(0.75, 0.4, 1.5),
      neckRadius: ratio(4.3, 3.6, 6),
    })
    .prefault({}),
  nose: z
    .strictObject({
      length: ratio(1, 0.8, 1.25),
      width: ratio(1, 0.7, 1.5),
      bridge: ratio(1, 0.4, 1.6),
      tip: ratio(1, 0.7, 1.5),
      upturn: ratio(0.3, -0.5, 1),
    })
    .prefault({}),
  eyes: z
    .strictObject({
      radius: ratio(1.45, 1.2, 1.7),
      separation: ratio(3.2, 2.8, 3.7).describe('cm from the middle to an eye centre'),
      halfWidth: ratio(1.68, 1.4, 2),
      opening: ratio(1, 0.6, 1.4),
      tilt: ratio(0.12, -0.2, 0.4),
      fold: ratio(0, 0, 1).describe('1: the lid has no crease and covers the inner corner'),
      iris: colour.default([0.16, 0.25, 0.26]),
    })
    .prefault({}),
  mouth: z
    .strictObject({
      halfWidth: ratio(2.35, 1.9, 3),
      upper: ratio(0.56, 0.25, 1).describe('cm of the upper lip at its peaks'),
      lower: ratio(0.76, 0.3, 1.2),
      height: ratio(-6.0, -7, -5.4).describe('y of the closed lips'),
      corner: ratio(-0.05, -0.15, 0.25).describe('cm that the corners lie above the middle at rest'),
      lipColour: colour.default([0.58, 0.23, 0.21]),
    })
    .prefault({}),
  brows: z.strictObject({ thickness: ratio(1, 0.4, 1.8), height: ratio(0, -0.6, 0.6), arch: ratio(1, 0, 2) }).prefault({}),
  skin: z
    .strictObject({
      colour: colour.default([0.66, 0.41, 0.31]),
      blush: ratio(1, 0, 2),
      freckles: ratio(0, 0, 1),
      makeup: ratio(0.5, 0, 1),
    })
    .prefault({}),
  hair: z
    .strictObject({
      style: z.enum(['waves', 'short', 'coils', 'buzz', 'bald', 'bun', 'ponytail']).default('waves'),
      colour: colour.default([0.085, 0.045, 0.027]),
      tipColour: colour.optional(),
      grey: ratio(0, 0, 1).describe('share of grey hairs'),
      wave: ratio(1, 0, 1.6).describe('of long hair: 0 straight'),
      line: ratio(6.3, 5.2, 8).describe('y of the hairline in the middle'),
      part: ratio(1.4, -4, 4).describe('x of the parting'),
      lengthCm: ratio(1, 0.6, 1.4),
      strands: z.number().int().min(1000).max(120_000).default(46_000),
    })
    .prefault({}),
  beard: z
    .strictObject({ style: z.enum(['none', 'stubble', 'short', 'full', 'moustache', 'goatee']).default('none'), grey: ratio(0, 0, 1) })
    .prefault({}),
  glasses: z.enum(['none', 'round', 'rectangular']).default('none'),
  headCover: z
    .strictObject({ kind: z.enum(['none', 'hijab', 'turban', 'cap']).default('none'), colour: colour.default([0.1, 0.17, 0.24]) })
    .prefault({}),
  garment: z
    .strictObject({
      kind: z.enum(['crew', 'blazer', 'turtleneck']).default('crew'),
      colour: colour.default([0.1, 0.17, 0.24]),
      shirt: colour.default([0.62, 0.62, 0.6]).describe('what shows under a blazer'),
    })
    .prefault({}),
  backdrop: z.strictObject({ colour: colour.default([0.3, 0.36, 0.4]) }).prefault({}),
  exposure: ratio(1, 0.5, 2),
});

export type Person = z.infer<typeof personSchema>;

/** Whether the hair is combed back to a knot or a tail. */
export const isTied = ({ hair }: Person): boolean => hair.style === 'bun' || hair.style === 'ponytail';
