import { FaceEvaluator } from '../server/face/evaluator.ts';
import type { LoadedLayer, LoadedRig } from '../server/face/load-rig.ts';
import { type FaceParameters, P, PARAMETER_COUNT } from '../server/face/parameters.ts';

/**
 * How far a rig's lips are apart, measured on its mesh: the skin opens along a loop of border edges, and the gap is the
 * distance between the loop's upper and lower vertices around the middle of the mouth. The head's pose is left out.
 */
export class LipGauge {
  readonly #evaluator: FaceEvaluator;
  readonly #upper: readonly number[];
  readonly #lower: readonly number[];
  readonly #restPx: number;
  readonly #parameters = new Float32Array(PARAMETER_COUNT);

  constructor(rig: LoadedRig) {
    const { layer, loop } = mouthLoop(rig);
    const x = (vertex: number) => layer.rest[vertex * 4] as number;
    const left = Math.min(...loop.map(x));
    const right = Math.max(...loop.map(x));
    const middle = loop.filter((vertex) => Math.abs(x(vertex) - (left + right) / 2) < 0.15 * (right - left));
    const opened = drop(layer);
    const fall = middle.map(opened).sort((a, b) => a - b);
    const between = ((fall[0] ?? 0) + (fall.at(-1) ?? 0)) / 2;
    // Only these vertices are evaluated, so that every millisecond can be looked at.
    this.#evaluator = new FaceEvaluator({ ...rig, layers: [subset(layer, middle)] });
    this.#upper = middle.flatMap((vertex, i) => (opened(vertex) < between ? [i] : []));
    this.#lower = middle.flatMap((vertex, i) => (opened(vertex) < between ? [] : [i]));
    this.#restPx = this.#distance(this.#parameters);
  }

  /** Canvas pixels beyond the lips at rest; negative when they are pressed together. */
  gapPx(frame: FaceParameters): number {
    this.#parameters.set(frame);
    this.#parameters.fill(0, P.headYaw, P.headZ + 1);
    return this.#distance(this.#parameters) - this.#restPx;
  }

  #distance(parameters: FaceParameters): number {
    const vertices = this.#evaluator.evaluate(parameters).layers[0]?.vertices as Float32Array;
    const mean = (list: readonly number[]) => list.reduce((sum, i) => sum + (vertices[i * 4 + 1] as number), 0) / list.length;
    return mean(this.#lower) - mean(this.#upper);
  }
}

/** How far down jawOpen takes a vertex. */
function drop(layer: LoadedLayer): (vertex: number) => number {
  const jaw = layer.morphs.find((morph) => morph.parameter === P.jawOpen);
  const falls = new Map<number, number>();
  jaw?.vertices.forEach((vertex, i) => {
    falls.set(vertex, jaw.deltas[i * 3 + 1] as number);
  });
  return (vertex) => falls.get(vertex) ?? 0;
}

/** The loop of border edges along which jawOpen pulls a layer apart the most. */
function mouthLoop(rig: LoadedRig): { layer: LoadedLayer; loop: number[] } {
  let best: { layer: LoadedLayer; loop: number[]; spread: number } | undefined;
  for (const layer of rig.layers) {
    const fall = drop(layer);
    for (const loop of borderLoops(layer)) {
      const falls = loop.map(fall);
      // The outer rim of the face falls with the chin; only a mouth has a part that stays and one that falls close by.
      const xs = loop.map((vertex) => layer.rest[vertex * 4] as number);
      if (Math.max(...xs) - Math.min(...xs) > 0.2 * rig.canvas.width) continue;
      const spread = Math.max(...falls) - Math.min(...falls);
      if (spread > (best?.spread ?? 1)) best = { layer, loop, spread };
    }
  }
  if (!best) throw new Error('This rig has no mouth that jawOpen opens');
  return best;
}

function borderLoops({ indices }: LoadedLayer): number[][] {
  const edges = new Map<string, [number, number]>();
  for (let t = 0; t < indices.length; t += 3) {
    for (let k = 0; k < 3; k++) {
      const a = indices[t + k] as number;
      const b = indices[t + ((k + 1) % 3)] as number;
      const key = a < b ? `${a}-${b}` : `${b}-${a}`;
      if (!edges.delete(key)) edges.set(key, [a, b]);
    }
  }
  const neighbours = new Map<number, number[]>();
  for (const [a, b] of edges.values()) {
    neighbours.set(a, [...(neighbours.get(a) ?? []), b]);
    neighbours.set(b, [...(neighbours.get(b) ?? []), a]);
  }
  const loops: number[][] = [];
  const seen = new Set<number>();
  for (const start of neighbours.keys()) {
    if (seen.has(start)) continue;
    const loop = [start];
    seen.add(start);
    for (const vertex of loop) {
      for (const next of neighbours.get(vertex) ?? []) {
        if (seen.has(next)) continue;
        seen.add(next);
        loop.push(next);
      }
    }
    loops.push(loop);
  }
  return loops;
}

function subset(layer: LoadedLayer, vertices: readonly number[]): LoadedLayer {
  const place = new Map(vertices.map((vertex, i) => [vertex, i]));
  return {
    ...layer,
    mask: -1,
    vertexCount: vertices.length,
    rest: Float32Array.from(vertices.flatMap((vertex) => [...layer.rest.subarray(vertex * 4, vertex * 4 + 4)])),
    indices: new Uint16Array(0),
    depth: Float32Array.from(vertices, (vertex) => layer.depth[vertex] as number),
    follow: Float32Array.from(vertices, (vertex) => layer.follow[vertex] as number),
    morphs: layer.morphs.map((morph) => {
      const kept = [...morph.vertices].map((vertex, i) => ({ to: place.get(vertex), i })).filter(({ to }) => to !== undefined);
      return {
        parameter: morph.parameter,
        vertices: Uint16Array.from(kept, ({ to }) => to as number),
        deltas: Float32Array.from(kept.flatMap(({ i }) => [...morph.deltas.subarray(i * 3, i * 3 + 3)])),
      };
    }),
  };
}
