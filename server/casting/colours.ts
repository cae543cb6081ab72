/** Colour words of people, clothes and rooms, as sRGB. */

/** Hair as it grows or is dyed: base colour. Grey hair is a share (`hair.grey`), not a colour. */
export const HAIR_COLOURS = {
  black: '#1f1a1d',
  'dark-brown': '#38241c',
  brown: '#5a3826',
  'light-brown': '#84583a',
  auburn: '#6f2f20',
  red: '#a9481f',
  ginger: '#c4652a',
  'dark-blond': '#a07b4c',
  blond: '#d2a968',
  platinum: '#e9d9b8',
  blue: '#2f5fb3',
  pink: '#d9688f',
  purple: '#6c4499',
  green: '#3d8a63',
} as const;

export const EYE_COLOURS = {
  brown: '#6d4425',
  'dark-brown': '#40271a',
  amber: '#a86c24',
  hazel: '#83683a',
  green: '#4f8058',
  blue: '#4a82b4',
  grey: '#78868f',
} as const;

/** Cloth, frames and walls. */
export const COLOURS = {
  black: '#26262b',
  charcoal: '#3c4047',
  grey: '#8a9097',
  'light-grey': '#c4c8cc',
  white: '#f1efea',
  cream: '#eee0c6',
  beige: '#d4bd9a',
  brown: '#6f4a34',
  camel: '#b98a55',
  navy: '#23365c',
  blue: '#3468ad',
  'light-blue': '#93bcdd',
  turquoise: '#3aa6a6',
  teal: '#1f7378',
  green: '#3f8257',
  'dark-green': '#28533f',
  olive: '#6c6b3b',
  mint: '#a5d3bd',
  yellow: '#e6b73d',
  mustard: '#c8902c',
  orange: '#df7b35',
  coral: '#e57f6c',
  red: '#b93a39',
  burgundy: '#6d2437',
  pink: '#e29bb0',
  purple: '#6b4a8e',
  lavender: '#b5a5d6',
  gold: '#b88f3e',
  silver: '#aeb4ba',
} as const;

export type HairColour = keyof typeof HAIR_COLOURS;
export type EyeColour = keyof typeof EYE_COLOURS;
export type Colour = keyof typeof COLOURS;

const names = <Name extends string>(table: Readonly<Record<Name, string>>) => Object.keys(table) as [Name, ...Name[]];
export const HAIR_COLOUR_NAMES = names(HAIR_COLOURS);
export const EYE_COLOUR_NAMES = names(EYE_COLOURS);
export const COLOUR_NAMES = names(COLOURS);
