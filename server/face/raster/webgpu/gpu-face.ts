import type { DrawList } from '../../evaluator.ts';
import type { FaceModel } from './face-model.ts';
import { BUFFER, TEXTURE } from './flags.ts';
import { ATLAS_FORMAT, MASK_FORMAT, type Pipelines, placementUniform, VERTEX_BYTES } from './pipelines.ts';

const NOTHING: GPUColor = [0, 0, 0, 0];
const BLACK: GPUColor = [0, 0, 0, 1];

/** Vertices and opacities of the frames of one submit, as `packFrame` writes them. */
export interface FrameBuffers {
  readonly vertices: GPUBuffer;
  /** See `bindOpacities`. */
  readonly opacities: GPUBindGroup;
}

/** Where one frame's data lie in them. */
export interface FramePlace {
  readonly vertexOffsetBytes: number;
  readonly firstOpacity: number;
}

/** One avatar at one size on one device: what never changes, and the masks of as many pictures as are drawn in one submit. */
export class GpuFace implements Disposable {
  readonly model: FaceModel;
  readonly vertexBytes: number;
  readonly #device: GPUDevice;
  readonly #pipelines: Pipelines;
  readonly #textures: GPUTexture[] = [];
  readonly #buffers: GPUBuffer[] = [];
  readonly #layers: GPUBuffer;
  readonly #indices: GPUBuffer;
  readonly #constants: GPUBindGroup;
  /** By slot, then by mask. */
  readonly #maskViews: readonly (readonly GPUTextureView[])[];
  readonly #maskGroups: readonly (readonly GPUBindGroup[])[];

  constructor(device: GPUDevice, pipelines: Pipelines, model: FaceModel, slots: number) {
    this.#device = device;
    this.#pipelines = pipelines;
    this.model = model;
    const { rig, widthPx, heightPx, placement, atlas, masks } = model;
    this.vertexBytes = rig.vertexCount * VERTEX_BYTES;
    this.#layers = this.#upload(model.layerOfVertex, BUFFER.vertex);
    this.#indices = this.#upload(model.indices, BUFFER.index);
    const texels = this.#texture([atlas.width, atlas.height], ATLAS_FORMAT, TEXTURE.copyTarget);
    device.queue.writeTexture({ texture: texels }, atlas.data as Uint8Array<ArrayBuffer>, { bytesPerRow: atlas.width * 4 }, [
      atlas.width,
      atlas.height,
    ]);
    const uniform = placementUniform(
      placement.scale,
      [placement.offsetX, placement.offsetY],
      [widthPx, heightPx],
      [rig.atlas.width, rig.atlas.height],
    );
    this.#constants = device.createBindGroup({
      layout: pipelines.faceLayout,
      entries: [
        { binding: 0, resource: { buffer: this.#upload(uniform, BUFFER.uniform) } },
        { binding: 1, resource: texels.createView() },
        { binding: 2, resource: pipelines.bilinear },
      ],
    });
    this.#maskViews = Array.from({ length: masks.length > 0 ? slots : 0 }, () =>
      sliceViews(this.#texture([widthPx, heightPx, masks.length], MASK_FORMAT, TEXTURE.attachment)),
    );
    this.#maskGroups = this.#maskViews.map((views) =>
      views.map((view) => device.createBindGroup({ layout: pipelines.maskLayout, entries: [{ binding: 0, resource: view }] })),
    );
  }

  /** Draws one frame, opaque, into `picture`, a texture of the face's size; `slot` tells it from the submit's other frames. */
  draw(encoder: GPUCommandEncoder, { vertices, opacities }: FrameBuffers, place: FramePlace, slot: number, picture: GPUTextureView): void {
    const { model } = this;
    const { draw, cover, unmasked } = this.#pipelines;
    const pass = (view: GPUTextureView, pipeline: GPURenderPipeline, runs: FaceModel['runs'], clearValue: GPUColor) => {
      const encoded = encoder.beginRenderPass({ colorAttachments: [{ view, loadOp: 'clear', storeOp: 'store', clearValue }] });
      encoded.setPipeline(pipeline);
      encoded.setVertexBuffer(0, vertices, place.vertexOffsetBytes, this.vertexBytes);
      encoded.setVertexBuffer(1, this.#layers);
      encoded.setIndexBuffer(this.#indices, 'uint16');
      encoded.setBindGroup(0, this.#constants);
      encoded.setBindGroup(2, opacities);
      for (const { firstIndex, indexCount, mask } of runs) {
        encoded.setBindGroup(1, this.#maskGroups[slot]?.[mask] ?? unmasked);
        encoded.drawIndexed(indexCount, 1, firstIndex, 0, place.firstOpacity);
      }
      encoded.end();
    };
    for (const [mask, run] of model.masks.entries()) pass(this.#maskViews[slot]?.[mask] as GPUTextureView, cover, [run], NOTHING);
    pass(picture, draw, model.runs, BLACK);
  }

  [Symbol.dispose](): void {
    for (const resource of [...this.#textures, ...this.#buffers]) resource.destroy();
  }

  #texture(size: number[], format: GPUTextureFormat, usage: GPUTextureUsageFlags): GPUTexture {
    const texture = this.#device.createTexture({ size, format, usage: usage | TEXTURE.sampled });
    this.#textures.push(texture);
    return texture;
  }

  #upload(data: Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Float32Array<ArrayBuffer>, usage: GPUBufferUsageFlags): GPUBuffer {
    const buffer = this.#device.createBuffer({ size: data.byteLength, usage: usage | BUFFER.copyTarget });
    this.#device.queue.writeBuffer(buffer, 0, data);
    this.#buffers.push(buffer);
    return buffer;
  }
}

/** Copies what the shaders need of a list: vertices of all layers, and their opacities in the steps of the WASM raster. */
export function packFrame(list: DrawList, vertices: Float32Array, opacities: Float32Array): void {
  let at = 0;
  list.layers.forEach((drawn, i) => {
    vertices.set(drawn.vertices, at);
    at += drawn.vertices.length;
    opacities[i] = Math.round(drawn.opacity * 256) / 256;
  });
}

/** A view of each layer of an array texture. */
export const sliceViews = (texture: GPUTexture): GPUTextureView[] =>
  Array.from({ length: texture.depthOrArrayLayers }, (_, baseArrayLayer) =>
    texture.createView({ dimension: '2d', baseArrayLayer, arrayLayerCount: 1 }),
  );
