import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FaceEvaluator } from '../../../server/face/evaluator.ts';
import { type LoadedLayer, loadRig } from '../../../server/face/load-rig.ts';
import { P, PARAMETER_COUNT } from '../../../server/face/parameters.ts';
import type { Rig, RigLayer } from '../../../server/face/rig.ts';
import { testRig } from '../../../server/face/test-rig.ts';
import { simplifyLayer } from './simplify.ts';

const base64 = (values: Float32Array | Uint16Array) => Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');

/** A grid of `cells` x `cells` over 100 x 100 pixels; `jaw` moves what lies below the middle, ever more. */
function grid(cells: number, jaw: (y: number) => number): RigLayer {
  const side = cells + 1;
  const at = Array.from({ length: side * side }, (_, i) => ({ x: ((i % side) * 100) / cells, y: (Math.floor(i / side) * 100) / cells }));
  const indices: number[] = [];
  for (let row = 0; row < cells; row++)
    for (let column = 0; column < cells; column++) {
      const corner = row * side + column;
      indices.push(corner, corner + 1, corner + side, corner + 1, corner + side + 1, corner + side);
    }
  return {
    id: 'skin',
    mesh: {
      vertices: base64(Float32Array.from(at.flatMap(({ x, y }) => [x, y, x, y]))),
      indices: base64(Uint16Array.from(indices)),
      depth: base64(new Float32Array(at.length)),
      follow: base64(new Float32Array(at.length)),
    },
    morphs: {
      jawOpen: {
        vertices: base64(Uint16Array.from(at.keys())),
        deltas: base64(Float32Array.from(at.flatMap(({ y }) => [0, jaw(y), 0]))),
      },
    },
  };
}

const loaded = (layer: RigLayer): { rig: ReturnType<typeof loadRig>; layer: LoadedLayer } => {
  const rig = loadRig(JSON.parse(JSON.stringify({ ...testRig(), layers: [layer] } satisfies Rig)));
  return { rig, layer: rig.layers[0]! };
};

/** Tells where the mesh carries the texel at `(u, v)` with the jaw open. */
function jawOpened(layer: RigLayer): (u: number, v: number) => number {
  const { rig } = loaded(layer);
  const parameters = new Float32Array(PARAMETER_COUNT);
  parameters[P.jawOpen] = 1;
  const { vertices } = new FaceEvaluator(rig).evaluate(parameters).layers[0]!;
  const { indices } = rig.layers[0]!;
  return (u, v) => {
    for (let t = 0; t < indices.length; t += 3) {
      const [a, b, c] = [indices[t]! * 4, indices[t + 1]! * 4, indices[t + 2]! * 4];
      const cross = (p: number, q: number) =>
        (vertices[p + 2]! - u) * (vertices[q + 3]! - v) - (vertices[q + 2]! - u) * (vertices[p + 3]! - v);
      const [wa, wb, wc] = [cross(b, c), cross(c, a), cross(a, b)];
      if (wa < -1e-3 || wb < -1e-3 || wc < -1e-3) continue;
      return (wa * vertices[a + 1]! + wb * vertices[b + 1]! + wc * vertices[c + 1]!) / (wa + wb + wc);
    }
    throw new Error(`No triangle has the texel ${u}, ${v}`);
  };
}

describe('simplified meshes', () => {
  const bent = (y: number) => Math.max(0, y - 50) ** 2 / 60;
  const layer = grid(24, bent);
  const simpler = simplifyLayer(layer);

  it('need far fewer triangles where nothing bends', () => {
    expect(loaded(simpler).layer.indices.length).toBeLessThan(loaded(layer).layer.indices.length * 0.6);
    expect(loaded(simplifyLayer(grid(24, () => 3))).layer.indices.length).toBeLessThan(loaded(layer).layer.indices.length * 0.25);
  });

  it('cover the same area and carry each texel to the same place within a pixel', () => {
    const area = ({ indices, rest }: LoadedLayer) => {
      let sum = 0;
      for (let t = 0; t < indices.length; t += 3) {
        const [a, b, c] = [indices[t]! * 4, indices[t + 1]! * 4, indices[t + 2]! * 4];
        sum += (rest[b]! - rest[a]!) * (rest[c + 1]! - rest[a + 1]!) - (rest[c]! - rest[a]!) * (rest[b + 1]! - rest[a + 1]!);
      }
      return sum / 2;
    };
    expect(area(loaded(simpler).layer)).toBeCloseTo(10_000, 3);
    const [after, before] = [jawOpened(simpler), jawOpened(layer)];
    for (let u = 3; u < 100; u += 7) for (let v = 2; v < 100; v += 5) expect(Math.abs(after(u, v) - before(u, v))).toBeLessThan(1);
  });

  it('keep their outline', () => {
    const outline = ({ rest }: LoadedLayer) => {
      const points: string[] = [];
      for (let k = 0; k < rest.length; k += 4)
        if ([rest[k], rest[k + 1]].some((v) => v === 0 || v === 100)) points.push(`${rest[k]} ${rest[k + 1]}`);
      return points.sort();
    };
    expect(outline(loaded(simpler).layer)).toEqual(outline(loaded(layer).layer));
  });

  it('leave small meshes as they are', () => {
    const small = grid(6, bent);
    expect(simplifyLayer(small)).toBe(small);
  });
});

/** A frame of 512x512 costs a third more with twice as many. */
const MOST_TRIANGLES = 12_000;
const AVATARS = join(import.meta.dirname, '../../../avatars');

describe('shipped avatars', () => {
  it.each(readdirSync(AVATARS))('%s has no needless triangles (models/avatar/simplify.ts takes them out)', (name) => {
    const rig = loadRig(JSON.parse(readFileSync(join(AVATARS, name, 'avatar.json'), 'utf8')));
    expect(rig.triangleCount).toBeLessThan(MOST_TRIANGLES);
  });
});
