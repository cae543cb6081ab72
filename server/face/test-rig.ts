import { EMOTIONS } from '../core/speech.ts';
import { type ParameterName, VISEMES } from './parameters.ts';
import type { RgbaImage } from './raster/planes.ts';
import type { Rig, RigLayer, RigMorph } from './rig.ts';

/**
 * A small face for tests: it has every feature of the format (opaque background, a body that breathes, masked irises,
 * skin that opens over the mouth, blended hair, fading cheeks, pose) and a texture with soft edges and detail.
 */
const ATLAS = 512;
const CANVAS = 256;
/** Keeps the half-size chroma taps of one region out of the next. */
const INSET = 3;

interface Region {
  readonly u: number;
  readonly v: number;
  readonly w: number;
  readonly h: number;
}

const REGIONS = {
  background: { u: 0, v: 0, w: 256, h: 256 },
  skin: { u: 256, v: 0, w: 256, h: 256 },
  hair: { u: 0, v: 256, w: 256, h: 256 },
  body: { u: 256, v: 256, w: 128, h: 64 },
  eye: { u: 256, v: 320, w: 64, h: 32 },
  iris: { u: 320, v: 320, w: 32, h: 32 },
  mouth: { u: 256, v: 352, w: 64, h: 64 },
  cheek: { u: 320, v: 352, w: 64, h: 64 },
} satisfies Record<string, Region>;

const soft = (distance: number): number => Math.min(1, Math.max(0, 0.5 - distance / 2));
const ellipse = (x: number, y: number, cx: number, cy: number, rx: number, ry: number): number =>
  (Math.hypot((x - cx) / rx, (y - cy) / ry) - 1) * Math.min(rx, ry);

export function testAtlas(): RgbaImage {
  const data = new Uint8Array(ATLAS * ATLAS * 4);
  const paint = ({ u, v, w, h }: Region, shade: (x: number, y: number) => readonly [number, number, number, number]) => {
    for (let y = 0; y < h; y++) {
      for (let x = 0; x < w; x++) {
        const [r, g, b, a] = shade(x + 0.5, y + 0.5);
        data.set([r, g, b, a * 255].map(Math.round), ((v + y) * ATLAS + u + x) * 4);
      }
    }
  };
  paint(REGIONS.background, (x, y) => [60 + x / 4, 90 + y / 4, 150 - y / 5, 1]);
  paint(REGIONS.skin, (x, y) => [
    224 - x / 9,
    170 - y / 12 + 5 * Math.sin(x / 3),
    140 + 4 * Math.cos(y / 2),
    soft(ellipse(x, y, 128, 130, 78, 100)),
  ]);
  paint(REGIONS.hair, (x, y) => {
    const strand = 0.8 + 0.2 * Math.sin(x * 0.8 + Math.sin(y / 9));
    return [
      96 * strand,
      58 * strand,
      36 * strand,
      soft(ellipse(x, y, 128, 112, 92, 100)) * soft(-ellipse(x, y, 128, 150, 70, 92)) * (y < 190 ? 1 : 0),
    ];
  });
  paint(REGIONS.body, (x, y) => [40 + x / 4, 70, 110 - y / 2, soft(ellipse(x, y, 64, 64, 62, 60))]);
  paint(REGIONS.eye, (x, y) => [236, 232, 228 - y / 2, soft(ellipse(x, y, 32, 16, 28, 12))]);
  paint(REGIONS.iris, (x, y) => [60 + x, 90, 60 + y, soft(ellipse(x, y, 16, 16, 12, 12))]);
  paint(REGIONS.mouth, (x, y) => [y < 26 ? 235 : 110, y < 26 ? 228 : 40, y < 26 ? 215 : 44 + x / 8, 1]);
  paint(REGIONS.cheek, (x, y) => [236, 120, 120, 0.6 * soft(ellipse(x, y, 32, 32, 18, 18) / 10)]);
  return { width: ATLAS, height: ATLAS, data };
}

