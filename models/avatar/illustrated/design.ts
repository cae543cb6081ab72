import type { PersonBrief } from '../../../server/casting/brief.ts';
import { COLOURS, EYE_COLOURS, HAIR_COLOURS } from '../../../server/casting/colours.ts';
import { blend, lightnessOf, shade } from './colour.ts';
import type { Point } from './vector.ts';

/** Middle of the canvas; every face is drawn around it. */
export const AXIS_X = 512;

/** Measures of one face in canvas pixels (1024 x 1024); x from the axis. */
export interface Measures {
  readonly topY: number;
  readonly hairlineY: number;
  readonly temple: number;
  readonly cheek: number;
  readonly jaw: number;
  readonly jawY: number;
  readonly chin: number;
  readonly chinY: number;
  readonly eyeX: number;
  readonly eyeY: number;
  readonly eyeHalf: number;
  readonly upperLid: number;
  readonly lowerLid: number;
  /** How much higher the outer corner lies than the inner one. */
  readonly tilt: number;
  readonly crease: number;
  readonly iris: number;
  readonly browY: number;
  readonly browThick: number;
  readonly noseY: number;
  readonly noseHalf: number;
  readonly bridge: number;
  readonly mouthY: number;
  readonly mouthHalf: number;
  readonly upperLip: number;
  readonly lowerLip: number;
  /** Rise of the lip corners at rest. */
  readonly cornerUp: number;
  readonly neck: number;
  readonly shoulder: number;
  readonly shoulderY: number;
}

export interface Palette {
  readonly skin: string;
  readonly skinLight: string;
  readonly skinGlow: string;
  readonly skinShade: string;
  readonly skinDeep: string;
  readonly blush: string;
  /** Dark line on skin: lids, nostrils, mouth. */
  readonly line: string;
  readonly lip: string;
  readonly lipDark: string;
  readonly lipLight: string;
  readonly hair: string;
  readonly hairDark: string;
  readonly hairDeep: string;
  readonly hairLight: string;
  readonly hairGloss: string;
  readonly brow: string;
  readonly iris: string;
  readonly cloth: string;
  readonly cover: string;
  readonly wall: string;
}

export interface Design {
  readonly brief: PersonBrief;
  readonly m: Measures;
  readonly c: Palette;
  /** 0 young .. 1 old. */
  readonly age: number;
}

/** Skin from very fair to very dark, lit. */
const SKIN = ['#fadcc9', '#f5cfb4', '#edbf9c', '#e2ab82', '#cf9467', '#b87b50', '#9b613d', '#7f4b2f', '#633925', '#4a2a1d'] as const;

const clamp01 = (v: number): number => Math.min(1, Math.max(0, v));

export function designOf(brief: PersonBrief): Design {
  const age = clamp01((brief.ageYears - 28) / 47);
  return { brief, m: measure(brief, age), c: paletteOf(brief), age };
}

function measure(brief: PersonBrief, age: number): Measures {
  const man = brief.sex === 'man' ? 1 : 0;
  const { origin, face, nose, lips, brows, eyes } = brief;
  const shapes = {
    oval: { temple: 0, cheek: 0, jaw: 0, chin: 0, chinY: 0 },
    round: { temple: 2, cheek: 7, jaw: 14, chin: 12, chinY: -14 },
    square: { temple: 0, cheek: 0, jaw: 20, chin: 20, chinY: -4 },
    heart: { temple: 7, cheek: 2, jaw: -14, chin: -12, chinY: 4 },
    long: { temple: -6, cheek: -8, jaw: -6, chin: 0, chinY: 20 },
  } as const;
  const s = shapes[face.shape];
  const broad = { european: 0, arab: 0.15, african: 1, 'south-asian': 0.3, 'east-asian': 0.35, 'southeast-asian': 0.7, latin: 0.35 }[
    origin
  ];
  const fullLips = { european: 0, arab: 0.25, african: 1, 'south-asian': 0.4, 'east-asian': 0.2, 'southeast-asian': 0.45, latin: 0.45 }[
    origin
  ];
  const long = { european: 0.2, arab: 0.6, african: -0.3, 'south-asian': 0.2, 'east-asian': -0.5, 'southeast-asian': -0.6, latin: 0 }[
    origin
  ];
  const lid = {
    almond: { upper: 31, lower: 16, tilt: 5, crease: 15 },
    round: { upper: 35, lower: 19, tilt: 1, crease: 14 },
    hooded: { upper: 27, lower: 14.5, tilt: 2, crease: 9 },
    monolid: { upper: 26, lower: 13, tilt: 9, crease: 0 },
    downturned: { upper: 30, lower: 16, tilt: -5, crease: 13 },
  }[eyes.shape];
  const size = (1 + 0.1 * eyes.size) * (man ? 0.92 : 1) * (1 - 0.08 * age);
  const chinY = 733 + s.chinY + 8 * man + 5 * age;
  const noseY = 560 + 9 * (long + nose.length) + 6 * age;
  return {
    topY: 148,
    hairlineY: 262 - (man ? 22 * age : 8 * age),
    temple: 172 + s.temple + 3 * man,
    cheek: 178 + s.cheek + 9 * face.fullness + (origin === 'east-asian' || origin === 'southeast-asian' ? 5 : 0),
    jaw: 139 + s.jaw + 14 * man + 18 * face.fullness + 10 * face.jaw + 6 * age,
    jawY: 640 + s.chinY * 0.5 + 5 * age,
    chin: 54 + s.chin + 14 * man + 8 * face.fullness + 6 * face.jaw,
    chinY,
    eyeX: 95 + (origin === 'east-asian' ? 2 : 0),
    eyeY: 458,
    eyeHalf: 51 * (1 + 0.07 * eyes.size) * (man ? 0.96 : 1),
    upperLid: lid.upper * size,
    lowerLid: lid.lower * size,
    tilt: lid.tilt - 3 * age,
    crease: lid.crease * (1 - 0.25 * age),
    iris: 29 * (1 + 0.05 * eyes.size) * (man ? 0.95 : 1),
    browY: (man ? 394 : 385) + 4 * age,
    browThick: (man ? 19 : 13.5) * (1 + 0.38 * brows.thickness) * (origin === 'arab' || origin === 'south-asian' ? 1.15 : 1),
    noseY,
    noseHalf: (27 + 10 * broad + 7 * nose.width) * (man ? 1.1 : 1),
    bridge: nose.bridge + (origin === 'arab' ? 0.4 : 0) - 0.5 * broad,
    mouthY: 631 + s.chinY * 0.35 + 0.35 * (noseY - 560),
    mouthHalf: (64 + 4 * fullLips + 7 * lips.width) * (man ? 1.07 : 1),
    upperLip: Math.max(5, (11.5 + 4 * fullLips + 5.5 * lips.fullness) * (man ? 0.82 : 1) * (1 - 0.3 * age)),
    lowerLip: Math.max(7, (16 + 5.5 * fullLips + 7 * lips.fullness) * (man ? 0.86 : 1) * (1 - 0.2 * age)),
    cornerUp: { neutral: 1.5, friendly: 7, confident: 4.5, serious: 0 }[brief.expression],
    neck: man ? 98 : 72,
    shoulder: man ? 412 : 352,
    shoulderY: man ? 898 : 906,
  };
}

