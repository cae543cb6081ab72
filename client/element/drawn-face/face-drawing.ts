import type { FaceParameters } from '../../../server/face/parameters.ts';
import { type FaceCanvas, FaceRaster } from '../../../server/face/raster/raster.ts';
import type { AvatarAssets } from './avatar-assets.ts';
import { I420Canvas } from './i420-canvas.ts';
import type { Size } from './picture-size.ts';
import { rasterProgram } from './raster-program.ts';

/**
 * One avatar at one size on one canvas. Whatever draws a draw list (server/face/evaluator.ts) can stand behind it: the
 * rasteriser in WebAssembly does, and gives the picture that the server would give.
 */
export interface FaceDrawing extends Disposable {
  draw(parameters: FaceParameters): void;
}

/** Movements below so many of the canvas's pixels wait until they add up. */
const STILLNESS_PX = 0.3;

/** @throws VisavisError `avatar_invalid`; an Error where the browser lacks what it takes */
export async function openDrawing(canvas: HTMLCanvasElement, { rig, atlas }: AvatarAssets, size: Size): Promise<FaceDrawing> {
  const raster = await FaceRaster.create({ program: await rasterProgram(), rig, atlas, widthPx: size.width, heightPx: size.height });
  return new RasterDrawing(canvas, raster);
}

class RasterDrawing implements FaceDrawing {
  readonly #raster: FaceRaster;
  readonly #face: FaceCanvas;
  readonly #out: I420Canvas;

  constructor(canvas: HTMLCanvasElement, raster: FaceRaster) {
    this.#raster = raster;
    this.#face = raster.openCanvas({ stillnessPx: STILLNESS_PX });
    this.#out = new I420Canvas(canvas);
  }

  draw(parameters: FaceParameters): void {
    if (this.#face.paint(parameters)) this.#out.show(this.#face.frame, this.#raster.widthPx, this.#raster.heightPx);
  }

  [Symbol.dispose](): void {
    this.#face.close();
    this.#raster[Symbol.dispose]();
  }
}
