import { briefSchema, type PersonBrief, type Wish } from './brief.ts';
import type { Colour, HairColour } from './colours.ts';

/** Uniform 0..1 from a seed (splitmix32), so that the same words and seed give the same person everywhere. */
function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 0x1_0000_0000;
  };
}

type Origin = PersonBrief['origin'];

interface Usual {
  readonly skin: readonly [number, number];
  readonly hair: readonly HairColour[];
  readonly eyes: readonly PersonBrief['eyes']['colour'][];
  readonly eyeShapes: readonly PersonBrief['eyes']['shape'][];
  readonly women: readonly string[];
  readonly men: readonly string[];
}

/** What is usual where features come from; first entries are the likeliest. Names are common given names. */
const USUAL: Readonly<Record<Origin, Usual>> = {
  european: {
    skin: [1, 4],
    hair: ['brown', 'dark-brown', 'light-brown', 'dark-blond', 'blond', 'auburn', 'ginger'],
    eyes: ['blue', 'green', 'brown', 'hazel', 'grey'],
    eyeShapes: ['almond', 'almond', 'round', 'hooded', 'downturned'],
    women: ['Anna', 'Clara', 'Helen', 'Ingrid', 'Sofia', 'Julia'],
    men: ['Leo', 'Martin', 'Peter', 'Oscar', 'Thomas', 'Erik'],
  },
  arab: {
    skin: [3, 6],
    hair: ['black', 'dark-brown', 'dark-brown', 'brown'],
    eyes: ['dark-brown', 'brown', 'hazel', 'green'],
    eyeShapes: ['almond', 'almond', 'round', 'hooded'],
    women: ['Layla', 'Nour', 'Salma', 'Amina', 'Huda', 'Rania'],
    men: ['Omar', 'Karim', 'Yusuf', 'Tariq', 'Samir', 'Hadi'],
  },
  african: {
    skin: [8, 10],
    hair: ['black'],
    eyes: ['dark-brown', 'brown'],
    eyeShapes: ['almond', 'round', 'almond'],
    women: ['Ama', 'Zuri', 'Nia', 'Imani', 'Ngozi', 'Abena'],
    men: ['Kofi', 'Tunde', 'Jabari', 'Kwame', 'Malik', 'Sefu'],
  },
  'south-asian': {
    skin: [5, 8],
    hair: ['black', 'black', 'dark-brown'],
    eyes: ['dark-brown', 'brown'],
    eyeShapes: ['almond', 'round', 'almond'],
    women: ['Priya', 'Anjali', 'Meera', 'Kavya', 'Nila', 'Asha'],
    men: ['Arjun', 'Ravi', 'Vikram', 'Dev', 'Imran', 'Rohan'],
  },
  'east-asian': {
    skin: [2, 4],
    hair: ['black', 'black', 'dark-brown'],
    eyes: ['dark-brown', 'brown'],
    eyeShapes: ['monolid', 'monolid', 'almond', 'hooded'],
    women: ['Mei', 'Yuna', 'Hana', 'Lin', 'Sora', 'Aiko'],
    men: ['Kenji', 'Wei', 'Jun', 'Min', 'Tao', 'Haru'],
  },
  'southeast-asian': {
    skin: [4, 7],
    hair: ['black', 'dark-brown'],
    eyes: ['dark-brown', 'brown'],
    eyeShapes: ['monolid', 'almond', 'hooded'],
    women: ['Linh', 'Dewi', 'Mali', 'Tala', 'Sari', 'Anong'],
    men: ['Minh', 'Budi', 'Kiet', 'Arif', 'Rizal', 'Somchai'],
  },
  latin: {
    skin: [3, 7],
    hair: ['dark-brown', 'black', 'brown'],
    eyes: ['brown', 'dark-brown', 'hazel'],
    eyeShapes: ['almond', 'round', 'almond'],
    women: ['Lucia', 'Camila', 'Elena', 'Paloma', 'Ines', 'Marisol'],
    men: ['Mateo', 'Diego', 'Rafael', 'Andres', 'Tomas', 'Javier'],
  },
};

const ORIGINS = Object.keys(USUAL) as Origin[];
const CLOTHES_COLOURS: readonly Colour[] = [
  'navy',
  'teal',
  'burgundy',
  'charcoal',
  'cream',
  'dark-green',
  'mustard',
  'light-blue',
  'white',
  'purple',
];
const WALLS: readonly Colour[] = ['teal', 'coral', 'mint', 'beige', 'lavender', 'light-blue', 'mustard', 'grey', 'pink', 'olive'];
/** Walls that would swallow clothes of this colour, or quarrel with it. */
const CLASHES: Partial<Record<Colour, readonly Colour[]>> = {
  teal: ['mint', 'turquoise'],
  navy: ['light-blue'],
  mustard: ['beige'],
  cream: ['beige'],
  'dark-green': ['olive', 'mint'],
  purple: ['lavender'],
  burgundy: ['pink', 'coral'],
  charcoal: ['grey'],
  'light-blue': ['teal'],
};

