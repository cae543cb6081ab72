import { blend, lightnessOf, shade } from './colour.ts';
import { AXIS_X as X, type Design } from './design.ts';
import { glow } from './face.ts';
import { brush, fill, mirrored, type Point, spline, tail, tapered } from './vector.ts';

const flip = (points: readonly Point[]): Point[] => points.map(([x, y]) => [2 * X - x, y]);
const both = (draw: (place: (points: readonly Point[]) => readonly Point[]) => string): string => draw((p) => p) + draw(flip);

/** Neck, shoulders and clothes. */
export function drawBody(d: Design): string {
  const { m, c, brief } = d;
  const S = m.shoulder;
  const Y = m.shoulderY;
  const N = m.neck;
  const cloth = c.cloth;
  const dark = shade(cloth, -0.075, 1.04, -4);
  const deep = shade(cloth, -0.15, 1, -8);
  const light = shade(cloth, lightnessOf(cloth) > 0.9 ? 0.02 : 0.06, 0.96, 4);
  const neckSkin = spline(
    mirrored(
      [
        [X, 600],
        [X + N, 640],
        [X + N - 3, 760],
        [X + N + 5, 826],
        [X + N + 34, 868],
        [X + N + 58, 912],
        [X + N + 60, 1060],
        [X, 1080],
      ],
      X,
    ),
    true,
  );
  const shoulders = (rise: number, grow: number): Point[] => [
    [X + N + 34, 858 - rise],
    [X + N + 88, 876 - rise],
    [X + S * 0.7, Y - 4 - rise * 0.6],
    [X + S * 0.9 + grow, Y + 34],
    [X + S + grow, Y + 92],
    [X + S + 22 + grow, 1100],
  ];
  const bodyPath = (neckline: readonly Point[], rise: number, grow: number): string => {
    const right = shoulders(rise, grow);
    return `${spline(right)}L${X - S - 22 - grow} 1100${spline(flip(right).reverse()).replace('M', 'L')}${spline([flip([right[0]!])[0]!, ...neckline, right[0]!]).replace('M', 'L')}Z`;
  };
  const folds = (opacity: number): string =>
    both((place) =>
      [
        [
          [X + S * 0.68, Y + 112],
          [X + S * 0.73, Y + 86],
          [X + S * 0.84, Y + 70],
        ],
        [
          [X + S * 0.56, 1040],
          [X + S * 0.64, Y + 92],
          [X + S * 0.66, Y + 70],
        ],
      ]
        .map((line) => fill(brush(place(line as unknown as Point[]), tapered(11)), deep, opacity))
        .join(''),
    );
  const defs = `<defs><linearGradient id="cloth" x1=".05" y1="0" x2=".95" y2=".5"><stop offset="0" stop-color="${light}"/><stop offset=".45" stop-color="${cloth}"/><stop offset="1" stop-color="${dark}"/></linearGradient>
<linearGradient id="neck" x1="0" y1="0" x2="1" y2=".25"><stop offset="0" stop-color="${c.skin}"/><stop offset="1" stop-color="${blend(c.skin, c.skinShade, 0.7)}"/></linearGradient>
<clipPath id="neckClip"><path d="${neckSkin}"/></clipPath><filter id="bodySoft" x="-30%" y="-30%" width="160%" height="160%"><feGaussianBlur stdDeviation="7"/></filter></defs>`;
  const chinShadow: Point[] = mirrored(
    [
      [X, 640],
      [X + N + 20, 640],
      [X + N + 14, m.chinY + 4],
      [X + N * 0.72, m.chinY + 34],
      [X, m.chinY + 58],
    ],
    X,
  );
  const neck =
    `<path d="${neckSkin}" fill="url(#neck)"/><g clip-path="url(#neckClip)">` +
    fill(spline(chinShadow, true), c.skinDeep, 0.62, 'filter="url(#bodySoft)"') +
    fill(
      spline(
        chinShadow.map(([x, y]): Point => [x + 6, y - 12]),
        true,
      ),
      c.skinDeep,
      0.4,
    ) +
    both((place) =>
      fill(
        brush(
          place([
            [X + N * 0.62, m.chinY + 20],
            [X + N * 0.42, 830],
            [X + 16, 896],
          ]),
          tapered(8),
        ),
        c.skinShade,
        0.3,
      ),
    ) +
    both((place) =>
      fill(
        brush(
          place([
            [X + 20, 898],
            [X + 80, 884],
            [X + 160, 884],
          ]),
          tapered(7),
        ),
        c.skinShade,
        0.45,
      ),
    ) +
    glow('collarLight', X - 60, 884, 60, 16, c.skinGlow, 0.35) +
    '</g>';
  const scoop: Point[] = [
    [X - N - 26, 874],
    [X - 66, 922],
    [X, 944],
    [X + 66, 922],
    [X + N + 26, 874],
  ];
  const crew: Point[] = [
    [X - N - 12, 862],
    [X - 54, 892],
    [X, 906],
    [X + 54, 892],
    [X + N + 12, 862],
  ];
  const hem = (line: readonly Point[], colour: string): string =>
    fill(
      brush([[X - N - 36, 856] as Point, ...line, [X + N + 36, 856] as Point], () => 17),
      colour,
    );
  const base = (path: string): string => `<path d="${path}" fill="url(#cloth)"/>${glow('chest', X - 150, Y + 40, 150, 60, light, 0.5)}`;
  switch (brief.clothes.kind) {
    case 'tee': {
      const line = brief.sex === 'man' ? crew : scoop;
      return `${defs}${neck}${base(bodyPath(line, 0, 0))}${folds(0.4)}${hem(line, dark)}${fill(brush([[X - N - 32, 866] as Point, ...line.map(([x, y]): Point => [x, y + 12]), [X + N + 32, 866] as Point], tapered(3, 0.3)), deep, 0.7)}`;
    }
    case 'turtleneck': {
      const top = m.chinY + 22;
      const tube: Point[] = [
        [X - N - 5, top + 4],
        [X, top + 20],
        [X + N + 5, top + 4],
        [X + N + 15, 832],
        [X + N + 30, 878],
        [X, 908],
        [X - N - 30, 878],
        [X - N - 15, 832],
      ];
      let ribs = '';
      for (let i = -7; i <= 7; i++) {
        const x = X + i * (N / 7.2);
        const bow = 14 * (1 - (i / 8) ** 2);
        ribs += fill(
          brush(
            [
              [x, top + 6 + bow],
              [x + i * 0.6, 830 + bow * 0.4],
              [x + i * 2.4, 878 + bow],
            ] as Point[],
            tapered(4.5, 0.4),
          ),
          deep,
          0.42,
        );
      }
      return `${defs}${neck}${base(bodyPath(crew, 4, 2))}${folds(0.4)}<path d="${spline(tube, true, 0.7)}" fill="url(#cloth)"/>${ribs}${fill(
        brush(
          [
            [X - N - 30, 874],
            [X - 50, 902],
            [X + 50, 902],
            [X + N + 30, 874],
          ],
          tapered(9, 0.4),
        ),
        deep,
        0.6,
      )}${fill(
        brush(
          [
            [X - N - 4, top + 6],
            [X, top + 24],
            [X + N + 4, top + 6],
          ],
          tapered(6, 0.4),
        ),
        light,
        0.8,
      )}`;
    }
    case 'hoodie': {
      const hood: Point[] = [
        [X - N - 60, 900],
        [X - N - 62, 836],
        [X - N - 22, 790],
        [X - N + 4, 812],
        [X - 60, 884],
        [X, 930],
        [X + 60, 884],
        [X + N - 4, 812],
        [X + N + 22, 790],
        [X + N + 62, 836],
        [X + N + 60, 900],
        [X + 80, 968],
        [X, 996],
        [X - 80, 968],
      ];
      const cord = (place: (p: readonly Point[]) => readonly Point[]) =>
        fill(
          brush(
            place([
              [X + 46, 950],
              [X + 52, 996],
              [X + 47, 1040],
            ]),
            () => 8,
          ),
          shade(cloth, lightnessOf(cloth) > 0.6 ? -0.2 : 0.3, 0.4),
        );
      return `${defs}${neck}${base(bodyPath(scoop, 2, 8))}${folds(0.42)}<path d="${spline(hood, true, 0.9)}" fill="url(#cloth)"/>${both(
        (place) =>
          fill(
            brush(
              place([
                [X + N - 2, 818],
                [X + 64, 894],
                [X + 4, 936],
              ]),
              tapered(20, 0.5),
            ),
            deep,
            0.75,
          ) +
          fill(
            brush(
              place([
                [X + N + 58, 848],
                [X + N + 44, 910],
                [X + 84, 962],
                [X + 10, 994],
              ]),
              tapered(7),
            ),
            deep,
            0.5,
          ),
      )}${both(cord)}`;
    }
    case 'shirt':
      return `${defs}${neck}${base(bodyPath(crew, 2, 2))}${folds(0.34)}${shirtCollar(d, cloth, dark, deep, light, 1000)}`;
    case 'blazer': {
      const shirt = lightnessOf(cloth) > 0.75 ? '#3b4656' : '#f3f1ec';
      const inner = `<path d="${spline(
        mirrored(
          [
            [X, 905],
            [X + 60, 880],
            [X + N + 26, 858],
            [X + 150, 960],
            [X + 60, 1100],
            [X, 1100],
          ],
          X,
        ),
        true,
      )}" fill="${shirt}"/>`;
      const blouse = brief.sex === 'man';
      const lapel: Point[] = [
        [X + N + 22, 850],
        [X + N + 62, 872],
        [X + N + 78, 930],
        [X + N + 108, 948],
        [X + N + 66, 990],
        [X + 66, 1060],
        [X + 26, 1100],
        [X + 30, 1060],
        [X + 64, 960],
        [X + N + 4, 880],
      ];
      const front: Point[] = [...shoulders(4, 6)];
      const side = `${spline(front)}L${X + 20} 1100 L${X + 34} 1050 L${X + N + 8} 870Z`;
      const vneck = blouse
        ? shirtCollar(d, shirt, shade(shirt, -0.06), shade(shirt, -0.13, 1.4), '#ffffff', 1100)
        : `<path d="M${X - N - 26} 858L${X} 990L${X + N + 26} 858L${X + 40} 830L${X - 40} 830Z" fill="url(#neck)"/>${fill(
            brush(
              [
                [X - N - 20, 866],
                [X - 40, 940],
                [X, 994],
              ],
              tapered(7),
            ),
            shade(shirt, -0.12),
            0.9,
          )}${fill(
            brush(
              [
                [X + N + 20, 866],
                [X + 40, 940],
                [X, 994],
              ],
              tapered(7),
            ),
            shade(shirt, -0.12),
            0.9,
          )}`;
      return `${defs}${neck}${inner}${vneck}${both((place) => {
        const mirror = place([[X + 1, 0]])[0]![0] < X;
        const turn = mirror ? ` transform="translate(${2 * X} 0) scale(-1 1)"` : '';
        const body = mirror ? light : cloth;
        return `<g${turn}><path d="${side}" fill="${blend(body, cloth, 0.5)}"/>${fill(
          brush(
            lapel.slice(4, 7).map(([x, y]): Point => [x + 9, y + 5]),
            tapered(16),
          ),
          deep,
          0.55,
        )}<path d="M${lapel.map(([x, y]) => `${x} ${y}`).join('L')}Z" fill="${mirror ? shade(cloth, 0.035) : shade(cloth, -0.012)}" stroke="${deep}" stroke-width="2.5" stroke-linejoin="round"/>${fill(
          brush(
            [
              [X + N + 78, 930],
              [X + N + 52, 926],
              [X + N + 36, 904],
            ],
            tail(4),
          ),
          deep,
          0.8,
        )}${fill(
          brush(
            [
              [X + S * 0.66, 1060],
              [X + S * 0.7, Y + 90],
              [X + S * 0.74, Y + 66],
            ],
            tapered(9),
          ),
          deep,
          0.5,
        )}${fill(
          brush(
            [
              [X + N + 66, 872],
              [X + S * 0.6, Y - 8],
              [X + S * 0.88, Y + 30],
            ],
            tapered(5),
          ),
          light,
          0.5,
        )}</g>`;
      })}`;
    }
  }
}

