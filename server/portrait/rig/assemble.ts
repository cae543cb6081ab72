import type { ParameterName } from '../../face/parameters.ts';
import type { Rig, RigProvenance } from '../../face/rig.ts';
import type { Frame } from '../frame.ts';
import type { Matte } from '../matte/matte.ts';
import { buildFaceMesh, type FaceMesh } from '../mesh/face-mesh.ts';
import type { Field } from '../mesh/field.ts';
import { followBeside, headShape, meshDepth } from '../mesh/head-depth.ts';
import { mouthFields } from '../mesh/mouth-fields.ts';
import { upperFields } from '../mesh/upper-fields.ts';
import { closedLid } from '../paint/closed-lids.ts';
import { eyeLayers } from '../paint/eyeballs.ts';
import { type FoldPatch, foldPatches } from '../paint/folds.ts';
import { lipRim } from '../paint/lip-rims.ts';
import { mouthInside } from '../paint/mouth-inside.ts';
import { skinTexture } from '../paint/skin.ts';
import { toothSliver } from '../paint/tooth-sliver.ts';
import type { Eyes } from '../refine/eyes.ts';
import type { Mouth } from '../refine/mouth.ts';
import { type Atlas, packAtlas } from './atlas.ts';
import { blendShapes } from './blend-shapes.ts';
import { EMOTION_WEIGHTS, VISEME_WEIGHTS } from './expressions.ts';
import { createTexture, cropped, encodeLayer, gridOver, type LayerDraft, trimmed } from './layer.ts';

/** Everything that was found out about a face. */
export interface Likeness {
  readonly frame: Frame;
  readonly mouth: Mouth;
  readonly eyes: Eyes;
  readonly matte: Matte;
  readonly isCutOut: boolean;
  readonly hasGlasses: boolean;
  readonly eyesMove: boolean;
}

export interface Identity {
  readonly name: string;
  readonly title: string;
  readonly origin: string;
  readonly licence: string;
  readonly consent?: string | undefined;
  readonly provenance?: RigProvenance;
}

export interface Assembled {
  readonly rig: Rig;
  readonly atlas: Atlas;
  readonly triangles: number;
}

/** Builds the rig of a likeness: meshes, movements, painted parts, one atlas. */
export function assemble(likeness: Likeness, identity: Identity, onPart: (share: number) => void = () => undefined): Assembled {
  const { frame, mouth, eyes, matte, isCutOut } = likeness;
  const U = frame.unit;
  const mesh = buildFaceMesh(frame, mouth, eyes);
  const head = headShape(frame);
  const { depth, follow } = meshDepth(mesh, head);
  for (let i = 0; i < mesh.count; i++) follow[i] = follow[i]! * followBeside(head.distanceAt(mesh.x[i]!, mesh.y[i]!), isCutOut);
  const upper = upperFields(frame, eyes, mesh);
  onPart(0.1);
  const shapes = blendShapes(frame, mouth, mesh, mouthFields(frame, mouth, mesh), upper, likeness);
  onPart(0.4);
  const eyeParts = eyes.map((eye, i) => eyeLayers(frame, eye, i === 0 ? 'Right' : 'Left', head, likeness.eyesMove));
  onPart(0.5);
  const drafts: LayerDraft[] = [];
  if (isCutOut) drafts.push(backdrop(frame, matte));
  drafts.push(...mouthInside(frame, mouth, mesh, head, shapes), ...eyeParts.flatMap((part) => part.layers));
  const skin = skinTexture(frame, matte, eyes, eyeParts);
  const sliver = toothSliver(frame, mouth, skin);
  drafts.push({ ...sheetOf(mesh, depth, follow, shapes), id: 'skin', texture: skin, region: wholeFrame(frame) });
  if (sliver) drafts.push({ ...sheetOf(mesh, depth, follow, shapes), ...patchOf(mesh, sliver) });
  if (likeness.eyesMove) {
    eyes.forEach((eye, i) => {
      const side = i === 0 ? 'Right' : 'Left';
      drafts.push(
        lidPatch(mesh, depth, follow, shapes, `eyeBlink${side}`, closedLid(frame, eye, mesh, upper.blink[i]!), `lidClosed${side}`),
      );
    });
  }
  for (const fold of foldPatches(frame, mouth)) drafts.push({ ...sheetOf(mesh, depth, follow, shapes), ...patchOf(mesh, fold) });
  drafts.push(lipRim(frame, mouth, mesh, 'Upper', shapes, depth), lipRim(frame, mouth, mesh, 'Lower', shapes, depth));
  onPart(0.8);
  const layers = drafts.map((draft) => cropped(draft.opaque ? draft : trimmed(draft))).filter((draft) => draft.triangles.length > 0);
  const atlas = packAtlas(layers.map((draft) => draft.texture));
  const side = frame.width - 2 * frame.margin;
  const rig: Rig = {
    format: 'visavis-rig',
    version: 1,
    name: identity.name,
    title: identity.title,
    origin: identity.origin,
    licence: identity.licence,
    ...(identity.consent ? { consent: identity.consent } : {}),
    ...(identity.provenance ? { provenance: identity.provenance } : {}),
    canvas: { width: side, height: side },
    atlas: { file: 'atlas.png', width: atlas.width, height: atlas.height },
    pose: {
      pivot: { x: head.pivot.x + 0.5 - frame.margin, y: head.pivot.y + 0.5 - frame.margin },
      yawDeg: 10,
      pitchDeg: 7,
      rollDeg: 7,
      shiftPx: 0.12 * U,
      zoom: 0.05,
      cameraPx: 11 * U,
    },
    visemes: VISEME_WEIGHTS,
    emotions: EMOTION_WEIGHTS,
    layers: layers.map((draft, i) => encodeLayer(draft, 0.5 - frame.margin, atlas.places[i]!)),
  };
  onPart(1);
  return { rig, atlas, triangles: layers.reduce((sum, draft) => sum + draft.triangles.length / 3, 0) };
}

