import type { ParameterName } from '../../face/parameters.ts';
import { VISEMES } from '../../face/parameters.ts';
import type { FaceMesh } from '../mesh/face-mesh.ts';
import type { Field } from '../mesh/field.ts';
import type { HeadShape } from '../mesh/head-depth.ts';
import { curveAt, smoothLine } from '../numeric/curve.ts';
import { clamp, quantile, smoothstep } from '../numeric/mathematics.ts';
import { sample } from '../numeric/plane.ts';
import { gridOver, type LayerDraft, morphBy, paintTexture, type TextureRegion } from '../rig/layer.ts';
import { type Inside, withJaw } from './mouth-layer.ts';

/** While somebody speaks, the mouth is not the photograph's: what belongs to its smile fades. */
const SPEAKING_FADES = Object.fromEntries(VISEMES.filter((v) => v !== 'sil').map((v): [ParameterName, number] => [`viseme_${v}`, -5]));

/**
 * The teeth of a smile, cut out of the photograph down to their edges and fixed to the skull; and what else it shows of
 * the mouth's inside, which goes away as soon as the jaw moves.
 */
export function ownTeeth(inside: Inside, shape: HeadShape, mesh: FaceMesh, shapes: Partial<Record<ParameterName, Field>>): LayerDraft[] {
  const { frame, mouth, U } = inside;
  const k = U / 128;
  const edge = incisalEdge(inside);
  if (!edge) return [];
  const top = Math.min(...mouth.innerUpper.ys) - 18 * k;
  const bottom = Math.max(...mouth.innerLower.ys) + 5 * k;
  const box: TextureRegion = { x: mouth.left.x - 3 * k, y: top, width: mouth.right.x - mouth.left.x + 6 * k, height: bottom - top };
  const teeth = paintTexture(box, 1, (x, y, out) => {
    const start = curveAt(mouth.innerUpper, x) + 2.2 * k;
    const above = Math.max(0, start - y);
    // Above the lip the first seen row goes on, darker, where no photograph shows it.
    for (let c = 0; c < 3; c++) out[c] = sample(frame.colours[c]!, x, Math.max(y, start)) * clamp(1 - (0.02 * above) / k, 0.6, 1);
    const { bottom: end, share } = edge(x);
    out[3] = smoothstep(end + 0.9 * k, end - 0.5 * k, y) * share;
  });
  const rest = paintTexture(box, 1, (x, y, out) => {
    for (let c = 0; c < 3; c++) out[c] = sample(frame.colours[c]!, x, y);
    out[3] = 1;
  });
  const depthOf = (x: number) => shape.depthAt(x, inside.seam) - 0.05 * U;
  const grid = gridOver(box, 16, 3);
  const common = {
    region: box,
    x: grid.x,
    y: grid.y,
    tx: grid.x,
    ty: grid.y,
    triangles: grid.triangles,
    depth: grid.x.map(depthOf),
    follow: grid.x.map(() => 1),
  };
  return [
    { ...common, id: 'teethOwn', texture: teeth, morphs: {} },
    {
      ...common,
      id: 'smile',
      texture: rest,
      morphs: { ...withJaw(inside, 0.5)(grid), ...withLips(mesh, shapes, grid) },
      opacity: { base: 1, gains: { ...SPEAKING_FADES, jawOpen: -9, mouthClose: -5, mouthPucker: -6, mouthFunnel: -6 } },
    },
  ];
}

/** What the photograph shows between the lips widens and narrows with them. */
function withLips(
  mesh: FaceMesh,
  shapes: Partial<Record<ParameterName, Field>>,
  { x, y }: { x: Float64Array; y: Float64Array },
): LayerDraft['morphs'] {
  const row = mesh.upperLip.map((vertex, i) => [vertex, mesh.lowerLip[i]!] as const);
  const nearest = (px: number) =>
    row.reduce((best, pair) => (Math.abs(mesh.x[pair[0]]! - px) < Math.abs(mesh.x[best[0]]! - px) ? pair : best));
  const pairs = Array.from(x, nearest);
  const morphs: LayerDraft['morphs'] = {};
  for (const name of [
    'mouthSmileLeft',
    'mouthSmileRight',
    'mouthStretchLeft',
    'mouthStretchRight',
    'mouthDimpleLeft',
    'mouthDimpleRight',
    'mouthFrownLeft',
    'mouthFrownRight',
  ] as const) {
    const field = shapes[name];
    if (!field) continue;
    morphs[name] = morphBy(x, y, (_px, _py, i) => {
      const [above, below] = pairs[i]!;
      return [(field.dx[above]! + field.dx[below]!) / 2, (field.dy[above]! + field.dy[below]!) / 2];
    });
  }
  return morphs;
}

/** Where the upper teeth end, by column; `share` fades towards the corners of the mouth. */
function incisalEdge({ frame, mouth, U }: Inside): ((x: number) => { bottom: number; share: number }) | undefined {
  const k = U / 128;
  const first = Math.ceil(mouth.left.x);
  const columns = Math.floor(mouth.right.x) - first + 1;
  const lights: number[] = [];
  for (let i = 0; i < columns; i++) {
    const x = first + i;
    for (let y = Math.ceil(curveAt(mouth.innerUpper, x) + 2); y < curveAt(mouth.innerLower, x) - 2; y++)
      lights.push(sample(frame.luminance, x, y));
  }
  if (lights.length < 30) return undefined;
  const limit = Math.max(0.52 * quantile(lights, 0.85), 0.6 * mouth.lipLuminance);
  const isRed = (x: number, y: number) => sample(frame.colours[0], x, y) > 1.5 * sample(frame.colours[1], x, y);
  const found = Array.from({ length: columns }, (_, i): number | undefined => {
    const x = first + i;
    const from = curveAt(mouth.innerUpper, x) + 1.5 * k;
    const to = curveAt(mouth.innerLower, x) - 0.5 * k;
    let last: number | undefined;
    let misses = 0;
    for (let y = from; y < to; y += 0.5) {
      if (sample(frame.luminance, x, y) > limit && !isRed(x, y)) {
        last = y;
        misses = 0;
      } else if (last !== undefined && ++misses > 5 * k) break;
    }
    return last !== undefined && last - from > 2 * k ? last + 0.5 : undefined;
  });
  const known = found.flatMap((y, i) => (y === undefined ? [] : [i]));
  if (known.length < 0.3 * columns) return undefined;
  const filled = found.map((y, i) => y ?? found[known.reduce((a, b) => (Math.abs(b - i) < Math.abs(a - i) ? b : a))]!);
  const line = smoothLine(filled, 1.2 * k);
  const shares = smoothLine(
    found.map((y) => (y === undefined ? 0 : 1)),
    3 * k,
  );
  return (x) => {
    const i = clamp(Math.round(x - first), 0, columns - 1);
    return { bottom: line[i]!, share: clamp(shares[i]! * 2.2 - 0.6, 0, 1) };
  };
}
