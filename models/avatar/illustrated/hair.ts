import { randomStream } from '../math.ts';
import { AXIS_X as X, type Design } from './design.ts';
import { curls } from './hair-curls.ts';
import { hanging, pulledBack } from './hair-long.ts';
import { type HairArt, mirrorAll, paint, strays } from './hair-paint.ts';
import { mirrored, type Point, spline } from './vector.ts';

export function drawHair(d: Design): HairArt {
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
      return hanging(d, next, d.m.chinY + 26, 0);
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
    paint('fringeLeft', mass, d.c, next) +
    paint('fringeRight', { ...mass, outline: side.map(([x, y]): Point => [2 * X - x, y]), guides: mirrorAll(guides) }, d.c, next)
  );
}

/** Cap of the scalp down to the hairline, right half from the crown to the temple and back along the hairline. */
function scalp(d: Design, lift: number, side: number): Point[] {
  const { topY, temple: T, hairlineY: H } = d.m;
  return mirrored(
    [
      [X, topY - lift],
      [X + 82, topY + 11 - lift],
      [X + T - 27 + side, topY + 74 - lift * 0.5],
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
    'sides',
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
  const front = paint(
    'top',
    { outline: top, guides: sweep, strokes: 150, width: [3, 12], gloss: parted ? [0.3, 0.5] : [0.36, 0.6] },
    d.c,
    next,
  );
  return { back: '', front: sides + front + strays(sweep, 10, d.c, next) };
}

/** Short, full and swept over the forehead. */
function pixie(d: Design, next: () => number): HairArt {
  const { topY, temple: T, hairlineY: H } = d.m;
  const back = paint(
    'nape',
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
      paint('top', { outline, guides, strokes: 180, width: [3, 13], gloss: [0.3, 0.5] }, d.c, next) +
      strays(guides.slice(1, 4), 6, d.c, next),
  };
}
