import { CANVAS_PX, PX_PER_CM, projectX, projectY, unprojectY } from '../camera.ts';
import { Scene } from '../geometry/scene.ts';
import { type HairGroup, growLocks } from '../hair/locks.ts';
import { growBeard, growScalp } from '../hair/scalp.ts';
import { drawStrokes } from '../hair/draw.ts';
import { belowCover } from '../hair/under-cover.ts';
import { growStrands, hairDensity, shadeHair, type Stroke } from '../hair/strands.ts';
import { smoothstep } from '../math.ts';
import type { Pose } from '../motion.ts';
import type { Person } from '../person.ts';
import { applyCoverage, develop, type Picture, reduce } from '../render/develop.ts';
import type { Region, Shot } from '../render/job.ts';
import { coverage } from '../render/march.ts';
import { Occlusion } from '../render/occlusion.ts';
import { Studio } from '../render/studio.ts';
import { assemble, type Baked } from './assemble.ts';
import { coverLayers } from './cover-layer.ts';
import { eyeLayers } from './eye-layers.ts';
import { glassesLayers } from './glasses-layer.ts';
import { FaceMesh } from './face-mesh.ts';
import { type Exposure, FilmCache } from './film-cache.ts';
import { browLayers, exposeHair, hairLayer, lashLayers } from './hair-layers.ts';
import type { LayerDraft } from './layer.ts';
import { mouthLayers } from './mouth-layers.ts';
import { backdropLayer, bodyLayer } from './scenery.ts';

const BEARD_STRANDS = 34_000;

/** Mouth shapes whose light and folds are pictured, faded in over the warped neutral skin. */
const MOUTH_PATCHES: readonly { id: string; pose: Pose; gains: NonNullable<LayerDraft['opacity']>['gains'] }[] = [
  {
    id: 'mouthOpen',
    pose: { jawOpen: 0.6, mouthUpperUpLeft: 0.22, mouthUpperUpRight: 0.22, mouthLowerDownLeft: 0.2, mouthLowerDownRight: 0.2 },
    gains: { jawOpen: 1.7 },
  },
  { id: 'mouthSmile', pose: { mouthSmileLeft: 0.9, mouthSmileRight: 0.9 }, gains: { mouthSmileLeft: 0.5, mouthSmileRight: 0.5 } },
  { id: 'mouthRound', pose: { mouthFunnel: 0.5, mouthPucker: 0.55, jawOpen: 0.12 }, gains: { mouthFunnel: 0.9, mouthPucker: 0.95 } },
];

export interface BakeOptions {
  /** Shaded samples per texel side: 1 is what ships (outlines are smoothed anyway), 2 for stills. */
  readonly quality: 1 | 2;
  /** Texels per canvas pixel; below 1 only for quick drafts. */
  readonly scale: number;
  readonly onProgress: (what: string, share: number) => void;
}

/** Triangles that reach over a patch's border are left out, so the outermost texels (one coarse cell) must be clear. */
const CUT_PX = 18;

/** Lets a patch fade out towards its borders (px of the canvas). */
function feather(picture: Picture, region: Region, border: number): void {
  for (let j = 0; j < picture.height; j++) {
    for (let i = 0; i < picture.width; i++) {
      const x = ((i + 0.5) / picture.width) * region.width;
      const y = ((j + 0.5) / picture.height) * region.height;
      const edge = Math.min(x, y, region.width - x, region.height - y);
      const o = (j * picture.width + i) * 4 + 3;
      picture.rgba[o] = (picture.rgba[o] ?? 0) * smoothstep(CUT_PX, CUT_PX + border, edge);
    }
  }
}

/** Long hair covers the ears: seen between cheek and hair they would only fray the outline of the face. */
function hideEars({ picture, depth }: Exposure, region: Region): void {
  for (let i = 0; i < depth.length; i++) {
    const z = depth[i] ?? 0;
    const px = region.x + ((i % picture.width) * region.width) / picture.width;
    const y = unprojectY(region.y + (Math.floor(i / picture.width) * region.height) / picture.height, z);
    if (Math.abs(px - CANVAS_PX / 2) < 5.6 * PX_PER_CM || y > 2.5 || y < -4.8) continue;
    const o = i * 4 + 3;
    picture.rgba[o] = Math.min(picture.rgba[o] ?? 0, smoothstep(-5.1, -4, z));
  }
}

