import { i420ToRgba } from '../../../server/face/raster/colour.ts';

/** sRGB primaries and transfer, BT.601 matrix: see server/face/raster/colour.ts. */
const COLOUR: VideoColorSpaceInit = { primaries: 'bt709', transfer: 'iec61966-2-1', matrix: 'smpte170m', fullRange: false };

/** Puts I420 pictures onto a canvas. */
export class I420Canvas {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;

  constructor(canvas: HTMLCanvasElement) {
    const context = canvas.getContext('2d', { alpha: false });
    if (!context) throw new Error('This browser has no 2D canvas');
    this.#canvas = canvas;
    this.#context = context;
  }

  /** `frame` is read before this returns. */
  show(frame: Uint8Array<ArrayBuffer>, width: number, height: number): void {
    const canvas = this.#canvas;
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    // Browsers convert video frames in a fraction of the time, but have them only in secure contexts.
    if (typeof VideoFrame === 'undefined') {
      const rgba = new Uint8ClampedArray(i420ToRgba(frame, width, height).buffer as ArrayBuffer);
      this.#context.putImageData(new ImageData(rgba, width, height), 0, 0);
      return;
    }
    const picture = new VideoFrame(frame, { format: 'I420', codedWidth: width, codedHeight: height, timestamp: 0, colorSpace: COLOUR });
    this.#context.drawImage(picture, 0, 0);
    picture.close();
  }
}
