import sharp from 'sharp';
import type { PersonBrief } from '../../../server/casting/brief.ts';
import type { Rig, RigLayer } from '../../../server/face/rig.ts';
import type { ParameterName } from '../../../server/face/parameters.ts';
import { pack } from '../bake/atlas.ts';
import { EMOTION_POSES, VISEME_POSES } from '../bake/expressions.ts';
import { type Delta, encodeLayer, gridMesh, type Vertex } from '../bake/layer.ts';
import { CANVAS_PX } from '../camera.ts';
import type { Drawn } from '../avatar.ts';
import { smoothstep } from '../math.ts';
import { drawCover, drawGlasses } from './accessories.ts';
import { AXIS_X as X, type Design, designOf } from './design.ts';
import { drawBrow, drawHead, drawNose } from './face.ts';
import { drawBody, drawWall } from './garments.ts';
import { drawBeard } from './beard.ts';
import { drawHair } from './hair.ts';
import { type DrawnLayer, faceDepth, hairDepth, skinLayer } from './drawn-layer.ts';
import { eyeLayers } from './eyes.ts';
import { mouthLayers } from './mouth.ts';

const ATLAS_PX = 2048;
/** The figure is drawn at one size and shown a little larger, about this point. */
const ZOOM = 1.12;
const ZOOM_Y = 1.12 * 450 - 478;
const zoomX = (x: number): number => (x - X) * ZOOM + X;
const zoomY = (y: number): number => y * ZOOM - ZOOM_Y;

/** Draws one illustrated person: vector art in layers, rasterised once into an atlas, and a rig that moves it. */
export async function illustrate(brief: PersonBrief, name: string): Promise<Drawn> {
  const design = designOf(brief);
  const layers = layersOf(design).filter((layer) => layer.svg !== '');
  const sizes = layers.map(({ region, scale }) => ({
    width: Math.ceil(region.width * scale),
    height: Math.ceil(region.height * scale),
    rgba: NOTHING,
  }));
  const { places, height } = pack(sizes, ATLAS_PX);
  const pixels = Buffer.alloc(ATLAS_PX * height * 4);
  await Promise.all(
    layers.map(async (layer, i) => {
      const { width, height: rows } = sizes[i]!;
      const drawn = await rasterise(layer, width, rows);
      const { x, y } = places[i]!;
      for (let row = 0; row < rows; row++) drawn.copy(pixels, ((y + row) * ATLAS_PX + x) * 4, row * width * 4, (row + 1) * width * 4);
    }),
  );
  const encoded = layers.map((layer, i) => encode(layer, places[i]!, sizes[i]!, pixels));
  const rig: Rig = {
    format: 'visavis-rig',
    version: 1,
    name,
    title: brief.title,
    origin: 'drawn by models/avatar/illustrated',
    licence: 'Apache-2.0',
    canvas: { width: CANVAS_PX, height: CANVAS_PX },
    atlas: { file: 'atlas.png', width: ATLAS_PX, height },
    pose: { pivot: { x: X, y: zoomY(610) }, yawDeg: 9, pitchDeg: 7, rollDeg: 8, shiftPx: 28, zoom: 0.05, cameraPx: 4096 },
    visemes: VISEME_POSES,
    emotions: EMOTION_POSES,
    layers: encoded,
  };
  return {
    rig,
    atlas: { width: ATLAS_PX, height, data: new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength) },
  };
}

/** Each layer is a document of its own: they share the cores, and no clip or mask is larger than its layer. */
async function rasterise({ svg, region }: DrawnLayer, width: number, height: number): Promise<Buffer> {
  const box = `${region.x} ${region.y} ${region.width} ${region.height}`;
  const document = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${box}" preserveAspectRatio="none">${svg}</svg>`;
  return await sharp(Buffer.from(document), { unlimited: true }).ensureAlpha().raw().toBuffer();
}

const NOTHING = new Float32Array(0);

