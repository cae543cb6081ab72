import { randomStream } from '../math.ts';
import { blend } from './colour.ts';
import { AXIS_X as X, type Design, type Palette } from './design.ts';
import { between, brush, fill, mirrored, type Point, sample, spline, tapered } from './vector.ts';

/** Drawn behind the body and over the face. */
export interface HairArt {
  readonly back: string;
  readonly front: string;
}

/** One mass of hair: a silhouette filled with strokes that run between guide lines (root to tip). */
interface Mass {
  readonly outline: readonly Point[];
  readonly guides: readonly (readonly Point[])[];
  readonly strokes: number;
  readonly width: readonly [number, number];
  /** Where along the guides the light lies, 0..1; absent: no gloss. */
  readonly gloss?: readonly [number, number];
  /** 0 light .. 1 in shadow. */
  readonly depth?: number;
}

let masses = 0;

function paint(mass: Mass, c: Palette, next: () => number): string {
  const id = `hair${masses++}`;
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
function strays(guides: readonly (readonly Point[])[], count: number, c: Palette, next: () => number): string {
  let out = '';
  for (let i = 0; i < count; i++) {
    const line = sample(between(guides, next()), 7, 0.25 + 0.3 * next(), 1).map(
      ([x, y]): Point => [x + (next() - 0.5) * 9, y + (next() - 0.5) * 7],
    );
    out += fill(brush(line, tapered(2.6)), next() < 0.5 ? c.hairDark : c.hairLight, 0.8);
  }
  return out;
}

const mirrorAll = (guides: readonly (readonly Point[])[]): Point[][] => guides.map((guide) => guide.map(([x, y]): Point => [2 * X - x, y]));

export function drawHair(d: Design): HairArt {
  masses = 0;
  const next = randomStream(d.brief.seed * 31 + 7);
  if (d.brief.headCover.kind === 'hijab' || d.brief.headCover.kind === 'turban') return { back: '', front: '' };
  switch (d.brief.hair.style) {
    case 'bald':
      return d.age > 0.2 ? { back: '', front: fringe(d, next) } : { back: '', front: '' };
    case 'buzz':
      return { back: '', front: buzz(d, next) };
    case 'short':
    case 'side-part':
      return shortHair(d, next, d.brief.hair.style === 'side-part');
    case 'pixie':
      return pixie(d, next);
    case 'bob':
      return hanging(d, next, m(d).chinY + 26, 0);
    case 'long':
      return hanging(d, next, 902, 0.12);
    case 'wavy':
      return hanging(d, next, 890, 1);
    case 'coils':
      return curls(d, next, 0.32);
    case 'afro':
      return curls(d, next, 1);
    case 'bun':
      return pulledBack(d, next, true);
    case 'ponytail':
      return pulledBack(d, next, false);
  }
}

const m = (d: Design) => d.m;

/** Hair that stays around a bald crown. */
function fringe(d: Design, next: () => number): string {
  const T = d.m.temple;
  const side: Point[] = [
    [X + T + 4, 340],
    [X + T + 15, 380],
    [X + T + 13, 440],
    [X + T + 2, 474],
    [X + T - 12, 440],
    [X + T - 6, 380],
  ];
  const guides: Point[][] = [
    [
      [X + T + 2, 345],
      [X + T + 2, 400],
      [X + T - 8, 470],
    ],
    [
      [X + T + 16, 360],
      [X + T + 14, 420],
      [X + T + 4, 480],
    ],
  ];
  const mass = { outline: side, guides, strokes: 18, width: [2, 5] } as const;
  return (
    paint(mass, d.c, next) + paint({ ...mass, outline: side.map(([x, y]): Point => [2 * X - x, y]), guides: mirrorAll(guides) }, d.c, next)
  );
}

/** Cap of the scalp down to the hairline, right half from the crown to the temple and back along the hairline. */
function scalp(d: Design, lift: number, side: number): Point[] {
  const { topY, temple: T, hairlineY: H } = d.m;
  return mirrored(
    [
      [X, topY - lift],
      [X + 92, topY + 12 - lift],
      [X + T - 22 + side, topY + 84 - lift * 0.5],
      [X + T + 4 + side, topY + 178],
      [X + T + 3 + side * 0.7, 404],
      [X + T + 2, 462],
      [X + T - 13, 446],
      [X + T - 15, 388],
      [X + T - 40, 336],
      [X + T - 50, 286],
      [X + 76, H + 2],
      [X, H - 3],
    ],
    X,
  );
}

function buzz(d: Design, next: () => number): string {
  const outline = spline(scalp(d, 9, 5), true);
  let dots = '';
  for (let i = 0; i < 900; i++) {
    const angle = Math.PI * next();
    const r = Math.sqrt(next());
    const x = X + Math.cos(angle) * (d.m.temple + 14) * r;
    const y = 430 - Math.sin(angle) * 300 * r;
    dots += `<path d="M${x.toFixed(0)} ${y.toFixed(0)}l${((next() - 0.5) * 5).toFixed(1)} ${(-3 - 4 * next()).toFixed(1)}" stroke="${next() < 0.55 ? d.c.hairDeep : d.c.hairLight}" stroke-width="2.2" stroke-opacity=".5"/>`;
  }
  return `<defs><clipPath id="buzz"><path d="${outline}"/></clipPath><linearGradient id="buzzFade" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${d.c.hair}" stop-opacity=".96"/><stop offset=".6" stop-color="${d.c.hair}" stop-opacity=".9"/><stop offset="1" stop-color="${d.c.hair}" stop-opacity=".3"/></linearGradient><filter id="buzzEdge"><feGaussianBlur stdDeviation="2.4"/></filter></defs><path d="${outline}" fill="url(#buzzFade)" filter="url(#buzzEdge)"/><g clip-path="url(#buzz)">${dots}<ellipse cx="${X - 60}" cy="${d.m.topY + 42}" rx="90" ry="30" fill="${d.c.hairGloss}" fill-opacity=".16" transform="rotate(-14 ${X - 60} ${d.m.topY + 42})"/></g>`;
}

/** Cropped sides under a swept top. */
function shortHair(d: Design, next: () => number, parted: boolean): HairArt {
  const { topY, temple: T, hairlineY: H } = d.m;
  const sides = paint(
    {
      outline: scalp(d, 8, 8),
      guides: [
        [
          [X - T - 12, topY + 120],
          [X - T - 8, 380],
          [X - T - 2, 460],
        ],
        [
          [X - T + 30, topY + 90],
          [X - T + 14, 360],
          [X - T + 6, 450],
        ],
        [
          [X + T - 30, topY + 90],
          [X + T - 14, 360],
          [X + T - 6, 450],
        ],
        [
          [X + T + 12, topY + 120],
          [X + T + 8, 380],
          [X + T + 2, 460],
        ],
      ],
      strokes: 90,
      width: [2, 6],
      depth: 0.55,
    },
    d.c,
    next,
  );
  const lift = parted ? 46 : 58;
  const part = X - (parted ? 92 : 150);
  const top: Point[] = [
    [X - T + 4, 318],
    [X - T - 7, 262],
    [X - T + 12, topY + 44],
    [X - 104, topY - lift * 0.62],
    [X - 20, topY - lift],
    [X + 84, topY - lift * 0.78],
    [X + T - 16, topY + 30],
    [X + T + 9, topY + 120],
    [X + T + 1, 324],
    [X + T - 26, 300],
    [X + T - 58, parted ? 262 : 250],
    [X + 70, H - (parted ? 2 : 20)],
    [X + 6, H - (parted ? 22 : 6)],
    [X - 62, H - (parted ? 30 : 18)],
    [part - 24, H - 8],
    [X - T + 30, 300],
  ];
  const sweep: Point[][] = parted
    ? [
        [
          [part + 6, H - 26],
          [part - 40, H - 70],
          [X - T + 4, H - 6],
          [X - T + 4, 330],
        ],
        [
          [part + 8, H - 30],
          [part - 20, topY + 10],
          [X - T + 16, topY + 70],
          [X - T - 4, 300],
        ],
        [
          [part + 12, H - 34],
          [part + 30, topY - 34],
          [X + 120, topY - 20],
          [X + T + 2, topY + 140],
        ],
        [
          [part + 16, H - 30],
          [X - 10, topY + 14],
          [X + 120, topY + 40],
          [X + T + 2, 300],
        ],
        [
          [part + 18, H - 24],
          [X + 10, H - 60],
          [X + 110, H - 40],
          [X + T - 6, 330],
        ],
      ]
    : [
        [
          [X - T + 14, 308],
          [X - T + 10, 250],
          [X - T + 20, topY + 60],
          [X - 90, topY - 12],
        ],
        [
          [X - 110, H + 2],
          [X - 116, H - 60],
          [X - 80, topY + 6],
          [X - 20, topY - 44],
        ],
        [
          [X - 40, H - 4],
          [X - 48, H - 70],
          [X - 4, topY],
          [X + 60, topY - 48],
        ],
        [
          [X + 40, H - 4],
          [X + 30, H - 70],
          [X + 76, topY + 10],
          [X + 130, topY - 10],
        ],
        [
          [X + T - 60, 262],
          [X + 108, H - 60],
          [X + T - 40, topY + 54],
          [X + T - 4, topY + 70],
        ],
        [
          [X + T - 16, 316],
          [X + T - 18, 270],
          [X + T - 6, topY + 100],
          [X + T + 6, topY + 110],
        ],
      ];
  const front = paint({ outline: top, guides: sweep, strokes: 150, width: [3, 12], gloss: parted ? [0.3, 0.5] : [0.36, 0.6] }, d.c, next);
  return { back: '', front: sides + front + strays(sweep, 10, d.c, next) };
}

/** Short, full and swept over the forehead. */
function pixie(d: Design, next: () => number): HairArt {
  const { topY, temple: T, hairlineY: H } = d.m;
  const back = paint(
    {
      outline: mirrored(
        [
          [X, topY - 40],
          [X + 120, topY - 10],
          [X + T + 22, topY + 120],
          [X + T + 26, 400],
          [X + T + 6, 540],
          [X + 120, 610],
          [X, 620],
        ],
        X,
      ),
      guides: [
        [
          [X - T - 24, 250],
          [X - T - 18, 420],
          [X - 118, 606],
        ],
        [
          [X + T + 24, 250],
          [X + T + 18, 420],
          [X + 118, 606],
        ],
      ],
      strokes: 70,
      width: [3, 10],
      depth: 0.75,
    },
    d.c,
    next,
  );
  const part = X - 78;
  const outline: Point[] = [
    [X - T - 4, 470],
    [X - T - 25, 400],
    [X - T - 27, 300],
    [X - T + 2, topY + 34],
    [X - 96, topY - 32],
    [X - 4, topY - 55],
    [X + 92, topY - 36],
    [X + T, topY + 30],
    [X + T + 29, 300],
    [X + T + 26, 400],
    [X + T + 3, 492],
    [X + T - 8, 452],
    [X + T - 2, 396],
    [X + T - 24, 340],
    [X + T - 58, 306],
    [X + 74, 286],
    [X + 8, H - 8],
    [part + 4, H - 32],
    [part - 36, H + 14],
    [X - T + 26, 330],
    [X - T + 10, 398],
    [X - T + 6, 446],
  ];
  const guides: Point[][] = [
    [
      [part, H - 36],
      [part - 40, H - 20],
      [X - T + 8, 350],
      [X - T + 4, 456],
    ],
    [
      [part, H - 42],
      [part - 60, topY + 50],
      [X - T - 20, 300],
      [X - T - 8, 462],
    ],
    [
      [part + 2, H - 46],
      [part - 10, topY - 22],
      [X - T - 20, topY + 70],
      [X - T - 24, 400],
    ],
    [
      [part + 6, H - 46],
      [part + 50, topY - 48],
      [X + T - 20, topY - 10],
      [X + T + 27, 380],
    ],
    [
      [part + 8, H - 42],
      [X - 10, topY + 6],
      [X + 130, topY + 60],
      [X + T + 18, 450],
    ],
    [
      [part + 10, H - 38],
      [X, H - 66],
      [X + 110, H - 10],
      [X + T - 2, 440],
    ],
    [
      [part + 10, H - 34],
      [X - 10, H - 34],
      [X + 84, H + 12],
      [X + T - 12, 400],
    ],
  ];
  return {
    back,
    front:
      paint({ outline, guides, strokes: 180, width: [3, 13], gloss: [0.3, 0.5] }, d.c, next) + strays(guides.slice(1, 4), 6, d.c, next),
  };
}

/** Parted curtains that hang to `endY`: bob, long and wavy hair. */
function hanging(d: Design, next: () => number, endY: number, wave: number): HairArt {
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
      paint({ outline, guides, strokes: 120, width: [3, 13], gloss: long ? [0.16, 0.26] : [0.24, 0.38] }, d.c, next) +
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

/** Coils: a cloud of overlapping tufts with arcs that catch the light. `volume` 0 close to the head .. 1 a round afro. */
function curls(d: Design, next: () => number, volume: number): HairArt {
  const { topY, temple: T, hairlineY: H } = d.m;
  const c = d.c;
  const reach = 16 + 74 * volume;
  const centreY = 318;
  const low = volume > 0.6 ? 560 : 418;
  const cloud = (grow: number, steps: number): Point[] => {
    const points: Point[] = [];
    for (let i = 0; i <= steps; i++) {
      const a = Math.PI * (1.02 + 0.0) + (Math.PI * 0.96 * i) / steps;
      const bump = (i % 2 ? 1 : -1) * (3 + 2 * volume) + (next() - 0.5) * 5;
      points.push([X + Math.cos(a) * (T + reach + grow + bump), centreY + Math.sin(a) * (centreY - topY + reach * 0.86 + grow + bump)]);
    }
    return points;
  };
  const tuft = (x: number, y: number, r: number, light: number): string => {
    const turn = next() * 6.28;
    let out = '';
    for (let k = 0; k < 2; k++) {
      const start = turn + k * 2.4;
      const rr = r * (0.55 + 0.45 * next());
      const arc = Array.from({ length: 6 }, (_, i): Point => {
        const a = start + i * 0.62;
        const s = rr * (1 - i * 0.09);
        return [x + Math.cos(a) * s, y + Math.sin(a) * s];
      });
      const colour = next() < light ? (next() < 0.45 ? c.hairGloss : c.hairLight) : next() < 0.6 ? c.hairDeep : c.hairDark;
      out += fill(brush(arc, tapered(r * 0.42, 0.6)), colour, 0.5 + 0.4 * next());
    }
    return out;
  };
  const body = (inside: readonly Point[], grow: number, count: number, depth: number): string => {
    const outer = cloud(grow, 46);
    const id = `curls${masses++}`;
    const path = spline([...outer, ...inside], true);
    let tufts = '';
    for (let i = 0; i < count; i++) {
      const a = Math.PI * (0.85 + 1.3 * next());
      const r = Math.sqrt(0.12 + 0.88 * next());
      const x = X + Math.cos(a) * (T + reach + grow) * r;
      const y = centreY + Math.sin(a) * (centreY - topY + reach * 0.86 + grow) * r + (volume > 0.6 && next() < 0.3 ? 150 * next() : 0);
      const lit = Math.max(0, 0.75 - Math.hypot((x - X + 80) / 260, (y - topY + 10) / 230)) * (1 - depth);
      tufts += tuft(x, y, 7 + 6 * next() + 3 * volume, lit);
    }
    let rim = '';
    for (const [x, y] of outer) {
      const r = 7 + 5 * next() + 3 * volume;
      rim += `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${r.toFixed(1)}" fill="${blend(c.hair, c.hairDeep, depth)}"/>`;
    }
    return `<defs><clipPath id="${id}"><path d="${path}"/></clipPath></defs>${rim}<path d="${path}" fill="${blend(c.hairDark, c.hairDeep, 0.4 + 0.6 * depth)}"/><g clip-path="url(#${id})">${tufts}</g>`;
  };
  const hairline: Point[] = mirrored(
    [
      [X, H + 2],
      [X + 84, H + 6],
      [X + T - 46, 300],
      [X + T - 34, 348],
      [X + T - 14, 392],
      [X + T - 10, 442],
      [X + T + 6, 470],
      [X + T + 12 + reach * 0.5, low],
    ].reverse() as unknown as Point[],
    X,
  );
  // From the right end of the cloud back along the hairline to its left end.
  const rightToLeft = hairline.slice(0, 15);
  const front = body(rightToLeft, 0, volume > 0.6 ? 420 : 340, 0);
  if (volume < 0.6) return { back: '', front };
  const ring: Point[] = [
    [X + T + 70, 520],
    [X + T + 34, 620],
    [X, 640],
    [X - T - 34, 620],
    [X - T - 70, 520],
  ];
  return { back: body(ring, -4, 260, 0.8), front };
}

/** Combed back into a bun on the crown or a ponytail over one shoulder. */
function pulledBack(d: Design, next: () => number, bun: boolean): HairArt {
  const { topY, temple: T, hairlineY: H } = d.m;
  const c = d.c;
  const outline = mirrored(
    [
      [X, topY - 24],
      [X + 100, topY - 8],
      [X + T - 8, topY + 72],
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
    paint({ outline, guides, strokes: 170, width: [2.5, 9], gloss: [0.38, 0.62] }, c, next) +
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
    back: paint({ outline: tailOutline, guides: tailGuides, strokes: 90, width: [3, 12], gloss: [0.3, 0.46], depth: 0.3 }, c, next),
    front: cap,
  };
}

/** Moustache and beard in two parts: what hangs on the jaw, and what lies over the upper lip. */
export function drawBeard(d: Design): { beard: string; moustache: string } {
  const { m: f, c, brief } = d;
  const next = randomStream(brief.seed * 53 + 3);
  masses = 100;
  if (brief.beard === 'none') return { beard: '', moustache: '' };
  const T = f.temple;
  const full = brief.beard === 'full';
  const drop = full ? 34 : 9;
  const out = full ? 9 : 3;
  const jawRight: Point[] = [
    [X + T + 1, 470],
    [X + f.cheek + out - 4, 560],
    [X + (f.cheek + f.jaw) / 2 + out + 2, 610],
    [X + f.jaw + out, f.jawY + 8],
    [X + f.jaw * 0.66 + out, f.chinY - 20 + drop * 0.6],
    [X + f.chin + out, f.chinY - 4 + drop],
    [X, f.chinY + 3 + drop],
  ];
  const upper: Point[] = [
    [X, f.mouthY + f.lowerLip + 14],
    [X + 24, f.mouthY + f.lowerLip + 15],
    [X + f.mouthHalf * 0.86, f.mouthY + 19],
    [X + f.mouthHalf + 9, f.mouthY + 3],
    [X + f.mouthHalf + 8, f.mouthY - 16],
    [X + f.mouthHalf + 30, f.mouthY - 38],
    [X + f.jaw - 14, f.mouthY - 62],
    [X + f.cheek - 22, 530],
    [X + T - 13, 478],
  ];
  const goat: Point[] = [
    [X, f.mouthY + f.lowerLip + 12],
    [X + 22, f.mouthY + f.lowerLip + 13],
    [X + f.mouthHalf - 4, f.mouthY + 24],
    [X + f.mouthHalf + 12, f.mouthY + 4],
    [X + f.mouthHalf + 22, f.mouthY + 26],
    [X + f.chin + 12, f.chinY - 28],
    [X + f.chin - 8, f.chinY + 2],
    [X, f.chinY + 14],
  ];
  const outlineOf = (right: readonly Point[]): Point[] => [
    ...right,
    ...right
      .slice(0)
      .reverse()
      .slice(1, -1)
      .map(([x, y]): Point => [2 * X - x, y]),
  ];
  const beardOutline = brief.beard === 'goatee' ? mirrored(goat, X) : outlineLoop(jawRight, upper);
  const guide = (x: number, y: number, tx: number, ty: number): Point[] => [
    [X + x, y],
    [X + x * 1.02, y + (ty - y) * 0.5],
    [X + tx, ty],
  ];
  const rightGuides = [
    guide(0, f.mouthY + f.lowerLip + 8, 0, f.chinY + drop + 4),
    guide(34, f.mouthY + f.lowerLip + 8, 30, f.chinY + drop + 2),
    guide(f.mouthHalf + 10, f.mouthY - 6, f.chin, f.chinY + drop - 8),
    guide(f.jaw - 30, f.mouthY - 42, f.jaw * 0.66, f.chinY - 16 + drop * 0.5),
    guide(f.cheek - 24, 540, f.jaw - 2, f.jawY + 8),
    guide(T - 6, 470, f.cheek - 4, 580),
  ];
  const guides = [...mirrorAll(rightGuides).reverse(), ...rightGuides];
  const stubble = brief.beard === 'stubble';
  const opacity = stubble ? 0.26 : brief.beard === 'short' ? 0.92 : 1;
  const soft = stubble ? 9 : 2.2;
  const mass = (outline: readonly Point[], lines: readonly (readonly Point[])[], strokes: number): string => {
    const blurred = `<filter id="b${masses}" x="-20%" y="-20%" width="140%" height="140%"><feGaussianBlur stdDeviation="${soft}"/></filter>`;
    const base = `<defs>${blurred}</defs>${fill(spline(outline, true), stubble ? c.hairDeep : c.hairDark, opacity, `filter="url(#b${masses})"`)}`;
    masses++;
    if (stubble) return base;
    let hairs = '';
    for (let i = 0; i < strokes; i++) {
      const line = between(lines, next());
      const from = next() * 0.75;
      const shift = (next() - 0.5) * 14;
      const curve = (next() - 0.5) * 9;
      const piece = sample(line, 5, from, Math.min(1.03, from + 0.12 + 0.2 * next())).map(
        ([x, y], k): Point => [x + shift + curve * Math.sin((k / 4) * Math.PI), y],
      );
      const lit = piece[0]![0] < X - 20 ? 0.42 : 0.2;
      hairs += fill(
        brush(piece, tapered(2.2 + 3.4 * next())),
        next() < lit ? (next() < 0.4 ? c.hairGloss : c.hairLight) : next() < 0.5 ? c.hairDeep : c.hair,
        0.4 + 0.4 * next(),
      );
    }
    const clip = `bc${masses}`;
    return `${base}<defs><clipPath id="${clip}"><path d="${spline(outline, true)}"/></clipPath></defs><g clip-path="url(#${clip})">${hairs}</g>`;
  };
  const y = f.mouthY - f.upperLip;
  const w = f.mouthHalf;
  const lipLine: Point[] = [
    [X, y - 15],
    [X + 20, y - 21],
    [X + w * 0.66, y - 15],
    [X + w + 12, y + 6],
    [X + w + 22, y + 30],
    [X + w + 4, y + 27],
    [X + w * 0.6, y + 9],
    [X + 14, y + 4],
    [X, y + 7],
  ];
  const hairsOver: Point[][] = [
    guide(2, y - 15, 5, y + 7),
    guide(22, y - 20, 38, y + 8),
    guide(w * 0.66, y - 14, w * 0.96, y + 18),
    guide(w * 0.9, y - 2, w + 16, y + 30),
  ];
  const moustache = outlineOf(lipLine);
  const overGuides = [...mirrorAll(hairsOver).reverse(), ...hairsOver];
  return {
    beard: brief.beard === 'moustache' ? '' : mass(beardOutline, guides, full ? 420 : 340),
    moustache: mass(moustache, overGuides, 120),
  };
}

/** A ring that is open at the top: along the jaw from ear to ear and back over the cheeks and under the mouth. */
function outlineLoop(jawRight: readonly Point[], upperFromMiddle: readonly Point[]): Point[] {
  const left = (points: readonly Point[]): Point[] => points.map(([x, y]): Point => [2 * X - x, y]);
  return [...jawRight, ...left(jawRight).reverse().slice(1), ...left(upperFromMiddle).reverse().slice(0, -1), ...upperFromMiddle];
}
