import type { MediaTime } from './media-time.ts';

export type VideoCodec = 'vp8' | 'h264';

/** Who draws the face: the server sends pictures, or the visitor's browser gets the numbers that make a face and draws it. */
export type RenderingPlace = 'server' | 'client';

/** One encoded picture: an H.264 access unit in Annex B, or a VP8 frame. */
export interface EncodedFrame {
  readonly data: Uint8Array;
  readonly keyFrame: boolean;
  readonly mediaTime: MediaTime;
}
