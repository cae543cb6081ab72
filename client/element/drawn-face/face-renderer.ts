import type { AvatarAssets } from './avatar-assets.ts';
import type { FaceDrawing, RendererWish } from './face-drawing.ts';
import { GpuDrawing } from './gpu-drawing.ts';
import { PageGpu } from './page-gpu.ts';
import { PictureCanvas } from './picture-canvas.ts';
import type { Size } from './picture-size.ts';
import { RasterDrawing } from './raster-drawing.ts';

/** A browser that has not opened its graphics card by then may never do. */
const OPENING_LIMIT_MS = 3_000;

/** Opens drawings on one canvas: on the graphics card as long as that goes well, else in WebAssembly. */
export class FaceRenderer implements Disposable {
  readonly #out: PictureCanvas;
  readonly #gpu: Promise<PageGpu | undefined>;

  constructor(canvas: HTMLCanvasElement, wish: RendererWish) {
    this.#out = new PictureCanvas(canvas);
    this.#gpu = wish === 'wasm' ? Promise.resolve(undefined) : this.#openGpu(wish);
  }

  /** @throws VisavisError `avatar_invalid`; an Error where the browser lacks what it takes */
  async open(assets: AvatarAssets, size: Size): Promise<FaceDrawing> {
    const gpu = await this.#gpu;
    if (!gpu || gpu.isLost) return RasterDrawing.open(this.#out, assets, size);
    try {
      return new GpuDrawing(gpu, this.#out, assets, size);
    } catch (thrown) {
      console.warn('visavis: the graphics card cannot draw this face', thrown);
      return RasterDrawing.open(this.#out, assets, size);
    }
  }

  [Symbol.dispose](): void {
    void this.#gpu.then((gpu) => gpu?.[Symbol.dispose]());
  }

  async #openGpu(wish: RendererWish): Promise<PageGpu | undefined> {
    const isForced = wish === 'webgpu';
    const opening = PageGpu.open(isForced ? 'any' : 'real');
    let timer: ReturnType<typeof setTimeout> | undefined;
    const silence = new Promise<never>((_, reject) => {
      const giveUp = () => reject(new Error('The graphics card does not answer'));
      // Whoever asks for the card waits for it.
      if (!isForced) timer = setTimeout(giveUp, OPENING_LIMIT_MS);
    });
    try {
      return await Promise.race([opening, silence]);
    } catch (thrown) {
      if (isForced) console.warn('visavis: the face is drawn in WebAssembly', thrown);
      void opening.then((late) => late[Symbol.dispose]()).catch(() => undefined);
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }
}
