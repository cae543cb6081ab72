import type { PersonBrief } from '../../server/casting/brief.ts';
import { COLOURS, EYE_COLOURS, HAIR_COLOURS } from '../../server/casting/colours.ts';
import { linear, lightnessOf } from './illustrated/colour.ts';
import { mix, saturate } from './math.ts';
import { type Person, personSchema } from './person.ts';
import { type Robot, robotSchema } from './robot/robot.ts';

type Rgb = [number, number, number];

/** Diffuse skin, linear, from very fair to very dark. */
const SKIN: readonly Rgb[] = [
  [0.76, 0.53, 0.43],
  [0.7, 0.46, 0.35],
  [0.65, 0.41, 0.3],
  [0.57, 0.34, 0.235],
  [0.47, 0.265, 0.17],
  [0.375, 0.2, 0.122],
  [0.285, 0.143, 0.084],
  [0.215, 0.102, 0.058],
  [0.155, 0.072, 0.041],
  [0.105, 0.049, 0.03],
];

/** Means of adults by origin, relative to the base head: nose, lips, lids, cheekbones (after Farkas et al. 2005). */
const ORIGIN = {
  european: { nose: 0.92, bridge: 1.1, tip: 0.95, length: 1, upper: 0.52, lower: 0.7, fold: 0, cheekbone: 1, tilt: 0.1 },
  arab: { nose: 1.02, bridge: 1.2, tip: 1, length: 1.05, upper: 0.54, lower: 0.74, fold: 0, cheekbone: 1, tilt: 0.09 },
  african: { nose: 1.36, bridge: 0.62, tip: 1.1, length: 0.93, upper: 0.76, lower: 0.96, fold: 0, cheekbone: 1.1, tilt: 0.11 },
  'south-asian': { nose: 1.06, bridge: 1, tip: 1.02, length: 1, upper: 0.58, lower: 0.78, fold: 0, cheekbone: 1, tilt: 0.11 },
  'east-asian': { nose: 1.04, bridge: 0.55, tip: 0.98, length: 0.92, upper: 0.56, lower: 0.74, fold: 0.6, cheekbone: 1.28, tilt: 0.18 },
  'southeast-asian': { nose: 1.2, bridge: 0.55, tip: 1.04, length: 0.9, upper: 0.62, lower: 0.8, fold: 0.35, cheekbone: 1.2, tilt: 0.15 },
  latin: { nose: 1.04, bridge: 0.95, tip: 1, length: 0.98, upper: 0.58, lower: 0.77, fold: 0.05, cheekbone: 1.1, tilt: 0.12 },
} as const;

const SHAPES = {
  oval: { jaw: 0, chin: 0, drop: 0, width: 0 },
  round: { jaw: 0.04, chin: 0.08, drop: -0.3, width: 0.03 },
  square: { jaw: 0.13, chin: 0.22, drop: 0, width: 0 },
  heart: { jaw: -0.08, chin: -0.1, drop: 0.05, width: 0.02 },
  long: { jaw: -0.04, chin: 0, drop: 0.45, width: -0.03 },
} as const;

/** The sculptor's styles for what a brief calls hair. */
const HAIR = {
  bald: { style: 'bald', length: 1, wave: 0, strands: 1000 },
  buzz: { style: 'buzz', length: 1, wave: 0, strands: 30_000 },
  short: { style: 'short', length: 0.9, wave: 0, strands: 36_000 },
  'side-part': { style: 'short', length: 1.05, wave: 0, strands: 36_000 },
  pixie: { style: 'short', length: 1.3, wave: 0, strands: 40_000 },
  bob: { style: 'waves', length: 0.78, wave: 0.25, strands: 46_000 },
  long: { style: 'waves', length: 1.08, wave: 0.2, strands: 46_000 },
  wavy: { style: 'waves', length: 1.02, wave: 1.2, strands: 46_000 },
  coils: { style: 'coils', length: 0.7, wave: 0, strands: 15_000 },
  afro: { style: 'coils', length: 1.4, wave: 0, strands: 22_000 },
  bun: { style: 'bun', length: 1.2, wave: 0, strands: 52_000 },
  ponytail: { style: 'ponytail', length: 1.2, wave: 0, strands: 58_000 },
} as const;

const GARMENTS = { tee: 'crew', shirt: 'crew', hoodie: 'crew', blazer: 'blazer', turtleneck: 'turtleneck' } as const;

const clamp = (v: number, low: number, high: number): number => Math.min(high, Math.max(low, v));
const cloth = (hex: string): Rgb => linear(hex).map((v) => v * 0.75) as Rgb;

