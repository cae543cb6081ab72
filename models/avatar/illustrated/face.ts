import { random } from '../math.ts';
import { AXIS_X as X, type Design, faceOutline } from './design.ts';
import { blend, shade } from './colour.ts';
import { brush, fill, mirrored, type Point, spline, tail, tapered } from './vector.ts';

/** A soft spot that fades to nothing at its rim. */
export function glow(id: string, x: number, y: number, rx: number, ry: number, colour: string, opacity: number, turnDeg = 0): string {
  return (
    `<radialGradient id="${id}"><stop offset="0" stop-color="${colour}" stop-opacity="${opacity}"/>` +
    `<stop offset=".55" stop-color="${colour}" stop-opacity="${(opacity * 0.42).toFixed(3)}"/><stop offset="1" stop-color="${colour}" stop-opacity="0"/></radialGradient>` +
    `<ellipse cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" rx="${rx}" ry="${ry}" fill="url(#${id})"${turnDeg ? ` transform="rotate(${turnDeg} ${x.toFixed(1)} ${y.toFixed(1)})"` : ''}/>`
  );
}

const flip = (points: readonly Point[]): Point[] => points.map(([x, y]) => [2 * X - x, y]);
const both = (draw: (place: (points: readonly Point[]) => readonly Point[]) => string): string => draw((p) => p) + draw(flip);

/** Head without eyes, brows, nose and mouth: skin, form shadows, blush, lines of age, and ears where nothing covers them. */
export function drawHead(d: Design, withEars: boolean): string {
  const { m, c, brief } = d;
  const outline = spline(mirrored(faceOutline(m), X), true);
  const earX = X + m.cheek - 5;
  const ear: Point[] = [
    [earX - 12, 438],
    [earX + 14, 424],
    [earX + 31, 442],
    [earX + 30, 484],
    [earX + 16, 526],
    [earX - 4, 546],
    [earX - 18, 520],
  ];
  const inner: Point[] = [
    [earX + 2, 446],
    [earX + 18, 446],
    [earX + 20, 474],
    [earX + 8, 498],
    [earX + 4, 520],
  ];
  const ears = !withEars
    ? ''
    : both(
        (place) =>
          fill(spline(place(ear), true), 'url(#earSkin)') +
          fill(brush(place(inner), tapered(6)), c.skinDeep, 0.75) +
          fill(
            brush(
              place([
                [earX + 8, 470],
                [earX + 2, 486],
                [earX + 6, 504],
              ]),
              tapered(9),
            ),
            c.skinShade,
            0.9,
          ) +
          (brief.earrings ? earring(place([[earX, 552]])[0]!) : ''),
      );
  const browRidge = m.browY + 26;
  return `<defs>
<linearGradient id="faceSkin" x1=".12" y1=".08" x2=".86" y2=".95"><stop offset="0" stop-color="${c.skinLight}"/><stop offset=".5" stop-color="${c.skin}"/><stop offset="1" stop-color="${blend(c.skin, c.skinShade, 0.5)}"/></linearGradient>
<linearGradient id="earSkin" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${c.skin}"/><stop offset="1" stop-color="${blend(c.skin, c.skinShade, 0.55)}"/></linearGradient>
<clipPath id="faceClip"><path d="${outline}"/></clipPath>
<filter id="soft" x="-40%" y="-40%" width="180%" height="180%"><feGaussianBlur stdDeviation="11"/></filter>
<filter id="softer" x="-40%" y="-40%" width="180%" height="180%"><feGaussianBlur stdDeviation="20"/></filter></defs>
${ears}
<path d="${outline}" fill="url(#faceSkin)"/>
<g clip-path="url(#faceClip)">
${fill(formShadow(d), c.skinShade, 0.82, 'filter="url(#soft)"')}
${fill(
  spline(
    [
      [X - m.temple - 20, 200],
      [X - m.temple + 8, 330],
      [X - 90, m.hairlineY + 34],
      [X + 30, m.hairlineY + 26],
      [X + m.temple - 30, m.hairlineY + 62],
      [X + m.temple - 6, 380],
      [X + m.temple + 30, 300],
      [X + 100, 120],
      [X - 100, 120],
    ],
    true,
  ),
  c.skinShade,
  brief.hair.style === 'bald' && brief.headCover.kind === 'none' ? 0 : 0.6,
  'filter="url(#soft)"',
)}
${brief.hair.style === 'bald' ? glow('crown', X - 60, m.topY + 58, 110, 52, c.skinGlow, 0.5, -12) : ''}
${both((place) => {
  const [[x, y]] = place([[X + m.eyeX - 16, m.eyeY - 22]]) as [Point];
  return glow(`socket${x > X}`, x, y, 76, 40, c.skinDeep, 0.34);
})}
${both((place) => {
  const [[x, y]] = place([[X + 44, browRidge + 10]]) as [Point];
  return glow(`inner${x > X}`, x, y, 26, 36, c.skinDeep, 0.26);
})}
${both((place) => {
  const [[x, y]] = place([[X + 112, 556]]) as [Point];
  return glow(`blush${x > X}`, x, y, 74, 50, c.blush, 0.3 - 0.08 * (brief.sex === 'man' ? 1 : 0) + 0.12 * brief.makeup, x > X ? -14 : 14);
})}
${glow('brow', X - 18, m.hairlineY + 78, 130, 70, c.skinGlow, 0.42)}
${glow('cheekLight', X - 112, 520, 60, 28, c.skinGlow, 0.62, 18)}
${glow('cheekLightRight', X + 112, 520, 46, 20, c.skinGlow, 0.3, -18)}
${glow('chinLight', X - 6, m.chinY - 38, 40, 21, c.skinGlow, 0.4)}
${glow('underLip', X, m.mouthY + m.lowerLip + 15, 46, 13, c.skinDeep, 0.5)}
${glow('philtrum', X, (m.noseY + m.mouthY) / 2 + 8, 13, 22, c.skinShade, 0.5)}
${fill(
  brush(
    [...faceOutline(m).slice(3, 8)].map(([x, y]): Point => [2 * X - x + 5, y]),
    tapered(9),
  ),
  c.skinGlow,
  0.5,
)}
${ageLines(d)}
${freckles(d)}
</g>`;
}

