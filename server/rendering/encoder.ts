import path from 'node:path';
import { scanEngines } from '../core/engine-folder.ts';
import type { MediaTime } from '../core/media-time.ts';
import type { EncodedFrame, VideoCodec } from '../core/video.ts';
import { renderingError } from './rendering-error.ts';

export interface EncoderOptions {
  readonly codec: VideoCodec;
  /** Even. */
  readonly widthPx: number;
  readonly heightPx: number;
  readonly framesPerS: number;
  readonly bitrateBps: number;
}

/** One stream of pictures into one stream of chunks. Frames go in one at a time: the next after the last has resolved. */
export interface FrameEncoder extends AsyncDisposable {
  /**
   * `frame` is I420 (BT.601, limited range) and is read before this returns its promise, so the caller may draw into it
   * at once. `mediaTime` grows from frame to frame. Resolves to the next chunk in order, whose `mediaTime` says which
   * frame it shows: engines with a delay give `undefined` first. The first chunk is a key frame.
   * @throws VisavisError `encoder_failed`
   */
  encode(frame: Uint8Array, mediaTime: MediaTime, keyFrame: boolean): Promise<EncodedFrame | undefined>;
  /** Takes effect within a few seconds; an engine that must start anew for it gives a key frame then. */
  setBitrate(bitrateBps: number): void;
  /** Waits for the frame in work, then frees everything. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * An encoder engine: one file under encoders/, whose default export is `defineEncoder({...})`. The folder is scanned, so
 * nothing else needs to know it; conformance.test.ts runs against every engine that is available.
 */
export interface EncoderEngine {
  readonly id: string;
  /** Codecs that it makes, with the order in which engines are tried for it (lower first). */
  readonly preference: Partial<Readonly<Record<VideoCodec, number>>>;
  /** Every chunk can be made a key frame on demand. */
  readonly exactKeyFrames: boolean;
  /** Undefined when it works here, else why it does not. */
  unavailable(codec: VideoCodec): Promise<string | undefined>;
  create(options: EncoderOptions): Promise<FrameEncoder>;
}

export const defineEncoder = (engine: EncoderEngine): EncoderEngine => engine;

const FOLDER = path.join(import.meta.dirname, 'encoders');

export async function loadEncoderEngines(): Promise<EncoderEngine[]> {
  return [...(await scanEngines<EncoderEngine>(FOLDER)).values()];
}

/** The engines that work here for a codec, best first. Each is asked when it is wanted: an engine is loaded to find out. */
export async function* availableEncoders(engines: readonly EncoderEngine[], codec: VideoCodec): AsyncGenerator<EncoderEngine> {
  const rank = ({ preference }: EncoderEngine) => preference[codec] ?? Number.POSITIVE_INFINITY;
  const able = engines.filter((engine) => Number.isFinite(rank(engine))).sort((a, b) => rank(a) - rank(b));
  for (const engine of able) if ((await engine.unavailable(codec)) === undefined) yield engine;
}

/** Opens the first engine that starts. @throws VisavisError `encoder_missing` */
export async function openEncoder(
  engines: readonly EncoderEngine[],
  options: EncoderOptions,
): Promise<FrameEncoder & { readonly engineId: string }> {
  const failures: string[] = [];
  for await (const engine of availableEncoders(engines, options.codec)) {
    try {
      return Object.assign(await engine.create(options), { engineId: engine.id });
    } catch (error) {
      failures.push(`${engine.id}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw renderingError(
    'encoder_missing',
    `No encoder here can make ${options.codec}${failures.length > 0 ? ` (${failures.join('; ')})` : ''}`,
  );
}
