import type { Frame } from 'node-av/lib';
import type { AvLibrary } from './av-library.ts';
import { renderingError } from './rendering-error.ts';

export interface AvPictureOptions {
  readonly widthPx: number;
  readonly heightPx: number;
  /** Times are counted in `1 / unitsPerS` seconds. */
  readonly unitsPerS: number;
}

/**
 * One I420 picture in FFmpeg's own memory, filled anew for each frame that is encoded. node-av's
 * `Frame.fromVideoBuffer` would point at JavaScript's memory without keeping it alive, and FFmpeg would allocate a copy of it.
 */
export class AvPicture implements Disposable {
  readonly #frame: Frame;

  /** @throws VisavisError `encoder_failed` when there is no memory for it */
  constructor(av: AvLibrary, { widthPx, heightPx, unitsPerS }: AvPictureOptions) {
    const frame = new av.Frame();
    frame.alloc();
    frame.width = widthPx;
    frame.height = heightPx;
    frame.format = av.AV_PIX_FMT_YUV420P;
    frame.timeBase = new av.Rational(1, unitsPerS);
    this.#frame = frame;
    this.#check(frame.allocBuffer());
  }

  /** The picture as a frame to encode, valid until the next `fill`; the Y, U and V planes come without padding. */
  fill(planes: Uint8Array, time: number): Frame {
    // An encoder that still refers to the last frame keeps it; this one gets other memory.
    this.#check(this.#frame.makeWritable());
    this.#check(this.#frame.fromBuffer(Buffer.from(planes.buffer, planes.byteOffset, planes.byteLength)));
    this.#frame.pts = BigInt(time);
    return this.#frame;
  }

  [Symbol.dispose](): void {
    this.#frame.free();
  }

  #check(status: number): void {
    if (status < 0) throw renderingError('encoder_failed', `There is no memory for a picture (${status})`);
  }
}
