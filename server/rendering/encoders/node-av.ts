import type { CodecContext, Packet } from 'node-av/lib';
import { MEDIA_RATE_HZ, type MediaTime } from '../../core/media-time.ts';
import type { EncodedFrame, VideoCodec } from '../../core/video.ts';
import { type AvLibrary, loadAvLibrary } from '../av-library.ts';
import { AvPicture } from '../av-picture.ts';
import { BitrateSteps } from '../bitrate-steps.ts';
import { defineEncoder, type EncoderOptions, type FrameEncoder } from '../encoder.ts';
import { renderingError } from '../rendering-error.ts';

/**
 * libvpx and x264 in this process, each frame on the libuv pool. What is peculiar about node-av 6.1.1:
 * a Dictionary given to open2 is freed twice, so private options are set on the context; `sendFrame` must not overlap itself;
 * a context may be freed only when its last frame is done and its packets are drained. See av-picture.ts, too.
 */
const CODEC_NAMES: Record<VideoCodec, string> = { vp8: 'libvpx', h264: 'libx264' };

/** Key frames come on demand only; this is merely an upper limit. */
const KEY_FRAME_EVERY = 3000;
/** Seconds of bitrate that a burst such as a key frame may borrow. */
const RATE_BUFFER_S = 1;

/**
 * VP8 of a face that speaks, 512x512 at 417 kbit/s. A negative speed is fixed: 8 takes 30 % less time than 14, with which libvpx
 * chooses by its own clock and slows down where it has time, for 0.1 dB of 47 dB (0.2 dB at 110 kbit/s; fixed 10: another 5 % for
 * 0.3 dB). Blocks that hardly changed end early, and version 2 of the format (RFC 6386, 9.1: bilinear instead of six-tap filters,
 * no loop filter; every decoder knows it) takes another tenth off; enlarged, blocks of a smooth background are a little plainer.
 */
const PRIVATE_OPTIONS: Record<VideoCodec, Readonly<Record<string, string>>> = {
  vp8: { profile: '2', deadline: 'realtime', 'cpu-used': '-8', 'lag-in-frames': '0', 'auto-alt-ref': '0', 'static-thresh': '700' },
  h264: { preset: 'ultrafast', tune: 'zerolatency', profile: 'baseline', 'forced-idr': '1' },
};

/** See face/raster/colour.ts. VP8 has no field for it. */
const COLOUR_OPTIONS = { colorspace: 'smpte170m', color_range: 'tv', color_primaries: 'bt709', color_trc: 'iec61966-2-1' };

export default defineEncoder({
  id: 'node-av',
  preference: { vp8: 1, h264: 1 },
  exactKeyFrames: true,
  async unavailable(codec) {
    const av = await loadAvLibrary();
    if (av instanceof Error) return av.message;
    return av.Codec.findEncoderByName(CODEC_NAMES[codec] as never) ? undefined : `node-av was built without ${CODEC_NAMES[codec]}`;
  },
  async create(options) {
    const av = await loadAvLibrary();
    if (av instanceof Error) throw renderingError('encoder_missing', av.message, { cause: av });
    return new NodeAvEncoder(av, options);
  },
});

class NodeAvEncoder implements FrameEncoder {
  readonly #av: AvLibrary;
  readonly #options: EncoderOptions;
  readonly #bitrate: BitrateSteps;
  readonly #packet: Packet;
  readonly #picture: AvPicture;
  #context: CodecContext;
  /** The frame that is encoded. */
  #inWork: Promise<unknown> | undefined;
  #lastTime: MediaTime | undefined;
  #closed = false;

  constructor(av: AvLibrary, options: EncoderOptions) {
    this.#av = av;
    this.#options = options;
    this.#bitrate = new BitrateSteps(options.bitrateBps);
    this.#packet = new av.Packet();
    this.#packet.alloc();
    this.#picture = new AvPicture(av, { ...options, unitsPerS: MEDIA_RATE_HZ });
    this.#context = this.#open(options.bitrateBps);
  }

