import type { DrawList } from '../../evaluator.ts';
import type { FaceModel } from './face-model.ts';
import { BUFFER, TEXTURE } from './flags.ts';
import { MASK_FORMAT, PICTURE_FORMAT, type Pipelines, placementUniform, VERTEX_BYTES } from './pipelines.ts';
import { CONVERT_WORKGROUP } from './shaders.ts';

/** Pictures that are drawn before one dispatch converts them together. */
const SLOTS = 8;
/** What WebGPU guarantees for dynamic offsets. */
const OFFSET_ALIGNMENT_BYTES = 256;

/** Buffers that the faces of one submit share. */
export interface SubmitBuffers {
  readonly vertices: GPUBuffer;
  readonly opacities: GPUBindGroup;
  readonly frames: GPUBuffer;
}

/** Where one frame's data lie in the buffers of its submit. */
export interface FrameSlot {
  readonly vertexOffsetBytes: number;
  readonly firstOpacity: number;
}

/** One avatar at one size on one device: what never changes, and pictures to draw into. */
export class GpuFace implements Disposable {
  readonly model: FaceModel;
  readonly vertexBytes: number;
  /** Of a frame in the submit's buffer: whole words. */
  readonly strideBytes: number;
  readonly #device: GPUDevice;
  readonly #pipelines: Pipelines;
  readonly #textures: GPUTexture[] = [];
  readonly #buffers: GPUBuffer[] = [];
  readonly #layers: GPUBuffer;
  readonly #indices: GPUBuffer;
  readonly #constants: GPUBindGroup;
  readonly #size: GPUBuffer;
  readonly #pictures: GPUTexture;
  readonly #pictureViews: readonly GPUTextureView[];
  /** By slot, then by mask. */
  readonly #maskViews: readonly (readonly GPUTextureView[])[];
  readonly #maskGroups: readonly (readonly GPUBindGroup[])[];
  #convert: { readonly frames: GPUBuffer; readonly group: GPUBindGroup } | undefined;

  constructor(device: GPUDevice, pipelines: Pipelines, model: FaceModel) {
    this.#device = device;
    this.#pipelines = pipelines;
    this.model = model;
    const { rig, widthPx, heightPx, placement, atlas, masks } = model;
    this.vertexBytes = rig.vertexCount * VERTEX_BYTES;
    this.strideBytes = 4 * Math.ceil((widthPx * heightPx * 3) / 2 / 4);
    this.#layers = this.#upload(model.layerOfVertex, BUFFER.vertex);
    this.#indices = this.#upload(model.indices, BUFFER.index);
    const texels = this.#texture([atlas.width, atlas.height], PICTURE_FORMAT, TEXTURE.copyTarget);
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
    this.#size = this.#upload(Uint32Array.of(widthPx, heightPx, this.strideBytes / 4, 0), BUFFER.uniform);
    this.#pictures = this.#texture([widthPx, heightPx, SLOTS], PICTURE_FORMAT, TEXTURE.attachment);
    this.#pictureViews = sliceViews(this.#pictures);
    this.#maskViews = Array.from({ length: masks.length > 0 ? SLOTS : 0 }, () =>
      sliceViews(this.#texture([widthPx, heightPx, masks.length], MASK_FORMAT, TEXTURE.attachment)),
    );
    this.#maskGroups = this.#maskViews.map((views) =>
      views.map((view) => device.createBindGroup({ layout: pipelines.maskLayout, entries: [{ binding: 0, resource: view }] })),
    );
  }

  /** Bytes that the frames of `count` faces take in the submit's buffer, from an aligned start to the next. */
  framesBytes(count: number): number {
    const whole = Math.floor(count / SLOTS) * aligned(SLOTS * this.strideBytes);
    return whole + aligned((count % SLOTS) * this.strideBytes);
  }

  /** Where in them frame `i` begins. */
  frameOffsetBytes(i: number): number {
    return Math.floor(i / SLOTS) * aligned(SLOTS * this.strideBytes) + (i % SLOTS) * this.strideBytes;
  }

  /** The buffer must reach so far behind its last frame. */
  get slackBytes(): number {
    return SLOTS * this.strideBytes;
  }

  /** Draws and converts; `frameOffsetBytes` is where the first frame goes. */
  encode(encoder: GPUCommandEncoder, buffers: SubmitBuffers, frames: readonly FrameSlot[], frameOffsetBytes: number): void {
    for (let first = 0; first < frames.length; first += SLOTS) {
      const chunk = frames.slice(first, first + SLOTS);
      for (const [slot, frame] of chunk.entries()) this.#draw(encoder, buffers, frame, slot);
      const pass = encoder.beginComputePass();
      pass.setPipeline(this.#pipelines.convert);
      pass.setBindGroup(0, this.#convertGroup(buffers.frames), [frameOffsetBytes + this.frameOffsetBytes(first)]);
      pass.dispatchWorkgroups(Math.ceil(this.strideBytes / 4 / CONVERT_WORKGROUP), 1, chunk.length);
      pass.end();
    }
  }

  [Symbol.dispose](): void {
    for (const resource of [...this.#textures, ...this.#buffers]) resource.destroy();
  }

  #draw(encoder: GPUCommandEncoder, { vertices, opacities }: SubmitBuffers, frame: FrameSlot, slot: number): void {
    const { model } = this;
    const { draw, cover, unmasked } = this.#pipelines;
    const pass = (view: GPUTextureView, pipeline: GPURenderPipeline, runs: FaceModel['runs']) => {
      const encoded = encoder.beginRenderPass({ colorAttachments: [{ view, loadOp: 'clear', storeOp: 'store' }] });
      encoded.setPipeline(pipeline);
      encoded.setVertexBuffer(0, vertices, frame.vertexOffsetBytes, this.vertexBytes);
      encoded.setVertexBuffer(1, this.#layers);
      encoded.setIndexBuffer(this.#indices, 'uint16');
      encoded.setBindGroup(0, this.#constants);
      encoded.setBindGroup(2, opacities);
      for (const { firstIndex, indexCount, mask } of runs) {
        encoded.setBindGroup(1, this.#maskGroups[slot]?.[mask] ?? unmasked);
        encoded.drawIndexed(indexCount, 1, firstIndex, 0, frame.firstOpacity);
      }
      encoded.end();
    };
    for (const [mask, run] of model.masks.entries()) pass(this.#maskViews[slot]?.[mask] as GPUTextureView, cover, [run]);
    pass(this.#pictureViews[slot] as GPUTextureView, draw, model.runs);
  }

  #convertGroup(frames: GPUBuffer): GPUBindGroup {
    if (this.#convert?.frames !== frames) {
      const group = this.#device.createBindGroup({
        layout: this.#pipelines.convertLayout,
        entries: [
          { binding: 0, resource: { buffer: this.#size } },
          { binding: 1, resource: this.#pictures.createView({ dimension: '2d-array' }) },
          { binding: 2, resource: { buffer: frames, size: SLOTS * this.strideBytes } },
        ],
      });
      this.#convert = { frames, group };
    }
    return this.#convert.group;
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

const aligned = (bytes: number): number => Math.ceil(bytes / OFFSET_ALIGNMENT_BYTES) * OFFSET_ALIGNMENT_BYTES;

const sliceViews = (texture: GPUTexture): GPUTextureView[] =>
  Array.from({ length: texture.depthOrArrayLayers }, (_, baseArrayLayer) =>
    texture.createView({ dimension: '2d', baseArrayLayer, arrayLayerCount: 1 }),
  );
