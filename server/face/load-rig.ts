import { z } from 'zod';
import { EMOTIONS, type Emotion } from '../core/speech.ts';
import { faceError } from './face-error.ts';
import { ARKIT, type ArkitName, P, PARAMETERS, type ParameterName, VISEMES } from './parameters.ts';
import type { Rig, RigLayer } from './rig.ts';

/** What an avatar file may ask for. The defaults are far above what a careful rig needs, and far below what hurts. */
export interface RigLimits {
  readonly maxCanvasPx: number;
  readonly maxAtlasPx: number;
  readonly maxLayers: number;
  readonly maxVertices: number;
  readonly maxTriangles: number;
  /** Moved vertices summed over all morphs: the work of one frame. */
  readonly maxMorphVertices: number;
  /** How far outside the canvas a vertex or a morph may reach, in canvas sizes. */
  readonly maxReach: number;
}

export const RIG_LIMITS: RigLimits = {
  maxCanvasPx: 4096,
  maxAtlasPx: 8192,
  maxLayers: 64,
  maxVertices: 60_000,
  maxTriangles: 60_000,
  maxMorphVertices: 1_000_000,
  maxReach: 4,
};

export interface LoadedMorph {
  /** Index into FaceParameters. */
  readonly parameter: number;
  readonly vertices: Uint16Array;
  /** dx, dy, dDepth per moved vertex at weight 1, canvas pixels. */
  readonly deltas: Float32Array;
}

export interface LoadedLayer {
  readonly id: string;
  readonly opaque: boolean;
  /** Index of the layer whose drawn alpha limits this one; -1 for none. */
  readonly mask: number;
  readonly opacity: { readonly base: number; readonly gains: readonly { readonly parameter: number; readonly gain: number }[] };
  readonly vertexCount: number;
  /** x, y in canvas pixels and u, v in atlas pixels, per vertex. */
  readonly rest: Float32Array;
  readonly indices: Uint16Array;
  readonly depth: Float32Array;
  readonly follow: Float32Array;
  readonly morphs: readonly LoadedMorph[];
}

/** An avatar.json after validation, with its arrays decoded. */
export interface LoadedRig extends Omit<Rig, 'layers'> {
  readonly layers: readonly LoadedLayer[];
  readonly vertexCount: number;
  readonly triangleCount: number;
}

const finite = z.number().refine(Number.isFinite, 'must be finite');
const base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/, 'is not base64');
const weights = <Key extends string>(names: readonly Key[], range: z.ZodNumber) =>
  z.partialRecord(z.enum(names as readonly [Key, ...Key[]]), range);
const arkitWeights = weights<ArkitName>(ARKIT, z.number().min(0).max(1));

/** Who a face is in a conversation; see core/character.ts. */
export const characterSchema = z.strictObject({
  name: z.string().min(1).max(80),
  sex: z.enum(['female', 'male']).optional(),
  voices: z.record(z.string().regex(/^[a-z]{2,3}$/), z.array(z.string().min(1).max(60)).max(10)).optional(),
  persona: z.string().max(2000).optional(),
});

function rigSchema(limits: RigLimits) {
  const size = (max: number) => z.number().int().min(16).max(max);
  return z.object({
    format: z.literal('visavis-rig'),
    version: z.literal(1),
    name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'must be lower-case letters, digits and hyphens'),
    title: z.string().min(1).max(120),
    origin: z.string().max(500),
    licence: z.string().max(500),
    consent: z.string().max(2000).optional(),
    provenance: z
      .object({
        kind: z.enum(['photograph', 'words', 'generated']),
        words: z.string().max(2000).optional(),
        prompt: z.string().max(4000).optional(),
        seed: z.number().int().min(0).optional(),
      })
      .optional(),
    character: characterSchema.optional(),
    canvas: z.object({ width: size(limits.maxCanvasPx), height: size(limits.maxCanvasPx) }),
    atlas: z.object({
      file: z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/, 'must be a plain file name'),
      width: size(limits.maxAtlasPx),
      height: size(limits.maxAtlasPx),
    }),
    pose: z.object({
      pivot: z.object({ x: finite, y: finite }),
      yawDeg: z.number().min(0).max(45),
      pitchDeg: z.number().min(0).max(45),
      rollDeg: z.number().min(0).max(45),
      shiftPx: z.number().min(0).max(limits.maxCanvasPx),
      zoom: z.number().min(0).max(0.5),
      cameraPx: z.number().min(100).max(1e6),
    }),
    visemes: z.record(z.enum(VISEMES), arkitWeights),
    emotions: z.record(z.enum(EMOTIONS as readonly [Emotion, ...Emotion[]]), arkitWeights),
    layers: z
      .array(
        z.object({
          id: z.string().min(1).max(64),
          opaque: z.boolean().optional(),
          mask: z.string().optional(),
          opacity: z
            .object({
              base: z.number().min(-10).max(10),
              gains: weights<ParameterName>(PARAMETERS, z.number().min(-10).max(10)),
            })
            .optional(),
          mesh: z.object({ vertices: base64, indices: base64, depth: base64, follow: base64 }),
          morphs: weightsOfMorphs(),
        }),
      )
      .min(1)
      .max(limits.maxLayers),
  });
}

