import type { ParameterName } from '../../../server/face/parameters.ts';
import { ARKIT } from '../../../server/face/parameters.ts';
import { type Delta, gridMesh, type Vertex } from '../bake/layer.ts';
import type { Region } from '../render/job.ts';
import type { RigLayer } from '../../../server/face/rig.ts';
import { lightnessOf, shade } from './colour.ts';
import { AXIS_X as X, type Design, type Measures } from './design.ts';
import { type LipRow, Lids, lipAt, skinAt, type Weights } from './motion.ts';
import { brush, fill, type Point, spline, tail, tapered } from './vector.ts';
import { random } from '../math.ts';

/** A layer whose picture is still a drawing: `svg` in the coordinates of `region`. */
export interface DrawnLayer {
  readonly id: string;
  readonly svg: string;
  readonly region: Region;
  /** Texels per unit of the region. */
  readonly scale: number;
  readonly vertices: readonly Vertex[];
  readonly triangles: readonly number[];
  readonly morphs: Partial<Record<ParameterName, readonly Delta[]>>;
  readonly opaque?: boolean;
  readonly mask?: string;
  readonly opacity?: RigLayer['opacity'];
}

const MOVED: readonly ParameterName[] = [...ARKIT, 'gazeX', 'gazeY'];

/** Depth (px towards the camera) of the face as an egg, and of the hair over it. */
export const faceDepth = (m: Measures, x: number, y: number): number =>
  24 + 228 * Math.sqrt(Math.max(0, 1 - ((x - X) / (m.cheek + 26)) ** 2 - ((y - 430) / 345) ** 2));
export const hairDepth = (m: Measures, x: number, y: number): number =>
  36 + 242 * Math.sqrt(Math.max(0, 1 - ((x - X) / (m.cheek + 72)) ** 2 - ((y - 430) / 420) ** 2));

/** A grid that rides on the skin. */
export function skinLayer(
  d: Design,
  id: string,
  svg: string,
  region: Region,
  cells: readonly [number, number],
  options: {
    readonly raise?: number;
    readonly scale?: number;
    readonly depth?: (x: number, y: number) => number;
    readonly only?: RegExp;
    readonly share?: number;
  } = {},
): DrawnLayer {
  const { raise = 0, scale = 1, depth = (x, y) => faceDepth(d.m, x, y), only, share = 1 } = options;
  const mesh = gridMesh(region, cells[0], cells[1], (x, y) => ({ depth: depth(x, y) + raise, follow: 1 }));
  const morphs: Partial<Record<ParameterName, readonly Delta[]>> = {};
  for (const name of ARKIT) {
    if (only && !only.test(name)) continue;
    morphs[name] = mesh.vertices.map((v): Delta => {
      const [dx, dy] = skinAt(d.m, { [name]: 1 }, v.x, v.y);
      return [dx * share, dy * share, 0];
    });
  }
  return { id, svg, region, scale, ...mesh, morphs };
}

/**
 * A ribbon across rows of points, drawn unrolled: `svg` has one unit per pixel of `width` x `height`, row k lies at
 * `levels[k]` of the height. Morphs come from evaluating `rows` with one weight at a time.
 */
export function ribbon(
  id: string,
  svg: string,
  size: readonly [number, number],
  scale: number,
  columns: readonly number[],
  levels: readonly number[],
  rows: (w: Weights, u: number) => readonly Point[],
  depth: (x: number, y: number) => number,
  extra: Partial<DrawnLayer> = {},
): DrawnLayer {
  const [width, height] = size;
  const at = (w: Weights): Point[] => {
    const grid = columns.map((u) => rows(w, u));
    return levels.flatMap((_, k) => grid.map((column) => column[k]!));
  };
  const rest = at({});
  const first = columns[0]!;
  const span = columns.at(-1)! - first;
  const vertices = rest.map(([x, y], i): Vertex => {
    const k = Math.floor(i / columns.length);
    const u = columns[i % columns.length]!;
    return { x, y, tx: ((u - first) / span) * width, ty: levels[k]! * height, depth: depth(x, y), follow: 1 };
  });
  const triangles: number[] = [];
  for (let k = 0; k + 1 < levels.length; k++) {
    for (let i = 0; i + 1 < columns.length; i++) {
      const a = k * columns.length + i;
      const b = a + columns.length;
      triangles.push(a, a + 1, b, a + 1, b + 1, b);
    }
  }
  const morphs: Partial<Record<ParameterName, readonly Delta[]>> = {};
  for (const name of MOVED) {
    const moved = at({ [name]: 1 });
    morphs[name] = moved.map(([x, y], i): Delta => [x - rest[i]![0], y - rest[i]![1], 0]);
  }
  return { id, svg, region: { x: 0, y: 0, width, height }, scale, vertices, triangles, morphs, ...extra };
}