const wholeFrame = (frame: Frame) => ({ x: -0.5, y: -0.5, width: frame.width, height: frame.height });

function backdrop(frame: Frame, matte: Matte): LayerDraft {
  const { margin, width } = frame;
  const side = width - 2 * margin;
  const region = { x: margin - 0.5, y: margin - 0.5, width: side, height: side };
  const texture = createTexture(side, side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const o = (y * side + x) * 4;
      const i = (y + margin) * width + x + margin;
      for (let c = 0; c < 3; c++) texture.data[o + c] = matte.background[c]!.data[i]!;
      texture.data[o + 3] = 255;
    }
  }
  const { x, y, triangles } = gridOver(region, 1, 1);
  const zero = x.map(() => 0);
  return { id: 'background', texture, region, x, y, tx: x, ty: y, triangles, depth: zero, follow: zero, morphs: {}, opaque: true };
}

type Shapes = Partial<Record<ParameterName, Field>>;

const sheetOf = (mesh: FaceMesh, depth: Float64Array, follow: Float64Array, shapes: Shapes) => ({
  x: mesh.x,
  y: mesh.y,
  tx: mesh.x,
  ty: mesh.y,
  depth,
  follow,
  triangles: mesh.triangles,
  morphs: shapes,
});

/** The triangles of the face mesh that a painted patch covers. */
function patchOf(mesh: FaceMesh, { id, texture, region, opacity }: FoldPatch) {
  const isIn = (i: number) =>
    mesh.x[i]! >= region.x && mesh.y[i]! >= region.y && mesh.x[i]! <= region.x + region.width && mesh.y[i]! <= region.y + region.height;
  const triangles: number[] = [];
  for (let t = 0; t < mesh.triangles.length; t += 3) {
    const corners = [mesh.triangles[t]!, mesh.triangles[t + 1]!, mesh.triangles[t + 2]!];
    if (corners.every(isIn)) triangles.push(...corners);
  }
  return { id, texture, region, opacity, triangles };
}

/** A part of the face mesh that shows a shut lid, lying where the blink brings it. */
function lidPatch(
  mesh: FaceMesh,
  depth: Float64Array,
  follow: Float64Array,
  shapes: Shapes,
  blink: 'eyeBlinkRight' | 'eyeBlinkLeft',
  lid: ReturnType<typeof closedLid>,
  id: string,
): LayerDraft {
  const triangles: number[] = [];
  for (let t = 0; t < mesh.triangles.length; t += 3) {
    const corners = [mesh.triangles[t]!, mesh.triangles[t + 1]!, mesh.triangles[t + 2]!];
    if (corners.every(lid.includes)) triangles.push(...corners);
  }
  const moved = shapes[blink]!;
  const clampTo = (value: number, from: number, size: number) => Math.min(from + size, Math.max(from, value));
  return {
    ...sheetOf(mesh, depth, follow, shapes),
    id,
    texture: lid.texture,
    region: lid.region,
    tx: mesh.x.map((x, i) => clampTo(x + moved.dx[i]!, lid.region.x, lid.region.width)),
    ty: mesh.y.map((y, i) => clampTo(y + moved.dy[i]!, lid.region.y, lid.region.height)),
    triangles,
    opacity: { base: -0.12, gains: { [blink]: 1.5 } },
  };
}
