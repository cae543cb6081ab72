import { ribbon, type DrawnLayer } from '../illustrated/drawn-layer.ts';
import type { Measures } from '../illustrated/design.ts';
import { lipAt, type Weights } from '../illustrated/motion.ts';
import { shade } from '../illustrated/colour.ts';
import type { Point } from '../illustrated/vector.ts';
import type { ParameterName } from '../../../server/face/parameters.ts';
import { gridMesh, type Delta } from '../bake/layer.ts';
import { projectY } from '../camera.ts';
import { bump, mix } from '../math.ts';
import type { Robot } from './robot.ts';
import { SCREEN } from './robot.ts';

const CX = 512;
const EYE_X = 112;
const EYE_HALF = 46;
const EYE_UP = 62;
const EYE_DOWN = 54;

const CORNER_UP = 15;

const steps = (from: number, to: number, count: number): number[] =>
  Array.from({ length: count + 1 }, (_, i) => from + ((to - from) * i) / count);
const of = (w: Weights, name: ParameterName): number => w[name] ?? 0;

/** Eyes and mouth as light on the screen; `depth` is the glass's. */
export function screenLayers(robot: Robot, depth: (x: number, y: number) => number): DrawnLayer[] {
  const eyeY = projectY(SCREEN.y + 1.15, 1.6);
  const mouthY = projectY(SCREEN.y - 2.1, 1.6);
  const core = shade(robot.glow, 0.1, 0.55);
  return [
    cheeks(eyeY, depth),
    ...eye(robot, core, 1, eyeY, depth),
    ...eye(robot, core, -1, eyeY, depth),
    ...mouth(robot, core, mouthY, depth),
    reflection(depth),
  ];
}

/** Top and bottom of an eye at u = -1 (towards the nose) .. 1. */
function eyeRows(w: Weights, u: number, sign: 1 | -1, eyeY: number, grow: number): readonly [Point, Point] {
  const side = sign > 0 ? 'Left' : 'Right';
  const round = (1 - Math.abs(u) ** 3.6) ** (1 / 3.6);
  const blink = of(w, `eyeBlink${side}`);
  const wide = of(w, `eyeWide${side}`);
  const squint = of(w, `eyeSquint${side}`);
  const smile = of(w, `cheekSquint${side}`);
  const angry = of(w, `browDown${side}`);
  const worried = of(w, 'browInnerUp');
  const raised = of(w, `browOuterUp${side}`);
  const gx = 20 * of(w, 'gazeX') + (sign > 0 ? 20 : -20) * (of(w, `eyeLookOut${side}`) - of(w, `eyeLookIn${side}`));
  const gy = -13 * of(w, 'gazeY') - 13 * of(w, `eyeLookUp${side}`) + 13 * of(w, `eyeLookDown${side}`);
  const x = CX + sign * (EYE_X + u * (EYE_HALF + grow)) + gx;
  const middle = eyeY + gy + 8 * blink;
  const line = 7;
  let top = -EYE_UP * round - 8 * wide * round - 5 * raised * round + 10 * squint * round;
  top += angry * round * (30 - 22 * u) + worried * round * (12 + 20 * u);
  let bottom = EYE_DOWN * round + 6 * wide * round - 12 * squint * round - 62 * smile * bump(u / 0.72) * round;
  // A closed eye is a bar of light, bent down a little.
  top = mix(top, 5 * (1 - u * u) - line * round, blink);
  bottom = mix(bottom, 5 * (1 - u * u) + line * round, blink);
  return [
    [x, middle + top - grow * (0.35 + 0.65 * round)],
    [x, middle + bottom + grow * (0.35 + 0.65 * round)],
  ];
}