function layersOf(d: Design): DrawnLayer[] {
  const { m, brief } = d;
  const hair = drawHair(d);
  const cover = drawCover(d);
  const { beard, moustache } = drawBeard(d);
  const overFace = (x: number, y: number): number => faceDepth(m, x, y);
  const overHair = (x: number, y: number): number => hairDepth(m, x, y);
  const sideways = { x: X - m.temple - 110, width: 2 * (m.temple + 110) };
  return [
    wall(drawWall(d)),
    hanging('hairBack', hair.back, { x: 170, y: 20, width: 684, height: 930 }, () => -50),
    hanging('coverBack', cover.back, { ...sideways, y: 80, height: 770 }, () => -20),
    body('body', drawBody(d), { x: 0, y: 600, width: 1024, height: 424 }),
    body('drape', cover.drape, { x: 130, y: 740, width: 764, height: 284 }),
    skinLayer(
      d,
      'head',
      drawHead(d, !hidesEars(d)),
      { x: X - m.cheek - 36, y: 130, width: 2 * (m.cheek + 36), height: m.chinY - 110 },
      [22, 34],
    ),
    skinLayer(d, 'beard', beard, { x: X - m.cheek - 20, y: 440, width: 2 * (m.cheek + 20), height: m.chinY - 390 }, [18, 18], { raise: 4 }),
    skinLayer(d, 'nose', drawNose(d), { x: X - 56, y: m.eyeY - 50, width: 112, height: m.noseY - m.eyeY + 90 }, [6, 10], {
      scale: 1.4,
      depth: (x, y) =>
        overFace(x, y) +
        52 * Math.exp(-(((x - X) / 26) ** 2)) * smoothstep(m.eyeY - 20, m.noseY - 8, y) * smoothstep(m.noseY + 30, m.noseY, y),
      only: /^noseSneer/,
    }),
    ...eyeLayers(d, 1),
    ...eyeLayers(d, -1),
    ...mouthLayers(d),
    skinLayer(d, 'moustache', moustache, { x: X - m.mouthHalf - 26, y: m.mouthY - 50, width: 2 * m.mouthHalf + 52, height: 70 }, [8, 3], {
      raise: 16,
      only: /^(noseSneer|mouthUpperUp|mouthSmile)/,
    }),
    ...([1, -1] as const).map((sign) =>
      skinLayer(
        d,
        sign > 0 ? 'browLeft' : 'browRight',
        drawBrow(d, sign),
        { x: sign > 0 ? X + 26 : X - 190, y: m.browY - 44, width: 164, height: 84 },
        [8, 3],
        { raise: 8, scale: 1.3, only: /^(brow|noseSneer)/ },
      ),
    ),
    hanging('hairFront', hair.front, { x: 170, y: 20, width: 684, height: 930 }, overHair),
    rigid('glasses', drawGlasses(d), { ...sideways, y: m.eyeY - 64, height: 134 }, (x, y) => overFace(x, y) + 34 - 0.0009 * (x - X) ** 2),
    skinLayer(d, 'cover', cover.front, { ...sideways, y: 50, height: brief.headCover.kind === 'hijab' ? 800 : 350 }, [16, 24], {
      depth: (x, y) => overHair(x, y),
      only: /^jaw/,
      share: 0.8,
    }),
  ];
}

/** Ears under hair or cloth would only fray the outline of the face when the head turns. */
const hidesEars = ({ brief }: Design): boolean =>
  brief.headCover.kind === 'hijab' || (brief.headCover.kind !== 'turban' && ['bob', 'long', 'wavy', 'pixie'].includes(brief.hair.style));

function wall(svg: string): DrawnLayer {
  const region = { x: 0, y: 0, width: CANVAS_PX, height: CANVAS_PX };
  const mesh = gridMesh({ x: -32, y: -32, width: CANVAS_PX + 64, height: CANVAS_PX + 64 }, 1, 1, () => ({ depth: 0, follow: 0 }));
  for (const v of mesh.vertices) {
    v.tx = Math.min(CANVAS_PX - 2, Math.max(2, v.x));
    v.ty = Math.min(CANVAS_PX - 2, Math.max(2, v.y));
  }
  return { id: 'background', svg, region, scale: 0.5, ...mesh, morphs: {}, opaque: true };
}

