import { type Delta, gridMesh } from '../bake/layer.ts';
import type { Region } from '../render/job.ts';
import { lightnessOf, shade } from './colour.ts';
import { AXIS_X as X, type Design, type Measures } from './design.ts';
import { type DrawnLayer, faceDepth, ribbon, steps } from './drawn-layer.ts';
import { lipAt } from './motion.ts';
import { brush, fill, spline, tapered } from './vector.ts';

/** Mouth: cavity, teeth and tongue show only where the lips part; the lips are two ribbons over them. */
export function mouthLayers(d: Design): DrawnLayer[] {
  return [cavity(d), tongue(d), teeth(d), tongueTip(d), lowerLip(d), upperLip(d)];
}

/** Columns of lips and cavity, closer together towards the corners. */
const COLUMNS = steps(-1, 1, 24).map((s) => Math.sign(s) * Math.abs(s) ** 0.82);

const lipDepth = (m: Measures, x: number, y: number): number => faceDepth(m, x, y) + 12;
const insideDepth = (m: Measures, x: number, y: number): number => faceDepth(m, x, y) - 8;

function cavity({ m }: Design): DrawnLayer {
  return ribbon(
    'mouthCavity',
    '<defs><linearGradient id="cavity" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#4a1420"/><stop offset=".35" stop-color="#33101a"/><stop offset="1" stop-color="#5c1d28"/></linearGradient></defs><rect width="64" height="48" fill="url(#cavity)"/>',
    [64, 48],
    1,
    COLUMNS.map((s) => s * 0.985),
    [0, 0.5, 1],
    (w, s) => {
      const a = lipAt(m, w, 'upperInner', s);
      const b = lipAt(m, w, 'lowerInner', s);
      return [
        [a[0], a[1] - 1.5],
        [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2],
        [b[0], b[1] + 1.5],
      ];
    },
    (x, y) => insideDepth(m, x, y),
  );
}

function teeth({ m }: Design): DrawnLayer {
  const W = m.mouthHalf;
  const teethRegion: Region = { x: X - W * 0.86, y: m.mouthY - 30, width: W * 1.72, height: 48 };
  const teethMesh = gridMesh(teethRegion, 4, 1, (x, y) => ({ depth: insideDepth(m, x, y) + 6 - 0.004 * (x - X) ** 2, follow: 1 }));
  const edge = m.mouthY + 13.5;
  const teethShape = spline([
    [X - W * 0.84, m.mouthY - 30],
    [X - W * 0.8, edge - 7],
    [X - W * 0.5, edge - 1.5],
    [X, edge],
    [X + W * 0.5, edge - 1.5],
    [X + W * 0.8, edge - 7],
    [X + W * 0.84, m.mouthY - 30],
  ]);
  const gaps = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5]
    .map(
      (k) =>
        `<path d="M${(X + k * 13.4).toFixed(1)} ${m.mouthY - 18}V${(edge - Math.abs(k) * 1.1 - 1).toFixed(1)}" stroke="#cfc0b6" stroke-width="1.5" stroke-opacity=".7"/>`,
    )
    .join('');
  return {
    id: 'teeth',
    mask: 'mouthCavity',
    svg: `<defs><linearGradient id="teethG" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#b9a7a4"/><stop offset=".62" stop-color="#e8dfd8"/><stop offset="1" stop-color="#f8f3ec"/></linearGradient></defs><path d="${teethShape}Z" fill="url(#teethG)"/>${gaps}`,
    region: teethRegion,
    scale: 1.6,
    ...teethMesh,
    morphs: {
      mouthPucker: teethMesh.vertices.map((v): Delta => [(X - v.x) * 0.3, 0, 0]),
      mouthFunnel: teethMesh.vertices.map((v): Delta => [(X - v.x) * 0.24, -9, 0]),
      mouthSmileLeft: teethMesh.vertices.map((v): Delta => [Math.max(0, v.x - X) * 0.16, -1.5, 0]),
      mouthSmileRight: teethMesh.vertices.map((v): Delta => [Math.min(0, v.x - X) * 0.16, -1.5, 0]),
    },
    opacity: { base: 1.3, gains: { mouthPucker: -2 } },
  };
}

function tongue({ m }: Design): DrawnLayer {
  const W = m.mouthHalf;
  const tongueY = m.mouthY + 6;
  const tongueRegion: Region = { x: X - W * 0.62, y: tongueY - 4, width: W * 1.24, height: 46 };
  const tongueMesh = gridMesh(tongueRegion, 3, 3, (x, y) => ({ depth: insideDepth(m, x, y) + 2, follow: 1 }));
  const lift = (dy: number, grow = 1): Delta[] => tongueMesh.vertices.map((v): Delta => [(v.x - X) * (grow - 1), dy, 0]);
  return {
    id: 'tongue',
    mask: 'mouthCavity',
    svg: `<defs><linearGradient id="tongueG" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#e0747a"/><stop offset="1" stop-color="#b84a55"/></linearGradient></defs><ellipse cx="${X}" cy="${tongueY + 22}" rx="${W * 0.58}" ry="20" fill="url(#tongueG)"/>${fill(
      brush(
        [
          [X, tongueY + 8],
          [X + 1, tongueY + 20],
          [X, tongueY + 34],
        ],
        tapered(5),
      ),
      '#a63d49',
      0.7,
    )}<ellipse cx="${X - W * 0.22}" cy="${tongueY + 12}" rx="${W * 0.16}" ry="4" fill="#f5a9a6" fill-opacity=".7"/>`,
    region: tongueRegion,
    scale: 1.5,
    ...tongueMesh,
    morphs: {
      jawOpen: lift(58),
      mouthPucker: lift(0, 0.7),
      tongueOut: lift(-8, 0.9),
      viseme_TH: lift(-11, 0.85),
      viseme_DD: lift(-8, 0.85),
      viseme_nn: lift(-9, 0.85),
      viseme_RR: lift(-4, 0.8),
    },
  };
}

