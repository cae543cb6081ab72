import { after, type Clock, systemClock } from '../core/clock.ts';
import { type FaceParameters, PARAMETER_COUNT } from '../face/parameters.ts';
import type { FaceCanvas } from '../face/raster/raster.ts';
import type { GpuCanvas } from '../face/raster/webgpu/gpu-canvas.ts';
import type { GpuRenderer } from '../face/raster/webgpu/gpu-renderer.ts';
import type { FaceGpu } from './face-gpu.ts';
import type { StoredFace } from './face-store.ts';

export interface CallCanvasOptions {
  readonly face: StoredFace;
  /** Absent: always drawn by the WASM raster. */
  readonly gpu?: FaceGpu | undefined;
  /** See FaceRaster.openCanvas. */
  readonly stillnessPx: number;
  readonly clock?: Clock;
}

/**
 * One call's picture, drawn by the graphics card while there is one, else by the WASM raster, which takes over within the very
 * frame that the card fails to draw: it is loaded for every face. Both draw the same picture, so nobody sees the change.
 */
export class CallCanvas implements Disposable {
  readonly #options: CallCanvasOptions;
  readonly #clock: Clock;
  #onGpu: GpuCanvas | undefined;
  #onCpu: FaceCanvas | undefined;
  /** The renderer that this canvas was last opened on, or is being opened on. */
  #wanted: GpuRenderer | undefined;
  #shown: GpuCanvas | FaceCanvas | undefined;
  #closed = false;

  constructor(options: CallCanvasOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#follow();
  }

  /** The I420 picture of the last `paint` that resolved: a view, valid until the next one. */
  get frame(): Uint8Array<ArrayBuffer> {
    return (this.#shown ?? this.#cpuCanvas()).frame;
  }

  /** Who drew the last picture. */
  get drawnBy(): 'wasm' | 'webgpu' {
    return this.#shown !== undefined && this.#shown === this.#onGpu ? 'webgpu' : 'wasm';
  }

  /** One at a time; false when the picture is the last one again. */
  async paint(parameters: FaceParameters): Promise<boolean> {
    this.#follow();
    const canvas = this.#onGpu;
    const before = this.#shown;
    const painted = canvas && (await this.#paintedInTime(canvas, parameters));
    this.#shown = painted === undefined ? this.#cpuCanvas() : canvas;
    const changed = painted ?? this.#cpuCanvas().paint(parameters);
    return changed || this.#shown !== before;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#onGpu?.close();
    this.#onCpu?.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #cpuCanvas(): FaceCanvas {
    const { face, stillnessPx } = this.#options;
    this.#onCpu ??= face.raster.openCanvas({ stillnessPx });
    return this.#onCpu;
  }

  /** Goes to the graphics card when one is there, or there again. What it needs is read meanwhile. */
  #follow(): void {
    const renderer = this.#options.gpu?.renderer;
    if (renderer === this.#wanted) return;
    this.#wanted = renderer;
    this.#onGpu?.close();
    this.#onGpu = undefined;
    if (!renderer) return;
    const { face, stillnessPx } = this.#options;
    face
      .model()
      .then(async (model) => {
        const canvas = renderer.openCanvas(model, { stillnessPx });
        // Drivers take their time for the first picture; nobody waits for it.
        await canvas.paint(new Float32Array(PARAMETER_COUNT));
        if (!this.#closed && renderer === this.#wanted) this.#onGpu = canvas;
        else canvas.close();
      })
      // A face that the card cannot draw, or whose files are gone by now, is left to the WASM raster.
      .catch(() => undefined);
  }

  /** Undefined when the card did not paint it. */
  async #paintedInTime(canvas: GpuCanvas, parameters: FaceParameters): Promise<boolean | undefined> {
    const timeoutMs = this.#options.gpu?.timeoutMs ?? 0;
    const alarm = after(this.#clock, timeoutMs, () => canvas.renderer.abandon(`The graphics card was silent for ${timeoutMs} ms`));
    try {
      return await canvas.paint(parameters);
    } catch {
      // Why the renderer ended, it tells its owner.
      return undefined;
    } finally {
      alarm[Symbol.dispose]();
    }
  }
}
