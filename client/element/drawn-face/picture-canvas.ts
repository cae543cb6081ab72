import { i420ToRgba } from '../../../server/face/raster/colour.ts';
import type { Size } from './picture-size.ts';

/** sRGB primaries and transfer, BT.601 matrix: see server/face/raster/colour.ts. */
const COLOUR: VideoColorSpaceInit = { primaries: 'bt709', transfer: 'iec61966-2-1', matrix: 'smpte170m', fullRange: false };

/** The canvas on the screen: takes pictures of any renderer, and keeps the last one until the next is there. */
export class PictureCanvas {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;

  constructor(canvas: HTMLCanvasElement) {
    // Not opaque: a canvas that the browser had to empty, because its graphics process was lost, lets the poster be seen.
    const context = canvas.getContext('2d');
    if (!context) throw new Error('This browser has no 2D canvas');
    this.#canvas = canvas;
    this.#context = context;
  }

  /** `frame` is read before this returns. */
  showI420(frame: Uint8Array<ArrayBuffer>, { width, height }: Size): void {
    // Browsers convert video frames in a fraction of the time, but have them only in secure contexts.
    if (typeof VideoFrame === 'undefined') {
      const rgba = new Uint8ClampedArray(i420ToRgba(frame, width, height).buffer as ArrayBuffer);
      this.#fit({ width, height });
      this.#context.putImageData(new ImageData(rgba, width, height), 0, 0);
      return;
    }
    const picture = new VideoFrame(frame, { format: 'I420', codedWidth: width, codedHeight: height, timestamp: 0, colorSpace: COLOUR });
    this.#show(picture, { width, height });
    picture.close();
  }

  /** Closes the picture. */
  showBitmap(picture: ImageBitmap): void {
    this.#show(picture, picture);
    picture.close();
  }

  #show(picture: VideoFrame | ImageBitmap, size: Size): void {
    this.#fit(size);
    this.#context.drawImage(picture, 0, 0);
  }

  #fit({ width, height }: Size): void {
    if (this.#canvas.width !== width) this.#canvas.width = width;
    if (this.#canvas.height !== height) this.#canvas.height = height;
  }
}
