import { type Conversion, CONVERT_WORKGROUP } from './conversion.ts';
import type { FaceModel } from './face-model.ts';
import { BUFFER, TEXTURE } from './flags.ts';
import { type FrameBuffers, type FramePlace, GpuFace, sliceViews } from './gpu-face.ts';
import { PICTURE_FORMAT, type Pipelines } from './pipelines.ts';

/** Pictures that are drawn before one dispatch converts them together. */
const SLOTS = 8;
/** What WebGPU guarantees for dynamic offsets. */
const OFFSET_ALIGNMENT_BYTES = 256;

/** Buffers that the faces of one submit share. */
export interface SubmitBuffers extends FrameBuffers {
  readonly frames: GPUBuffer;
}

/** One avatar at one size on one device whose frames come out as I420: pictures to draw into, and their conversion. */
export class I420Face implements Disposable {
  /** Of a frame in the submit's buffer: whole words. */
  readonly strideBytes: number;
  readonly #face: GpuFace;
  readonly #device: GPUDevice;
  readonly #conversion: Conversion;
  readonly #size: GPUBuffer;
  readonly #pictures: GPUTexture;
  readonly #pictureViews: readonly GPUTextureView[];
  #bound: { readonly frames: GPUBuffer; readonly group: GPUBindGroup } | undefined;

  constructor(device: GPUDevice, pipelines: Pipelines, conversion: Conversion, model: FaceModel) {
    const { widthPx, heightPx } = model;
    this.#face = new GpuFace(device, pipelines, model, SLOTS);
    this.strideBytes = 4 * Math.ceil((widthPx * heightPx * 3) / 2 / 4);
    this.#device = device;
    this.#conversion = conversion;
    this.#size = device.createBuffer({ size: 16, usage: BUFFER.uniform | BUFFER.copyTarget });
    device.queue.writeBuffer(this.#size, 0, Uint32Array.of(widthPx, heightPx, this.strideBytes / 4, 0));
    this.#pictures = device.createTexture({
      size: [widthPx, heightPx, SLOTS],
      format: PICTURE_FORMAT,
      usage: TEXTURE.attachment | TEXTURE.sampled,
    });
    this.#pictureViews = sliceViews(this.#pictures);
  }

  get model(): FaceModel {
    return this.#face.model;
  }

  get vertexBytes(): number {
    return this.#face.vertexBytes;
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
  encode(encoder: GPUCommandEncoder, buffers: SubmitBuffers, places: readonly FramePlace[], frameOffsetBytes: number): void {
    for (let first = 0; first < places.length; first += SLOTS) {
      const chunk = places.slice(first, first + SLOTS);
      for (const [slot, place] of chunk.entries())
        this.#face.draw(encoder, buffers, place, slot, this.#pictureViews[slot] as GPUTextureView);
      const pass = encoder.beginComputePass();
      pass.setPipeline(this.#conversion.pipeline);
      pass.setBindGroup(0, this.#group(buffers.frames), [frameOffsetBytes + this.frameOffsetBytes(first)]);
      pass.dispatchWorkgroups(Math.ceil(this.strideBytes / 4 / CONVERT_WORKGROUP), 1, chunk.length);
      pass.end();
    }
  }

  [Symbol.dispose](): void {
    this.#face[Symbol.dispose]();
    this.#pictures.destroy();
    this.#size.destroy();
  }

  #group(frames: GPUBuffer): GPUBindGroup {
    if (this.#bound?.frames !== frames) {
      const group = this.#device.createBindGroup({
        layout: this.#conversion.layout,
        entries: [
          { binding: 0, resource: { buffer: this.#size } },
          { binding: 1, resource: this.#pictures.createView({ dimension: '2d-array' }) },
          { binding: 2, resource: { buffer: frames, size: SLOTS * this.strideBytes } },
        ],
      });
      this.#bound = { frames, group };
    }
    return this.#bound.group;
  }
}

const aligned = (bytes: number): number => Math.ceil(bytes / OFFSET_ALIGNMENT_BYTES) * OFFSET_ALIGNMENT_BYTES;
