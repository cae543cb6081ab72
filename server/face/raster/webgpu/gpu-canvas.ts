import type { FaceEvaluator } from '../../evaluator.ts';
import { faceError } from '../../face-error.ts';
import type { FaceParameters } from '../../parameters.ts';
import type { GpuRenderer } from './gpu-renderer.ts';
import type { I420Face } from './i420-face.ts';

/** One call's picture: give it parameters, read its frame. One `paint` at a time. */
export class GpuCanvas implements Disposable {
  /** The I420 picture of the last `paint` that resolved: Y, U and V planes without padding. */
  readonly frame: Uint8Array<ArrayBuffer>;
  readonly renderer: GpuRenderer;
  readonly #face: I420Face;
  readonly #evaluator: FaceEvaluator;
  #closed = false;

  constructor(renderer: GpuRenderer, face: I420Face, evaluator: FaceEvaluator) {
    this.renderer = renderer;
    this.#face = face;
    this.#evaluator = evaluator;
    const { widthPx, heightPx } = face.model;
    this.frame = new Uint8Array((widthPx * heightPx * 3) / 2);
  }

  /** Resolves to false when the picture is the last one again and nothing was drawn. Rejects with `gpu_lost`. */
  async paint(parameters: FaceParameters): Promise<boolean> {
    if (this.#closed) throw faceError('raster_failed', 'The canvas is closed');
    const list = this.#evaluator.evaluate(parameters);
    if (!list.changed) return false;
    await this.renderer.draw(this.#face, list, this.frame);
    return true;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.renderer.releaseFace(this.#face);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