/** The tip of the tongue before the teeth: between them on "th", just under their edge on "l". */
function tongueTip({ m }: Design): DrawnLayer {
  const half = m.mouthHalf * 0.4;
  const y = m.mouthY + 17;
  const region: Region = { x: X - half - 2, y: y - 13, width: 2 * half + 4, height: 28 };
  const mesh = gridMesh(region, 3, 3, (px, py) => ({ depth: insideDepth(m, px, py) + 8, follow: 1 }));
  const move = (dy: number): Delta[] => mesh.vertices.map((): Delta => [0, dy, 0]);
  return {
    id: 'tongueTip',
    mask: 'mouthCavity',
    svg: `<defs><radialGradient id="tipG" cx=".45" cy=".3" r=".8"><stop offset="0" stop-color="#f0908f"/><stop offset=".6" stop-color="#dc6d74"/><stop offset="1" stop-color="#b84a55"/></radialGradient></defs><ellipse cx="${X}" cy="${y + 1}" rx="${half}" ry="12" fill="url(#tipG)"/><ellipse cx="${X - half * 0.3}" cy="${y - 5}" rx="${half * 0.34}" ry="2.6" fill="#fbc2bd" fill-opacity=".75"/>`,
    region,
    scale: 1.8,
    ...mesh,
    morphs: { jawOpen: move(20), viseme_TH: move(-3), mouthPucker: mesh.vertices.map((v): Delta => [(X - v.x) * 0.3, 0, 0]) },
    opacity: { base: 0, gains: { viseme_TH: 1.4, tongueOut: 2 } },
  };
}

/** A mask that lets a lip fade out at the corners of the mouth. */
const ends = (id: string): string =>
  `<linearGradient id="${id}m"><stop offset="0" stop-color="#000"/><stop offset=".07" stop-color="#fff"/><stop offset=".93" stop-color="#fff"/><stop offset="1" stop-color="#000"/></linearGradient><mask id="${id}k"><rect width="192" height="48" fill="url(#${id}m)"/></mask>`;

function upperLip({ m, c, brief }: Design): DrawnLayer {
  const man = brief.sex === 'man';
  const line = shade(c.lipDark, lightnessOf(c.lipDark) > 0.35 ? -0.17 : -0.1, 0.9, -4);
  return ribbon(
    'lipUpper',
    `<defs>${ends('lu')}<linearGradient id="lug" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${c.lip}" stop-opacity="0"/><stop offset=".12" stop-color="${c.lip}" stop-opacity="${man ? 0.75 : 1}"/><stop offset="1" stop-color="${c.lipDark}"/></linearGradient></defs><g mask="url(#luk)"><rect width="192" height="41" fill="url(#lug)"/></g>${fill(
      brush(
        [
          [3, 42],
          [60, 41],
          [132, 41],
          [189, 42],
        ],
        (t) => 4.5 + 5 * Math.sin(Math.PI * t) ** 0.6,
      ),
      line,
    )}`,
    [192, 48],
    1,
    COLUMNS,
    [0, 0.86, 1],
    (w, s) => {
      const o = lipAt(m, w, 'upperOuter', s);
      const i = lipAt(m, w, 'upperInner', s);
      const end = Math.abs(s) > 0.999 ? 2 : 0;
      return [
        [o[0] + Math.sign(s) * end, o[1] - 1.5],
        [i[0] + Math.sign(s) * end, i[1]],
        [i[0] + Math.sign(s) * end, i[1] + 2.4],
      ];
    },
    (x, y) => lipDepth(m, x, y),
  );
}

function lowerLip({ m, c, brief }: Design): DrawnLayer {
  const man = brief.sex === 'man';
  return ribbon(
    'lipLower',
    `<defs>${ends('ll')}<linearGradient id="llg" x1="0" y1="0" x2="0" y2="1"><stop offset=".06" stop-color="${c.lipDark}"/><stop offset=".3" stop-color="${c.lip}"/><stop offset=".55" stop-color="${c.lipLight}"/><stop offset=".86" stop-color="${c.lip}" stop-opacity="${man ? 0.7 : 1}"/><stop offset="1" stop-color="${c.lip}" stop-opacity="0"/></linearGradient></defs><g mask="url(#llk)"><rect y="3" width="192" height="45" fill="url(#llg)"/><ellipse cx="80" cy="24" rx="30" ry="5" fill="#fff" fill-opacity="${man ? 0.1 : 0.26}"/></g>`,
    [192, 48],
    1,
    COLUMNS,
    [0, 0.1, 1],
    (w, s) => {
      const o = lipAt(m, w, 'lowerOuter', s);
      const i = lipAt(m, w, 'lowerInner', s);
      return [
        [i[0], i[1] - 1.5],
        [i[0], i[1] + 0.8],
        [o[0], o[1] + 1.5],
      ];
    },
    (x, y) => lipDepth(m, x, y),
  );
}
