import type { VideoEncoder } from '@napi-rs/webcodecs';
import { MEDIA_RATE_HZ, type MediaTime } from '../../core/media-time.ts';
import type { EncodedFrame } from '../../core/video.ts';
import { BitrateSteps } from '../bitrate-steps.ts';
import { defineEncoder, type EncoderOptions, type FrameEncoder } from '../encoder.ts';
import { renderingError } from '../rendering-error.ts';

/** The WebCodecs of @napi-rs/webcodecs. H.264 only: its VP8 costs eight times as much. */
type Library = typeof import('@napi-rs/webcodecs');

/** Constrained baseline, level 3.1. */
const CODEC = 'avc1.42E01F';

let library: Promise<Library | Error> | undefined;

const load = () => {
  library ??= import('@napi-rs/webcodecs').catch(
    (cause: unknown) => new Error('the package @napi-rs/webcodecs cannot be loaded', { cause }),
  );
  return library;
};

export default defineEncoder({
  id: 'webcodecs',
  preference: { h264: 2 },
  exactKeyFrames: false,
  async unavailable() {
    const loaded = await load();
    return loaded instanceof Error ? loaded.message : undefined;
  },
  async create(options) {
    const loaded = await load();
    if (loaded instanceof Error) throw renderingError('encoder_missing', loaded.message, { cause: loaded });
    return new WebCodecsEncoder(loaded, options);
  },
});

interface Waiting {
  readonly mediaTime: MediaTime;
  readonly resolve: (frame: EncodedFrame) => void;
  readonly reject: (error: unknown) => void;
}

class WebCodecsEncoder implements FrameEncoder {
  readonly #library: Library;
  readonly #options: EncoderOptions;
  readonly #bitrate: BitrateSteps;
  #encoder: VideoEncoder;
  #waiting: Waiting | undefined;
  #closed = false;

  constructor(library: Library, options: EncoderOptions) {
    this.#library = library;
    this.#options = options;
    this.#bitrate = new BitrateSteps(options.bitrateBps);
    this.#encoder = this.#open();
  }

  encode(frame: Uint8Array, mediaTime: MediaTime, keyFrame: boolean): Promise<EncodedFrame> {
    if (this.#closed || this.#waiting)
      return Promise.reject(renderingError('encoder_failed', this.#closed ? 'The encoder is closed' : 'The encoder is busy'));
    return new Promise((resolve, reject) => {
      this.#waiting = { mediaTime, resolve, reject };
      try {
        if (this.#bitrate.shouldRestart(mediaTime)) {
          // A second `configure` makes version 1.3.1 silent, so another bitrate is another encoder.
          this.#encoder.close();
          this.#encoder = this.#open();
        }
        const { widthPx: codedWidth, heightPx: codedHeight } = this.#options;
        const timestamp = Math.round((mediaTime * 1e6) / MEDIA_RATE_HZ);
        const picture = new this.#library.VideoFrame(frame, { format: 'I420', codedWidth, codedHeight, timestamp });
        this.#encoder.encode(picture, { keyFrame });
        picture.close();
      } catch (cause) {
        this.#fail(renderingError('encoder_failed', 'The encoder refused a frame', { cause }));
      }
    });
  }

  setBitrate(bitrateBps: number): void {
    this.#bitrate.want(bitrateBps);
  }

  close(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#closed = true;
    this.#fail(renderingError('encoder_failed', 'The encoder was closed'));
    if (this.#encoder.state !== 'closed') this.#encoder.close();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #open(): VideoEncoder {
    const encoder = new this.#library.VideoEncoder({
      output: (chunk) => {
        const data = new Uint8Array(chunk.byteLength);
        chunk.copyTo(data);
        const waiting = this.#waiting;
        this.#waiting = undefined;
        waiting?.resolve({ data, keyFrame: chunk.type === 'key', mediaTime: waiting.mediaTime });
      },
      error: (cause) => this.#fail(renderingError('encoder_failed', `The encoder failed: ${cause.message}`, { cause })),
    });
    const { widthPx: width, heightPx: height, framesPerS: framerate } = this.#options;
    const bitrate = this.#bitrate.currentBps;
    encoder.configure({ codec: CODEC, width, height, framerate, bitrate, latencyMode: 'realtime', avc: { format: 'annexb' } });
    return encoder;
  }

  #fail(error: Error): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(error);
  }
}