  async encode(frame: Uint8Array, mediaTime: MediaTime, keyFrame: boolean): Promise<EncodedFrame | undefined> {
    if (this.#closed || this.#inWork)
      throw renderingError('encoder_failed', this.#closed ? 'The encoder is closed' : 'The encoder is busy');
    if (this.#options.codec === 'vp8' && this.#bitrate.shouldRestart(mediaTime)) this.#restart();
    // libvpx refuses a time that does not grow.
    const time = Math.max(mediaTime, (this.#lastTime ?? -1) + 1);
    this.#lastTime = time;
    const { AV_PICTURE_TYPE_I, AV_PICTURE_TYPE_NONE } = this.#av;
    const picture = this.#picture.fill(frame, time);
    picture.pictType = keyFrame ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
    const sending = this.#context.sendFrame(picture);
    this.#inWork = sending;
    try {
      const status = await sending;
      if (status < 0) throw renderingError('encoder_failed', `The encoder refused a frame (${status})`);
      return this.#receive(mediaTime);
    } finally {
      this.#inWork = undefined;
    }
  }

  setBitrate(bitrateBps: number): void {
    if (this.#closed) return;
    if (this.#options.codec === 'vp8') this.#bitrate.want(bitrateBps);
    else this.#setRate(this.#context, bitrateBps);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    // A failed frame has told its own caller.
    await this.#inWork?.catch(() => undefined);
    this.#free();
    this.#packet.free();
    this.#picture[Symbol.dispose]();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #open(bitrateBps: number): CodecContext {
    const av = this.#av;
    const { codec: codecName, widthPx, heightPx, framesPerS } = this.#options;
    const codec = av.Codec.findEncoderByName(CODEC_NAMES[codecName] as never);
    if (!codec) throw renderingError('encoder_missing', `node-av was built without ${CODEC_NAMES[codecName]}`);
    const context = new av.CodecContext();
    context.allocContext3(codec);
    context.width = widthPx;
    context.height = heightPx;
    context.timeBase = new av.Rational(1, MEDIA_RATE_HZ);
    context.framerate = new av.Rational(framesPerS, 1);
    context.pixelFormat = av.AV_PIX_FMT_YUV420P;
    context.gopSize = KEY_FRAME_EVERY;
    context.maxBFrames = 0;
    context.threadCount = 1;
    this.#setRate(context, bitrateBps);
    for (const [name, value] of Object.entries({ ...COLOUR_OPTIONS, ...PRIVATE_OPTIONS[codecName] })) {
      const status = context.setOption(name, value, av.AV_OPT_TYPE_STRING, av.AV_OPT_SEARCH_CHILDREN);
      if (status < 0) throw renderingError('encoder_failed', `${CODEC_NAMES[codecName]} does not know the option ${name} (${status})`);
    }
    const status = context.open2Sync(codec, null);
    if (status < 0) throw renderingError('encoder_failed', `${CODEC_NAMES[codecName]} does not open at ${widthPx}x${heightPx} (${status})`);
    return context;
  }

  #setRate(context: CodecContext, bitrateBps: number): void {
    context.bitRate = BigInt(Math.round(bitrateBps));
    context.rcMaxRate = BigInt(Math.round(bitrateBps));
    context.rcBufferSize = Math.round(bitrateBps * RATE_BUFFER_S);
  }

  #restart(): void {
    this.#free();
    this.#context = this.#open(this.#bitrate.currentBps);
  }

  #free(): void {
    while (this.#context.receivePacketSync(this.#packet) >= 0) this.#packet.unref();
    this.#context.freeContext();
  }

  #receive(mediaTime: MediaTime): EncodedFrame | undefined {
    let encoded: EncodedFrame | undefined;
    while (this.#context.receivePacketSync(this.#packet) >= 0) {
      const data = this.#packet.data;
      // Without lag there is one packet per frame; the copy outlives the packet.
      if (data) encoded = { data: new Uint8Array(data), keyFrame: this.#packet.isKeyframe, mediaTime };
      this.#packet.unref();
    }
    return encoded;
  }
}
