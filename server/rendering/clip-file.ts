import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rename, rm } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { renderingError } from './rendering-error.ts';

/** A film of a face: H.264 and AAC in MP4, which every browser and phone plays. */
export interface Clip {
  readonly path: string;
  /** Even. */
  readonly widthPx: number;
  readonly heightPx: number;
  readonly framesPerS: number;
  /** I420 (BT.601, limited range), one after the other; each may be a view that the next one overwrites. */
  readonly frames: Iterable<Uint8Array>;
  /** Mono. Begins with the first frame. */
  readonly pcm: Int16Array;
  readonly sampleRateHz: number;
  readonly title: string;
  /** Kept in the file, e.g. what made it. */
  readonly comment: string;
}

export type ClipEngine = 'node-av' | 'ffmpeg';

/** Constant quality: a face at 512 pixels takes about 60 kB a second. */
const QUALITY_CRF = '19';
const AUDIO_BPS = 96_000;
/** See face/raster/colour.ts. */
const COLOUR = { colorspace: 'smpte170m', color_range: 'tv', color_primaries: 'bt709', color_trc: 'iec61966-2-1' };

/**
 * Writes a clip by the package node-av where it is installed, by the program ffmpeg elsewhere; resolves to which of them
 * did. Nobody sees half of a file. @throws VisavisError `encoder_missing`, `encoder_failed`
 */
export async function writeClip(clip: Clip, engine?: ClipEngine): Promise<ClipEngine> {
  const unfinished = `${clip.path}.part`;
  try {
    const library = engine === 'ffmpeg' ? undefined : await loadLibrary();
    if (engine === 'node-av' && !library) throw renderingError('encoder_missing', 'The package node-av is not installed');
    if (library)
      await writeByLibrary(library, clip, unfinished).catch((cause: unknown) => {
        const why = cause instanceof Error ? cause.message : String(cause);
        throw renderingError('encoder_failed', `The clip could not be written: ${why}`, { cause });
      });
    else await writeByProgram(clip, unfinished);
    await rename(unfinished, clip.path);
    return library ? 'node-av' : 'ffmpeg';
  } finally {
    // What went wrong before is what the caller should hear.
    await rm(unfinished, { force: true }).catch(() => undefined);
  }
}

type Library = typeof import('node-av/api') & typeof import('node-av/lib') & typeof import('node-av/constants');

async function loadLibrary(): Promise<Library | undefined> {
  try {
    const parts = await Promise.all([import('node-av/api'), import('node-av/lib'), import('node-av/constants')]);
    const library: Library = Object.assign({}, ...parts);
    library.Log.setLevel(library.AV_LOG_ERROR);
    const hasAll = ['libx264', 'aac'].every((name) => library.Codec.findEncoderByName(name as never));
    return hasAll ? library : undefined;
  } catch {
    return undefined; // an optional package; ffmpeg is next
  }
}

/** Samples of one AAC frame. */
const AAC_FRAME = 1024;

