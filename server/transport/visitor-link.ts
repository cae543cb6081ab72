import type { TransportWideCC } from 'werift';
import type { Config } from '../core/config-schema.ts';
import { BandwidthEstimator, type DeliveredPacket } from './bandwidth.ts';
import { LinkWidth } from './link-width.ts';
import { PictureLadder, type PictureTarget } from './picture-ladder.ts';
import { type OfferedAudio, wantsLittle } from './sdp.ts';
import { SendHistory, twccResults } from './twcc.ts';

export interface VisitorLinkOptions {
  readonly config: Config['transport'];
  readonly audio: OfferedAudio;
  /** Of a picture with all the bandwidth that it wants. */
  readonly framesPerS: number;
}

/** Heads of the packets of sound, which the picture may not use. */
const AUDIO_OVERHEAD_BPS = 30_000;
/** The frame before comes again with each one (RED); on a narrow link there is no room for it. */
const REDUNDANT_FRAMES = 1;
/** A retry begins with a little more than the least picture needs. */
const PROBE_SHARE = 1.3;

/** The way to the visitor: what it was found to carry, and how much sound and picture are to be sent over it. */
export class VisitorLink {
  /** Whatever leaves is entered here, to be found again when its arrival is reported. */
  readonly history = new SendHistory();
  readonly #options: VisitorLinkOptions;
  readonly #estimator: BandwidthEstimator;
  readonly #ladder: PictureLadder;
  readonly #width = new LinkWidth();

  constructor(options: VisitorLinkOptions) {
    this.#options = options;
    const { config, framesPerS } = options;
    this.#estimator = new BandwidthEstimator({
      startBps: config.startVideoBps + this.#audioBps,
      minBps: this.#audioBps,
      maxBps: config.maxVideoBps + this.#audioBps,
    });
    this.#ladder = new PictureLadder({ ...config, framesPerS });
  }

  /** The visitor says so, or it was found out. */
  get isNarrow(): boolean {
    return wantsLittle(this.#options.audio) || this.#width.isNarrow;
  }

  get opusBps(): number {
    const { config, audio } = this.#options;
    const { audioBitrateBps, narrowAudioBitrateBps } = config;
    const mostBps = this.isNarrow ? Math.min(audioBitrateBps, narrowAudioBitrateBps) : audioBitrateBps;
    return Math.min(mostBps, audio.maxBitrateBps ?? Number.POSITIVE_INFINITY);
  }

  /** How many frames of sound come again with each one, where RED was agreed on. */
  get redundantFrames(): number {
    return this.isNarrow ? 0 : REDUNDANT_FRAMES;
  }

  get availableBps(): number {
    return this.#estimator.availableBps;
  }

  get lossShare(): number {
    return this.#estimator.lossShare;
  }

  /** Another path, or the same one after an outage. */
  restart(): void {
    this.history.clear();
    this.#estimator.restart();
    this.#width.restart();
  }

  /** What has arrived. True: `isNarrow` has changed. */
  report(feedback: TransportWideCC, nowMs: number): boolean {
    const delivered: DeliveredPacket[] = [];
    for (const { sequenceNumber, arrivedAtMs } of twccResults(feedback)) {
      const sent = this.history.take(sequenceNumber, arrivedAtMs !== undefined);
      if (sent) delivered.push({ ...sent, arrivedAtMs });
    }
    this.#estimator.report(delivered, nowMs);
    return this.#width.update(this.#estimator, nowMs);
  }

  /** How pictures should be made from now on, when that has changed. */
  nextTarget(nowMs: number): PictureTarget | undefined {
    if (!this.#width.isNarrow && this.#ladder.retry(this.#estimator.congested, nowMs))
      this.#estimator.probe(this.#audioBps + this.#options.config.minVideoBps * PROBE_SHARE);
    return this.#ladder.update(this.#estimator.availableBps - this.#audioBps, nowMs);
  }

  get #audioBps(): number {
    return this.opusBps * (this.#options.audio.redPayloadType === undefined ? 1 : 1 + REDUNDANT_FRAMES) + AUDIO_OVERHEAD_BPS;
  }
}
