import type { Rig, RigLayer, RigMorph } from '../../../server/face/rig.ts';
import type { ParameterName } from '../../../server/face/parameters.ts';

/** Greatest error of any point of the mesh, at rest or at the full weight of any one morph, canvas pixels: half a pixel of a call's picture. */
const TOLERANCE_PX = 1;
/** The head turns by at most some 9 degrees, which makes a sixth of it visible. */
const DEPTH_TOLERANCE_PX = 6;
/** A turn of the head moves nothing by more than a hundred pixels. */
const FOLLOW_TOLERANCE = 0.008;
/** A collapse must leave triangles at least this tall for their length: slivers hurt the texture. */
const MIN_SHAPE = 0.06;

/**
 * Takes the vertices out of a rig that nothing needs. Skin is baked as a dense grid, since lids and lips need it dense
 * somewhere; drawing costs by the triangle where triangles have ten pixels. Edges are collapsed (Hoppe et al. 1993) where
 * every vertex that was ever removed stays within the tolerances above in place, texture, depth and all morphs. Vertices on
 * an outline go only into their neighbours on it, where it is straight; those along the slit of the lips stay, for both
 * sides must meet there.
 */
export function simplifyRig(rig: Rig): Rig {
  return { ...rig, layers: rig.layers.map((layer) => simplifyLayer(layer)) };
}

interface Mesh {
  readonly count: number;
  readonly xy: Float64Array;
  /** Per vertex, `width` numbers that must be kept, each divided by its tolerance. */
  readonly attributes: Float64Array;
  readonly width: number;
}

export function simplifyLayer(layer: RigLayer): RigLayer {
  const vertices = floats(layer.mesh.vertices);
  const indices = shorts(layer.mesh.indices);
  const depth = floats(layer.mesh.depth);
  const follow = floats(layer.mesh.follow);
  const morphs = Object.entries(layer.morphs).map(([name, morph]) => ({ name, at: shorts(morph.vertices), deltas: floats(morph.deltas) }));
  const mesh = measured(vertices, depth, follow, morphs);
  const triangles = new Collapse(mesh, indices).run();

  const kept = [...new Set(triangles)].sort((a, b) => a - b);
  const numberOf = new Map(kept.map((vertex, i) => [vertex, i]));
  const pick = (values: Float32Array, tuple: number) =>
    Float32Array.from(kept.flatMap((v) => [...values.subarray(v * tuple, (v + 1) * tuple)]));
  const thinned = morphs.map(({ name, at, deltas }): [string, RigMorph] => {
    const rows = [...at].map((vertex, row) => ({ vertex, row })).filter(({ vertex }) => numberOf.has(vertex));
    const vertexNumbers = Uint16Array.from(rows, ({ vertex }) => numberOf.get(vertex)!);
    return [
      name,
      {
        vertices: base64(vertexNumbers),
        deltas: base64(Float32Array.from(rows.flatMap(({ row }) => [...deltas.subarray(row * 3, row * 3 + 3)]))),
      },
    ];
  });
  return {
    ...layer,
    mesh: {
      vertices: base64(pick(vertices, 4)),
      indices: base64(Uint16Array.from(triangles, (vertex) => numberOf.get(vertex)!)),
      depth: base64(pick(depth, 1)),
      follow: base64(pick(follow, 1)),
    },
    morphs: Object.fromEntries(thinned) as Partial<Record<ParameterName, RigMorph>>,
  };
}

function measured(
  vertices: Float32Array,
  depth: Float32Array,
  follow: Float32Array,
  morphs: readonly { at: Uint16Array; deltas: Float32Array }[],
): Mesh {
  const count = depth.length;
  const width = 4 + morphs.length * 3;
  const xy = new Float64Array(count * 2);
  const attributes = new Float64Array(count * width);
  for (let v = 0; v < count; v++) {
    xy[v * 2] = vertices[v * 4]!;
    xy[v * 2 + 1] = vertices[v * 4 + 1]!;
    attributes[v * width] = vertices[v * 4 + 2]! / TOLERANCE_PX;
    attributes[v * width + 1] = vertices[v * 4 + 3]! / TOLERANCE_PX;
    attributes[v * width + 2] = depth[v]! / DEPTH_TOLERANCE_PX;
    attributes[v * width + 3] = follow[v]! / FOLLOW_TOLERANCE;
  }
  morphs.forEach(({ at, deltas }, m) => {
    at.forEach((v, row) => {
      for (let k = 0; k < 3; k++)
        attributes[v * width + 4 + m * 3 + k] = deltas[row * 3 + k]! / (k === 2 ? DEPTH_TOLERANCE_PX : TOLERANCE_PX);
    });
  });
  return { count, xy, attributes, width };
}

