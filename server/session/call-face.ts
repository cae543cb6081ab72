import type { Clock } from '../core/clock.ts';
import type { Config } from '../core/config-schema.ts';
import type { Log } from '../core/log.ts';
import type { MediaTime } from '../core/media-time.ts';
import type { Metrics } from '../core/metrics.ts';
import { BEST_STEP, frameRateAt, type PictureQuality, type PictureStep, sizeAt } from '../core/picture-steps.ts';
import type { RenderingPlace } from '../core/video.ts';
import type { FaceMode } from '../face/contract.ts';
import { RestingRate } from '../face/resting-rate.ts';
import { FaceWeightsEncoder } from '../face/weights/encoder.ts';
import type { FaceSession } from '../rendering/contract.ts';
import type { CallTransport } from '../transport/contract.ts';
import { LoadSteps } from './load-steps.ts';
import { sessionError } from './session-error.ts';
import type { FaceFrames, OpenedFace } from './session-parts.ts';
import type { Wire } from './wire.ts';

/** How the picture may be made; `videoBps` 0: not at all. */
interface PictureTarget {
  readonly videoBps: number;
  readonly framesPerS: number;
  readonly scale: number;
}

export interface CallFaceOptions {
  readonly face: OpenedFace | undefined;
  readonly avatar: string;
  readonly quality: PictureQuality;
  readonly transport: CallTransport;
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly wire: Wire;
  readonly mediaTime: () => MediaTime;
  /** The pictures come from there now. */
  readonly drawnBy: (place: RenderingPlace) => void;
  /** Pictures of the server are to come no faster from now on. */
  readonly limitRate: (framesPerS: number) => void;
  /** A picture was made. */
  readonly pictured: () => void;
}

/** Somebody who listens moves little; an answer to what was heard must be seen at once. */
const RESTING: ReadonlySet<FaceMode> = new Set(['idle', 'listening']);

/** On a narrow link so many frames share a packet, whose head is three times a frame: the first ones wait for the last. */
const NARROW_FRAMES = 3;

/**
 * The picture of one call, if it has one: who draws it, what it shows, and how large it may be. While the visitor's browser
 * draws, no face process works for the call, and the face's parameters leave as datagrams.
 */
