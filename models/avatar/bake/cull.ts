import type { Rig, RigLayer, RigMorph } from '../../../server/face/rig.ts';
import type { ParameterName } from '../../../server/face/parameters.ts';
import type { Drawn } from '../avatar.ts';

/** Samples across the canvas. */
const SAMPLES = 256;
/** How far (canvas px at 1024) layers may slide over each other when the head turns as far as it can. */
const SLIDE_PX = 68;
const OPAQUE_ALPHA = 250;
/** Layers that lie behind others in one piece; faces have openings and stay whole. */
const CULLED = /^(hairBack|hairSide|coverBack|body|pods)$/;

/**
 * Leaves out triangles that nothing ever shows: those whose surroundings, as far as layers slide over each other, are
 * covered by opaque parts of one layer in front; two that cover them together would part on a turn of the head. Drawing them
 * would cost as much as drawing what hides them.
 */
export function cullHidden({ rig, atlas }: Drawn): Drawn {
  const hidden = new Uint8Array(SAMPLES * SAMPLES);
  const layers: RigLayer[] = [];
  for (const layer of [...rig.layers].reverse()) {
    layers.unshift(CULLED.test(layer.id) ? without(layer, rig, hidden) : layer);
    if (!hidesForGood(layer)) continue;
    const inside = eroded(coverOf(layer, rig, atlas), Math.ceil((SLIDE_PX / 1024) * SAMPLES));
    for (const [i, isInside] of inside.entries()) if (isInside) hidden[i] = 1;
  }
  return { rig: { ...rig, layers }, atlas };
}

const hidesForGood = ({ opacity, mask }: RigLayer): boolean => mask === undefined && (opacity === undefined || opacity.base >= 1);

const floats = (text: string): Float32Array => new Float32Array(new Uint8Array(Buffer.from(text, 'base64')).buffer);
const shorts = (text: string): Uint16Array => new Uint16Array(new Uint8Array(Buffer.from(text, 'base64')).buffer);
const base64 = (values: Float32Array | Uint16Array): string =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');

/** 1 for the samples where the layer at rest is opaque. */
function coverOf({ mesh }: RigLayer, { canvas }: Rig, atlas: Drawn['atlas']): Uint8Array {
  const covered = new Uint8Array(SAMPLES * SAMPLES);
  const v = floats(mesh.vertices);
  const indices = shorts(mesh.indices);
  const scale = SAMPLES / canvas.width;
  for (let t = 0; t < indices.length; t += 3) {
    const [a, b, c] = [indices[t]! * 4, indices[t + 1]! * 4, indices[t + 2]! * 4];
    const [ax, ay, bx, by, cx, cy] = [v[a]!, v[a + 1]!, v[b]!, v[b + 1]!, v[c]!, v[c + 1]!];
    const area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
    if (Math.abs(area) < 1e-6) continue;
    for (let j = Math.max(0, Math.floor(Math.min(ay, by, cy) * scale)); j <= Math.min(SAMPLES - 1, Math.max(ay, by, cy) * scale); j++) {
      for (let i = Math.max(0, Math.floor(Math.min(ax, bx, cx) * scale)); i <= Math.min(SAMPLES - 1, Math.max(ax, bx, cx) * scale); i++) {
        const [x, y] = [(i + 0.5) / scale, (j + 0.5) / scale];
        const wb = ((x - ax) * (cy - ay) - (y - ay) * (cx - ax)) / area;
        const wc = ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / area;
        if (wb < 0 || wc < 0 || wb + wc > 1) continue;
        const tx = Math.floor(v[a + 2]! + (v[b + 2]! - v[a + 2]!) * wb + (v[c + 2]! - v[a + 2]!) * wc);
        const ty = Math.floor(v[a + 3]! + (v[b + 3]! - v[a + 3]!) * wb + (v[c + 3]! - v[a + 3]!) * wc);
        if (tx < 0 || ty < 0 || tx >= atlas.width || ty >= atlas.height) continue;
        if (atlas.data[(ty * atlas.width + tx) * 4 + 3]! >= OPAQUE_ALPHA) covered[j * SAMPLES + i] = 1;
      }
    }
  }
  return covered;
}

/** Samples whose whole neighbourhood is covered: first along rows, then along columns. What lies off the canvas counts as covered. */
function eroded(covered: Uint8Array, reach: number): Uint8Array {
  const along = (from: Uint8Array, step: number, line: number): Uint8Array => {
    const to = new Uint8Array(from.length);
    for (let l = 0; l < SAMPLES; l++) {
      let run = reach;
      let clear = -1;
      for (let k = 0; k < SAMPLES + reach; k++) {
        const isCovered = k >= SAMPLES || from[l * line + k * step] === 1;
        run = isCovered ? run + 1 : 0;
        if (!isCovered) clear = k;
        const middle = k - reach;
        if (middle >= 0 && middle < SAMPLES && clear < middle - reach) to[l * line + middle * step] = run > reach ? 1 : 0;
      }
    }
    return to;
  };
  return along(along(covered, 1, SAMPLES), SAMPLES, 1);
}

function without(layer: RigLayer, { canvas }: Rig, hidden: Uint8Array): RigLayer {
  const v = floats(layer.mesh.vertices);
  const indices = shorts(layer.mesh.indices);
  const scale = SAMPLES / canvas.width;
  const kept: number[] = [];
  const at = (value: number): number => Math.min(SAMPLES - 1, Math.max(0, Math.floor(value * scale)));
  for (let t = 0; t < indices.length; t += 3) {
    const corners = [indices[t]!, indices[t + 1]!, indices[t + 2]!];
    const xs = corners.map((n) => v[n * 4]!);
    const ys = corners.map((n) => v[n * 4 + 1]!);
    let seen = false;
    for (let j = at(Math.min(...ys)); j <= at(Math.max(...ys)) && !seen; j++) {
      for (let i = at(Math.min(...xs)); i <= at(Math.max(...xs)) && !seen; i++) seen = hidden[j * SAMPLES + i] === 0;
    }
    if (seen) kept.push(...corners);
  }
  if (kept.length === indices.length || kept.length === 0) return layer;
  const used = [...new Set(kept)].sort((a, b) => a - b);
  const numberOf = new Map(used.map((n, i) => [n, i]));
  const pick = (values: Float32Array, tuple: number): Float32Array =>
    Float32Array.from(used.flatMap((n) => [...values.subarray(n * tuple, (n + 1) * tuple)]));
  const morphs: Partial<Record<ParameterName, RigMorph>> = {};
  for (const [name, morph] of Object.entries(layer.morphs)) {
    const rows = [...shorts(morph.vertices)].map((vertex, row) => ({ vertex, row })).filter(({ vertex }) => numberOf.has(vertex));
    if (rows.length === 0) continue;
    const deltas = floats(morph.deltas);
    morphs[name as ParameterName] = {
      vertices: base64(Uint16Array.from(rows, ({ vertex }) => numberOf.get(vertex)!)),
      deltas: base64(Float32Array.from(rows.flatMap(({ row }) => [...deltas.subarray(row * 3, row * 3 + 3)]))),
    };
  }
  return {
    ...layer,
    mesh: {
      vertices: base64(pick(v, 4)),
      indices: base64(Uint16Array.from(kept, (n) => numberOf.get(n)!)),
      depth: base64(pick(floats(layer.mesh.depth), 1)),
      follow: base64(pick(floats(layer.mesh.follow), 1)),
    },
    morphs,
  };
}
