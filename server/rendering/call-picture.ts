import { type Clock, systemClock } from '../core/clock.ts';
import { toVisavisError, type VisavisError } from '../core/errors.ts';
import { MEDIA_RATE_HZ, type MediaTime } from '../core/media-time.ts';
import type { EncodedFrame } from '../core/video.ts';
import { CallCanvas } from './call-canvas.ts';
import type { FaceSessionOptions } from './contract.ts';
import type { EncoderOptions, FrameEncoder } from './encoder.ts';
import type { FaceGpu } from './face-gpu.ts';
import type { FaceStore, StoredFace } from './face-store.ts';
import { renderingError } from './rendering-error.ts';

export interface CallPictureOptions {
  readonly store: FaceStore;
  /** Draws while it has a device. */
  readonly gpu?: FaceGpu | undefined;
  readonly openEncoder: (options: EncoderOptions) => Promise<FrameEncoder>;
  readonly session: FaceSessionOptions;
  /** An encoder that is silent for so long is replaced. */
  readonly stallTimeoutMs: number;
  readonly onHealth: (error: VisavisError | undefined) => void;
  readonly clock?: Clock;
}

/** After so many good frames, earlier failures no longer count. */
const FORGIVEN_AFTER_FRAMES = 100;
/** Less than half a pixel in a swaying head is not seen, but drawing it would be half of the work. */
const STILLNESS_PX = 0.4;
const SMALLER = 0.5;
const SMALLEST_PX = 128;
/** What did not change is sent again after so long: at rest every other frame is the same. */
const REPEAT_AFTER_S = 0.12;
/** A picture that was given up is tried again this often. */
const RETRY_EVERY_S = 5;

/**
 * One call's picture inside the face process: its canvas, its encoder, and what is done when the encoder fails: first
 * a new encoder, then a smaller picture, then none, with another try every few seconds.
 */
export class CallPicture {
  readonly #options: CallPictureOptions;
  readonly #clock: Clock;
  #session: FaceSessionOptions;
  #face: StoredFace | undefined;
  #canvas: CallCanvas | undefined;
  #encoder: FrameEncoder | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #keyFrame = true;
  #sentAt: MediaTime | undefined;
  #scale = 1;
  #failures = 0;
  #goodFrames = 0;
  #givenUpAt: MediaTime | undefined;
  #closed = false;

  constructor(options: CallPictureOptions) {
    this.#options = options;
    this.#session = options.session;
    this.#clock = options.clock ?? systemClock;
  }

  /** @throws VisavisError as `Rendering.open` says */
  open(): Promise<void> {
    return this.#inTurn(() => this.#prepare(this.#session, this.#scale));
  }

