import { randomStream } from '../math.ts';
import { shade } from './colour.ts';
import { AXIS_X as X, type Design, faceOutline } from './design.ts';
import { between, brush, fill, mirrored, type Point, sample, spline, tapered } from './vector.ts';

const flip = (points: readonly Point[]): Point[] => points.map(([x, y]) => [2 * X - x, y]);

/** Frames with tinted lenses that reflect a window. */
export function drawGlasses(d: Design): string {
  const { m, brief } = d;
  if (brief.glasses === 'none') return '';
  const frame = brief.glasses === 'round' ? '#5b3a24' : '#25272e';
  const lit = shade(frame, 0.14);
  const cx = m.eyeX + 2;
  const cy = m.eyeY + 4;
  const shapes: Record<'round' | 'rectangular' | 'cat-eye', Point[]> = {
    round: Array.from(
      { length: 12 },
      (_, i): Point => [X + cx + Math.cos((i / 12) * Math.PI * 2) * 66, cy + Math.sin((i / 12) * Math.PI * 2) * 62],
    ),
    rectangular: [
      [X + cx - 60, cy - 38],
      [X + cx, cy - 44],
      [X + cx + 62, cy - 40],
      [X + cx + 71, cy - 22],
      [X + cx + 64, cy + 30],
      [X + cx + 42, cy + 46],
      [X + cx - 36, cy + 46],
      [X + cx - 60, cy + 28],
      [X + cx - 66, cy - 16],
    ],
    'cat-eye': [
      [X + cx - 60, cy - 30],
      [X + cx + 4, cy - 42],
      [X + cx + 74, cy - 54],
      [X + cx + 76, cy - 28],
      [X + cx + 60, cy + 28],
      [X + cx + 10, cy + 46],
      [X + cx - 42, cy + 36],
      [X + cx - 62, cy + 4],
    ],
  };
  const lens = shapes[brief.glasses];
  const rim = (points: readonly Point[], key: string): string => {
    const path = spline(points, true);
    const left = points[0]![0] < X;
    const mx = X + (left ? -cx : cx);
    return `<defs><clipPath id="lens${key}"><path d="${path}"/></clipPath></defs><path d="${path}" fill="#dfeaf2" fill-opacity=".1"/><g clip-path="url(#lens${key})"><path d="M${mx - 52} ${cy + 60}L${mx + 2} ${cy - 60}L${mx + 26} ${cy - 60}L${mx - 28} ${cy + 60}Z" fill="#fff" fill-opacity=".16"/><path d="M${mx - 16} ${cy + 60}L${mx + 38} ${cy - 60}L${mx + 46} ${cy - 60}L${mx - 8} ${cy + 60}Z" fill="#fff" fill-opacity=".12"/></g><path d="${path}" fill="none" stroke="${frame}" stroke-width="8.5"/><path d="${path}" fill="none" stroke="${lit}" stroke-width="2" stroke-opacity=".7" transform="translate(-1.5 -2.5)"/>`;
  };
  const inner = Math.min(...lens.map(([x]) => x)) - X;
  const outer = Math.max(...lens.map(([x]) => x)) - X;
  const bridge = brush(
    [
      [X - inner, cy - 10],
      [X, cy - 20],
      [X + inner, cy - 10],
    ],
    () => 8,
  );
  const templeEnd = m.temple + 10;
  const arm = (place: (p: readonly Point[]) => readonly Point[]) =>
    fill(
      brush(
        place([
          [X + outer, cy - 26],
          [X + (outer + templeEnd) / 2, cy - 27],
          [X + templeEnd, cy - 22],
        ]),
        () => 9,
      ),
      frame,
    );
  return `${arm((p) => p)}${arm(flip)}${fill(bridge, frame)}${rim(lens, 'R')}${rim(flip(lens), 'L')}`;
}

interface Cover {
  readonly back: string;
  readonly front: string;
  /** Hangs over neck and shoulders. */
  readonly drape: string;
}

export function drawCover(d: Design): Cover {
  const none = { back: '', front: '', drape: '' };
  switch (d.brief.headCover.kind) {
    case 'none':
      return none;
    case 'hijab':
      return hijab(d);
    case 'turban':
      return { ...none, front: turban(d) };
    case 'cap':
      return { ...none, front: cap(d) };
  }
}

/** Folds that run between guide lines. */
function folds(guides: readonly (readonly Point[])[], count: number, dark: string, light: string, next: () => number): string {
  let out = '';
  for (let i = 0; i < count; i++) {
    const line = sample(between(guides, (i + 0.2 + 0.6 * next()) / count), 9, 0.12 * next(), 0.6 + 0.4 * next());
    out += fill(brush(line, tapered(7 + 11 * next())), i % 3 === 2 ? light : dark, 0.3 + 0.3 * next());
  }
  return out;
}

