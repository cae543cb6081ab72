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
export const QUALITY_CRF = '19';
export const AUDIO_BPS = 96_000;
/** See face/raster/colour.ts. */
export const COLOUR = { colorspace: 'smpte170m', color_range: 'tv', color_primaries: 'bt709', color_trc: 'iec61966-2-1' };

/** Frames between two that can be jumped to. */
export const keyFrameEvery = ({ framesPerS }: Pick<Clip, 'framesPerS'>): number => framesPerS * 2;
