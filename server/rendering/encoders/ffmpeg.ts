import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { MEDIA_RATE_HZ, type MediaTime } from '../../core/media-time.ts';
import type { EncodedFrame, VideoCodec } from '../../core/video.ts';
import { AccessUnitParser, type ChunkParser, IvfParser } from '../chunk-parsers.ts';
import { BitrateSteps } from '../bitrate-steps.ts';
import { defineEncoder, type EncoderOptions, type FrameEncoder } from '../encoder.ts';
import { renderingError } from '../rendering-error.ts';

/**
 * The ffmpeg program as a child: works wherever it is installed. It is late, since it reads one frame ahead and Annex B
 * tells the end of a picture by the next one; a key frame on demand, or another bitrate, is a new child.
 */
const FRAMES_LATE: Record<VideoCodec, number> = { vp8: 1, h264: 2 };
const KEY_FRAME_EVERY_S = 2;
const RESTART_AT_MOST_EVERY_S = 1;

const ENCODERS: Record<VideoCodec, string> = { vp8: 'libvpx', h264: 'libx264' };

const CODEC_ARGUMENTS: Record<VideoCodec, readonly string[]> = {
  vp8: ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '-8', '-lag-in-frames', '0', '-auto-alt-ref', '0', '-f', 'ivf'],
  h264: [
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-tune',
    'zerolatency',
    '-profile:v',
    'baseline',
    '-colorspace',
    'smpte170m',
    '-color_range',
    'tv',
    '-color_primaries',
    'bt709',
    '-color_trc',
    'iec61966-2-1',
    '-bsf:v',
    'h264_metadata=aud=insert',
    '-f',
    'h264',
  ],
};

let listed: Promise<string> | undefined;

export default defineEncoder({
  id: 'ffmpeg',
  preference: { vp8: 3, h264: 3 },
  exactKeyFrames: false,
  async unavailable(codec) {
    listed ??= promisify(execFile)('ffmpeg', ['-hide_banner', '-encoders'], { timeout: 10_000 }).then(
      ({ stdout }) => stdout,
      () => '',
    );
    const encoders = await listed;
    if (encoders === '') return 'the program ffmpeg is not installed';
    return encoders.includes(` ${ENCODERS[codec]} `) ? undefined : `ffmpeg was built without ${ENCODERS[codec]}`;
  },
  create: (options) => Promise.resolve(new FfmpegEncoder(options)),
});

class FfmpegEncoder implements FrameEncoder {
  readonly #options: EncoderOptions;
  readonly #bitrate: BitrateSteps;
  #run: Run;
  #restartedAt: MediaTime | undefined;
  #busy = false;
  #closed = false;

  constructor(options: EncoderOptions) {
    this.#options = options;
    this.#bitrate = new BitrateSteps(options.bitrateBps);
    this.#run = new Run(options, options.bitrateBps);
  }

  async encode(frame: Uint8Array, mediaTime: MediaTime, keyFrame: boolean): Promise<EncodedFrame | undefined> {
    if (this.#closed || this.#busy) throw renderingError('encoder_failed', this.#closed ? 'The encoder is closed' : 'The encoder is busy');
    // Read before anything is waited for: the caller draws the next frame into the same memory.
    const copy = Buffer.from(frame);
    this.#busy = true;
    try {
      const rested = mediaTime - (this.#restartedAt ?? mediaTime) >= RESTART_AT_MOST_EVERY_S * MEDIA_RATE_HZ;
      this.#restartedAt ??= mediaTime;
      if (this.#bitrate.shouldRestart(mediaTime) || (keyFrame && rested)) {
        await this.#run.close();
        this.#run = new Run(this.#options, this.#bitrate.currentBps);
        this.#restartedAt = mediaTime;
      }
      return await this.#run.encode(copy, mediaTime);
    } finally {
      this.#busy = false;
    }
  }

  setBitrate(bitrateBps: number): void {
    this.#bitrate.want(bitrateBps);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#run.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** One ffmpeg process. */
class Run {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #parser: ChunkParser;
  readonly #lateFrames: number;
  readonly #times: MediaTime[] = [];
  readonly #ready: EncodedFrame[] = [];
  #waiting: { resolve: (frame: EncodedFrame) => void; reject: (error: unknown) => void } | undefined;
  #failure: Error | undefined;

  constructor({ codec, widthPx, heightPx, framesPerS }: EncoderOptions, bitrateBps: number) {
    this.#lateFrames = FRAMES_LATE[codec];
    const rate = String(Math.round(bitrateBps));
    this.#process = spawn('ffmpeg', [
      '-hide_banner',
      '-loglevel',
      'error',
      '-fflags',
      'nobuffer',
      '-probesize',
      '32',
      '-analyzeduration',
      '0',
      '-f',
      'rawvideo',
      '-pix_fmt',
      'yuv420p',
      '-s',
      `${widthPx}x${heightPx}`,
      '-framerate',
      String(framesPerS),
      '-i',
      'pipe:0',
      '-b:v',
      rate,
      '-maxrate',
      rate,
      '-bufsize',
      rate,
      '-g',
      String(Math.round(KEY_FRAME_EVERY_S * framesPerS)),
      '-threads',
      '1',
      ...CODEC_ARGUMENTS[codec],
      '-flush_packets',
      '1',
      'pipe:1',
    ]);
    this.#parser = codec === 'vp8' ? new IvfParser() : new AccessUnitParser();
    let complaint = '';
    this.#process.stdout.on('data', (bytes: Buffer) => this.#take(bytes));
    this.#process.stderr.on('data', (bytes: Buffer) => {
      complaint = (complaint + bytes.toString()).slice(-500);
    });
    this.#process.stdin.on('error', (error) => this.#fail(error.message));
    this.#process.on('error', (error) => this.#fail(error.message));
    this.#process.on('close', () => this.#fail(complaint || 'it ended'));
  }

  async encode(frame: Buffer, mediaTime: MediaTime): Promise<EncodedFrame | undefined> {
    if (this.#failure) throw this.#failure;
    this.#times.push(mediaTime);
    this.#process.stdin.write(frame);
    const ready = this.#ready.shift();
    if (ready || this.#times.length <= this.#lateFrames) return ready;
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  async close(): Promise<void> {
    this.#failure ??= renderingError('encoder_failed', 'The encoder was closed');
    this.#waiting?.reject(this.#failure);
    this.#waiting = undefined;
    if (this.#process.exitCode !== null || this.#process.signalCode !== null || this.#process.pid === undefined) return;
    const closed = once(this.#process, 'close');
    this.#process.kill('SIGKILL');
    await closed;
  }

  #take(bytes: Buffer): void {
    for (const { data, keyFrame } of this.#parser.push(bytes)) {
      const frame: EncodedFrame = { data, keyFrame, mediaTime: this.#times.shift() ?? 0 };
      const waiting = this.#waiting;
      this.#waiting = undefined;
      if (waiting) waiting.resolve(frame);
      else this.#ready.push(frame);
    }
  }

  #fail(why: string): void {
    this.#failure ??= renderingError('encoder_failed', `ffmpeg failed: ${why}`);
    this.#waiting?.reject(this.#failure);
    this.#waiting = undefined;
  }
}