const weightsOfMorphs = () =>
  z.partialRecord(z.enum(PARAMETERS as readonly [ParameterName, ...ParameterName[]]), z.object({ vertices: base64, deltas: base64 }));

/**
 * Validates an avatar.json and decodes it. Isomorphic.
 * @throws VisavisError `avatar_invalid`, whose message names the offending field, e.g. `layers.3.mesh.indices`.
 */
export function loadRig(json: unknown, limits: RigLimits = RIG_LIMITS): LoadedRig {
  const parsed = rigSchema(limits).safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw invalid(issue?.path.join('.') || '(file)', issue?.message ?? 'is not a rig');
  }
  const rig: Rig = parsed.data;
  const ids = new Map<string, number>();
  const layers = rig.layers.map((layer, index) => {
    const at = `layers.${index}`;
    if (ids.has(layer.id)) throw invalid(`${at}.id`, `"${layer.id}" is already the id of an earlier layer`);
    const loaded = loadLayer(layer, at, rig, ids, limits);
    ids.set(layer.id, index);
    return loaded;
  });
  const vertexCount = sum(layers.map((l) => l.vertexCount));
  const triangleCount = sum(layers.map((l) => l.indices.length / 3));
  if (vertexCount > limits.maxVertices) throw invalid('layers', `hold ${vertexCount} vertices; at most ${limits.maxVertices} are allowed`);
  if (triangleCount > limits.maxTriangles)
    throw invalid('layers', `hold ${triangleCount} triangles; at most ${limits.maxTriangles} are allowed`);
  const moved = sum(layers.flatMap((l) => l.morphs.map((m) => m.vertices.length)));
  if (moved > limits.maxMorphVertices)
    throw invalid('layers', `move ${moved} vertices in morphs; at most ${limits.maxMorphVertices} are allowed`);
  return { ...rig, layers, vertexCount, triangleCount };
}

