import { faceError } from '../../face-error.ts';
import type { LoadedRig } from '../../load-rig.ts';
import { checkPicture, type FacePicture, type Placement, placementOf } from '../placement.ts';
import { premultipliedAtlas, type RgbaImage } from '../planes.ts';

/** Layers that one draw call can take together. */
export interface LayerRun {
  readonly firstIndex: number;
  readonly indexCount: number;
  /** Number among `FaceModel.masks` of what limits these layers; -1 for none. */
  readonly mask: number;
}

/**
 * One avatar at one size, prepared for a graphics card but still in the processor's memory, so that it outlives a lost
 * device. All layers share one list of vertices, and consecutive layers with the same mask one draw call.
 */
export interface FaceModel {
  readonly rig: LoadedRig;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly placement: Placement;
  /** Premultiplied, reduced to the picture's scale. */
  readonly atlas: RgbaImage;
  /** Into the vertices of all layers, one layer after the other; an even number of them. */
  readonly indices: Uint16Array<ArrayBuffer>;
  readonly layerOfVertex: Uint32Array<ArrayBuffer>;
  /** The layers that limit others, each alone, in the rig's order: a mask's own mask comes before it. */
  readonly masks: readonly LayerRun[];
  /** The whole picture, back to front. */
  readonly runs: readonly LayerRun[];
}

/** @throws VisavisError `raster_failed` for an impossible size, `avatar_invalid` for an atlas of another size than the rig says */
export function prepareFace(picture: FacePicture): FaceModel {
  checkPicture(picture);
  const { rig, widthPx, heightPx } = picture;
  if (rig.vertexCount > 65_536)
    throw faceError('raster_failed', `A graphics card cannot draw the ${rig.vertexCount} vertices of ${rig.name}`);
  const placement = placementOf(picture);
  const indices = new Uint16Array(2 * Math.ceil((rig.triangleCount * 3) / 2));
  const layerOfVertex = new Uint32Array(rig.vertexCount);
  const maskNumbers = new Map<number, number>();
  for (const { mask } of [...rig.layers].sort((a, b) => a.mask - b.mask))
    if (mask >= 0 && !maskNumbers.has(mask)) maskNumbers.set(mask, maskNumbers.size);
  const layers: LayerRun[] = [];
  let firstVertex = 0;
  let firstIndex = 0;
  rig.layers.forEach((layer, number) => {
    for (let i = 0; i < layer.indices.length; i++) indices[firstIndex + i] = firstVertex + (layer.indices[i] as number);
    layerOfVertex.fill(number, firstVertex, firstVertex + layer.vertexCount);
    layers.push({ firstIndex, indexCount: layer.indices.length, mask: maskNumbers.get(layer.mask) ?? -1 });
    firstIndex += layer.indices.length;
    firstVertex += layer.vertexCount;
  });
  return {
    rig,
    widthPx,
    heightPx,
    placement,
    atlas: premultipliedAtlas(picture.atlas, placement.scale),
    indices,
    layerOfVertex,
    masks: [...maskNumbers.keys()].map((layer) => layers[layer] as LayerRun),
    runs: joined(layers),
  };
}

/** Neighbours with the same mask become one: triangles of one draw call are blended in their order. */
function joined(layers: readonly LayerRun[]): LayerRun[] {
  const runs: LayerRun[] = [];
  for (const layer of layers) {
    const last = runs.at(-1);
    if (last?.mask === layer.mask) runs[runs.length - 1] = { ...last, indexCount: last.indexCount + layer.indexCount };
    else runs.push(layer);
  }
  return runs;
}