function paletteOf(brief: PersonBrief): Palette {
  const skin = SKIN[brief.skinTone - 1] ?? SKIN[3];
  const dark = clamp01((0.78 - lightnessOf(skin)) / 0.4);
  const { hair } = brief;
  const grown = HAIR_COLOURS[hair.colour];
  const base = blend(grown, hair.colour === 'black' || hair.colour === 'dark-brown' ? '#b9bcc4' : '#d8d2c8', hair.grey * 0.88);
  const isDark = lightnessOf(base) < 0.36;
  const lipBase = blend(skin, '#a02f3d', 0.34 + 0.05 * dark + 0.2 * brief.makeup);
  const lip = brief.sex === 'man' ? blend(skin, '#8f3a3a', 0.27) : lipBase;
  return {
    skin,
    skinLight: shade(skin, 0.035 + 0.02 * dark, 0.86, 5),
    skinGlow: blend(skin, '#fff1dc', 0.42 - 0.12 * dark),
    skinShade: shade(skin, -0.095 - 0.015 * dark, 1.28 - 0.2 * dark, -9),
    skinDeep: shade(skin, -0.19 + 0.03 * dark, 1.3 - 0.25 * dark, -15),
    blush: dark > 0.6 ? '#b5432f' : '#ee6f63',
    line: shade(blend(skin, '#2a1218', 0.8), -0.02),
    lip: shade(lip, -0.015),
    lipDark: shade(lip, -0.085, 1.08, -4),
    lipLight: shade(lip, 0.07, 0.92, 4),
    hair: base,
    hairDark: shade(base, -0.07, 1, -4),
    hairDeep: shade(base, -0.14, 0.86, -4),
    hairLight: isDark ? blend(base, '#7d86a6', 0.2) : shade(base, 0.075, 0.98, 6),
    hairGloss: isDark ? blend(base, '#a9b4d6', 0.36) : shade(base, 0.14, 1.02, 12),
    brow: blend(hair.grey > 0.6 ? shade(base, -0.2) : shade(base, lightnessOf(base) > 0.55 ? -0.22 : -0.04), '#2a1712', 0.18),
    iris: EYE_COLOURS[brief.eyes.colour],
    cloth: COLOURS[brief.clothes.colour],
    cover: COLOURS[brief.headCover.colour],
    wall: COLOURS[brief.background],
  };
}

/** Right half of the outline of the face, crown to chin, as points on the canvas. */
export function faceOutline(m: Measures): Point[] {
  const x = AXIS_X;
  const mid = (a: number, b: number, t: number) => a + (b - a) * t;
  return [
    [x, m.topY],
    [x + 84, m.topY + 13],
    [x + m.temple - 22, m.topY + 88],
    [x + m.temple, m.topY + 214],
    [x + m.cheek, 470],
    [x + mid(m.cheek, m.jaw, 0.38), mid(470, m.jawY, 0.56)],
    [x + m.jaw, m.jawY],
    [x + mid(m.jaw, m.chin, 0.55), mid(m.jawY, m.chinY, 0.6)],
    [x + m.chin, m.chinY - 13],
    [x, m.chinY],
  ];
}
