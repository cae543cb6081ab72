import type { Viseme } from './parameters.ts';

/**
 * What the lips do for a phone: one viseme, or two in a row for diphthongs and affricates (`share` of the time goes to
 * the first). `weight` is how far the mouth goes; h has no shape of its own.
 */
export interface MouthShape {
  readonly visemes: readonly [Viseme] | readonly [Viseme, Viseme];
  readonly share: number;
  readonly weight: number;
  /** How much of it is rounded lips at the same time, 0..1: consonants with a second place of articulation. */
  readonly rounding?: number;
  /** How much of the tip of the tongue is seen behind the teeth, 0..1. */
  readonly tip?: number;
}

export type MouthShapes = Readonly<Record<string, MouthShape>>;

export const shape = (visemes: MouthShape['visemes'], weight = 1, share = visemes.length === 2 ? 0.55 : 1): MouthShape => ({
  visemes,
  share,
  weight,
});

/** The same shape for several symbols, separated by spaces. */
export function all(symbols: string, mouth: MouthShape): Record<string, MouthShape> {
  return Object.fromEntries(symbols.split(' ').map((symbol) => [symbol, mouth]));
}