  /** See FaceSession.render. */
  render(parameters: Float32Array, mediaTime: MediaTime, { resting = false } = {}): Promise<EncodedFrame | undefined> {
    return this.#inTurn(async () => {
      if (this.#closed) return undefined;
      if (this.#givenUpAt !== undefined && !(await this.#revive(mediaTime))) return undefined;
      if (!this.#canvas || !this.#encoder) return undefined;
      const changed = await this.#canvas.paint(parameters);
      const keyFrame = this.#keyFrame;
      const isRecent = this.#sentAt !== undefined && mediaTime - this.#sentAt < REPEAT_AFTER_S * MEDIA_RATE_HZ;
      if (resting && !changed && !keyFrame && isRecent) return undefined;
      try {
        const encoded = await this.#encode(this.#encoder, this.#canvas.frame, mediaTime, keyFrame);
        if (keyFrame && encoded) this.#keyFrame = false;
        if (encoded) this.#sentAt = mediaTime;
        if (++this.#goodFrames >= FORGIVEN_AFTER_FRAMES) this.#failures = 0;
        return encoded;
      } catch (error) {
        await this.#recover(toVisavisError(error, 'rendering'), mediaTime);
        return undefined;
      }
    });
  }

  requestKeyFrame(): void {
    this.#keyFrame = true;
  }

  setBitrate(bitrateBps: number): void {
    this.#session = { ...this.#session, bitrateBps };
    this.#encoder?.setBitrate(bitrateBps);
  }

  setSize(widthPx: number, heightPx: number): Promise<void> {
    return this.#inTurn(() => this.#prepare({ ...this.#session, widthPx, heightPx }, this.#scale));
  }

  setAvatar(avatar: string): Promise<void> {
    return this.#inTurn(() => this.#prepare({ ...this.#session, avatar }, this.#scale));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#turn;
    await this.#release();
  }

  /** Frames, size and avatar changes happen one after the other, in the order in which they were asked for. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** Makes canvas and encoder for a session's state; the old ones stay when that fails. */
  async #prepare(session: FaceSessionOptions, scale: number): Promise<void> {
    if (this.#closed) return;
    const { store, openEncoder, gpu } = this.#options;
    const widthPx = scaledSide(session.widthPx, scale);
    const heightPx = scaledSide(session.heightPx, scale);
    const face = await store.acquire(session.avatar, widthPx, heightPx);
    let encoder: FrameEncoder;
    try {
      encoder = await openEncoder({
        codec: session.codec,
        widthPx,
        heightPx,
        framesPerS: session.framesPerS,
        bitrateBps: session.bitrateBps,
      });
    } catch (error) {
      await store.release(face);
      throw error;
    }
    await this.#release();
    this.#session = session;
    this.#face = face;
    this.#canvas = new CallCanvas({ face, gpu, stillnessPx: STILLNESS_PX, clock: this.#clock });
    this.#encoder = encoder;
    this.#keyFrame = true;
    this.#goodFrames = 0;
  }

  async #release(): Promise<void> {
    const encoder = this.#encoder;
    this.#encoder = undefined;
    this.#canvas?.close();
    this.#canvas = undefined;
    // A stalled encoder may never close; nobody waits for it.
    void encoder?.close();
    if (this.#face) await this.#options.store.release(this.#face);
    this.#face = undefined;
  }

  #encode(encoder: FrameEncoder, frame: Uint8Array, mediaTime: MediaTime, keyFrame: boolean): Promise<EncodedFrame | undefined> {
    return new Promise((resolve, reject) => {
      const { stallTimeoutMs } = this.#options;
      const alarm = this.#clock.at(this.#clock.nowMs() + stallTimeoutMs, () => {
        reject(renderingError('encoder_stalled', `The encoder gave nothing for ${stallTimeoutMs} ms`));
      });
      encoder
        .encode(frame, mediaTime, keyFrame)
        .then(resolve, reject)
        .finally(() => alarm[Symbol.dispose]());
    });
  }

  async #recover(cause: VisavisError, mediaTime: MediaTime): Promise<void> {
    this.#failures++;
    const smaller = this.#scale * SMALLER;
    const canShrink = Math.min(this.#session.widthPx, this.#session.heightPx) * smaller >= SMALLEST_PX;
    if (this.#failures > 2 || (this.#failures === 2 && !canShrink)) return this.#giveUp(cause, mediaTime);
    if (this.#failures === 2) this.#scale = smaller;
    try {
      await this.#prepare(this.#session, this.#scale);
    } catch (error) {
      await this.#giveUp(toVisavisError(error, 'rendering'), mediaTime);
    }
  }

  async #giveUp(error: VisavisError, mediaTime: MediaTime): Promise<void> {
    await this.#release();
    this.#givenUpAt = mediaTime;
    this.#options.onHealth(error);
  }

  async #revive(mediaTime: MediaTime): Promise<boolean> {
    if (mediaTime - (this.#givenUpAt ?? 0) < RETRY_EVERY_S * MEDIA_RATE_HZ) return false;
    try {
      await this.#prepare(this.#session, this.#scale);
    } catch {
      // Still failing is what was reported already.
      this.#givenUpAt = mediaTime;
      return false;
    }
    this.#givenUpAt = undefined;
    this.#failures = 0;
    this.#options.onHealth(undefined);
    return true;
  }
}

const scaledSide = (sidePx: number, scale: number): number => 2 * Math.round((sidePx * scale) / 2);
