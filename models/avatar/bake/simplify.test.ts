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

  it('cover the same area and carry each texel to the same place within a pixel or little more', () => {
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
    for (let u = 3; u < 100; u += 7) for (let v = 2; v < 100; v += 5) expect(Math.abs(after(u, v) - before(u, v))).toBeLessThan(1.2);
  });

  it('keep the corners of their outline and need few vertices along its sides', () => {
    const outline = ({ rest }: LoadedLayer) => {
      const points: string[] = [];
      for (let k = 0; k < rest.length; k += 4)
        if ([rest[k], rest[k + 1]].some((v) => v === 0 || v === 100)) points.push(`${rest[k]} ${rest[k + 1]}`);
      return points;
    };
    const kept = outline(loaded(simpler).layer);
    expect(kept).toEqual(expect.arrayContaining(['0 0', '100 0', '0 100', '100 100']));
    expect(kept.length).toBeLessThan(outline(loaded(layer).layer).length / 2);
  });

  it('keep every vertex of a slit, whose two sides meet', () => {
    const slit = ({ rest }: LoadedLayer) => {
      const points: string[] = [];
      for (let k = 0; k < rest.length; k += 4) if (rest[k + 1] === 50 && rest[k]! >= 25 && rest[k]! <= 75) points.push(`${rest[k]} 50`);
      return points.sort();
    };
    const cut = slitted(grid(24, bent), 24);
    const kept = slit(loaded(simplifyLayer(cut)).layer);
    expect(kept.length).toBeGreaterThan(20);
    expect(kept).toEqual(slit(loaded(cut).layer));
  });
});

/** Cuts a grid along its middle row, from a quarter of it to three quarters: the vertices between are doubled. */
function slitted(layer: RigLayer, cells: number): RigLayer {
  const side = cells + 1;
  const vertices = [...new Float32Array(new Uint8Array(Buffer.from(layer.mesh.vertices, 'base64')).buffer)];
  const indices = new Uint16Array(new Uint8Array(Buffer.from(layer.mesh.indices, 'base64')).buffer);
  const middle = cells / 2;
  const lowerOf = new Map<number, number>();
  for (let column = cells / 4 + 1; column < (3 * cells) / 4; column++) {
    const upper = middle * side + column;
    lowerOf.set(upper, vertices.length / 4);
    vertices.push(...vertices.slice(upper * 4, upper * 4 + 4));
  }
  for (let t = 0; t < indices.length; t += 3) {
    const isBelow = indices.subarray(t, t + 3).some((v) => v >= (middle + 1) * side);
    for (let k = t; k < t + 3; k++) if (isBelow) indices[k] = lowerOf.get(indices[k]!) ?? indices[k]!;
  }
  const nothing = base64(new Float32Array(vertices.length / 4));
  return {
    ...layer,
    mesh: { vertices: base64(Float32Array.from(vertices)), indices: base64(indices), depth: nothing, follow: nothing },
  };
}
