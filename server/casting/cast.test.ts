import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { briefSchema } from './brief.ts';
import { cast } from './cast.ts';
import { briefFromModel, wishJsonSchema } from './from-model.ts';
import { understand } from './parse.ts';

describe('casting', () => {
  it('is the same for the same words and seed, and another person for another seed', () => {
    const { wish } = understand('a woman with glasses');
    expect(cast(wish, 7)).toEqual(cast(wish, 7));
    expect(cast(wish, 8)).not.toEqual(cast(wish, 7));
  });

  it('keeps every wish, whatever the seed', () => {
    const { wish } = understand('an Indian man in his thirties, full beard, red turban, white shirt, green eyes, broad nose');
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        expect(cast(wish, seed)).toMatchObject(wish);
      }),
    );
  });

  it('infers what words imply', () => {
    expect(cast({ beard: 'full' }, 3).sex).toBe('man');
    expect(cast({ headCover: { kind: 'hijab' } }, 3).sex).toBe('woman');
    expect(cast({ sex: 'woman', hair: { style: 'short' } }, 3).hair.style).toBe('pixie');
  });
});

describe('a brief from a language model', () => {
  it('keeps what is valid, clamps numbers, takes names in any spelling', () => {
    const brief = briefFromModel({
      ageYears: 200,
      sex: 'Woman',
      skinTone: '7',
      hair: { style: 'Side Part', grey: 3 },
      eyes: { colour: 'sparkling' },
      clothes: 'a coat',
      unheardOf: true,
      nose: null,
    });
    expect(brief).toMatchObject({ ageYears: 90, sex: 'woman', skinTone: 7, hair: { style: 'side-part', grey: 1 } });
  });

  it('is valid for any JSON', () => {
    fc.assert(fc.property(fc.jsonValue(), (json) => briefSchema.safeParse(briefFromModel(json)).success));
  });

  it('has a schema that demands nothing', () => {
    const schema = wishJsonSchema() as { properties: Record<string, { required?: unknown }>; required?: unknown };
    expect(schema.required).toBeUndefined();
    expect(schema.properties.hair).toBeDefined();
    expect(schema.properties.seed).toBeUndefined();
    for (const property of Object.values(schema.properties)) expect(property.required).toBeUndefined();
  });
});
