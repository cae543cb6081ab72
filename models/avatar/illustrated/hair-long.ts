import { AXIS_X as X, type Design } from './design.ts';
import { type HairArt, paint, strays } from './hair-paint.ts';
import { brush, fill, mirrored, type Point, sample, tapered } from './vector.ts';

/** Parted curtains that hang to `endY`: bob, long and wavy hair. */
export function hanging(d: Design, next: () => number, endY: number, wave: number): HairArt {
  const { topY, temple: T, cheek, hairlineY: H } = d.m;
  const long = endY > 860;
  const part = X - 34;
  const bulge = long ? 40 : 38;
  const ripple = (y: number, phase: number): number =>
    wave * 15 * Math.sin((y - 430) / 44 + phase) * Math.min(1, Math.max(0, (y - 420) / 160));
  const lobe = (y: number, x: number, side: 1 | -1, phase: number): Point => [X + side * (x + ripple(y, phase)), y];
  const rows = Array.from({ length: 6 }, (_, i) => 430 + ((endY - 430) * (i + 1)) / 6);
  const outer = (side: 1 | -1): Point[] =>
    rows.map((y, i) => lobe(y, T + bulge + (long ? 6 * i : [6, 10, 12, 10, 4, -10][i]!), side, side));
  const tips = long ? 26 : 4;
  const back = paint(
    'behind',
    {
      outline: [
        [X, topY - 50],
        [X + 118, topY - 20],
        [X + T + 20, topY + 110],
        [X + T + bulge, 400],
        ...outer(1),
        [X + T - 30, endY + tips],
        [X + 60, endY + 2],
        [X - 60, endY + 2],
        [X - T + 30, endY + tips],
        ...outer(-1).reverse(),
        [X - T - bulge, 400],
        [X - T - 20, topY + 110],
        [X - 118, topY - 20],
      ],
      guides: [-1, -0.5, 0.5, 1].map((k): Point[] => [
        [X + k * 60, topY + 20],
        [X + k * (T + 18), 360],
        [X + k * (T + 26) + ripple(560, k), 560],
        [X + k * (T + 22) + ripple(720, k), (560 + endY) / 2 + 30],
        [X + k * (T + 18), endY],
      ]),
      strokes: 110,
      width: [4, 16],
      depth: 0.8,
    },
    d.c,
    next,
  );
  const curtain = (side: 1 | -1): string => {
    const inner = (y: number, x: number): Point => lobe(y, x, side, side + 0.5);
    const face = long ? 8 : 4;
    const outline: Point[] = [
      [part, topY - 47],
      [X + side * 96 + (side < 0 ? 10 : 0), topY - 34],
      [X + side * (T + 4), topY + 50],
      [X + side * (T + bulge - 4), 300],
      [X + side * (T + bulge), 400],
      ...outer(side).slice(0, -1),
      lobe(endY + (long ? 6 : 2), T + (long ? 32 : 14), side, side),
      inner(endY - (long ? 10 : 2), cheek - (long ? 6 : 26)),
      ...[...rows.slice(0, -1)].reverse().map((y, i) => inner(y, cheek - face + (long ? -6 + i : [-10, -2, 4, 6, 2][i]!))),
      [X + side * (T - 8), 396],
      [X + side * (T - 38), 330],
      [X + side * 84, H + 12],
      [part + side * 24, H - 34],
      [part, H - 50],
    ];
    const guide = (k: number): Point[] => {
      const x = (a: number, b: number): number => a + (b - a) * k;
      return [
        [part + side * 2, x(H - 50, topY - 40)],
        [x(part + side * 30, X + side * 96), x(H - 30, topY - 30)],
        [X + side * x(T - 42, T + 12), x(334, topY + 80)],
        [X + side * x(T - 8, T + bulge), x(400, 340)],
        ...rows.map((y) => lobe(y, x(cheek - face, T + bulge + (long ? 16 : 4)), side, side + 0.5 - 0.5 * k)),
      ];
    };
    const guides = [0, 0.25, 0.5, 0.75, 1].map(guide);
    return (
      paint(`curtain${side}`, { outline, guides, strokes: 120, width: [3, 13], gloss: long ? [0.16, 0.26] : [0.24, 0.38] }, d.c, next) +
      strays(guides, 5, d.c, next)
    );
  };
  const seam = fill(
    brush(
      [
        [part, H - 42],
        [part - 2, topY + 20],
        [part + 2, topY - 44],
      ],
      tapered(7),
    ),
    d.c.hairDeep,
    0.8,
  );
  return { back, front: curtain(1) + curtain(-1) + seam };
}