/** Fills what was not asked for with what is plausible for the rest; another seed gives another person who fits the same words. */
export function cast(wish: Wish, seed = 1): PersonBrief {
  const next = dice(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  /** Earlier entries are likelier. */
  const likely = <T>(list: readonly T[]): T => list[Math.floor(next() ** 1.7 * list.length)]!;
  const lean = (spread = 0.45): number => Math.round((next() + next() - 1) * spread * 100) / 100;

  const kind = wish.kind ?? 'person';
  const headCover = { kind: 'none', colour: pick(CLOTHES_COLOURS), ...wish.headCover } as PersonBrief['headCover'];
  const hairy = wish.beard !== undefined && wish.beard !== 'none';
  const sex = wish.sex ?? (hairy ? 'man' : headCover.kind === 'hijab' ? 'woman' : next() < 0.5 ? 'woman' : 'man');
  const fits = ORIGINS.filter((origin) => {
    const { skin, hair } = USUAL[origin];
    const tone = wish.skinTone;
    return (
      (tone === undefined || (tone >= skin[0] && tone <= skin[1])) && (wish.hair?.colour === undefined || hair.includes(wish.hair.colour))
    );
  });
  const covered =
    headCover.kind === 'hijab'
      ? (['arab', 'arab', 'southeast-asian', 'south-asian'] as const)
      : headCover.kind === 'turban'
        ? (['south-asian', 'arab'] as const)
        : undefined;
  const guess = covered ? pick(covered) : pick(fits.length > 0 ? fits : ORIGINS);
  const origin = wish.origin ?? guess;
  const usual = USUAL[origin];
  const ageYears = wish.ageYears ?? Math.round(24 + 34 * next() ** 1.3);
  const skinTone = wish.skinTone ?? Math.round(usual.skin[0] + (usual.skin[1] - usual.skin[0]) * next());
  const woman = sex === 'woman';
  const womenStyles =
    origin === 'african' ? (['afro', 'coils', 'bun'] as const) : (['bob', 'long', 'wavy', 'bun', 'ponytail', 'pixie'] as const);
  const menStyles =
    origin === 'african'
      ? (['coils', 'buzz', 'coils', 'bald'] as const)
      : ageYears > 55
        ? (['side-part', 'short', 'bald', 'buzz'] as const)
        : (['short', 'side-part', 'buzz'] as const);
  const style = likely<PersonBrief['hair']['style']>(woman ? womenStyles : menStyles);
  const grey = Math.min(1, Math.max(0, (ageYears - 44) / 26 + lean(0.25)));
  const hairColour = likely(usual.hair);
  const beard = woman ? 'none' : likely<PersonBrief['beard']>(['none', 'none', 'stubble', 'short', 'full', 'goatee']);
  const clothesKind = likely<PersonBrief['clothes']['kind']>(['tee', 'shirt', 'blazer', 'turtleneck', 'hoodie']);
  const clothesColour = pick(CLOTHES_COLOURS);
  const clothes = { kind: clothesKind, colour: clothesColour, ...wish.clothes };
  const walls = WALLS.filter((wall) => wall !== clothes.colour && wall !== headCover.colour && !CLASHES[clothes.colour]?.includes(wall));
  const hair = { style, colour: hairColour, grey: Math.round(grey * 100) / 100, ...wish.hair };
  // "Short" is another cut on a woman.
  if (woman && wish.hair?.style === 'short') hair.style = 'pixie';

  const brief: PersonBrief = {
    kind,
    title: wish.title ?? (kind === 'robot' ? 'Robo' : pick(woman ? usual.women : usual.men)),
    seed: seed >>> 0,
    ageYears,
    sex,
    origin,
    skinTone,
    face: {
      shape: likely<PersonBrief['face']['shape']>(['oval', 'oval', 'heart', 'round', 'square', 'long']),
      fullness: lean(),
      jaw: lean(),
      ...wish.face,
    },
    nose: { width: lean(), length: lean(), bridge: lean(), ...wish.nose },
    lips: { fullness: lean(), width: lean(), ...wish.lips },
    brows: { thickness: lean(), ...wish.brows },
    eyes: { colour: likely(usual.eyes), shape: likely(usual.eyeShapes), size: lean(), ...wish.eyes },
    hair,
    beard: wish.beard ?? beard,
    glasses: wish.glasses ?? (next() < 0.16 ? likely<PersonBrief['glasses']>(['rectangular', 'round']) : 'none'),
    headCover,
    clothes,
    background: wish.background ?? pick(walls),
    expression: wish.expression ?? likely<PersonBrief['expression']>(['friendly', 'neutral', 'confident']),
    freckles: wish.freckles ?? (skinTone <= 3 && next() < 0.2 ? 0.5 : 0),
    makeup: wish.makeup ?? (woman ? Math.round((0.15 + 0.45 * next()) * 100) / 100 : 0),
    earrings: wish.earrings ?? (woman && next() < 0.3),
  };
  return briefSchema.parse(brief);
}
