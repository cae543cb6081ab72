import type { MediaTime } from '../core/media-time.ts';
import type { EncodedFrame, VideoCodec } from '../core/video.ts';

export interface FaceSessionOptions {
  readonly callId: string;
  /** Folder name under `avatars/`. */
  readonly avatar: string;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly framesPerS: number;
  readonly codec: VideoCodec;
  readonly bitrateBps: number;
}

/** One call's picture. Every method may be called at any time; after `close` they do nothing. */
export interface FaceSession extends AsyncDisposable {
  /**
   * Draws and encodes one frame (parameters are copied before this returns). Resolves to `undefined` when the frame was
   * dropped: the child is busy, restarting or gone; or the face is `resting` and looks as it did less than 120 ms ago.
   * Never rejects for a lost child; sound must not wait for pictures.
   */
  render(parameters: Float32Array, mediaTime: MediaTime, options?: { readonly resting?: boolean }): Promise<EncodedFrame | undefined>;
  requestKeyFrame(): void;
  setBitrate(bitrateBps: number): void;
  /** Another size takes effect with a key frame; the same one changes nothing. */
  setSize(widthPx: number, heightPx: number): void;
  setAvatar(avatar: string): Promise<void>;
  /** Called when the picture is given up for good (`error`) or came back (`undefined`). */
  onHealth(listener: (error: Error | undefined) => void): void;
  close(): Promise<void>;
}

export interface AvatarSummary {
  readonly name: string;
  readonly title: string;
  /** There is a still picture of it, see `Rendering.poster`. */
  readonly hasPoster: boolean;
}

/** What draws the faces. */
export interface FaceRenderer {
  readonly id: 'wasm' | 'webgpu';
  /** The graphics card's name. */
  readonly adapter?: string;
  /** Why not something better. */
  readonly reason?: string;
}

export interface Rendering extends AsyncDisposable {
  /** Throws `avatar_unknown` or `avatar_invalid`; `encoder_missing` when no encoder can make the codec. */
  open(options: FaceSessionOptions): Promise<FaceSession>;
  avatars(): readonly AvatarSummary[];
  /** Ids of the encoders that are used here. */
  encoders(): readonly string[];
  /** What draws now; it changes when a graphics card is found or lost. */
  renderer(): FaceRenderer;
  close(): Promise<void>;
}
