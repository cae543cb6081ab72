import { z } from 'zod';
import { COLOUR_NAMES, EYE_COLOUR_NAMES, HAIR_COLOUR_NAMES } from './colours.ts';

const choice = <const Names extends readonly [string, ...string[]]>(names: Names, what: string) => z.enum(names).describe(what);
/** -1 .. 1 around what is usual for age, sex and origin. */
const lean = (what: string) => z.number().min(-1).max(1).describe(`${what}; 0 is usual, -1 and 1 are the extremes`);
const share = (what: string) => z.number().min(0).max(1).describe(what);

export const HAIR_STYLES = [
  'bald',
  'buzz',
  'short',
  'side-part',
  'pixie',
  'bob',
  'long',
  'wavy',
  'coils',
  'afro',
  'bun',
  'ponytail',
] as const;

/** Everything that a picture of a person needs, whichever way it is drawn. */
export const briefSchema = z.strictObject({
  kind: choice(['person', 'robot'], 'a human being or a friendly machine'),
  title: z.string().min(1).max(60).describe('the name that is shown'),
  seed: z.number().int().min(0).max(0xffffffff),
  ageYears: z.number().int().min(16).max(90),
  sex: choice(['woman', 'man'], 'how the person appears'),
  origin: choice(
    ['european', 'arab', 'african', 'south-asian', 'east-asian', 'southeast-asian', 'latin'],
    'where the features come from; decides what is usual for nose, lips, eyes and skin',
  ),
  skinTone: z.number().int().min(1).max(10).describe('1 very fair .. 10 very dark'),
  face: z.strictObject({
    shape: choice(['oval', 'round', 'square', 'heart', 'long'], 'outline of the face'),
    fullness: lean('gaunt to heavy'),
    jaw: lean('narrow to strong jaw'),
  }),
  nose: z.strictObject({ width: lean('narrow to broad'), length: lean('short to long'), bridge: lean('flat to aquiline') }),
  lips: z.strictObject({ fullness: lean('thin to full'), width: lean('small to wide mouth') }),
  brows: z.strictObject({ thickness: lean('thin to bushy') }),
  eyes: z.strictObject({
    colour: z.enum(EYE_COLOUR_NAMES),
    shape: choice(['almond', 'round', 'hooded', 'monolid', 'downturned'], 'monolid has the epicanthic fold and no crease'),
    size: lean('small to large'),
  }),
  hair: z.strictObject({
    style: z.enum(HAIR_STYLES),
    colour: z.enum(HAIR_COLOUR_NAMES),
    grey: share('share of grey hairs; 1 is white'),
  }),
  beard: choice(['none', 'stubble', 'moustache', 'goatee', 'short', 'full'], 'hair on the face'),
  glasses: choice(['none', 'round', 'rectangular', 'cat-eye'], 'spectacles'),
  headCover: z.strictObject({ kind: choice(['none', 'hijab', 'turban', 'cap'], 'what covers the hair'), colour: z.enum(COLOUR_NAMES) }),
  clothes: z.strictObject({
    kind: choice(['tee', 'shirt', 'blazer', 'hoodie', 'turtleneck'], 'the garment; a blazer comes with a shirt'),
    colour: z.enum(COLOUR_NAMES),
  }),
  background: z.enum(COLOUR_NAMES),
  expression: choice(['neutral', 'friendly', 'confident', 'serious'], 'of the face at rest'),
  freckles: share('none to many'),
  makeup: share('none to much'),
  earrings: z.boolean(),
});

export type PersonBrief = z.infer<typeof briefSchema>;

/** What was asked for: any part of a brief. */
export type Wish = { readonly [K in keyof PersonBrief]?: PersonBrief[K] extends object ? Partial<PersonBrief[K]> : PersonBrief[K] };