/** A brief as parameters of the sculptor. */
export function personOfBrief(brief: PersonBrief, name: string): Person {
  const { face, nose, lips, brows, eyes, hair } = brief;
  const man = brief.sex === 'man' ? 1 : 0;
  const origin = ORIGIN[brief.origin];
  const shape = SHAPES[face.shape];
  const age = saturate((brief.ageYears - 30) / 45);
  const skin = SKIN[brief.skinTone - 1]!;
  const dark = saturate((0.6 - skin[0]) / 0.5);
  const red: Rgb = [0.55, 0.15, 0.14];
  const lipShare = 0.26 + 0.24 * brief.makeup;
  const lipColour = skin.map((v, i) => mix(v * 0.9, red[i]! * mix(1, 0.42, dark), lipShare)) as Rgb;
  const cut = HAIR[hair.style];
  const wall = COLOURS[brief.background];
  const eyeShape = {
    almond: { opening: 1, tilt: 0, fold: 0 },
    round: { opening: 1.14, tilt: -0.04, fold: 0 },
    hooded: { opening: 0.9, tilt: -0.02, fold: 0.4 },
    monolid: { opening: 0.88, tilt: 0.05, fold: 0.85 },
    downturned: { opening: 1, tilt: -0.16, fold: 0 },
  }[eyes.shape];
  return personSchema.parse({
    name,
    title: brief.title,
    seed: brief.seed & 0x7fffffff,
    age: brief.ageYears > 32 ? age : 0,
    head: {
      width: clamp(1 + shape.width - 0.02 * (1 - man), 0.85, 1.15),
      jawWidth: clamp(0.9 + 0.12 * man + shape.jaw + 0.08 * face.jaw, 0.7, 1.3),
      chinWidth: clamp(0.82 + 0.24 * man + shape.chin + 0.1 * face.jaw, 0.7, 1.4),
      chinDrop: clamp(shape.drop + 0.2 * man - 0.1 * (1 - man), -1, 1.2),
      cheekbone: clamp(origin.cheekbone + 0.1 * (1 - man), 0.5, 1.6),
      fullness: clamp(0.28 + 0.35 * face.fullness - 0.06 * man, 0, 1.2),
      browRidge: clamp(0.65 + 0.5 * man, 0.4, 1.5),
      neckRadius: 3.85 + 1.15 * man + 0.3 * face.fullness,
    },
    nose: {
      length: clamp(origin.length + 0.12 * nose.length + 0.03 * man, 0.8, 1.25),
      width: clamp(origin.nose * (0.96 + 0.06 * man) + 0.22 * nose.width, 0.7, 1.5),
      bridge: clamp(origin.bridge + 0.35 * nose.bridge + 0.1 * man, 0.4, 1.6),
      tip: clamp(origin.tip + 0.06 * nose.width, 0.7, 1.5),
      upturn: clamp(0.4 - 0.35 * nose.length - 0.15 * man, -0.5, 1),
    },
    eyes: {
      radius: 1.44 + 0.05 * eyes.size,
      separation: 3.22,
      halfWidth: clamp(1.67 + 0.1 * eyes.size - 0.04 * man, 1.4, 2),
      opening: clamp((1 + 0.1 * eyes.size - 0.06 * man - 0.1 * age) * eyeShape.opening, 0.6, 1.4),
      tilt: clamp(origin.tilt + eyeShape.tilt - 0.05 * age, -0.2, 0.4),
      fold: eyes.shape === 'monolid' || eyes.shape === 'hooded' ? eyeShape.fold : Math.min(origin.fold, 0.35),
      iris: linear(EYE_COLOURS[eyes.colour]).map((v) => v * 0.55) as Rgb,
    },
    mouth: {
      halfWidth: clamp(2.2 + 0.2 * man + 0.25 * lips.width, 1.9, 3),
      upper: clamp((origin.upper + 0.16 * lips.fullness) * (1 - 0.14 * man) * (1 - 0.25 * age), 0.25, 1),
      lower: clamp((origin.lower + 0.2 * lips.fullness) * (1 - 0.1 * man) * (1 - 0.15 * age), 0.3, 1.2),
      corner: { neutral: -0.05, friendly: 0.05, confident: 0, serious: -0.1 }[brief.expression],
      lipColour,
    },
    brows: { thickness: clamp(0.95 + 0.35 * man + 0.45 * brows.thickness, 0.4, 1.8), height: -0.1 * man, arch: clamp(1 - 0.3 * man, 0, 2) },
    skin: { colour: skin, blush: mix(1.1, 0.4, dark) * (man ? 0.8 : 1), freckles: brief.freckles, makeup: brief.makeup },
    hair: {
      style: brief.headCover.kind === 'cap' || brief.headCover.kind === 'none' ? cut.style : 'bald',
      colour: linear(HAIR_COLOURS[hair.colour]).map((v) => v * 0.8) as Rgb,
      grey: hair.grey,
      part: brief.seed % 2 === 0 ? 1.5 : -1.8,
      wave: cut.wave,
      lengthCm: cut.length,
      strands: cut.strands,
      line: 6.4 + 0.5 * age * man,
    },
    beard: { style: brief.beard, grey: saturate(hair.grey * 0.95) },
    glasses: brief.glasses === 'cat-eye' ? 'rectangular' : brief.glasses,
    headCover: { kind: brief.headCover.kind, colour: cloth(COLOURS[brief.headCover.colour]) },
    garment: {
      kind: GARMENTS[brief.clothes.kind],
      colour: cloth(COLOURS[brief.clothes.colour]),
      shirt: lightnessOf(COLOURS[brief.clothes.colour]) > 0.8 ? [0.06, 0.08, 0.12] : [0.6, 0.61, 0.62],
    },
    backdrop: { colour: linear(wall).map((v) => mix(0.3, v, 0.35)) as Rgb },
    exposure: mix(1, 1.22, dark),
  });
}

/** Clothes become the robot's accent. */
export function robotOfBrief(brief: PersonBrief, name: string): Robot {
  const accent = linear(COLOURS[brief.clothes.colour]).map((v) => v * 0.9) as Rgb;
  const wall = linear(COLOURS[brief.background]);
  return robotSchema.parse({ name, title: brief.title, accent, backdrop: { colour: wall.map((v) => mix(0.3, v, 0.3)) } });
}
