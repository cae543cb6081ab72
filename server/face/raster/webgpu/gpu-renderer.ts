import type { VisavisError } from '../../../core/errors.ts';
import { type DrawList, FaceEvaluator } from '../../evaluator.ts';
import { faceError } from '../../face-error.ts';
import { type Conversion, createConversion } from './conversion.ts';
import { deviceLoss } from './device-loss.ts';
import type { FaceModel } from './face-model.ts';
import { BUFFER, MAP_TO_READ } from './flags.ts';
import { GpuCanvas } from './gpu-canvas.ts';
import { packFrame } from './gpu-face.ts';
import { I420Face } from './i420-face.ts';
import { bindOpacities, createPipelines, PICTURE_FORMAT, type Pipelines } from './pipelines.ts';
import { type ReadBack, ReadBackRing } from './read-back-ring.ts';
import { composeSubmit, countWithin, type Due, type Submit } from './submit.ts';

export interface GpuRendererOptions {
  /** Submits that may be on their way at once. */
  readonly depth?: number;
  /** Frames beyond this wait for the next submit. */
  readonly maxSubmitBytes?: number;
  /** Calls back soon, but after whatever else is due now has been asked for; `setTimeout` without delay unless told otherwise. */
  readonly soon?: (work: () => void) => void;
}

/**
 * Draws faces on a graphics card into I420 pictures (BT.601, limited range), from the same draw lists as the WASM raster. Whatever
 * is due when a read-back buffer is free goes into one submit: alone when little is due, together when much is.
 *
 * A lost device, or any error of it, ends the renderer: `lost` resolves, every frame that was asked for rejects, and so does what is asked
 * later. Models live on (FaceModel), so a renderer on a new device goes on from them.
 */
export class GpuRenderer implements AsyncDisposable {
  /** Why this renderer ended; also after `close`. */
  readonly lost: Promise<VisavisError>;
  readonly #device: GPUDevice;
  readonly #pipelines: Pipelines;
  readonly #conversion: Conversion;
  readonly #ring: ReadBackRing;
  readonly #maxSubmitBytes: number;
  readonly #soon: (work: () => void) => void;
  readonly #faces = new Map<FaceModel, { readonly face: I420Face; users: number }>();
  readonly #inFlight = new Map<Promise<void>, Submit>();
  readonly #due: Due[] = [];
  #isScheduled = false;
  #end: VisavisError | undefined;
  #tellLost: (error: VisavisError) => void = () => undefined;
  #submits = 0;
  #vertices: GPUBuffer;
  #opacities: { readonly buffer: GPUBuffer; readonly group: GPUBindGroup };
  #frames: GPUBuffer;
  #staging = new Float32Array(0);

  /** Takes the device over. @throws VisavisError `gpu_lost` when it cannot run the shaders */
  static async create(device: GPUDevice, options: GpuRendererOptions = {}): Promise<GpuRenderer> {
    try {
      const [pipelines, conversion] = await Promise.all([createPipelines(device, PICTURE_FORMAT), createConversion(device)]);
      return new GpuRenderer(device, pipelines, conversion, options);
    } catch (cause) {
      device.destroy();
      throw faceError('gpu_lost', 'The graphics card does not take the shaders', { cause });
    }
  }