function eye(robot: Robot, core: string, sign: 1 | -1, eyeY: number, depth: (x: number, y: number) => number): DrawnLayer[] {
  const side = sign > 0 ? 'Left' : 'Right';
  const us = steps(-1, 1, 20).map((u) => Math.sign(u) * Math.abs(u) ** 0.6);
  const halo = ribbon(
    `eyeHalo${side}`,
    `<defs><radialGradient id="halo${side}" cx=".5" cy=".5" r=".5"><stop offset=".45" stop-color="${robot.glow}" stop-opacity=".62"/><stop offset=".72" stop-color="${robot.glow}" stop-opacity=".2"/><stop offset="1" stop-color="${robot.glow}" stop-opacity="0"/></radialGradient></defs><rect width="96" height="96" fill="url(#halo${side})"/>`,
    [96, 96],
    1,
    steps(-1, 1, 10),
    [0, 1],
    (w, u) => {
      const [top, bottom] = eyeRows(w, u * 0.02, sign, eyeY, 0);
      const x = CX + sign * (EYE_X + u * (EYE_HALF + 52)) + (top[0] - CX - sign * EYE_X);
      return [
        [x, top[1] - 44],
        [x, bottom[1] + 44],
      ];
    },
    depth,
  );
  let lines = '';
  for (let y = 8; y < 128; y += 16) lines += `<rect y="${y}" width="96" height="5" fill="#06323a" fill-opacity=".05"/>`;
  const light = ribbon(
    `eye${side}`,
    `<defs><linearGradient id="eye${side}" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${core}"/><stop offset=".45" stop-color="${robot.glow}"/><stop offset="1" stop-color="${shade(robot.glow, -0.09, 1.05)}"/></linearGradient><linearGradient id="eye${side}a" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#000"/><stop offset=".035" stop-color="#fff"/><stop offset=".965" stop-color="#fff"/><stop offset="1" stop-color="#000"/></linearGradient><mask id="eye${side}m"><rect width="96" height="128" fill="url(#eye${side}a)"/></mask></defs><g mask="url(#eye${side}m)"><rect width="96" height="128" fill="url(#eye${side})"/>${lines}</g>`,
    [96, 128],
    1,
    us,
    [0, 1],
    (w, u) => eyeRows(w, u, sign, eyeY, 1.5),
    (x, y) => depth(x, y) + 2,
  );
  return [halo, light];
}

/** The mouth is a bar of light that opens like lips. */
function mouth(robot: Robot, core: string, mouthY: number, depth: (x: number, y: number) => number): DrawnLayer[] {
  const m = { mouthHalf: 62, mouthY, cornerUp: CORNER_UP, upperLip: 9, lowerLip: 9 } as unknown as Measures;
  const ss = steps(-1, 1, 24).map((s) => Math.sign(s) * Math.abs(s) ** 0.82);
  const row = (name: Parameters<typeof lipAt>[2], w: Weights, s: number): Point => {
    const [x, y] = lipAt(m, w, name, s);
    const a = Math.abs(s);
    // A bar has no cupid's bow, bends evenly, opens round, and its corners go further than lips do.
    const bow = 2.4 * bump(s / 0.24) - 2.2 * bump((a - 0.42) / 0.26);
    const open = Math.max(0, of(w, 'jawOpen') - of(w, 'mouthClose'));
    const round = name === 'lowerInner' ? 60 * open * ((1 - a * a) ** 0.5 - (1 - a * a) ** 0.72) : 0;
    const frown = of(w, s > 0 ? 'mouthFrownLeft' : 'mouthFrownRight');
    return [x, y - bow + CORNER_UP * (a ** 2.4 - a * a) + round + 20 * frown * (a * a - 0.3)];
  };
  /** Half the thickness of the bar, which lips are not: it stays even to its round ends. */
  const bar = (s: number): number => 6.4 * (1 - Math.abs(s) ** 14) ** 0.5;
  const inner = (w: Weights, s: number, up: boolean): Point => row(up ? 'upperInner' : 'lowerInner', w, s);
  const halo = ribbon(
    'mouthHalo',
    `<defs><linearGradient id="mh" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${robot.glow}" stop-opacity="0"/><stop offset=".5" stop-color="${robot.glow}" stop-opacity=".4"/><stop offset="1" stop-color="${robot.glow}" stop-opacity="0"/></linearGradient><linearGradient id="mhx"><stop offset="0" stop-color="#000"/><stop offset=".2" stop-color="#fff"/><stop offset=".8" stop-color="#fff"/><stop offset="1" stop-color="#000"/></linearGradient><mask id="mhm"><rect width="128" height="64" fill="url(#mhx)"/></mask></defs><rect width="128" height="64" fill="url(#mh)" mask="url(#mhm)"/>`,
    [128, 64],
    1,
    ss.map((s) => s * 1.28),
    [0, 1],
    (w, s) => {
      const inside = Math.max(-1, Math.min(1, s));
      const a = inner(w, inside, true);
      const b = inner(w, inside, false);
      const beyond = (s - inside) * m.mouthHalf;
      return [
        [a[0] + beyond, a[1] - 30],
        [b[0] + beyond, b[1] + 30],
      ];
    },
    depth,
  );
  const cavity = ribbon(
    'mouthInside',
    `<defs><linearGradient id="mi" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#062a31"/><stop offset="1" stop-color="${shade(robot.glow, -0.42)}"/></linearGradient></defs><rect width="64" height="48" fill="url(#mi)"/>`,
    [64, 48],
    1,
    ss.map((s) => s * 0.99),
    [0, 1],
    (w, s) => [inner(w, s, true), inner(w, s, false)],
    (x, y) => depth(x, y) + 1,
  );
  const lip = (id: string, up: boolean): DrawnLayer =>
    ribbon(
      id,
      `<defs><linearGradient id="${id}" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${robot.glow}" stop-opacity="0"/><stop offset=".16" stop-color="${robot.glow}"/><stop offset=".5" stop-color="${core}"/><stop offset=".84" stop-color="${robot.glow}"/><stop offset="1" stop-color="${robot.glow}" stop-opacity="0"/></linearGradient></defs><rect width="128" height="24" fill="url(#${id})"/>`,
      [128, 24],
      1,
      ss.map((s) => s * 1.04),
      [0, 1],
      (w, s) => {
        const inside = Math.max(-1, Math.min(1, s));
        const [x, y] = inner(w, inside, up);
        const half = bar(inside * 0.985) + 1;
        const beyond = (s - inside) * m.mouthHalf;
        return [
          [x + beyond, y - half],
          [x + beyond, y + half],
        ];
      },
      (x, y) => depth(x, y) + 3,
    );
  return [halo, cavity, lip('mouthLower', false), lip('mouthUpper', true)];
}