function loadLayer(layer: RigLayer, at: string, rig: Rig, earlier: ReadonlyMap<string, number>, limits: RigLimits): LoadedLayer {
  const mask = layer.mask === undefined ? -1 : (earlier.get(layer.mask) ?? -1);
  if (layer.mask !== undefined && mask < 0) throw invalid(`${at}.mask`, `"${layer.mask}" is not an earlier layer`);
  const rest = decodeFloats(layer.mesh.vertices, 4, `${at}.mesh.vertices`);
  const vertexCount = rest.length / 4;
  if (vertexCount < 3 || vertexCount > 65_535)
    throw invalid(`${at}.mesh.vertices`, `holds ${vertexCount} vertices; 3 to 65535 are possible`);
  checkVertices(rest, rig, `${at}.mesh.vertices`, limits);
  const indices = decodeUint16(layer.mesh.indices, 3, `${at}.mesh.indices`);
  checkIndices(indices, vertexCount, `${at}.mesh.indices`);
  const depth = decodeFloats(layer.mesh.depth, 1, `${at}.mesh.depth`);
  const follow = decodeFloats(layer.mesh.follow, 1, `${at}.mesh.follow`);
  for (const [name, values] of [
    ['depth', depth],
    ['follow', follow],
  ] as const) {
    if (values.length !== vertexCount) throw invalid(`${at}.mesh.${name}`, `holds ${values.length} values for ${vertexCount} vertices`);
  }
  // A vertex at or behind the camera has no picture; half of the distance is already a grotesque perspective.
  checkRange(depth, -rig.pose.cameraPx, rig.pose.cameraPx / 2, `${at}.mesh.depth`);
  checkRange(follow, 0, 1, `${at}.mesh.follow`);
  const morphs = Object.entries(layer.morphs).map(([name, morph]): LoadedMorph => {
    const vertices = decodeUint16(morph.vertices, 1, `${at}.morphs.${name}.vertices`);
    checkIndices(vertices, vertexCount, `${at}.morphs.${name}.vertices`);
    const deltas = decodeFloats(morph.deltas, 3, `${at}.morphs.${name}.deltas`);
    if (deltas.length !== vertices.length * 3)
      throw invalid(`${at}.morphs.${name}.deltas`, `holds ${deltas.length} numbers for ${vertices.length} vertices`);
    const reach = limits.maxReach * Math.max(rig.canvas.width, rig.canvas.height);
    checkRange(deltas, -reach, reach, `${at}.morphs.${name}.deltas`);
    return { parameter: P[name as ParameterName], vertices, deltas };
  });
  const gains = Object.entries(layer.opacity?.gains ?? {}).map(([name, gain]) => ({ parameter: P[name as ParameterName], gain }));
  return {
    id: layer.id,
    opaque: layer.opaque ?? false,
    mask,
    opacity: { base: layer.opacity?.base ?? 1, gains },
    vertexCount,
    rest,
    indices,
    depth,
    follow,
    morphs,
  };
}

function checkVertices(rest: Float32Array, rig: Rig, field: string, limits: RigLimits): void {
  const { canvas, atlas } = rig;
  for (let i = 0; i < rest.length; i += 4) {
    const [x, y, u, v] = [rest[i] as number, rest[i + 1] as number, rest[i + 2] as number, rest[i + 3] as number];
    if (!(Math.abs(x) <= canvas.width * limits.maxReach && Math.abs(y) <= canvas.height * limits.maxReach)) {
      throw invalid(field, `vertex ${i / 4} lies at ${x}, ${y}, far outside the canvas`);
    }
    if (!(u >= -1 && u <= atlas.width + 1 && v >= -1 && v <= atlas.height + 1)) {
      throw invalid(field, `vertex ${i / 4} takes its texture from ${u}, ${v}, outside the atlas`);
    }
  }
}

function checkIndices(indices: Uint16Array, vertexCount: number, field: string): void {
  for (const index of indices) if (index >= vertexCount) throw invalid(field, `refers to vertex ${index} of ${vertexCount}`);
}

/** NaN fails both comparisons, so it is refused too. */
function checkRange(values: Float32Array, min: number, max: number, field: string): void {
  for (const value of values) if (!(value >= min && value <= max)) throw invalid(field, `holds ${value}; allowed is ${min} to ${max}`);
}

function decodeFloats(text: string, tuple: number, field: string): Float32Array {
  const bytes = decodeBase64(text, 4 * tuple, field);
  if (littleEndian) return new Float32Array(bytes.buffer);
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(i * 4, true));
}

function decodeUint16(text: string, tuple: number, field: string): Uint16Array {
  const bytes = decodeBase64(text, 2 * tuple, field);
  if (littleEndian) return new Uint16Array(bytes.buffer);
  const view = new DataView(bytes.buffer);
  return Uint16Array.from({ length: bytes.length / 2 }, (_, i) => view.getUint16(i * 2, true));
}

const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** `atob` is the one decoder that Node and browsers share. */
function decodeBase64(text: string, unitBytes: number, field: string): Uint8Array<ArrayBuffer> {
  let binary: string;
  try {
    binary = atob(text);
  } catch (cause) {
    throw invalid(field, 'is not base64', cause);
  }
  if (binary.length % unitBytes !== 0) throw invalid(field, `holds ${binary.length} bytes, which is no multiple of ${unitBytes}`);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const invalid = (field: string, problem: string, cause?: unknown) =>
  faceError('avatar_invalid', `The avatar's ${field} ${problem}`, { cause });
