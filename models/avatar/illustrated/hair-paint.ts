import { blend } from './colour.ts';
import { AXIS_X as X, type Palette } from './design.ts';
import { between, brush, fill, type Point, sample, spline, tapered } from './vector.ts';

/** Drawn behind the body and over the face. */
export interface HairArt {
  readonly back: string;
  readonly front: string;
}

/** One mass of hair: a silhouette filled with strokes that run between guide lines (root to tip). */
export interface Mass {
  readonly outline: readonly Point[];
  readonly guides: readonly (readonly Point[])[];
  readonly strokes: number;
  readonly width: readonly [number, number];
  /** Where along the guides the light lies, 0..1; absent: no gloss. */
  readonly gloss?: readonly [number, number];
  /** 0 light .. 1 in shadow. */
  readonly depth?: number;
}

/** `id` must be the only one of its layer. */
export function paint(id: string, mass: Mass, c: Palette, next: () => number): string {
  const { depth = 0 } = mass;
  const tone = (colour: string): string => blend(colour, c.hairDeep, depth * 0.8);
  const outline = spline(mass.outline, true);
  const colours = [c.hairDark, c.hairDeep, c.hair, c.hairLight, c.hairDark].map(tone);
  let strokes = '';
  for (let i = 0; i < mass.strokes; i++) {
    const line = between(mass.guides, (i + next()) / mass.strokes);
    const from = next() * 0.35;
    const to = from + 0.35 + next() * 0.6;
    const width = mass.width[0] + (mass.width[1] - mass.width[0]) * next() ** 2;
    strokes += fill(
      brush(sample(line, 8, from, Math.min(1, to)), tapered(width, 0.8)),
      colours[Math.floor(next() * colours.length)]!,
      0.32 + 0.4 * next(),
    );
  }
  if (mass.gloss) {
    const [low, high] = mass.gloss;
    const count = Math.round(mass.strokes * 0.5);
    for (let i = 0; i < count; i++) {
      const t = (i + next()) / count;
      const from = low + (next() - 0.5) * 0.09;
      const to = high + (next() - 0.5) * 0.12;
      const strength = (0.25 + 0.55 * Math.exp(-(((t - 0.36) / 0.3) ** 2))) * (1 - depth);
      strokes += fill(
        brush(sample(between(mass.guides, t), 6, from, to), tapered(2.5 + 6 * next())),
        tone(c.hairGloss),
        strength * (0.4 + 0.6 * next()),
      );
    }
  }
  return (
    `<defs><clipPath id="${id}"><path d="${outline}"/></clipPath>` +
    `<linearGradient id="${id}g" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${tone(c.hairLight)}"/><stop offset=".3" stop-color="${tone(c.hair)}"/><stop offset="1" stop-color="${tone(c.hairDark)}"/></linearGradient></defs>` +
    `<path d="${outline}" fill="url(#${id}g)"/><g clip-path="url(#${id})">${strokes}</g>`
  );
}

/** Single hairs that leave the silhouette. */
export function strays(guides: readonly (readonly Point[])[], count: number, c: Palette, next: () => number): string {
  let out = '';
  for (let i = 0; i < count; i++) {
    const line = sample(between(guides, next()), 7, 0.25 + 0.3 * next(), 1).map(
      ([x, y]): Point => [x + (next() - 0.5) * 9, y + (next() - 0.5) * 7],
    );
    out += fill(brush(line, tapered(2.6)), next() < 0.5 ? c.hairDark : c.hairLight, 0.8);
  }
  return out;
}

export const mirrorAll = (guides: readonly (readonly Point[])[]): Point[][] =>
  guides.map((guide) => guide.map(([x, y]): Point => [2 * X - x, y]));