/** Runs costly work at most once, and only when asked for. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}

/** Makes one person's rig and atlas: grows hair, exposes every layer, builds meshes and morphs. */
export async function bake(person: Person, options: BakeOptions): Promise<Baked> {
  await using studio = new Studio({ person });
  const { onProgress, quality, scale } = options;
  const scene = new Scene(person);
  const grown = once(async () => {
    onProgress('shadows', 0);
    await studio.prepare();
    const all = growStrands(person, person.hair.style === 'waves' ? growLocks(person) : growScalp(person));
    const strands = scene.cover.worn ? belowCover(all, scene.cover, person.hair.style === 'short') : all;
    const density = hairDensity(strands);
    studio.setHair(density);
    return { strands, light: new Occlusion(studio.distances, density) };
  });
  const cache = await FilmCache.open(person);
  const shoot = (what: string, cast: Shot['cast'], region: Region, pose?: Pose, samples: number = quality): Promise<Exposure> => {
    const shot: Shot = { cast, region, scale: scale * samples, ...(pose ? { pose } : {}) };
    return cache.get([shot, samples], async () => {
      await grown();
      const film = await studio.expose(shot, (share) => onProgress(what, share));
      const developed = develop(film, shot.scale);
      applyCoverage(developed, coverage(scene, shot, film));
      scene.setPose(undefined);
      const picture = reduce(developed, samples);
      const depth = new Float32Array(picture.width * picture.height);
      for (let i = 0; i < depth.length; i++) {
        const x = (i % picture.width) * samples;
        const y = Math.floor(i / picture.width) * samples;
        depth[i] = film.depth[y * film.width + x] ?? -999;
      }
      return { picture, depth };
    });
  };

  const headRegion: Region = { x: 250, y: 50, width: 524, height: 740 };
  const head = await shoot('head', 'head', headRegion);
  if (person.hair.style === 'waves') hideEars(head, headRegion);
  const bodyRegion: Region = { x: 0, y: 610, width: CANVAS_PX, height: CANVAS_PX - 610 };
  const body = await shoot('body', 'body', bodyRegion);
  const mesh = new FaceMesh(scene, headRegion);

  const c = scene.head.curves;
  const lidPatches: LayerDraft[] = [];
  for (const sign of [1, -1] as const) {
    const x0 = projectX(sign * c.eyeX, 0) - 90;
    const region: Region = { x: Math.round(x0), y: Math.round(projectY(2.2, 0)), width: 180, height: 130 };
    const pose: Pose = { eyeBlinkLeft: 1, eyeBlinkRight: 1 };
    const { picture } = await shoot(sign > 0 ? 'left lid' : 'right lid', 'head', region, pose);
    feather(picture, region, 16);
    const side = sign > 0 ? 'Left' : 'Right';
    lidPatches.push(mesh.patch(`lidClosed${side}`, picture, region, pose, { base: -0.15, gains: { [`eyeBlink${side}`]: 1.3 } }));
  }

  const mouthPatches: LayerDraft[] = [];
  for (const { id, pose, gains } of MOUTH_PATCHES) {
    const region: Region = { x: 340, y: 518, width: 344, height: 330 };
    // One sample suffices: these pictures are seen only in motion.
    const { picture } = await shoot(id, 'head', region, pose, 1);
    feather(picture, region, 26);
    mouthPatches.push(mesh.patch(id, picture, region, pose, { base: 0, gains }));
  }

  const behindHead = (stroke: Stroke): boolean => {
    const i = Math.floor(((stroke.x0 + stroke.x1) / 2 - headRegion.x) * scale);
    const j = Math.floor(((stroke.y0 + stroke.y1) / 2 - headRegion.y) * scale);
    if (i < 0 || j < 0 || i >= head.picture.width || j >= head.picture.height) return false;
    return stroke.z < (head.depth[j * head.picture.width + i] ?? -999) - 0.2;
  };
  const combed = once(async () => {
    const { strands, light } = await grown();
    const groups: Record<HairGroup, Stroke[]> = { back: [], side: [], front: [] };
    for (const stroke of shadeHair(person, strands, light)) {
      const group = stroke.group as HairGroup;
      groups[group === 'front' && behindHead(stroke) ? 'side' : group].push(stroke);
    }
    return groups;
  });
  const beardLayer = async (): Promise<LayerDraft[]> => {
    const locks = growBeard(person);
    if (locks.length === 0) return [];
    const region: Region = { x: 262, y: 440, width: 500, height: 345 };
    const { picture } = await cache.get(['beard', scale], async () => {
      const { light } = await grown();
      const strokes = shadeHair(person, growStrands(person, locks, BEARD_STRANDS, person.beard.grey), light);
      return {
        picture: drawStrokes(
          strokes.filter((stroke) => !behindHead(stroke)),
          region,
          scale,
        ),
        depth: new Float32Array(0),
      };
    });
    return [mesh.patch('beard', picture, region, {}, { base: 1, gains: {} })];
  };
  const hairRegion: Region = { x: 172, y: 24, width: 680, height: 946 };
  const hair = async (group: HairGroup, id: string, detail: number): Promise<LayerDraft> => {
    onProgress(`${group} hair`, 0);
    const exposure = await cache.get([`hair ${group}`, scale * detail], async () =>
      exposeHair((await combed())[group], hairRegion, scale * detail),
    );
    // Short hair goes with the outline of the head, which stands at this depth (see FaceMesh).
    const nearest = person.hair.style === 'waves' ? undefined : group === 'back' ? -6 : -4.2;
    return hairLayer(id, exposure, hairRegion, nearest);
  };
  const backHair = await hair('back', 'hairBack', 0.5);
  const sideHair = await hair('side', 'hairSide', 0.7);
  const frontHair = await hair('front', 'hairFront', 1);

  const beard = await beardLayer();
  const glasses = await glassesLayers(person, shoot);
  const cover = await coverLayers(person, scene, shoot);

  const drafts: LayerDraft[] = [
    backdropLayer(person),
    backHair,
    bodyLayer(scene, body.picture, bodyRegion),
    sideHair,
    ...mouthLayers(scene),
    ...eyeLayers(person, scene, 1),
    ...eyeLayers(person, scene, -1),
    mesh.layer('skin', head.picture, headRegion),
    ...mouthPatches,
    ...lidPatches,
    ...beard,
    mesh.lipRim(1, person.mouth.lipColour),
    mesh.lipRim(-1, person.mouth.lipColour),
    ...lashLayers(person, scene, 1),
    ...lashLayers(person, scene, -1),
    ...browLayers(person, scene),
    ...glasses,
    frontHair,
    ...cover,
  ];
  return assemble(person, drafts);
}