/** Moves with the head; ends that lie on the shoulders do so less. */
function hanging(id: string, svg: string, region: DrawnLayer['region'], depth: (x: number, y: number) => number): DrawnLayer {
  const mesh = gridMesh(region, Math.ceil(region.width / 34), Math.ceil(region.height / 34), (x, y) => ({
    depth: depth(x, y),
    follow: 1 - 0.45 * smoothstep(700, 900, y),
  }));
  return { id, svg, region, scale: 1, ...mesh, morphs: {} };
}

function rigid(id: string, svg: string, region: DrawnLayer['region'], depth: (x: number, y: number) => number): DrawnLayer {
  return { id, svg, region, scale: 1, ...gridMesh(region, 16, 2, (x, y) => ({ depth: depth(x, y), follow: 1 })), morphs: {} };
}

/** Rests on the shoulders; the neck goes with the head; breath lifts it. */
function body(id: string, svg: string, region: DrawnLayer['region']): DrawnLayer {
  const mesh = gridMesh(region, 16, 14, (x, y) => ({
    depth: 20,
    follow: smoothstep(880, 720, y) * smoothstep(240, 120, Math.abs(x - X)),
  }));
  for (const v of mesh.vertices) v.y -= 30;
  const breath = mesh.vertices.map((v): Delta => {
    const low = smoothstep(820, 1000, v.y);
    return [(v.x - X) * 0.005 * low, -3.4 * low - 1.2 * smoothstep(740, 880, v.y), 0];
  });
  const morphs: Partial<Record<ParameterName, readonly Delta[]>> = { breath };
  return { id, svg, region, scale: 1, ...mesh, morphs };
}

/** Leaves out triangles that show nothing. */
function encode(
  layer: DrawnLayer,
  place: { x: number; y: number },
  size: { width: number; height: number; rgba: Float32Array },
  pixels: Buffer,
): RigLayer {
  const kx = size.width / layer.region.width;
  const ky = size.height / layer.region.height;
  const alphaIn = (left: number, top: number, right: number, bottom: number): boolean => {
    for (let y = Math.max(0, Math.floor(top)); y <= Math.min(size.height - 1, Math.ceil(bottom)); y++) {
      for (let x = Math.max(0, Math.floor(left)); x <= Math.min(size.width - 1, Math.ceil(right)); x++) {
        if (pixels[((place.y + y) * ATLAS_PX + place.x + x) * 4 + 3]! > 2) return true;
      }
    }
    return false;
  };
  const triangles: number[] = [];
  for (let t = 0; t < layer.triangles.length; t += 3) {
    const corners = [0, 1, 2].map((k) => layer.vertices[layer.triangles[t + k]!]!);
    const xs = corners.map((v) => (v.tx - layer.region.x) * kx);
    const ys = corners.map((v) => (v.ty - layer.region.y) * ky);
    if (alphaIn(Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys))) triangles.push(...layer.triangles.slice(t, t + 3));
  }
  const used = [...new Set(triangles)].sort((a, b) => a - b);
  const numberOf = new Map(used.map((v, i) => [v, i]));
  const zoomed = layer.opaque
    ? (v: Vertex): Vertex => v
    : (v: Vertex): Vertex => ({ ...v, x: zoomX(v.x), y: zoomY(v.y), depth: v.depth * ZOOM });
  const factor = layer.opaque ? 1 : ZOOM;
  const vertices: Vertex[] = used.map((v) => zoomed(layer.vertices[v]!));
  const morphs: Partial<Record<ParameterName, readonly Delta[]>> = {};
  for (const [key, deltas] of Object.entries(layer.morphs))
    morphs[key as ParameterName] = used.map((v): Delta => [deltas[v]![0] * factor, deltas[v]![1] * factor, deltas[v]![2] * factor]);
  return encodeLayer(
    {
      id: layer.id,
      picture: size,
      region: layer.region,
      vertices,
      triangles: triangles.map((v) => numberOf.get(v)!),
      morphs,
      ...(layer.opaque ? { opaque: true } : {}),
      ...(layer.mask ? { mask: layer.mask } : {}),
      ...(layer.opacity ? { opacity: layer.opacity } : {}),
    },
    place,
  );
}