const steps = (from: number, to: number, count: number): number[] =>
  Array.from({ length: count + 1 }, (_, i) => from + ((to - from) * i) / count);

/** One eye: white, iris, lights, lid and lashes. `sign` 1 is the avatar's left eye, right in the picture. */
export function eyeLayers(d: Design, sign: 1 | -1): DrawnLayer[] {
  const { m, c, brief, age } = d;
  const side = sign > 0 ? 'Left' : 'Right';
  const lids = new Lids(m);
  const ex = X + sign * m.eyeX;
  const ey = m.eyeY;
  const depth = (x: number, y: number): number => faceDepth(m, x, y) - 4;
  const px = (u: number): number => ex + sign * u * m.eyeHalf;
  const fades = { base: 8, gains: { [`eyeBlink${side}`]: -8 } };
  const us = steps(-1, 1, 16);
  const mono = brief.eyes.shape === 'monolid';
  const white = ribbon(
    `eyeWhite${side}`,
    `<defs><linearGradient id="white${side}" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${shade(c.skinDeep, 0.02)}" stop-opacity=".0"/><stop offset=".04" stop-color="#b9a6ad"/><stop offset=".34" stop-color="#efe7e4"/><stop offset="1" stop-color="#f6f0ec"/></linearGradient><linearGradient id="ends${side}"><stop offset="0" stop-color="#d98d84" stop-opacity=".8"/><stop offset=".13" stop-color="#d9a79f" stop-opacity="0"/><stop offset=".9" stop-color="#b79a97" stop-opacity="0"/><stop offset="1" stop-color="#b79a97" stop-opacity=".7"/></linearGradient></defs><rect width="96" height="44" fill="url(#white${side})"/><rect width="96" height="44" fill="url(#ends${side})"/>`,
    [96, 44],
    1,
    us,
    [0, 0.5, 1],
    (w, u) => {
      const top = lids.upper(u, w, side);
      const low = lids.lower(u, w, side);
      return [
        [px(u), ey + top - 1],
        [px(u), ey + (top + low) / 2],
        [px(u), ey + low + 1],
      ];
    },
    depth,
    { opacity: fades },
  );
  const R = m.iris;
  const irisRegion: Region = { x: ex - R * 1.2, y: ey - 2 - R * 1.2, width: R * 2.4, height: R * 2.4 };
  const irisMesh = gridMesh(irisRegion, 3, 3, (x, y) => ({ depth: depth(x, y) + 3, follow: 1 }));
  const turn = (dx: number, dy: number): Delta[] => irisMesh.vertices.map(() => [dx, dy, 0]);
  const gx = m.eyeHalf * 0.38;
  const gy = m.upperLid * 0.42;
  const left = sign > 0;
  const gaze = (share: number): Partial<Record<ParameterName, readonly Delta[]>> => ({
    gazeX: turn(gx * share, 0),
    gazeY: turn(0, -gy * share),
    [left ? 'eyeLookOutLeft' : 'eyeLookInRight']: turn(gx * share, 0),
    [left ? 'eyeLookInLeft' : 'eyeLookOutRight']: turn(-gx * share, 0),
    [left ? 'eyeLookUpLeft' : 'eyeLookUpRight']: turn(0, -gy * share),
    [left ? 'eyeLookDownLeft' : 'eyeLookDownRight']: turn(0, gy * share),
  });
  const ix = ex;
  const iy = ey - 2;
  const irisDark = shade(c.iris, -0.17, 1, -6);
  const irisLight = shade(c.iris, 0.13, 1.15, 8);
  let fibres = '';
  for (let i = 0; i < 26; i++) {
    const a = (i / 26) * Math.PI * 2 + 0.1 * random(i + brief.seed);
    const r0 = R * (0.42 + 0.1 * random(i * 3 + 1));
    const r1 = R * (0.7 + 0.2 * random(i * 5 + 2));
    fibres += fill(
      brush(
        [
          [ix + Math.cos(a) * r0, iy + Math.sin(a) * r0],
          [ix + Math.cos(a) * (r0 + r1) * 0.5, iy + Math.sin(a) * (r0 + r1) * 0.5],
          [ix + Math.cos(a) * r1, iy + Math.sin(a) * r1],
        ] as Point[],
        tapered(2.6),
      ),
      i % 2 ? irisLight : irisDark,
      0.4,
    );
  }
  const iris: DrawnLayer = {
    id: `iris${side}`,
    mask: `eyeWhite${side}`,
    svg: `<defs><linearGradient id="iris${side}g" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${irisDark}"/><stop offset=".5" stop-color="${c.iris}"/><stop offset="1" stop-color="${irisLight}"/></linearGradient></defs><circle cx="${ix}" cy="${iy}" r="${R}" fill="${shade(c.iris, -0.24, 0.9, -8)}"/><circle cx="${ix}" cy="${iy + 0.5}" r="${R * 0.87}" fill="url(#iris${side}g)"/>${fibres}<path d="${spline(
      [
        [ix - R * 0.62, iy + R * 0.28],
        [ix, iy + R * 0.5],
        [ix + R * 0.62, iy + R * 0.28],
        [ix + R * 0.42, iy + R * 0.66],
        [ix, iy + R * 0.8],
        [ix - R * 0.42, iy + R * 0.66],
      ],
      true,
    )}" fill="${shade(irisLight, 0.1, 1, 6)}" fill-opacity=".5"/><circle cx="${ix}" cy="${iy}" r="${R * 0.43}" fill="#150d10"/><path d="M${ix - R} ${iy - R * 1.05}H${ix + R}V${iy - R * 0.34}Q${ix} ${iy - R * 0.02} ${ix - R} ${iy - R * 0.34}Z" fill="#1a0e16" fill-opacity=".36" clip-path="circle(${R}px at ${ix}px ${iy}px)"/>`,
    region: irisRegion,
    scale: 2.4,
    ...irisMesh,
    morphs: gaze(1),
    opacity: fades,
  };
  const lightMesh = gridMesh(irisRegion, 1, 1, (x, y) => ({ depth: depth(x, y) + 8, follow: 0.97 }));
  const drift = (dx: number, dy: number): Delta[] => lightMesh.vertices.map(() => [dx, dy, 0]);
  const light: DrawnLayer = {
    id: `eyeLight${side}`,
    mask: `eyeWhite${side}`,
    svg: `<ellipse cx="${ix - R * 0.34}" cy="${iy - R * 0.36}" rx="${R * 0.27}" ry="${R * 0.3}" fill="#fff" fill-opacity=".96"/><circle cx="${ix + R * 0.36}" cy="${iy + R * 0.38}" r="${R * 0.13}" fill="#fff" fill-opacity=".7"/>`,
    region: irisRegion,
    scale: 1.6,
    ...lightMesh,
    morphs: {
      gazeX: drift(gx * 0.55, 0),
      gazeY: drift(0, -gy * 0.55),
      [`eyeLookDown${side}`]: drift(0, gy * 0.55),
      [`eyeLookUp${side}`]: drift(0, -gy * 0.55),
    },
    opacity: fades,
  };
  const lidColour = shade(c.skin, -0.055 - 0.04 * brief.makeup, 1.2, -8 - 12 * brief.makeup);
  const creaseGap = (u: number): number => (4 + m.crease) * (1 - 0.5 * u * u) + 2.5 * age;
  const lid = ribbon(
    `lid${side}`,
    `<defs><linearGradient id="lid${side}g" x1="0" y1="0" x2="0" y2="1"><stop offset=".3" stop-color="${lidColour}"/><stop offset="1" stop-color="${shade(lidColour, -0.045, 1.1)}"/></linearGradient><linearGradient id="lid${side}m"><stop offset="0" stop-color="#000"/><stop offset=".08" stop-color="#fff"/><stop offset=".94" stop-color="#fff"/><stop offset="1" stop-color="#000"/></linearGradient><mask id="lid${side}k"><rect width="128" height="64" fill="url(#lid${side}m)"/></mask></defs><g mask="url(#lid${side}k)"><rect y="${mono ? 30 : 14}" width="128" height="60" fill="url(#lid${side}g)"/>${
      mono
        ? ''
        : fill(
            brush(
              [
                [6, 13],
                [40, 10],
                [90, 10],
                [124, 14],
              ],
              tapered(9, 0.5),
            ),
            c.skinDeep,
            0.85,
          )
    }</g>`,
    [128, 64],
    1,
    us,
    [0, 0.32, 1],
    (w, u) => {
      const rest = lids.upperRest(u) - creaseGap(u);
      const shift = (lids.upper(u, w, side) - lids.upperRest(u)) * 0.06;
      return [
        [px(u * 1.02), ey + rest - 5 + shift],
        [px(u * 1.02), ey + rest + 3 + shift],
        [px(u), ey + lids.upper(u, w, side)],
      ];
    },
    depth,
  );
  const woman = brief.sex === 'woman';
  const thick = (woman ? 8.2 + 2.5 * brief.makeup : 6.2) * (mono ? 0.85 : 1);
  const lineUs = steps(-1.04, woman ? 1.24 : 1.1, 20);
  const lineY = (w: Weights, u: number): number => {
    const beyond = Math.max(0, u - 1);
    const inside = Math.min(1, Math.max(-1, u));
    const blink = w[`eyeBlink${side}`] ?? 0;
    return lids.upper(inside, w, side) - beyond * m.eyeHalf * (woman ? 0.42 - 0.5 * blink : 0.1);
  };
  const thickness = (u: number): number => {
    const t = (u + 1.04) / (lineUs.at(-1)! + 1.04);
    return thick * Math.min(1, 0.34 + 0.9 * t) * Math.min(1, (1 - t) * 5.5 + 0.02) * Math.min(1, t * 7 + 0.3);
  };
  const inkMask = '<rect y="3" width="128" height="18" rx="5"';
  const lash = ribbon(
    `lashLine${side}`,
    `${inkMask} fill="${c.line}"/>`,
    [128, 24],
    1,
    lineUs,
    [0, 1],
    (w, u) => {
      const t = thickness(u);
      const y = ey + lineY(w, u);
      const fold = mono && u < -0.6 ? (-0.6 - u) * 8 : 0;
      return [
        [px(u), y - t * 0.72 - 1.4 + fold],
        [px(u), y + t * 0.42 + 1.4 + fold],
      ];
    },
    depth,
  );
  const lowUs = steps(-0.72, 1.02, 14);
  const lower = ribbon(
    `lowerLine${side}`,
    `<defs><linearGradient id="low${side}"><stop offset="0" stop-color="${c.line}" stop-opacity="0"/><stop offset=".5" stop-color="${c.line}" stop-opacity=".42"/><stop offset="1" stop-color="${c.line}" stop-opacity=".9"/></linearGradient></defs><rect y="4" width="128" height="16" fill="url(#low${side})"/>`,
    [128, 24],
    1,
    lowUs,
    [0, 1],
    (w, u) => {
      const y = ey + lids.lower(Math.min(1, u), w, side);
      const t = 1.6 + 1.3 * Math.max(0, u);
      return [
        [px(u), y - t],
        [px(u), y + t],
      ];
    },
    depth,
  );
  const out = [white, iris, light, lid, lower, lash];
  if (woman) {
    let spikes = '';
    for (let i = 0; i < 8; i++) {
      const u = 34 + i * 11.5;
      const h = 13 + i * 2.2;
      spikes += fill(
        brush(
          [
            [u, 40],
            [u + 3 + i * 0.7, 40 - h * 0.5],
            [u + 8 + i * 1.5, 40 - h],
          ] as Point[],
          tail(5.4),
        ),
        c.line,
        0.95,
      );
    }
    out.push(
      ribbon(
        `lashes${side}`,
        spikes,
        [144, 40],
        1.4,
        steps(-1, 1.3, 18),
        [0, 1],
        (w, u) => {
          const y = ey + lineY(w, Math.min(u, 1.12));
          const blink = w[`eyeBlink${side}`] ?? 0;
          const reach = 15 + 2.5 * brief.makeup;
          return [
            [px(u), y - reach * (1 - 1.62 * blink)],
            [px(u), y + 1],
          ];
        },
        depth,
      ),
    );
  }
  return out;
}

