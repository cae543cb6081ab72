import type { ParameterName } from '../../face/parameters.ts';
import { VISEMES } from '../../face/parameters.ts';
import type { Frame } from '../frame.ts';
import type { FaceMesh } from '../mesh/face-mesh.ts';
import type { Field } from '../mesh/field.ts';
import { sample } from '../numeric/plane.ts';
import { curveAt, smoothLine } from '../numeric/curve.ts';
import { clamp, mix, smoothstep } from '../numeric/mathematics.ts';
import type { Mouth } from '../refine/mouth.ts';
import { createTexture, type LayerDraft } from '../rig/layer.ts';

const TEXEL_ROWS = 16;
const TEXELS_PER_VERTEX = 6;

/**
 * The wet inner edge of a lip: hides the photograph's dark seam when the lips part, rolls into the mouth, and smooths the
 * slit's steps.
 */
export function lipRim(
  frame: Frame,
  mouth: Mouth,
  mesh: FaceMesh,
  side: 'Upper' | 'Lower',
  shapes: Partial<Record<ParameterName, Field>>,
  depth: Float64Array,
): LayerDraft {
  const U = frame.unit;
  const k = U / 128;
  const row = side === 'Upper' ? mesh.upperLip : mesh.lowerLip;
  const sign = side === 'Upper' ? 1 : -1;
  const n = row.length;
  const width = n * TEXELS_PER_VERTEX;
  const inLip = 3.2 * k;
  const roll = (side === 'Upper' ? 0.013 : 0.02) * U;
  const bow = (i: number) => Math.max(0, 1 - ((2 * i) / (n - 1) - 1) ** 2) ** 0.6;
  // Colours a few pixels within the lip, without the seam's darkness.
  const colours = [0, 1, 2].map((c) =>
    smoothLine(
      Array.from({ length: width }, (_, u) => {
        const at = (u / (width - 1)) * (n - 1);
        const low = Math.min(n - 2, Math.floor(at));
        const x = mix(mesh.x[row[low]!]!, mesh.x[row[low + 1]!]!, at - low);
        const y = mix(mesh.y[row[low]!]!, mesh.y[row[low + 1]!]!, at - low);
        // Not further than the middle of a thin lip, or it would be skin.
        const within = Math.min(3.6 * k, 0.5 * Math.abs(y - curveAt(side === 'Upper' ? mouth.outerUpper : mouth.outerLower, x)));
        return (sample(frame.colours[c]!, x, y - sign * 0.8 * within) + sample(frame.colours[c]!, x, y - sign * 1.2 * within)) / 2;
      }),
      2,
    ),
  );
  const texture = createTexture(width, TEXEL_ROWS);
  for (let v = 0; v < TEXEL_ROWS; v++) {
    const t = (v + 0.5) / TEXEL_ROWS;
    // 0 within the lip, a third at its edge, 1 rolled into the mouth.
    const alpha = smoothstep(0, 0.22, t) * smoothstep(1, 0.62, t);
    const shade = mix(0.96, 0.45, smoothstep(0.2, 0.95, t));
    for (let u = 0; u < width; u++) {
      const ends = clamp(Math.min(u, width - 1 - u) / (0.1 * width), 0, 1);
      const o = (v * width + u) * 4;
      for (let c = 0; c < 3; c++) texture.data[o + c] = colours[c]![u]! * shade;
      texture.data[o + 3] = 255 * alpha * smoothstep(0, 1, ends);
    }
  }
  const x = new Float64Array(n * 3);
  const y = new Float64Array(n * 3);
  const tx = new Float64Array(n * 3);
  const ty = new Float64Array(n * 3);
  const triangles: number[] = [];
  for (let i = 0; i < n; i++) {
    const edgeY = mesh.y[row[i]!]!;
    const offsets = [-sign * inLip * bow(i), 0, sign * roll * bow(i)];
    offsets.forEach((offset, r) => {
      const at = r * n + i;
      x[at] = mesh.x[row[i]!]!;
      y[at] = edgeY + offset;
      tx[at] = ((i + 0.5) / n) * width;
      ty[at] = [0, TEXEL_ROWS / 3, TEXEL_ROWS][r]!;
      if (i + 1 < n && r < 2) triangles.push(at, at + 1, at + n, at + 1, at + n + 1, at + n);
    });
  }
  const own = (values: Float64Array) => Float64Array.from({ length: n * 3 }, (_, at) => values[row[at % n]!]!);
  const opens: Partial<Record<ParameterName, number>> = {
    jawOpen: 8,
    mouthUpperUpLeft: 2.5,
    mouthUpperUpRight: 2.5,
    mouthLowerDownLeft: 2.5,
    mouthLowerDownRight: 2.5,
    mouthFunnel: 2.5,
    mouthClose: -8,
    viseme_PP: -8,
    ...(mouth.isOpen
      ? Object.fromEntries(VISEMES.filter((v) => v !== 'sil' && v !== 'PP').map((v) => [`viseme_${v}`, v === 'FF' ? -4 : 0.6]))
      : {}),
  };
  return {
    id: `lipRim${side}`,
    texture,
    region: { x: 0, y: 0, width, height: TEXEL_ROWS },
    x,
    y,
    tx,
    ty,
    triangles,
    depth: own(depth),
    follow: new Float64Array(n * 3).fill(1),
    morphs: Object.fromEntries(Object.entries(shapes).map(([name, f]) => [name, { dx: own(f.dx), dy: own(f.dy), dz: own(f.dz) }])),
    opacity: { base: 0, gains: opens },
  };
}