export class CallFace {
  readonly #options: CallFaceOptions;
  readonly #resting: RestingRate;
  #mode: FaceMode = 'idle';
  #picture: FaceSession | undefined;
  #place: RenderingPlace;
  #avatar: string;
  #quality: PictureQuality;
  /** What the processor allows, for `auto`. */
  #load: LoadSteps;
  #weights = new FaceWeightsEncoder();
  /** Frames of a packet that is not full yet. */
  #waiting: Uint8Array[] = [];
  /** What the bandwidth allows. */
  #target: PictureTarget;
  /** Changes of avatar and place happen one after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(options: CallFaceOptions) {
    this.#options = options;
    this.#resting = new RestingRate(options.config.face.restingFramesPerS);
    this.#avatar = options.avatar;
    this.#quality = options.quality;
    this.#load = new LoadSteps(options.config.face);
    this.#target = { videoBps: options.config.transport.startVideoBps, framesPerS: options.config.face.framesPerS, scale: 1 };
    this.#place = options.face && !options.face.session ? 'client' : 'server';
    if (options.face?.session) this.#adopt(options.face.session);
    options.transport.on('datagram', (feedback) => this.#weights.receive(feedback));
  }

  get place(): RenderingPlace {
    return this.#place;
  }

  /** How the server's picture is made now; undefined while it draws none. */
  get picture(): { readonly videoBps: number; readonly framesPerS: number } | undefined {
    if (!this.#picture) return undefined;
    const { videoBps, framesPerS } = this.#target;
    return { videoBps: Math.min(this.#mostBps, videoBps), framesPerS: Math.min(this.framesPerS, framesPerS) };
  }

  /** The most that quality and processor allow. */
  get framesPerS(): number {
    return frameRateAt(this.#step, this.#options.config.face.framesPerS);
  }

  /** What the pacer asks for pictures. */
  get frames(): FaceFrames | undefined {
    const { face } = this.#options;
    if (!face) return undefined;
    return {
      frameAt: (time) => face.performer.frameAt(time),
      render: (parameters, time) => (this.#place === 'client' ? this.#tell(parameters, time) : this.#draw(parameters, time)),
    };
  }

  setMode(mode: FaceMode): void {
    this.#mode = mode;
    this.#options.face?.performer.setMode(mode, this.#options.mediaTime());
  }

  /** Somebody else's face. @throws VisavisError `avatar_unknown`, `avatar_invalid` */
  setAvatar(avatar: string): Promise<void> {
    return this.#inTurn(async () => {
      const { face } = this.#options;
      if (!face) return;
      const [emotions] = await Promise.all([face.emotionsOf(avatar), this.#picture?.setAvatar(avatar)]);
      face.performer.setEmotionTable(emotions);
      this.#avatar = avatar;
    });
  }

  /**
   * From now on this side draws. The old way goes on until the new one can begin.
   * @throws VisavisError `unsupported` for a call without pictures; and as `Rendering.open` says
   */
  drawBy(place: RenderingPlace): Promise<void> {
    return this.#inTurn(async () => {
      const { face, transport, drawnBy } = this.#options;
      if (place === this.#place || this.#closed) return;
      if (!face || (place === 'server' && !transport.video)) throw sessionError('unsupported', 'This call has no video track to draw for');
      if (place === 'server') {
        const picture = await face.openSession(this.#avatar);
        if (this.#closed) return picture.close();
        this.#load = new LoadSteps(this.#options.config.face);
        this.#adopt(picture);
      } else {
        this.#weights = new FaceWeightsEncoder();
        this.#waiting = [];
      }
      this.#place = place;
      drawnBy(place);
      if (place === 'server') return;
      const picture = this.#picture;
      this.#picture = undefined;
      await picture?.close();
    });
  }

  /** From now on the server's picture is as good as this, or as shortage allows. */
  setQuality(quality: PictureQuality): void {
    if (quality === this.#quality) return;
    this.#quality = quality;
    this.#load = new LoadSteps(this.#options.config.face);
    this.#fit();
  }

  requestKeyFrame(): void {
    this.#picture?.requestKeyFrame();
  }

  /** What the bandwidth allows. */
  retarget(target: PictureTarget): void {
    this.#target = target;
    this.#fit();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#turn;
    await this.#picture?.close();
  }

  #adopt(picture: FaceSession): void {
    const { wire } = this.#options;
    this.#picture = picture;
    picture.onHealth((error) => {
      if (error) wire.notice('picture_lost', 'warning', 'The picture is not available; the conversation goes on.');
      else wire.notice('picture_back', 'info', 'The picture is back.');
    });
    this.#fit();
  }

  /** The best that quality and processor allow; the bandwidth may allow less. */
  get #step(): PictureStep {
    return this.#quality === 'auto' ? this.#load.current : BEST_STEP[this.#quality];
  }

  /** Smaller and fewer pictures look no better with more bits. */
  get #mostBps(): number {
    const { rate, scale } = this.#step;
    return Math.round(this.#options.config.transport.maxVideoBps * rate * scale);
  }

  /** Makes the picture as good as everything allows: quality, processor, bandwidth. */
  #fit(): void {
    const { config, limitRate } = this.#options;
    limitRate(this.framesPerS);
    if (!this.#picture) return;
    const { videoBps, scale } = this.#target;
    if (videoBps > 0) this.#picture.setBitrate(Math.min(this.#mostBps, videoBps));
    const { widthPx, heightPx } = sizeAt({ scale: Math.min(this.#step.scale, scale) }, config.face);
    this.#picture.setSize(widthPx, heightPx);
  }

  async #draw(parameters: Float32Array, time: MediaTime): ReturnType<FaceSession['render']> {
    const { metrics, pictured, clock, config } = this.#options;
    const resting = RESTING.has(this.#mode);
    if (!this.#resting.isDue(parameters, time, resting)) {
      metrics.framesDropped.inc({ reason: 'resting' });
      return undefined;
    }
    const askedMs = clock.nowMs();
    const frame = await this.#picture?.render(parameters, time, { resting });
    const nowMs = clock.nowMs();
    const tookMs = nowMs - askedMs;
    // One that was refused at once, as without a face process, says nothing about the processor.
    const counts = this.#quality === 'auto' && (frame !== undefined || tookMs > config.face.lateAfterMs);
    if (counts && this.#load.took(tookMs, nowMs)) this.#fit();
    if (frame) {
      metrics.framesEncoded.inc();
      pictured();
    } else metrics.framesDropped.inc({ reason: resting && tookMs <= config.face.lateAfterMs ? 'resting' : 'late' });
    return frame;
  }

  #tell(parameters: Float32Array, time: MediaTime): Promise<undefined> {
    const { transport, metrics, pictured } = this.#options;
    this.#waiting.push(this.#weights.encode(parameters, time, { follows: this.#waiting.length > 0 }));
    if (transport.isNarrow && this.#waiting.length < NARROW_FRAMES) return Promise.resolve(undefined);
    const frames = this.#waiting;
    this.#waiting = [];
    if (transport.sendDatagram(Buffer.concat(frames))) {
      metrics.faceFramesSent.inc(frames.length);
      pictured();
    } else metrics.framesDropped.inc({ reason: 'congested' });
    return Promise.resolve(undefined);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}