/** Combed back into a bun on the crown or a ponytail over one shoulder. */
export function pulledBack(d: Design, next: () => number, bun: boolean): HairArt {
  const { topY, temple: T, hairlineY: H } = d.m;
  const c = d.c;
  const outline = mirrored(
    [
      [X, topY - 24],
      [X + 84, topY - 13],
      [X + T - 24, topY + 50],
      [X + T + 13, topY + 176],
      [X + T + 13, 400],
      [X + T + 4, 470],
      [X + T - 9, 450],
      [X + T - 13, 392],
      [X + T - 42, 330],
      [X + T - 62, 286],
      [X + 62, H - 3],
      [X, H - 12],
    ],
    X,
  );
  const knot: Point = bun ? [X + 10, topY - 20] : [X + 30, topY + 10];
  const root = (x: number, y: number, k: number): Point[] => [
    [x, y],
    [x + (x - X) * 0.16, y - 44],
    [X + (x - X) * 0.75, topY + 46 + 30 * k],
    [knot[0] + (x - X) * 0.2, knot[1] + 8],
  ];
  const guides: Point[][] = [
    root(X - T + 2, 470, 1.6),
    root(X - T + 12, 392, 1),
    root(X - T + 46, 312, 0.4),
    root(X - 70, H + 2, 0),
    root(X, H - 8, -0.2),
    root(X + 70, H + 2, 0),
    root(X + T - 46, 312, 0.4),
    root(X + T - 12, 392, 1),
    root(X + T - 2, 470, 1.6),
  ];
  const cap =
    paint('cap', { outline, guides, strokes: 170, width: [2.5, 9], gloss: [0.38, 0.62] }, c, next) +
    strays(guides.slice(0, 2), 3, c, next) +
    strays(guides.slice(-2), 3, c, next);
  if (bun) {
    const r = 72;
    const [kx, ky] = [knot[0] - 6, knot[1] - 30];
    const ball: Point[] = Array.from({ length: 14 }, (_, i): Point => {
      const a = (i / 14) * Math.PI * 2;
      const wobble = 1 + 0.035 * Math.sin(a * 3 + d.brief.seed);
      return [kx + Math.cos(a) * r * 1.08 * wobble, ky + Math.sin(a) * r * 0.86 * wobble];
    });
    const swirl = (k: number): Point[] => [
      [kx - r * 1.05, ky + 26 - 70 * k],
      [kx - r * 0.4, ky + 60 - 128 * k],
      [kx + r * 0.5, ky + 50 - 122 * k],
      [kx + r * 1.05, ky - 4 - 44 * k],
    ];
    const bunMass = paint(
      'bun',
      { outline: ball, guides: [0, 0.33, 0.66, 1].map(swirl), strokes: 80, width: [3, 10], gloss: [0.22, 0.5] },
      c,
      next,
    );
    const band = fill(
      brush(
        [
          [kx - 62, ky + 62],
          [kx, ky + 78],
          [kx + 64, ky + 58],
        ],
        tapered(16, 0.4),
      ),
      c.hairDeep,
    );
    return { back: bunMass + band, front: cap };
  }
  const tailOf = (k: number): Point[] => [
    [X + 60, topY + 40],
    [X + T + 20 + 40 * k, topY + 90],
    [X + T + 26 + 62 * k, 400],
    [X + T + 2 + 70 * k, 600],
    [X + T - 26 + 76 * k, 780],
    [X + T - 34 + 40 * k, 906],
  ];
  const tailGuides = [0, 0.33, 0.66, 1].map(tailOf);
  const tailOutline: Point[] = [...sample(tailOf(-0.06), 9), ...sample(tailOf(1.1), 9).reverse()];
  return {
    back: paint('tail', { outline: tailOutline, guides: tailGuides, strokes: 90, width: [3, 12], gloss: [0.3, 0.46], depth: 0.3 }, c, next),
    front: cap,
  };
}