/** Stand, two wings, placket and buttons. */
function shirtCollar(d: Design, cloth: string, dark: string, deep: string, light: string, to: number): string {
  const N = d.m.neck;
  const wing: Point[] = [
    [X + N + 8, 818],
    [X + N + 34, 858],
    [X + 86, 946],
    [X + 8, 914],
    [X + 30, 880],
  ];
  const gap = `<path d="M${X - 30} 872L${X} 912L${X + 30} 872L${X + 40} 840L${X - 40} 840Z" fill="${blend(d.c.skin, d.c.skinShade, 0.6)}"/>`;
  const placket = fill(
    brush(
      [
        [X, 906],
        [X + 1, 980],
        [X, to],
      ],
      () => 34,
    ),
    blend(cloth, light, 0.4),
  );
  const seam = fill(
    brush(
      [
        [X + 17, 920],
        [X + 18, 990],
        [X + 17, to],
      ],
      () => 2.6,
    ),
    deep,
    0.6,
  );
  const buttons = [962, 1010]
    .map((y) => `<circle cx="${X}" cy="${y}" r="6" fill="${shade(cloth, -0.1)}" stroke="${deep}" stroke-width="1.6"/>`)
    .join('');
  const wings = both((place) => {
    const points = place(wing);
    const right = points[0]![0] > X;
    return `${fill(`M${points.map(([x, y]) => `${x} ${y + 7}`).join('L')}Z`, deep, 0.5)}<path d="M${points.map(([x, y]) => `${x} ${y}`).join('L')}Z" fill="${right ? blend(cloth, dark, 0.4) : light}" stroke="${dark}" stroke-width="2.5" stroke-linejoin="round"/>`;
  });
  return gap + placket + seam + buttons + wings;
}

/** A plain wall with a halo: quiet, in contrast to hair and clothes. */
export function drawWall({ c }: Design): string {
  const wall = blend(shade(c.wall, 0, 0.72), '#e8e4df', 0.36);
  const light = lightnessOf(wall);
  const a = shade(wall, light > 0.85 ? 0.02 : 0.07, 0.9, 6);
  const b = shade(wall, -0.09, 1.06, -8);
  return `<defs><linearGradient id="wall" x1="0" y1="0" x2=".7" y2="1"><stop offset="0" stop-color="${a}"/><stop offset="1" stop-color="${b}"/></linearGradient>
<linearGradient id="disc" x1=".1" y1="0" x2=".8" y2="1"><stop offset="0" stop-color="${shade(wall, 0.1, 0.8, 8)}"/><stop offset="1" stop-color="${shade(wall, 0.015, 1, 0)}"/></linearGradient></defs>
<rect width="1024" height="1024" fill="url(#wall)"/><circle cx="512" cy="500" r="402" fill="url(#disc)"/><circle cx="512" cy="500" r="450" fill="none" stroke="${shade(wall, 0.07, 0.9)}" stroke-width="3" stroke-opacity=".5"/>`;
}