  private constructor(device: GPUDevice, pipelines: Pipelines, conversion: Conversion, options: GpuRendererOptions) {
    this.#device = device;
    this.#pipelines = pipelines;
    this.#conversion = conversion;
    this.#ring = new ReadBackRing(device, options.depth ?? 3);
    this.#maxSubmitBytes = options.maxSubmitBytes ?? 128 * 2 ** 20;
    this.#soon = options.soon ?? ((work) => void setTimeout(work));
    this.#vertices = this.#buffer(1024, BUFFER.vertex);
    this.#frames = this.#buffer(1024, BUFFER.storage | BUFFER.copySource);
    this.#opacities = this.#opacityBuffer(1024);
    this.lost = new Promise((resolve) => {
      this.#tellLost = resolve;
    });
    void deviceLoss(device).then((error) => this.#finish(error));
  }

  /** How often work was handed to the device. */
  get submits(): number {
    return this.#submits;
  }

  /** `stillnessPx`: movements of the picture below so many of its pixels wait until they add up; see FaceEvaluator. */
  openCanvas(model: FaceModel, options: { readonly stillnessPx?: number } = {}): GpuCanvas {
    if (this.#end) throw this.#end;
    let entry = this.#faces.get(model);
    if (!entry) {
      entry = { face: new I420Face(this.#device, this.#pipelines, this.#conversion, model), users: 0 };
      this.#faces.set(model, entry);
    }
    entry.users++;
    const evaluator = new FaceEvaluator(model.rig, { stillnessPx: (options.stillnessPx ?? 0) / model.placement.scale });
    return new GpuCanvas(this, entry.face, evaluator);
  }

  /** For GpuCanvas. */
  releaseFace(face: I420Face): void {
    const entry = this.#faces.get(face.model);
    if (!entry || --entry.users > 0) return;
    this.#faces.delete(face.model);
    face[Symbol.dispose]();
  }

  /** For GpuCanvas: draws the list, which must stay as it is until the promise settles, into `frame`. */
  draw(face: I420Face, list: DrawList, frame: Uint8Array): Promise<void> {
    if (this.#end) return Promise.reject(this.#end);
    return new Promise((resolve, reject) => {
      this.#due.push({ face, list, frame, resolve, reject });
      this.#schedule();
    });
  }

  /** Ends the renderer as a lost device does, e.g. because the device is silent. */
  abandon(reason: string): void {
    this.#finish(faceError('gpu_lost', reason));
  }

  /** Waits for what is on its way, because devices must not be destroyed under a pending read-back. Safe to call twice. */
  async close(): Promise<void> {
    do {
      this.#pump();
      await Promise.all(this.#inFlight.keys());
    } while (this.#due.length > 0);
    this.#finish(faceError('gpu_lost', 'The renderer was closed'));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #schedule(): void {
    if (this.#isScheduled || !this.#ring.hasFree) return;
    this.#isScheduled = true;
    this.#soon(() => {
      this.#isScheduled = false;
      this.#pump();
    });
  }

  #pump(): void {
    while (!this.#end && this.#due.length > 0 && this.#ring.hasFree) {
      const submit = composeSubmit(this.#due.splice(0, countWithin(this.#due, this.#maxSubmitBytes)));
      const work = this.#perform(submit).finally(() => this.#inFlight.delete(work));
      this.#inFlight.set(work, submit);
    }
  }

  #encode(submit: Submit, readBack: GPUBuffer): void {
    this.#makeRoom(submit);
    const { queue } = this.#device;
    const vertices = this.#staging.subarray(0, submit.vertexBytes / 4);
    const opacities = this.#staging.subarray(vertices.length, vertices.length + submit.opacityCount);
    for (const { due, vertexOffsetBytes, firstOpacity } of submit.placed)
      packFrame(due.list, vertices.subarray(vertexOffsetBytes / 4), opacities.subarray(firstOpacity));
    queue.writeBuffer(this.#vertices, 0, vertices);
    queue.writeBuffer(this.#opacities.buffer, 0, opacities);
    const encoder = this.#device.createCommandEncoder();
    const buffers = { vertices: this.#vertices, opacities: this.#opacities.group, frames: this.#frames };
    for (const [face, placed] of submit.byFace) face.encode(encoder, buffers, placed, placed[0]?.frameOffsetBytes ?? 0);
    encoder.copyBufferToBuffer(this.#frames, 0, readBack, 0, submit.frameBytes);
    queue.submit([encoder.finish()]);
    this.#submits++;
  }

  /** Draws, waits for the frames and hands them out. Never rejects: each frame's promise tells. */
  async #perform(submit: Submit): Promise<void> {
    const { placed, frameBytes } = submit;
    try {
      const readBack = this.#ring.take(frameBytes) as ReadBack;
      this.#encode(submit, readBack.buffer);
      await readBack.buffer.mapAsync(MAP_TO_READ, 0, frameBytes);
      const frames = new Uint8Array(readBack.buffer.getMappedRange(0, frameBytes));
      for (const { due, frameOffsetBytes } of placed) due.frame.set(frames.subarray(frameOffsetBytes, frameOffsetBytes + due.frame.length));
      readBack.buffer.unmap();
      this.#ring.give(readBack);
    } catch (cause) {
      this.#finish(faceError('gpu_lost', 'The graphics card gave no picture', { cause }));
    }
    if (this.#end) for (const { due } of placed) due.reject(this.#end);
    else for (const { due } of placed) due.resolve();
    if (this.#due.length > 0) this.#schedule();
  }

  /** The first reason counts. */
  #finish(error: VisavisError): void {
    if (this.#end) return;
    this.#end = error;
    const onTheirWay = [...this.#inFlight.values()].flatMap(({ placed }) => placed.map(({ due }) => due));
    for (const due of [...onTheirWay, ...this.#due.splice(0)]) due.reject(error);
    // Dawn waits for itself for ever when a device is destroyed in its own error event.
    queueMicrotask(() => this.#device.destroy());
    this.#tellLost(error);
  }

  #makeRoom({ vertexBytes, opacityCount, frameBytes, slackBytes }: Submit): void {
    const floats = vertexBytes / 4 + opacityCount;
    if (this.#staging.length < floats) this.#staging = new Float32Array(floats);
    if (this.#vertices.size < vertexBytes) {
      this.#vertices.destroy();
      this.#vertices = this.#buffer(vertexBytes, BUFFER.vertex);
    }
    if (this.#opacities.buffer.size < opacityCount * 4) {
      this.#opacities.buffer.destroy();
      this.#opacities = this.#opacityBuffer(opacityCount * 4);
    }
    if (this.#frames.size < frameBytes + slackBytes) {
      this.#frames.destroy();
      this.#frames = this.#buffer(frameBytes + slackBytes, BUFFER.storage | BUFFER.copySource);
    }
  }

  #opacityBuffer(bytes: number) {
    const buffer = this.#buffer(bytes, BUFFER.storage);
    return { buffer, group: bindOpacities(this.#device, this.#pipelines, buffer) };
  }

  #buffer(size: number, usage: GPUBufferUsageFlags): GPUBuffer {
    return this.#device.createBuffer({ size, usage: usage | BUFFER.copyTarget });
  }
}
