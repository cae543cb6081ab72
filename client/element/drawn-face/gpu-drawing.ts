import { FaceEvaluator } from '../../../server/face/evaluator.ts';
import type { FaceParameters } from '../../../server/face/parameters.ts';
import { prepareFace } from '../../../server/face/raster/webgpu/face-model.ts';
import { BUFFER } from '../../../server/face/raster/webgpu/flags.ts';
import { type FrameBuffers, GpuFace, packFrame } from '../../../server/face/raster/webgpu/gpu-face.ts';
import { bindOpacities } from '../../../server/face/raster/webgpu/pipelines.ts';
import type { AvatarAssets } from './avatar-assets.ts';
import { type FaceDrawing, STILLNESS_PX } from './face-drawing.ts';
import { gpuCanvas, type PageGpu } from './page-gpu.ts';
import type { PictureCanvas } from './picture-canvas.ts';
import type { Size } from './picture-size.ts';

/** Drawn by the graphics card, with the server's shaders; the picture never leaves the card. */
export class GpuDrawing implements FaceDrawing {
  readonly renderer = 'webgpu';
  readonly #gpu: PageGpu;
  readonly #out: PictureCanvas;
  readonly #evaluator: FaceEvaluator;
  readonly #face: GpuFace;
  readonly #canvas: OffscreenCanvas;
  readonly #context: GPUCanvasContext;
  readonly #vertices: Float32Array<ArrayBuffer>;
  readonly #opacities: Float32Array<ArrayBuffer>;
  readonly #opacityBuffer: GPUBuffer;
  readonly #buffers: FrameBuffers;

  /** @throws VisavisError `avatar_invalid`, or `raster_failed` for a face that no graphics card can draw */
  constructor(gpu: PageGpu, out: PictureCanvas, { rig, atlas }: AvatarAssets, { width, height }: Size) {
    const { device, pipelines } = gpu;
    const model = prepareFace({ rig, atlas, widthPx: width, heightPx: height });
    this.#gpu = gpu;
    this.#out = out;
    this.#evaluator = new FaceEvaluator(rig, { stillnessPx: STILLNESS_PX / model.placement.scale });
    ({ canvas: this.#canvas, context: this.#context } = gpuCanvas(device, width, height));
    this.#face = new GpuFace(device, pipelines, model, 1);
    this.#vertices = new Float32Array(this.#face.vertexBytes / 4);
    this.#opacities = new Float32Array(rig.layers.length);
    this.#opacityBuffer = device.createBuffer({ size: this.#opacities.byteLength, usage: BUFFER.storage | BUFFER.copyTarget });
    this.#buffers = {
      vertices: device.createBuffer({ size: this.#vertices.byteLength, usage: BUFFER.vertex | BUFFER.copyTarget }),
      opacities: bindOpacities(device, pipelines, this.#opacityBuffer),
    };
  }

  get isLost(): boolean {
    return this.#gpu.isLost;
  }

  draw(parameters: FaceParameters): void {
    const list = this.#evaluator.evaluate(parameters);
    if (!list.changed) return;
    const { device } = this.#gpu;
    packFrame(list, this.#vertices, this.#opacities);
    device.queue.writeBuffer(this.#buffers.vertices, 0, this.#vertices);
    device.queue.writeBuffer(this.#opacityBuffer, 0, this.#opacities);
    const encoder = device.createCommandEncoder();
    const picture = this.#context.getCurrentTexture().createView();
    this.#face.draw(encoder, this.#buffers, { vertexOffsetBytes: 0, firstOpacity: 0 }, 0, picture);
    device.queue.submit([encoder.finish()]);
    // Until the page learns that its card is lost it gets transparent pictures, which leave the last one to be seen.
    this.#out.showBitmap(this.#canvas.transferToImageBitmap());
  }

  [Symbol.dispose](): void {
    this.#face[Symbol.dispose]();
    this.#buffers.vertices.destroy();
    this.#opacityBuffer.destroy();
    this.#context.unconfigure();
  }
}