type Point = readonly [x: number, y: number];

interface Grid {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
  readonly columns: number;
  readonly rows: number;
  readonly region: Region;
  readonly depth?: (x: number, y: number) => number;
  readonly follow?: (x: number, y: number) => number;
  readonly morphs?: Partial<Record<ParameterName, (x: number, y: number) => readonly [dx: number, dy: number, dz: number]>>;
  /** Cells that are left out: an opening. */
  readonly hole?: (x: number, y: number) => boolean;
}

const base64 = (values: Float32Array | Uint16Array): string =>
  btoa(String.fromCharCode(...new Uint8Array(values.buffer, values.byteOffset, values.byteLength)));

function gridLayer(id: string, grid: Grid, extra: Partial<RigLayer> = {}): RigLayer {
  const { x, y, w, h, columns, rows, region } = grid;
  const points: Point[] = [];
  const vertices: number[] = [];
  for (let j = 0; j <= rows; j++) {
    for (let i = 0; i <= columns; i++) {
      points.push([x + (w * i) / columns, y + (h * j) / rows]);
      vertices.push(x + (w * i) / columns, y + (h * j) / rows);
      vertices.push(region.u + INSET + ((region.w - 2 * INSET) * i) / columns, region.v + INSET + ((region.h - 2 * INSET) * j) / rows);
    }
  }
  const indices: number[] = [];
  for (let j = 0; j < rows; j++) {
    for (let i = 0; i < columns; i++) {
      if (grid.hole?.(x + (w * (i + 0.5)) / columns, y + (h * (j + 0.5)) / rows)) continue;
      const a = j * (columns + 1) + i;
      const c = a + columns + 1;
      indices.push(a, a + 1, c, a + 1, c + 1, c);
    }
  }
  const morphs: Partial<Record<ParameterName, RigMorph>> = {};
  for (const [name, move] of Object.entries(grid.morphs ?? {})) {
    const moved = points.map((p, i) => ({ i, d: move(...p) })).filter(({ d }) => d.some((v) => v !== 0));
    morphs[name as ParameterName] = {
      vertices: base64(Uint16Array.from(moved, ({ i }) => i)),
      deltas: base64(Float32Array.from(moved.flatMap(({ d }) => [...d]))),
    };
  }
  return {
    id,
    mesh: {
      vertices: base64(Float32Array.from(vertices)),
      indices: base64(Uint16Array.from(indices)),
      depth: base64(Float32Array.from(points, (p) => grid.depth?.(...p) ?? 0)),
      follow: base64(Float32Array.from(points, (p) => grid.follow?.(...p) ?? 0)),
    },
    morphs,
    ...extra,
  };
}

const dome = (x: number, y: number): number => 60 * Math.sqrt(Math.max(0, 1 - ((x - 128) / 110) ** 2 - ((y - 130) / 130) ** 2));
const near = (x: number, y: number, cx: number, cy: number, r: number): number => Math.max(0, 1 - Math.hypot(x - cx, y - cy) / r);

