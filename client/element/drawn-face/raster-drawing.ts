import type { FaceParameters } from '../../../server/face/parameters.ts';
import { type FaceCanvas, FaceRaster } from '../../../server/face/raster/raster.ts';
import type { AvatarAssets } from './avatar-assets.ts';
import { type FaceDrawing, STILLNESS_PX } from './face-drawing.ts';
import type { PictureCanvas } from './picture-canvas.ts';
import type { Size } from './picture-size.ts';
import { rasterProgram } from './raster-program.ts';

/** Drawn by the processor, in WebAssembly: the very picture that the server would give. */
export class RasterDrawing implements FaceDrawing {
  readonly renderer = 'wasm';
  readonly isLost = false;
  readonly #raster: FaceRaster;
  readonly #face: FaceCanvas;
  readonly #out: PictureCanvas;
  readonly #size: Size;

  /** @throws VisavisError `avatar_invalid`; an Error where the browser lacks what it takes */
  static async open(out: PictureCanvas, { rig, atlas }: AvatarAssets, size: Size): Promise<RasterDrawing> {
    const raster = await FaceRaster.create({ program: await rasterProgram(), rig, atlas, widthPx: size.width, heightPx: size.height });
    return new RasterDrawing(out, raster, size);
  }

  private constructor(out: PictureCanvas, raster: FaceRaster, size: Size) {
    this.#raster = raster;
    this.#face = raster.openCanvas({ stillnessPx: STILLNESS_PX });
    this.#out = out;
    this.#size = size;
  }

  draw(parameters: FaceParameters): void {
    if (this.#face.paint(parameters)) this.#out.showI420(this.#face.frame, this.#size);
  }

  [Symbol.dispose](): void {
    this.#face.close();
    this.#raster[Symbol.dispose]();
  }
}