/** A blush of pixels when it is glad. */
function cheeks(eyeY: number, depth: (x: number, y: number) => number): DrawnLayer {
  const y = eyeY + 92;
  const region = { x: CX - 250, y: y - 34, width: 500, height: 68 };
  const spot = (x: number, id: string): string =>
    `<radialGradient id="${id}"><stop offset="0" stop-color="#ff6d8a" stop-opacity=".75"/><stop offset="1" stop-color="#ff6d8a" stop-opacity="0"/></radialGradient><ellipse cx="${x}" cy="${y}" rx="46" ry="27" fill="url(#${id})"/>`;
  const mesh = gridMesh(region, 10, 1, (px, py) => ({ depth: depth(px, py), follow: 1 }));
  const rise = mesh.vertices.map((): Delta => [0, -6, 0]);
  return {
    id: 'blush',
    svg: spot(CX - 190, 'blushR') + spot(CX + 190, 'blushL'),
    region,
    scale: 0.6,
    ...mesh,
    morphs: { mouthSmileLeft: rise },
    opacity: { base: 0.16, gains: { mouthSmileLeft: 0.45, mouthSmileRight: 0.45 } },
  };
}

/** The soft-box in the glass, over everything that shines behind it. */
function reflection(depth: (x: number, y: number) => number): DrawnLayer {
  const region = { x: CX - 232, y: 330, width: 240, height: 210 };
  const x = region.x;
  const y = region.y;
  const mesh = gridMesh(region, 3, 3, (px, py) => ({ depth: depth(px, py) + 12, follow: 0.96 }));
  return {
    id: 'reflection',
    svg: `<defs><linearGradient id="glass" x1=".1" y1="0" x2=".6" y2="1"><stop offset="0" stop-color="#fff" stop-opacity=".34"/><stop offset=".7" stop-color="#fff" stop-opacity=".05"/><stop offset="1" stop-color="#fff" stop-opacity="0"/></linearGradient></defs><path d="M${x + 18} ${y + 92}C${x + 20} ${y + 40} ${x + 52} ${y + 24} ${x + 128} ${y + 16}C${x + 100} ${y + 60} ${x + 84} ${y + 110} ${x + 78} ${y + 190}C${x + 40} ${y + 170} ${x + 18} ${y + 130} ${x + 18} ${y + 92}Z" fill="url(#glass)"/>`,
    region,
    scale: 1,
    ...mesh,
    morphs: {},
  };
}
