import { createRequire } from 'node:module';
import type { EncodedFrame, VideoCodec } from '../../core/video.ts';
import type { MediaTime } from '../../core/media-time.ts';

type Lib = typeof import('node-av/lib');
type Constants = typeof import('node-av/constants');

const WIDTH = 160;
const HEIGHT = 120;

/** A grey picture that gets lighter frame by frame, encoded in this process: enough to see that pictures arrive and go on. */
export class Pictures implements AsyncDisposable {
  readonly #lib: Lib;
  readonly #constants: Constants;
  readonly #context;
  readonly #packet;
  #keyFrame = true;
  #frames = 0;
  #work: Promise<unknown> = Promise.resolve();

  /** Frames point at it and do not keep it alive. */
  readonly #picture = Buffer.alloc((WIDTH * HEIGHT * 3) / 2, 128);

  constructor(codec: VideoCodec) {
    const require = createRequire(import.meta.url);
    this.#lib = require('node-av/lib') as Lib;
    this.#constants = require('node-av/constants') as Constants;
    const { Codec, CodecContext, Packet, Rational } = this.#lib;
    const constants = this.#constants;
    const found = Codec.findEncoderByName((codec === 'vp8' ? 'libvpx' : 'libx264') as never);
    if (!found) throw new Error(`no encoder for ${codec}`);
    const context = new CodecContext();
    context.allocContext3(found);
    Object.assign(context, {
      width: WIDTH,
      height: HEIGHT,
      timeBase: new Rational(1, 48_000),
      framerate: new Rational(25, 1),
      pixelFormat: constants.AV_PIX_FMT_YUV420P,
      bitRate: 200_000n,
      gopSize: 3_000,
      maxBFrames: 0,
      threadCount: 1,
    });
    const options =
      codec === 'vp8'
        ? { deadline: 'realtime', 'cpu-used': '8', 'lag-in-frames': '0', 'auto-alt-ref': '0' }
        : { preset: 'ultrafast', tune: 'zerolatency', profile: 'baseline', 'forced-idr': '1' };
    for (const [name, value] of Object.entries(options)) {
      context.setOption(name, value, constants.AV_OPT_TYPE_STRING, constants.AV_OPT_SEARCH_CHILDREN);
    }
    // A dictionary here would be freed twice.
    if (context.open2Sync(found, null) < 0) throw new Error(`${codec} did not open`);
    this.#context = context;
    this.#packet = new Packet();
    this.#packet.alloc();
  }

  requestKeyFrame(): void {
    this.#keyFrame = true;
  }

  encode(mediaTime: MediaTime): Promise<EncodedFrame | undefined> {
    const work = this.#work.then(() => this.#encode(mediaTime));
    this.#work = work.catch(() => undefined);
    return work;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#work;
    this.#packet.free();
    this.#context.freeContext();
  }

  async #encode(mediaTime: MediaTime): Promise<EncodedFrame | undefined> {
    const { Frame, Rational } = this.#lib;
    const { AV_PIX_FMT_YUV420P, AV_PICTURE_TYPE_I, AV_PICTURE_TYPE_NONE } = this.#constants;
    this.#picture.fill(40 + ((this.#frames++ * 4) % 160), 0, WIDTH * HEIGHT);
    const frame = Frame.fromVideoBuffer(this.#picture, {
      width: WIDTH,
      height: HEIGHT,
      format: AV_PIX_FMT_YUV420P,
      pts: BigInt(mediaTime),
      timeBase: new Rational(1, 48_000),
    });
    frame.pictType = this.#keyFrame ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
    this.#keyFrame = false;
    const status = await this.#context.sendFrame(frame);
    frame.free();
    if (status < 0 || this.#context.receivePacketSync(this.#packet) < 0) return undefined;
    const encoded = { data: Uint8Array.from(this.#packet.data!), keyFrame: this.#packet.isKeyframe, mediaTime };
    this.#packet.unref();
    return encoded;
  }
}
