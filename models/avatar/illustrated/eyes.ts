import { type Delta, gridMesh } from '../bake/layer.ts';
import { random } from '../math.ts';
import type { Region } from '../render/job.ts';
import { shade } from './colour.ts';
import { AXIS_X, type Design } from './design.ts';
import { type DrawnLayer, faceDepth, ribbon, steps } from './drawn-layer.ts';
import { Lids, type Weights } from './motion.ts';
import { brush, fill, type Point, spline, tail, tapered } from './vector.ts';

/** One eye: white, iris, lights, lid and lashes. `sign` 1 is the avatar's left eye, right in the picture. */
export function eyeLayers(d: Design, sign: 1 | -1): DrawnLayer[] {
  const { m, brief } = d;
  const x = AXIS_X + sign * m.eyeX;
  const eye: Eye = {
    d,
    sign,
    side: sign > 0 ? 'Left' : 'Right',
    lids: new Lids(m),
    x,
    y: m.eyeY,
    px: (u) => x + sign * u * m.eyeHalf,
    depth: (px, py) => faceDepth(m, px, py) - 4,
    isWoman: brief.sex === 'woman',
    isMonolid: brief.eyes.shape === 'monolid',
  };
  const layers = [eyeWhite(eye), iris(eye), eyeLight(eye), lid(eye), lowerLine(eye), lashLine(eye)];
  return eye.isWoman ? [...layers, lashes(eye)] : layers;
}

/** What the parts of an eye share. */
interface Eye {
  readonly d: Design;
  readonly sign: 1 | -1;
  readonly side: 'Left' | 'Right';
  readonly lids: Lids;
  /** Centre. */
  readonly x: number;
  readonly y: number;
  /** Canvas x at `u`: -1 the inner corner, 1 the outer. */
  readonly px: (u: number) => number;
  readonly depth: (x: number, y: number) => number;
  readonly isWoman: boolean;
  readonly isMonolid: boolean;
}

/** White, iris and lights are gone before the lids meet. */
const fadesOnBlink = (side: Eye['side']): NonNullable<DrawnLayer['opacity']> => ({ base: 8, gains: { [`eyeBlink${side}`]: -8 } });

/** How far the iris goes at gaze 1. */
const gazeReach = ({ m }: Design) => ({ x: m.eyeHalf * 0.38, y: m.upperLid * 0.42 });

const irisRegionOf = ({ d, x, y }: Eye): Region => {
  const R = d.m.iris;
  return { x: x - R * 1.2, y: y - 2 - R * 1.2, width: R * 2.4, height: R * 2.4 };
};

/** Columns of white and lid. */
const COLUMNS = steps(-1, 1, 16);

function eyeWhite({ d, side, lids, y: ey, px, depth }: Eye): DrawnLayer {
  const { c } = d;
  return ribbon(
    `eyeWhite${side}`,
    `<defs><linearGradient id="white${side}" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${shade(c.skinDeep, 0.02)}" stop-opacity=".0"/><stop offset=".04" stop-color="#b9a6ad"/><stop offset=".34" stop-color="#efe7e4"/><stop offset="1" stop-color="#f6f0ec"/></linearGradient><linearGradient id="ends${side}"><stop offset="0" stop-color="#d98d84" stop-opacity=".8"/><stop offset=".13" stop-color="#d9a79f" stop-opacity="0"/><stop offset=".9" stop-color="#b79a97" stop-opacity="0"/><stop offset="1" stop-color="#b79a97" stop-opacity=".7"/></linearGradient></defs><rect width="96" height="44" fill="url(#white${side})"/><rect width="96" height="44" fill="url(#ends${side})"/>`,
    [96, 44],
    1,
    COLUMNS,
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
    { opacity: fadesOnBlink(side) },
  );
}

function iris(eye: Eye): DrawnLayer {
  const { d, side, x: ix, depth } = eye;
  const { m, c, brief } = d;
  const R = m.iris;
  const iy = eye.y - 2;
  const region = irisRegionOf(eye);
  const mesh = gridMesh(region, 3, 3, (x, y) => ({ depth: depth(x, y) + 3, follow: 1 }));
  const turn = (dx: number, dy: number): Delta[] => mesh.vertices.map(() => [dx, dy, 0]);
  const reach = gazeReach(d);
  const left = side === 'Left';
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
  return {
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
    region,
    scale: 2.4,
    ...mesh,
    morphs: {
      gazeX: turn(reach.x, 0),
      gazeY: turn(0, -reach.y),
      [left ? 'eyeLookOutLeft' : 'eyeLookInRight']: turn(reach.x, 0),
      [left ? 'eyeLookInLeft' : 'eyeLookOutRight']: turn(-reach.x, 0),
      [left ? 'eyeLookUpLeft' : 'eyeLookUpRight']: turn(0, -reach.y),
      [left ? 'eyeLookDownLeft' : 'eyeLookDownRight']: turn(0, reach.y),
    },
    opacity: fadesOnBlink(side),
  };
}