const earring = ([x, y]: Point): string =>
  `<circle cx="${x}" cy="${y + 6}" r="9" fill="none" stroke="#c9973f" stroke-width="4.5"/><circle cx="${x - 2}" cy="${y + 4}" r="9" fill="none" stroke="#f3d78f" stroke-width="1.6" stroke-opacity=".8"/>`;

/** The side that the key light does not reach: along the right cheek and under the jaw. */
function formShadow({ m }: Design): string {
  const right = faceOutline(m).slice(2);
  const inside: Point[] = [
    [X + 40, m.chinY - 14],
    [X + m.chin + 14, m.chinY - 44],
    [X + m.jaw - 34, m.jawY - 20],
    [X + m.cheek - 36, 560],
    [X + m.cheek - 20, 500],
    [X + m.temple - 22, 420],
    [X + m.temple - 40, 330],
  ];
  return spline([...right.map(([x, y]): Point => [x + 12, y + 10]), ...inside], true);
}

function ageLines({ m, c, age, brief }: Design): string {
  const lines: string[] = [];
  const line = (points: readonly Point[], width: number, opacity: number): void => {
    if (opacity < 0.06) return;
    lines.push(both((place) => fill(brush(place(points), tapered(width)), c.skinDeep, Math.min(0.85, opacity))));
  };
  const fold = 0.04 + 0.56 * age + (brief.sex === 'man' ? 0.07 : 0);
  line(
    [
      [X + m.noseHalf + 12, m.noseY - 10],
      [X + m.noseHalf + 31, m.noseY + 12],
      [X + m.mouthHalf + 13, m.mouthY - 26],
      [X + m.mouthHalf + 15, m.mouthY - 2],
    ],
    4 + 3 * age,
    fold,
  );
  line(
    [
      [X + 52, m.eyeY + m.lowerLid + 12],
      [X + m.eyeX - 10, m.eyeY + m.lowerLid + 23],
      [X + m.eyeX + 24, m.eyeY + m.lowerLid + 17],
    ],
    3.5 + 2 * age,
    0.1 + 0.55 * age,
  );
  if (age > 0.25) {
    for (const dy of [-9, 3, 15]) {
      line(
        [
          [X + m.eyeX + m.eyeHalf + 12, m.eyeY - 2 + dy * 0.5],
          [X + m.eyeX + m.eyeHalf + 24, m.eyeY + dy * 0.9],
          [X + m.eyeX + m.eyeHalf + 36, m.eyeY + 2 + dy * 1.5],
        ],
        3,
        age * 0.6,
      );
    }
    for (const [y, half] of [
      [m.browY - 84, 70],
      [m.browY - 58, 92],
    ] as const) {
      lines.push(
        fill(
          brush(
            [
              [X - half, y + 4],
              [X - half * 0.4, y - 3],
              [X + half * 0.3, y + 1],
              [X + half, y - 1],
            ],
            tapered(3.4),
          ),
          c.skinDeep,
          age * 0.5,
        ),
      );
    }
    line(
      [
        [X + m.mouthHalf + 9, m.mouthY + 16],
        [X + m.mouthHalf + 14, m.mouthY + 34],
        [X + m.mouthHalf + 10, m.mouthY + 54],
      ],
      5,
      age * 0.5,
    );
    line(
      [
        [X + 13, m.browY + 4],
        [X + 15, m.browY + 20],
        [X + 12, m.browY + 34],
      ],
      3.4,
      age * 0.5,
    );
  }
  return lines.join('');
}

function freckles({ m, c, brief }: Design): string {
  let dots = '';
  const count = Math.round(70 * brief.freckles);
  for (let i = 0; i < count; i++) {
    const k = brief.seed * 977 + i * 3;
    const side = i % 2 ? 1 : -1;
    const x = X + side * (14 + 120 * random(k) ** 0.8);
    const y = 512 + 56 * random(k + 1) - 0.12 * Math.abs(x - X) + (m.noseY - 560) * 0.3;
    dots += `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${(1.4 + 1.7 * random(k + 2)).toFixed(1)}" fill="${c.skinDeep}" fill-opacity=".45"/>`;
  }
  return dots;
}