function hijab(d: Design): Cover {
  const { m, c } = d;
  const next = randomStream(d.brief.seed * 17);
  const base = c.cover;
  const dark = shade(base, -0.07, 1.04, -4);
  const deep = shade(base, -0.14, 1.02, -8);
  const light = shade(base, 0.055, 0.95, 4);
  const T = m.temple;
  const outer = mirrored(
    [
      [X, m.topY - 46],
      [X + 74, m.topY - 37],
      [X + 140, m.topY - 2],
      [X + T + 18, m.topY + 92],
      [X + T + 40, 350],
      [X + T + 40, 500],
      [X + T + 22, 630],
      [X + 158, 724],
      [X + 132, 790],
      [X, 836],
    ],
    X,
  );
  const face = faceOutline(m);
  const opening = mirrored(
    [
      [X, m.hairlineY - 22],
      [X + 86, m.hairlineY - 2],
      [X + T - 26, m.hairlineY + 68],
      [X + T - 9, 390],
      [X + m.cheek - 10, 480],
      [face[5]![0] - 9, face[5]![1]],
      [face[6]![0] - 10, face[6]![1] - 2],
      [face[7]![0] - 8, face[7]![1] - 7],
      [face[8]![0] - 6, face[8]![1] - 7],
      [X, m.chinY - 9],
    ],
    X,
  );
  const guide = (k: number): Point[] => [
    [X - T - 30 + 40 * k, 300 - 120 * k],
    [X - T - 4 + 30 * k, 480 - 40 * k],
    [X - 130 + 20 * k, 690 - 30 * k],
    [X - 40 + 10 * k, 800 - 26 * k],
    [X + 90, 810 - 30 * k],
  ];
  const guideRight = (k: number): Point[] => [
    [X - 60 + 60 * k, m.topY - 24 + 40 * k],
    [X + 110 + 26 * k, m.topY + 6 + 40 * k],
    [X + T + 6 + 20 * k, 330],
    [X + T + 10 + 16 * k, 520],
    [X + 110 + 40 * k, 720],
    [X + 30, 810],
  ];
  const guideCrown = (k: number): Point[] => [
    [X - T - 22, 330 - 60 * k],
    [X - 120 - 10 * k, 190 - 40 * k],
    [X - 20, 176 - 50 * k],
    [X + 90, 200 - 70 * k],
  ];
  const path = `${spline(outer, true)} ${spline([...opening].reverse(), true)}`;
  const front = `<defs><clipPath id="hijab"><path d="${path}" clip-rule="evenodd"/></clipPath><linearGradient id="hijabG" x1=".1" y1="0" x2=".9" y2="1"><stop offset="0" stop-color="${light}"/><stop offset=".5" stop-color="${base}"/><stop offset="1" stop-color="${dark}"/></linearGradient><filter id="hijabSoft"><feGaussianBlur stdDeviation="6"/></filter></defs>
<path d="${path}" fill-rule="evenodd" fill="url(#hijabG)"/><g clip-path="url(#hijab)"><path d="${spline(opening, true)}" fill="none" stroke="${deep}" stroke-width="26" stroke-opacity=".55" filter="url(#hijabSoft)"/>${folds([0, 0.5, 1].map(guide), 12, deep, light, next)}${folds([0, 0.5, 1].map(guideRight), 13, deep, light, next)}${folds([0, 0.5, 1].map(guideCrown), 8, deep, light, next)}<path d="${spline(opening, true)}" fill="none" stroke="${light}" stroke-width="5" stroke-opacity=".8"/></g>`;
  const S = m.shoulder;
  const drapeOutline = mirrored(
    [
      [X, 770],
      [X + 128, 770],
      [X + 158, 836],
      [X + S * 0.6, 912],
      [X + S * 0.66, 980],
      [X + 120, 1052],
      [X, 1070],
    ],
    X,
  );
  const drapeGuide = (k: number): Point[] => [
    [X - 120 + 20 * k, 790 + 20 * k],
    [X - 150 + 120 * k, 880 + 20 * k],
    [X + 20 + 60 * k, 960 - 10 * k],
    [X + S * 0.5, 930 + 60 * k],
  ];
  const drape = `<defs><clipPath id="drape"><path d="${spline(drapeOutline, true)}"/></clipPath><linearGradient id="drapeG" x1="0" y1="0" x2=".8" y2="1"><stop offset="0" stop-color="${base}"/><stop offset="1" stop-color="${dark}"/></linearGradient></defs><path d="${spline(drapeOutline, true)}" fill="url(#drapeG)"/><g clip-path="url(#drape)">${fill(
    brush(
      [
        [X - 130, 800],
        [X, 850],
        [X + 130, 800],
      ],
      tapered(60, 0.5),
    ),
    deep,
    0.6,
  )}${folds([0, 0.4, 0.8, 1.3].map(drapeGuide), 15, deep, light, next)}</g>`;
  const back = fill(
    spline(
      outer.map(([x, y]): Point => [X + (x - X) * 0.985, y]),
      true,
    ),
    deep,
  );
  return { back, front, drape };
}