/** Mouth: cavity, teeth and tongue show only where the lips part; the lips are two ribbons over them. */
export function mouthLayers(d: Design): DrawnLayer[] {
  const { m, c, brief } = d;
  const depth = (x: number, y: number): number => faceDepth(m, x, y) + 12;
  const inside = (x: number, y: number): number => faceDepth(m, x, y) - 8;
  const ss = steps(-1, 1, 24).map((s) => Math.sign(s) * Math.abs(s) ** 0.82);
  const row = (name: LipRow, w: Weights, s: number): Point => lipAt(m, w, name, s);
  const cavity = ribbon(
    'mouthCavity',
    '<defs><linearGradient id="cavity" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#4a1420"/><stop offset=".35" stop-color="#33101a"/><stop offset="1" stop-color="#5c1d28"/></linearGradient></defs><rect width="64" height="48" fill="url(#cavity)"/>',
    [64, 48],
    1,
    ss.map((s) => s * 0.985),
    [0, 0.5, 1],
    (w, s) => {
      const a = row('upperInner', w, s);
      const b = row('lowerInner', w, s);
      return [
        [a[0], a[1] - 1.5],
        [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2],
        [b[0], b[1] + 1.5],
      ];
    },
    inside,
  );
  const W = m.mouthHalf;
  const teethRegion: Region = { x: X - W * 0.86, y: m.mouthY - 30, width: W * 1.72, height: 48 };
  const teethMesh = gridMesh(teethRegion, 4, 1, (x, y) => ({ depth: inside(x, y) + 6 - 0.004 * (x - X) ** 2, follow: 1 }));
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
  const teeth: DrawnLayer = {
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
  const tongueY = m.mouthY + 6;
  const tongueRegion: Region = { x: X - W * 0.62, y: tongueY - 4, width: W * 1.24, height: 46 };
  const tongueMesh = gridMesh(tongueRegion, 3, 3, (x, y) => ({ depth: inside(x, y) + 2, follow: 1 }));
  const lift = (dy: number, grow = 1): Delta[] => tongueMesh.vertices.map((v): Delta => [(v.x - X) * (grow - 1), dy, 0]);
  const tongue: DrawnLayer = {
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
  const man = brief.sex === 'man';
  const ends = (id: string): string =>
    `<linearGradient id="${id}m"><stop offset="0" stop-color="#000"/><stop offset=".07" stop-color="#fff"/><stop offset=".93" stop-color="#fff"/><stop offset="1" stop-color="#000"/></linearGradient><mask id="${id}k"><rect width="192" height="48" fill="url(#${id}m)"/></mask>`;
  const line = shade(c.lipDark, lightnessOf(c.lipDark) > 0.35 ? -0.17 : -0.1, 0.9, -4);
  const upper = ribbon(
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
    ss,
    [0, 0.86, 1],
    (w, s) => {
      const o = row('upperOuter', w, s);
      const i = row('upperInner', w, s);
      const end = Math.abs(s) > 0.999 ? 2 : 0;
      return [
        [o[0] + Math.sign(s) * end, o[1] - 1.5],
        [i[0] + Math.sign(s) * end, i[1]],
        [i[0] + Math.sign(s) * end, i[1] + 2.4],
      ];
    },
    depth,
  );
  const lower = ribbon(
    'lipLower',
    `<defs>${ends('ll')}<linearGradient id="llg" x1="0" y1="0" x2="0" y2="1"><stop offset=".06" stop-color="${c.lipDark}"/><stop offset=".3" stop-color="${c.lip}"/><stop offset=".55" stop-color="${c.lipLight}"/><stop offset=".86" stop-color="${c.lip}" stop-opacity="${man ? 0.7 : 1}"/><stop offset="1" stop-color="${c.lip}" stop-opacity="0"/></linearGradient></defs><g mask="url(#llk)"><rect y="3" width="192" height="45" fill="url(#llg)"/><ellipse cx="80" cy="24" rx="30" ry="5" fill="#fff" fill-opacity="${man ? 0.1 : 0.26}"/></g>`,
    [192, 48],
    1,
    ss,
    [0, 0.1, 1],
    (w, s) => {
      const o = row('lowerOuter', w, s);
      const i = row('lowerInner', w, s);
      return [
        [i[0], i[1] - 1.5],
        [i[0], i[1] + 0.8],
        [o[0], o[1] + 1.5],
      ];
    },
    depth,
  );
  return [cavity, tongue, teeth, tongueTip(m, inside), lower, upper];
}

/** The tip of the tongue before the teeth: between them on "th", just under their edge on "l". */
function tongueTip(m: Measures, inside: (x: number, y: number) => number): DrawnLayer {
  const half = m.mouthHalf * 0.4;
  const y = m.mouthY + 17;
  const region: Region = { x: X - half - 2, y: y - 13, width: 2 * half + 4, height: 28 };
  const mesh = gridMesh(region, 3, 3, (px, py) => ({ depth: inside(px, py) + 8, follow: 1 }));
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