type Triangle = readonly [number, number, number];
type Weights = readonly [number, number, number];

/** The state of one simplification: live triangles, and in each the vertices that were removed from there. */
class Collapse {
  readonly #mesh: Mesh;
  readonly #removed = new Map<Triangle, readonly number[]>();
  readonly #around: Set<Triangle>[];
  readonly #onOutline: readonly boolean[];
  readonly #fixed: readonly boolean[];

  constructor(mesh: Mesh, indices: Uint16Array) {
    this.#mesh = mesh;
    this.#around = Array.from({ length: mesh.count }, () => new Set());
    for (let t = 0; t < indices.length; t += 3) this.#add([indices[t]!, indices[t + 1]!, indices[t + 2]!], []);
    const place = (vertex: number) => `${mesh.xy[vertex * 2]} ${mesh.xy[vertex * 2 + 1]}`;
    const taken = new Map<string, number>();
    for (let vertex = 0; vertex < mesh.count; vertex++) taken.set(place(vertex), (taken.get(place(vertex)) ?? 0) + 1);
    const onSlit = (vertex: number) => taken.get(place(vertex))! > 1;
    const beside = this.#around.map((_, vertex) => this.#outlineBeside(vertex));
    this.#onOutline = beside.map(({ length }) => length > 0);
    this.#fixed = beside.map((two, vertex) => two.length > 0 && (two.length !== 2 || onSlit(vertex) || two.some(onSlit)));
  }