/** Shadow plane, wings, nostrils and light of the nose. */
export function drawNose({ m, c, age, brief }: Design): string {
  const h = m.noseHalf;
  const y = m.noseY;
  const hook = 6 * m.bridge;
  const side: Point[] = [
    [X + 15, m.eyeY - 30],
    [X + 11 + hook * 0.4, m.eyeY + 24],
    [X + 13 + hook, m.eyeY + 58],
    [X + 10, y - 26],
    [X + 14, y - 4],
    [X + h * 0.72, y + 6],
    [X + h + 3, y - 4],
    [X + h + 1, y - 22],
    [X + 24 + hook * 0.5, y - 42],
    [X + 26, m.eyeY + 20],
    [X + 34, m.eyeY - 14],
  ];
  const under: Point[] = [
    [X - h - 1, y - 1],
    [X - h * 0.5, y + 5],
    [X - 11, y + 13],
    [X + 1, y + 15],
    [X + 13, y + 12],
    [X + h * 0.55, y + 4],
    [X + h + 3, y - 2],
    [X + h * 0.9, y + 9],
    [X + h * 0.35, y + 22],
    [X, y + 27],
    [X - h * 0.4, y + 21],
    [X - h * 0.85, y + 8],
  ];
  const wing: Point[] = [
    [X + h - 3, y - 20],
    [X + h + 4, y - 9],
    [X + h + 1, y + 3],
    [X + h - 8, y + 6],
  ];
  const nostril: Point[] = [
    [X + h - 6, y + 5],
    [X + h * 0.6, y + 3],
    [X + h * 0.36, y + 8],
    [X + h * 0.2, y + 13],
  ];
  return `<defs><linearGradient id="noseSide" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${c.skinShade}" stop-opacity="0"/><stop offset=".35" stop-color="${c.skinShade}" stop-opacity=".35"/><stop offset="1" stop-color="${c.skinShade}" stop-opacity=".85"/></linearGradient>
<linearGradient id="noseUnder" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${c.skinDeep}" stop-opacity=".75"/><stop offset="1" stop-color="${c.skinShade}" stop-opacity="0"/></linearGradient>
<filter id="noseSoft" x="-30%" y="-30%" width="160%" height="160%"><feGaussianBlur stdDeviation="3.2"/></filter></defs>
<path d="${spline(side, true)}" fill="url(#noseSide)" filter="url(#noseSoft)"/>
<path d="${spline(under, true)}" fill="url(#noseUnder)"/>
${glow('noseTip', X - 3, y - 12, h * 0.8, 22, c.blush, 0.2 + 0.08 * age)}
${both((place) => fill(brush(place(wing), tapered(4.6)), c.skinDeep, 0.8) + fill(brush(place(nostril), tapered(brief.sex === 'man' ? 7 : 5.6)), c.line, 0.62))}
${glow('tipLight', X - 5, y - 15, 12, 9, c.skinGlow, 0.95)}
${glow('bridgeLight', X - 4 - hook * 0.3, m.eyeY + 38, 9, 44, c.skinGlow, 0.6)}`;
}

/** One brow, for the avatar's left eye (right in the picture) or mirrored. */
export function drawBrow({ m, c, brief }: Design, sign: 1 | -1): string {
  const man = brief.sex === 'man';
  const arch = man ? 8 : 14;
  const y = m.browY;
  const at = (x: number, dy: number): Point => [X + sign * x, y + dy];
  const inner = m.eyeX - m.eyeHalf - 4;
  const outer = m.eyeX + m.eyeHalf + 16;
  const line: Point[] = [at(inner, 6), at(inner + 30, -arch * 0.55), at(inner + 66, -arch), at(outer - 16, -arch * 0.4), at(outer, 11)];
  const t = m.browThick;
  const body = brush(line, (s) => t * Math.min(1, 0.55 + s * 3.2) * (1 - s) ** 0.55 + 1.2);
  let hairs = '';
  for (let i = 0; i < 26; i++) {
    const s = (i + 0.5) / 26;
    const k = brief.seed * 131 + i * 7 + sign;
    const px = inner + (outer - inner) * s * 0.94;
    const bend = -arch * Math.sin(Math.PI * Math.min(1, s * 1.05)) + 6 * (1 - s);
    const low = t * 0.42 * (1 - s) ** 0.5;
    const lean = (8 + 12 * s + 4 * random(k)) * (1 - 0.6 * s * s);
    hairs += fill(
      brush(
        [at(px, bend + low * (0.5 + random(k + 1))), at(px + lean * 0.5, bend - low * 0.5), at(px + lean, bend - low * 0.75 + 3 * s)],
        tail(2.4),
      ),
      random(k + 2) < 0.5 ? shade(c.brow, -0.05) : shade(c.brow, 0.06),
      0.75,
    );
  }
  return fill(body, c.brow, 0.94) + hairs;
}