/** The light's reflections lag behind the gaze. */
function eyeLight(eye: Eye): DrawnLayer {
  const { d, side, x: ix, depth } = eye;
  const R = d.m.iris;
  const iy = eye.y - 2;
  const region = irisRegionOf(eye);
  const reach = gazeReach(d);
  const mesh = gridMesh(region, 1, 1, (x, y) => ({ depth: depth(x, y) + 8, follow: 0.97 }));
  const drift = (dx: number, dy: number): Delta[] => mesh.vertices.map(() => [dx, dy, 0]);
  return {
    id: `eyeLight${side}`,
    mask: `eyeWhite${side}`,
    svg: `<ellipse cx="${ix - R * 0.34}" cy="${iy - R * 0.36}" rx="${R * 0.27}" ry="${R * 0.3}" fill="#fff" fill-opacity=".96"/><circle cx="${ix + R * 0.36}" cy="${iy + R * 0.38}" r="${R * 0.13}" fill="#fff" fill-opacity=".7"/>`,
    region,
    scale: 1.6,
    ...mesh,
    morphs: {
      gazeX: drift(reach.x * 0.55, 0),
      gazeY: drift(0, -reach.y * 0.55),
      [`eyeLookDown${side}`]: drift(0, reach.y * 0.55),
      [`eyeLookUp${side}`]: drift(0, -reach.y * 0.55),
    },
    opacity: fadesOnBlink(side),
  };
}

function lid({ d, side, lids, y: ey, px, depth, isMonolid }: Eye): DrawnLayer {
  const { m, c, brief, age } = d;
  const lidColour = shade(c.skin, -0.055 - 0.04 * brief.makeup, 1.2, -8 - 12 * brief.makeup);
  const creaseGap = (u: number): number => (4 + m.crease) * (1 - 0.5 * u * u) + 2.5 * age;
  return ribbon(
    `lid${side}`,
    `<defs><linearGradient id="lid${side}g" x1="0" y1="0" x2="0" y2="1"><stop offset=".3" stop-color="${lidColour}"/><stop offset="1" stop-color="${shade(lidColour, -0.045, 1.1)}"/></linearGradient><linearGradient id="lid${side}m"><stop offset="0" stop-color="#000"/><stop offset=".08" stop-color="#fff"/><stop offset=".94" stop-color="#fff"/><stop offset="1" stop-color="#000"/></linearGradient><mask id="lid${side}k"><rect width="128" height="64" fill="url(#lid${side}m)"/></mask></defs><g mask="url(#lid${side}k)"><rect y="${isMonolid ? 30 : 14}" width="128" height="60" fill="url(#lid${side}g)"/>${
      isMonolid
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
    COLUMNS,
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
}

/** Height of the lash line at `u`, beyond the outer corner too. */
function lashY({ d, side, lids, isWoman }: Eye, w: Weights, u: number): number {
  const beyond = Math.max(0, u - 1);
  const inside = Math.min(1, Math.max(-1, u));
  const blink = w[`eyeBlink${side}`] ?? 0;
  return lids.upper(inside, w, side) - beyond * d.m.eyeHalf * (isWoman ? 0.42 - 0.5 * blink : 0.1);
}

function lashLine(eye: Eye): DrawnLayer {
  const { d, side, y: ey, px, depth, isWoman, isMonolid } = eye;
  const { c, brief } = d;
  const thick = (isWoman ? 8.2 + 2.5 * brief.makeup : 6.2) * (isMonolid ? 0.85 : 1);
  const columns = steps(-1.04, isWoman ? 1.24 : 1.1, 20);
  const thickness = (u: number): number => {
    const t = (u + 1.04) / (columns.at(-1)! + 1.04);
    return thick * Math.min(1, 0.34 + 0.9 * t) * Math.min(1, (1 - t) * 5.5 + 0.02) * Math.min(1, t * 7 + 0.3);
  };
  return ribbon(
    `lashLine${side}`,
    `<rect y="3" width="128" height="18" rx="5" fill="${c.line}"/>`,
    [128, 24],
    1,
    columns,
    [0, 1],
    (w, u) => {
      const t = thickness(u);
      const y = ey + lashY(eye, w, u);
      const fold = isMonolid && u < -0.6 ? (-0.6 - u) * 8 : 0;
      return [
        [px(u), y - t * 0.72 - 1.4 + fold],
        [px(u), y + t * 0.42 + 1.4 + fold],
      ];
    },
    depth,
  );
}

function lowerLine({ d, side, lids, y: ey, px, depth }: Eye): DrawnLayer {
  const { c } = d;
  return ribbon(
    `lowerLine${side}`,
    `<defs><linearGradient id="low${side}"><stop offset="0" stop-color="${c.line}" stop-opacity="0"/><stop offset=".5" stop-color="${c.line}" stop-opacity=".42"/><stop offset="1" stop-color="${c.line}" stop-opacity=".9"/></linearGradient></defs><rect y="4" width="128" height="16" fill="url(#low${side})"/>`,
    [128, 24],
    1,
    steps(-0.72, 1.02, 14),
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
}

function lashes(eye: Eye): DrawnLayer {
  const { d, side, y: ey, px, depth } = eye;
  const { c, brief } = d;
  let spikes = '';
  for (let i = 0; i < 8; i++) {
    const u = 34 + i * 11.5;
    const h = 13 + i * 2.2;
    const hair: Point[] = [
      [u, 40],
      [u + 3 + i * 0.7, 40 - h * 0.5],
      [u + 8 + i * 1.5, 40 - h],
    ];
    spikes += fill(brush(hair, tail(5.4)), c.line, 0.95);
  }
  const length = 15 + 2.5 * brief.makeup;
  return ribbon(
    `lashes${side}`,
    spikes,
    [144, 40],
    1.4,
    steps(-1, 1.3, 18),
    [0, 1],
    (w, u) => {
      const y = ey + lashY(eye, w, Math.min(u, 1.12));
      const blink = w[`eyeBlink${side}`] ?? 0;
      return [
        [px(u), y - length * (1 - 1.62 * blink)],
        [px(u), y + 1],
      ];
    },
    depth,
  );
}