function turban({ m, c, brief }: Design): string {
  const next = randomStream(brief.seed * 19);
  const base = c.cover;
  const deep = shade(base, -0.13, 1.02, -8);
  const light = shade(base, 0.06, 0.95, 4);
  const T = m.temple;
  const outline: Point[] = [
    [X - T - 16, 378],
    [X - T - 34, 300],
    [X - T - 26, 200],
    [X - 150, 116],
    [X - 60, 74],
    [X + 40, 70],
    [X + 140, 104],
    [X + T + 22, 190],
    [X + T + 34, 300],
    [X + T + 16, 378],
    [X + T - 22, 338],
    [X + 88, 300],
    [X, 282],
    [X - 88, 300],
    [X - T + 22, 338],
  ];
  const wrap = (k: number): Point[] => [
    [X - T - 30, 350 - 170 * k],
    [X - 120, 290 - 190 * k],
    [X + 10, 240 - 160 * k],
    [X + 120, 150 - 50 * k],
    [X + T + 30, 210 - 60 * k],
  ];
  const wrapBack = (k: number): Point[] => [
    [X - 10, 284 - 30 * k],
    [X + 70, 282 - 60 * k],
    [X + T - 20, 312 - 80 * k],
    [X + T + 28, 352 - 100 * k],
  ];
  const path = spline(outline, true);
  return `<defs><clipPath id="turban"><path d="${path}"/></clipPath><linearGradient id="turbanG" x1=".1" y1="0" x2=".9" y2="1"><stop offset="0" stop-color="${light}"/><stop offset=".5" stop-color="${base}"/><stop offset="1" stop-color="${deep}"/></linearGradient></defs><path d="${path}" fill="url(#turbanG)"/><g clip-path="url(#turban)">${folds([0, 0.5, 1].map(wrap), 14, deep, light, next)}${folds([0, 0.5, 1].map(wrapBack), 8, deep, light, next)}${[
    0.12, 0.42, 0.72,
  ]
    .map((k) => fill(brush(wrap(k), tapered(10, 0.4)), deep, 0.85))
    .join('')}</g>`;
}

function cap({ m, c }: Design): string {
  const base = c.cover;
  const deep = shade(base, -0.13, 1.02, -8);
  const light = shade(base, 0.06, 0.95, 4);
  const T = m.temple;
  const dome = mirrored(
    [
      [X, m.topY - 44],
      [X + 116, m.topY - 18],
      [X + T + 4, m.topY + 78],
      [X + T + 13, 322],
      [X + 96, 296],
      [X, 288],
    ],
    X,
  );
  const brim: Point[] = [
    [X - T + 8, 316],
    [X - 100, 286],
    [X, 278],
    [X + 100, 286],
    [X + T - 8, 316],
    [X + T - 22, 350],
    [X + 92, 338],
    [X, 332],
    [X - 92, 338],
    [X - T + 22, 350],
  ];
  return `<defs><linearGradient id="capG" x1=".1" y1="0" x2=".9" y2="1"><stop offset="0" stop-color="${light}"/><stop offset=".5" stop-color="${base}"/><stop offset="1" stop-color="${deep}"/></linearGradient></defs><path d="${spline(dome, true)}" fill="url(#capG)"/>${fill(
    brush(
      [
        [X, m.topY - 44],
        [X + 3, 200],
        [X, 290],
      ],
      tapered(4, 0.4),
    ),
    deep,
    0.7,
  )}${[-1, 1]
    .map((k) =>
      fill(
        brush(
          [
            [X + k * 6, m.topY - 40],
            [X + k * 88, 190],
            [X + k * 110, 296],
          ],
          tapered(3.5, 0.4),
        ),
        deep,
        0.6,
      ),
    )
    .join('')}<circle cx="${X}" cy="${m.topY - 44}" r="9" fill="${deep}"/><path d="${spline(brim, true)}" fill="${deep}"/>${fill(
    brush(
      [
        [X - T + 12, 318],
        [X - 90, 289],
        [X + 90, 289],
        [X + T - 12, 318],
      ],
      tapered(7, 0.4),
    ),
    light,
    0.7,
  )}`;
}
