import type { CodecContext, FormatContext, Frame, Packet, Stream } from 'node-av/lib';
import { type AvLibrary, loadAvLibrary } from './av-library.ts';
import { AvPicture } from './av-picture.ts';
import { AUDIO_BPS, type Clip, COLOUR, keyFrameEvery, QUALITY_CRF } from './clip.ts';

/** Samples of one AAC frame. */
const AAC_FRAME = 1024;

/** The package node-av with both encoders; undefined where it is not installed: ffmpeg is next. */
export async function loadLibrary(): Promise<AvLibrary | undefined> {
  const av = await loadAvLibrary();
  if (av instanceof Error) return undefined;
  return ['libx264', 'aac'].every((name) => av.Codec.findEncoderByName(name as never)) ? av : undefined;
}

/** By node-av. @throws Error what its libraries say */
export async function writeByLibrary(av: AvLibrary, clip: Clip, path: string): Promise<void> {
  const { framesPerS, pcm, sampleRateHz } = clip;
  await using file = await ClipFile.create(av, clip, path);
  using picture = new AvPicture(av, { ...clip, unitsPerS: framesPerS });
  let fromSample = 0;
  const giveSound = async (toSample: number): Promise<void> => {
    for (; fromSample < toSample; fromSample += AAC_FRAME) {
      const samples = Float32Array.from({ length: AAC_FRAME }, (_, i) => (pcm[fromSample + i] ?? 0) / 32_768);
      using sound = av.Frame.fromAudioBuffer(Buffer.from(samples.buffer), {
        nbSamples: AAC_FRAME,
        format: av.AV_SAMPLE_FMT_FLTP,
        sampleRate: sampleRateHz,
        channelLayout: av.AV_CHANNEL_LAYOUT_MONO,
        pts: BigInt(fromSample),
        timeBase: file.sound.context.timeBase,
      });
      await file.sound.give(sound);
    }
  };
  let index = 0;
  for (const planes of clip.frames) {
    await file.picture.give(picture.fill(planes, index));
    index++;
    await giveSound(Math.round((index * sampleRateHz) / framesPerS));
  }
  await file.end();
}

/** By the low-level interface of node-av 6.1.1: its `Encoder` hands a Dictionary to `open2`, which frees it twice. */
class ClipFile implements AsyncDisposable {
  readonly #av: AvLibrary;
  readonly #format: FormatContext;
  readonly #io: InstanceType<AvLibrary['IOContext']>;
  readonly picture: ClipTrack;
  readonly sound: ClipTrack;

  private constructor(av: AvLibrary, clip: Clip, path: string) {
    const { title, comment, widthPx, heightPx, framesPerS, sampleRateHz } = clip;
    this.#av = av;
    this.#format = new av.FormatContext();
    this.#io = new av.IOContext();
    // By its name the index is put in front at the end.
    this.#check(this.#format.allocOutputContext2(null, 'mp4', path));
    this.#check(this.#format.setOption('movflags', '+faststart', av.AV_OPT_TYPE_STRING, av.AV_OPT_SEARCH_CHILDREN));
    this.#format.metadata = av.Dictionary.fromObject({ title, comment });
    this.picture = this.#track('libx264', { preset: 'medium', crf: QUALITY_CRF, ...COLOUR }, (context) => {
      context.width = widthPx;
      context.height = heightPx;
      context.timeBase = new av.Rational(1, framesPerS);
      context.framerate = new av.Rational(framesPerS, 1);
      context.pixelFormat = av.AV_PIX_FMT_YUV420P;
      context.gopSize = keyFrameEvery(clip);
    });
    this.sound = this.#track('aac', {}, (context) => {
      context.sampleRate = sampleRateHz;
      context.timeBase = new av.Rational(1, sampleRateHz);
      context.sampleFormat = av.AV_SAMPLE_FMT_FLTP;
      context.channelLayout = av.AV_CHANNEL_LAYOUT_MONO;
      context.bitRate = BigInt(AUDIO_BPS);
    });
  }

  static async create(av: AvLibrary, clip: Clip, path: string): Promise<ClipFile> {
    const file = new ClipFile(av, clip, path);
    try {
      file.#check(await file.#io.open2(path, av.AVIO_FLAG_WRITE));
      file.#format.pb = file.#io;
      file.#check(await file.#format.writeHeader());
      return file;
    } catch (error) {
      await file[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** What the encoders still hold, and the index. */
  async end(): Promise<void> {
    await this.picture.give(null);
    await this.sound.give(null);
    this.#check(await this.#format.writeTrailer());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.picture.free();
    this.sound.free();
    this.#format.pb = null;
    await this.#io.closep();
    this.#format.freeContext();
  }

  #track(name: string, options: Readonly<Record<string, string>>, configure: (context: CodecContext) => void): ClipTrack {
    const av = this.#av;
    const codec = av.Codec.findEncoderByName(name as never);
    const context = new av.CodecContext();
    context.allocContext3(codec);
    configure(context);
    // MP4 keeps the parameters of its streams in its own header.
    context.setFlags(av.AV_CODEC_FLAG_GLOBAL_HEADER, av.AV_CODEC_FLAG_FRAME_DURATION);
    for (const [option, value] of Object.entries(options))
      this.#check(context.setOption(option, value, av.AV_OPT_TYPE_STRING, av.AV_OPT_SEARCH_CHILDREN));
    this.#check(context.open2Sync(codec, null));
    const stream = this.#format.newStream(null);
    this.#check(stream.codecpar.fromContext(context));
    stream.timeBase = context.timeBase;
    if (context.framerate.num > 0) stream.avgFrameRate = context.framerate;
    return new ClipTrack(av, context, stream, async (packet) => this.#check(await this.#format.interleavedWriteFrame(packet)));
  }

  #check(status: number): void {
    this.#av.FFmpegError.throwIfError(status);
  }
}

/** One encoder and its stream in the file. */
class ClipTrack {
  readonly #av: AvLibrary;
  readonly context: CodecContext;
  readonly #stream: Stream;
  readonly #write: (packet: Packet) => Promise<void>;
  readonly #packet: Packet;

  constructor(av: AvLibrary, context: CodecContext, stream: Stream, write: (packet: Packet) => Promise<void>) {
    this.#av = av;
    this.context = context;
    this.#stream = stream;
    this.#write = write;
    this.#packet = new av.Packet();
    this.#packet.alloc();
  }

  /** Encodes a frame and writes what is done; null: writes the rest. */
  async give(frame: Frame | null): Promise<void> {
    const av = this.#av;
    av.FFmpegError.throwIfError(await this.context.sendFrame(frame));
    for (;;) {
      const status = await this.context.receivePacket(this.#packet);
      if (status === av.AVERROR_EAGAIN || status === av.AVERROR_EOF) return;
      av.FFmpegError.throwIfError(status);
      this.#packet.streamIndex = this.#stream.index;
      this.#packet.rescaleTs(this.context.timeBase, this.#stream.timeBase);
      // It takes what the packet holds.
      await this.#write(this.#packet);
    }
  }

  free(): void {
    while (this.context.receivePacketSync(this.#packet) >= 0) this.#packet.unref();
    this.#packet.free();
    this.context.freeContext();
  }
}