  /** Three vertices per triangle. */
  run(): number[] {
    for (let before = -1; before !== this.#removed.size; ) {
      before = this.#removed.size;
      for (let vertex = 0; vertex < this.#mesh.count; vertex++)
        if (!this.#fixed[vertex] && this.#around[vertex]!.size > 0) this.#tryVertex(vertex);
    }
    return [...this.#removed.keys()].flat();
  }

  /** The other ends of the edges at a vertex that one triangle alone has. */
  #outlineBeside(vertex: number): number[] {
    const uses = new Map<number, number>();
    for (const triangle of this.#around[vertex]!)
      for (const other of triangle) if (other !== vertex) uses.set(other, (uses.get(other) ?? 0) + 1);
    return [...uses].filter(([, count]) => count === 1).map(([other]) => other);
  }

  #tryVertex(vertex: number): void {
    const star = [...this.#around[vertex]!];
    const gone = [vertex, ...star.flatMap((triangle) => [...this.#removed.get(triangle)!])];
    const onOutline = this.#onOutline[vertex]!;
    let best: { triangles: Triangle[]; homes: number[][] } | undefined;
    let least = 1;
    for (const target of onOutline ? this.#outlineBeside(vertex) : new Set(star.flat())) {
      if (target === vertex || !this.#staysWhole(vertex, target, onOutline ? 1 : 2)) continue;
      const triangles = star
        .filter((t) => !t.includes(target))
        .map((t): Triangle => t.map((v) => (v === vertex ? target : v)) as unknown as Triangle);
      if (triangles.length === 0 || !this.#isSound(triangles)) continue;
      const homes: number[][] = triangles.map(() => []);
      const error = this.#settle(gone, triangles, homes, least);
      if (error >= least) continue;
      least = error;
      best = { triangles, homes };
    }
    if (!best) return;
    for (const triangle of star) this.#drop(triangle);
    for (const [i, triangle] of best.triangles.entries()) this.#add(triangle, best.homes[i]!);
  }

  /** An edge may go where its ends have no common neighbours but those of its own triangles; else the mesh would fold. */
  #staysWhole(vertex: number, target: number, triangles: 1 | 2): boolean {
    const near = new Set([...this.#around[vertex]!].flat());
    const common = new Set([...this.#around[target]!].flat().filter((other) => near.has(other)));
    return common.size === triangles + 2;
  }

  /** Every triangle keeps its side up and some height. */
  #isSound(triangles: readonly Triangle[]): boolean {
    const { xy } = this.#mesh;
    return triangles.every(([a, b, c]) => {
      const [abx, aby] = [xy[b * 2]! - xy[a * 2]!, xy[b * 2 + 1]! - xy[a * 2 + 1]!];
      const [acx, acy] = [xy[c * 2]! - xy[a * 2]!, xy[c * 2 + 1]! - xy[a * 2 + 1]!];
      const longest = Math.max(abx * abx + aby * aby, acx * acx + acy * acy, (acx - abx) ** 2 + (acy - aby) ** 2);
      return abx * acy - acx * aby > MIN_SHAPE * longest;
    });
  }

  /** Finds each removed vertex's triangle; the greatest error in units of the tolerance, at least `limit` if it reaches that. */
  #settle(gone: readonly number[], triangles: readonly Triangle[], homes: number[][], limit: number): number {
    let worst = 0;
    for (const vertex of gone) {
      let home = 0;
      let weights = this.#weights(triangles[0]!, vertex);
      for (const [i, triangle] of triangles.entries()) {
        const others = this.#weights(triangle, vertex);
        if (Math.min(...others) > Math.min(...weights)) [home, weights] = [i, others];
      }
      const triangle = triangles[home]!;
      worst = Math.max(worst, this.#outsidePx(triangle, weights) / TOLERANCE_PX, this.#error(triangle, weights, vertex));
      if (worst >= limit) return worst;
      homes[home]!.push(vertex);
    }
    return worst;
  }

  /** Barycentric; one of them is below 0 for a vertex outside the triangle. */
  #weights([a, b, c]: Triangle, vertex: number): Weights {
    const { xy } = this.#mesh;
    const [x, y] = [xy[vertex * 2]!, xy[vertex * 2 + 1]!];
    const cross = (p: number, q: number) => (xy[p * 2]! - x) * (xy[q * 2 + 1]! - y) - (xy[q * 2]! - x) * (xy[p * 2 + 1]! - y);
    const [wa, wb, wc] = [cross(b, c), cross(c, a), cross(a, b)];
    const sum = wa + wb + wc;
    return [wa / sum, wb / sum, wc / sum];
  }

  /** How far a point lies beyond the sides of a triangle, canvas pixels. */
  #outsidePx([a, b, c]: Triangle, [wa, wb, wc]: Weights): number {
    const { xy } = this.#mesh;
    const sidePx = (p: number, q: number) => Math.hypot(xy[p * 2]! - xy[q * 2]!, xy[p * 2 + 1]! - xy[q * 2 + 1]!);
    const twiceArea = Math.abs(
      (xy[b * 2]! - xy[a * 2]!) * (xy[c * 2 + 1]! - xy[a * 2 + 1]!) - (xy[b * 2 + 1]! - xy[a * 2 + 1]!) * (xy[c * 2]! - xy[a * 2]!),
    );
    return Math.max(0, (-wa * twiceArea) / sidePx(b, c), (-wb * twiceArea) / sidePx(c, a), (-wc * twiceArea) / sidePx(a, b));
  }

  #error([a, b, c]: Triangle, [wa, wb, wc]: Weights, vertex: number): number {
    const { attributes, width } = this.#mesh;
    let worst = 0;
    for (let k = 0; k < width; k++) {
      const value = wa * attributes[a * width + k]! + wb * attributes[b * width + k]! + wc * attributes[c * width + k]!;
      worst = Math.max(worst, Math.abs(value - attributes[vertex * width + k]!));
    }
    return worst;
  }

  #add(triangle: Triangle, removed: readonly number[]): void {
    this.#removed.set(triangle, removed);
    for (const vertex of triangle) this.#around[vertex]!.add(triangle);
  }

  #drop(triangle: Triangle): void {
    this.#removed.delete(triangle);
    for (const vertex of triangle) this.#around[vertex]!.delete(triangle);
  }
}

const bytesOf = (text: string): Buffer => Buffer.from(text, 'base64');
const floats = (text: string): Float32Array => new Float32Array(new Uint8Array(bytesOf(text)).buffer);
const shorts = (text: string): Uint16Array => new Uint16Array(new Uint8Array(bytesOf(text)).buffer);
const base64 = (values: Float32Array | Uint16Array): string =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