export function testRig(): Rig {
  const head = () => 1;
  const eye = (id: string, cx: number): RigLayer[] => [
    gridLayer(id, { x: cx - 24, y: 100, w: 48, h: 24, columns: 4, rows: 3, region: REGIONS.eye, depth: dome, follow: head }),
    gridLayer(
      `${id}-iris`,
      {
        x: cx - 11,
        y: 101,
        w: 22,
        h: 22,
        columns: 2,
        rows: 2,
        region: REGIONS.iris,
        depth: dome,
        follow: head,
        morphs: { gazeX: () => [14, 0, 0], gazeY: () => [0, -8, 0] },
      },
      { mask: id },
    ),
  ];
  const lips = (x: number, y: number) => near(x, y, 128, 186, 44);
  return {
    format: 'visavis-rig',
    version: 1,
    name: 'test',
    title: 'Test',
    origin: 'server/face/test-rig.ts',
    licence: 'Apache-2.0',
    canvas: { width: CANVAS, height: CANVAS },
    atlas: { file: 'atlas.png', width: ATLAS, height: ATLAS },
    pose: { pivot: { x: 128, y: 190 }, yawDeg: 12, pitchDeg: 10, rollDeg: 8, shiftPx: 8, zoom: 0.05, cameraPx: 1200 },
    visemes: Object.fromEntries(
      VISEMES.map((v) => [
        v,
        {
          jawOpen: { aa: 0.8, O: 0.5, E: 0.45, I: 0.25, U: 0.25 }[v as string] ?? (['sil', 'PP', 'FF'].includes(v) ? 0 : 0.15),
          mouthPucker: v === 'U' ? 0.8 : v === 'O' ? 0.5 : 0,
        },
      ]),
    ) as Rig['visemes'],
    emotions: Object.fromEntries(
      EMOTIONS.map((e) => [
        e,
        e === 'happy' ? { mouthSmileLeft: 0.7, mouthSmileRight: 0.7, cheekSquintLeft: 0.5 } : e === 'sad' ? { browInnerUp: 0.6 } : {},
      ]),
    ) as Rig['emotions'],
    layers: [
      gridLayer('background', { x: -8, y: -8, w: 272, h: 272, columns: 2, rows: 2, region: REGIONS.background }, { opaque: true }),
      gridLayer('body', {
        x: 40,
        y: 200,
        w: 176,
        h: 88,
        columns: 8,
        rows: 5,
        region: REGIONS.body,
        follow: (_, y) => Math.max(0, 0.4 - (y - 200) / 100),
        morphs: { breath: (_, y) => [0, -3 * (1 - (y - 200) / 120), 0] },
      }),
      gridLayer(
        'mouth',
        { x: 100, y: 164, w: 56, h: 60, columns: 3, rows: 3, region: REGIONS.mouth, depth: dome, follow: head },
        { opaque: true },
      ),
      ...eye('eye-right', 96),
      ...eye('eye-left', 160),
      gridLayer('skin', {
        x: 0,
        y: 0,
        w: 256,
        h: 256,
        columns: 32,
        rows: 32,
        region: REGIONS.skin,
        depth: dome,
        follow: head,
        hole: (x, y) =>
          (Math.abs(x - 128) < 20 && Math.abs(y - 188) < 4) || ((Math.abs(x - 96) < 20 || Math.abs(x - 160) < 20) && Math.abs(y - 112) < 8),
        morphs: {
          jawOpen: (x, y) => [0, y > 186 ? 22 * lips(x, y) : -2 * lips(x, y), 0],
          mouthPucker: (x, y) => [(128 - x) * 0.5 * lips(x, y), 0, 8 * lips(x, y)],
          mouthSmileLeft: (x, y) => (x > 128 ? [4 * lips(x, y), -6 * near(x, y, 156, 186, 30), 0] : [0, 0, 0]),
          mouthSmileRight: (x, y) => (x < 128 ? [-4 * lips(x, y), -6 * near(x, y, 100, 186, 30), 0] : [0, 0, 0]),
          eyeBlinkLeft: (x, y) => [0, y < 112 ? 15 * near(x, y, 160, 104, 28) : 0, 0],
          eyeBlinkRight: (x, y) => [0, y < 112 ? 15 * near(x, y, 96, 104, 28) : 0, 0],
          browInnerUp: (x, y) => [0, -8 * near(x, y, 128, 84, 40), 0],
        },
      }),
      gridLayer(
        'blush',
        { x: 60, y: 130, w: 136, h: 40, columns: 4, rows: 2, region: REGIONS.cheek, depth: dome, follow: head },
        { opacity: { base: 0, gains: { cheekSquintLeft: 1 } } },
      ),
      gridLayer('hair', {
        x: 0,
        y: 0,
        w: 256,
        h: 256,
        columns: 12,
        rows: 12,
        region: REGIONS.hair,
        depth: (x, y) => dome(x, y) + 6,
        follow: head,
      }),
    ],
  };
}
