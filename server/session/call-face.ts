import type { Config } from '../core/config-schema.ts';
import type { MediaTime } from '../core/media-time.ts';
import type { Metrics } from '../core/metrics.ts';
import type { FaceMode } from '../face/contract.ts';
import type { FaceFrames, SessionParts } from './session-parts.ts';
import type { Wire } from './wire.ts';

export interface CallFaceOptions {
  readonly face: SessionParts['face'];
  readonly config: Config;
  readonly metrics: Metrics;
  readonly wire: Wire;
  readonly mediaTime: () => MediaTime;
  /** A picture was made. */
  readonly pictured: () => void;
}

/** The picture of one call, if it has one: what it shows, and how large it may be. */
export class CallFace {
  readonly #options: CallFaceOptions;

  constructor(options: CallFaceOptions) {
    this.#options = options;
    options.face?.session.onHealth((error) => {
      if (error) options.wire.notice('picture_lost', 'warning', 'The picture is not available; the conversation goes on.');
      else options.wire.notice('picture_back', 'info', 'The picture is back.');
    });
  }

  /** What the pacer asks for pictures. */
  get frames(): FaceFrames | undefined {
    const { face, metrics, pictured } = this.#options;
    if (!face) return undefined;
    return {
      frameAt: (time) => face.performer.frameAt(time),
      render: async (parameters, time) => {
        const frame = await face.session.render(parameters, time);
        if (frame) {
          metrics.framesEncoded.inc();
          pictured();
        } else metrics.framesDropped.inc({ reason: 'late' });
        return frame;
      },
    };
  }

  setMode(mode: FaceMode): void {
    this.#options.face?.performer.setMode(mode, this.#options.mediaTime());
  }

  /** What the bandwidth allows. */
  retarget({ videoBps, scale }: { videoBps: number; scale: number }): void {
    const { face, config } = this.#options;
    if (!face) return;
    if (videoBps > 0) face.session.setBitrate(videoBps);
    const evenPx = (px: number) => Math.max(64, Math.round((px * scale) / 16) * 16);
    face.session.setSize(evenPx(config.face.widthPx), evenPx(config.face.heightPx));
  }
}