async function writeByLibrary(av: Library, clip: Clip, path: string): Promise<void> {
  const { widthPx: width, heightPx: height, framesPerS, pcm, sampleRateHz, title, comment } = clip;
  const muxer = await av.Muxer.open(path, {
    format: 'mp4',
    options: { movflags: '+faststart' },
    configure: (context) => {
      context.metadata = av.Dictionary.fromObject({ title, comment });
    },
  });
  const video = await av.Encoder.create(
    'libx264' as never,
    {
      gopSize: framesPerS * 2,
      options: { preset: 'medium', crf: QUALITY_CRF, ...COLOUR },
    } as never,
  );
  const audio = await av.Encoder.create('aac' as never, { bitrate: AUDIO_BPS } as never);
  const videoStream = muxer.addStream(video);
  const audioStream = muxer.addStream(audio);
  type Encoder = typeof video;
  const give = async (encoder: Encoder, stream: number, frame: Parameters<Encoder['encode']>[0]): Promise<void> => {
    await encoder.encode(frame);
    frame?.free();
    for (;;) {
      const packet = await encoder.receive();
      // Null: it wants more; a symbol: it has given all.
      if (packet === null || typeof packet !== 'object') return;
      await muxer.writePacket(packet, stream);
      packet.free();
    }
  };
  try {
    let fromSample = 0;
    const giveSound = async (toSample: number): Promise<void> => {
      for (; fromSample < toSample; fromSample += AAC_FRAME) {
        const samples = Float32Array.from({ length: AAC_FRAME }, (_, i) => (pcm[fromSample + i] ?? 0) / 32_768);
        const frame = av.Frame.fromAudioBuffer(Buffer.from(samples.buffer), {
          nbSamples: AAC_FRAME,
          format: av.AV_SAMPLE_FMT_FLTP,
          sampleRate: sampleRateHz,
          channelLayout: av.AV_CHANNEL_LAYOUT_MONO,
          pts: BigInt(fromSample),
          timeBase: new av.Rational(1, sampleRateHz),
        });
        await give(audio, audioStream, frame);
      }
    };
    let index = 0;
    for (const picture of clip.frames) {
      const frame = av.Frame.fromVideoBuffer(Buffer.from(picture), {
        width,
        height,
        format: av.AV_PIX_FMT_YUV420P,
        pts: BigInt(index),
        timeBase: new av.Rational(1, framesPerS),
      });
      await give(video, videoStream, frame);
      index++;
      await giveSound(Math.round((index * sampleRateHz) / framesPerS));
    }
    await give(video, videoStream, null);
    await give(audio, audioStream, null);
  } finally {
    await muxer.close();
    video.close();
    audio.close();
  }
}

async function writeByProgram(clip: Clip, path: string): Promise<void> {
  const { widthPx, heightPx, framesPerS, pcm, sampleRateHz, title, comment } = clip;
  const colour = Object.entries(COLOUR).flatMap(([name, value]) => [`-${name}`, value]);
  const input = [
    ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', `${widthPx}x${heightPx}`, '-framerate', String(framesPerS), '-i', 'pipe:0'],
    ['-f', 's16le', '-ar', String(sampleRateHz), '-ac', '1', '-i', 'pipe:3'],
  ].flat();
  const output = [
    ['-c:v', 'libx264', '-preset', 'medium', '-crf', QUALITY_CRF, '-g', String(framesPerS * 2), ...colour],
    ['-c:a', 'aac', '-b:a', String(AUDIO_BPS)],
    ['-metadata', `title=${title}`, '-metadata', `comment=${comment}`, '-movflags', '+faststart', '-f', 'mp4', path],
  ].flat();
  const program = spawn('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-y', ...input, ...output], {
    stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
  });
  let complaint = '';
  program.stderr?.on('data', (bytes: Buffer) => {
    complaint = (complaint + bytes.toString()).slice(-500);
  });
  const ended = new Promise<void>((resolve, reject) => {
    program.on('error', (cause) =>
      reject(renderingError('encoder_missing', 'A clip needs the package node-av or the program ffmpeg; neither is there', { cause })),
    );
    program.on('close', (code) =>
      code === 0 ? resolve() : reject(renderingError('encoder_failed', `ffmpeg could not write the clip: ${complaint.trim() || code}`)),
    );
  });
  // It reads both at once and waits for whichever it lacks.
  const picture = writeAll(program.stdin as Writable, clip.frames);
  const sound = writeAll(program.stdio[3] as Writable, [new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength)]);
  const fed = Promise.all([picture, sound]).catch((error: unknown) => {
    program.kill('SIGKILL');
    throw error;
  });
  const [result, feeding] = await Promise.allSettled([ended, fed]);
  if (feeding.status === 'rejected') throw feeding.reason;
  if (result.status === 'rejected') throw result.reason;
}

/** Ends early when the reader is gone; why it went, its exit says. */
async function writeAll(stream: Writable, parts: Iterable<Uint8Array>): Promise<void> {
  const gone = Promise.withResolvers<void>();
  stream.on('error', () => gone.resolve());
  stream.on('close', () => gone.resolve());
  for (const part of parts) {
    if (stream.destroyed) return;
    if (!stream.write(Buffer.from(part))) await Promise.race([once(stream, 'drain').catch(() => undefined), gone.promise]);
  }
  stream.end();
}
