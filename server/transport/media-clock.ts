import { MEDIA_RATE_HZ, type MediaTime } from '../core/media-time.ts';

const UNITS_PER_MS = MEDIA_RATE_HZ / 1000;

/**
 * The one axis of a call. Every deadline is computed from the start, never from the deadline before it, so that nothing
 * accumulates: after an hour the 180,000th packet is due exactly 3,600 s after the first.
 */
export class MediaClock {
  readonly startMs: number;

  constructor(startMs: number) {
    this.startMs = startMs;
  }

  /** When `time` is due, on the axis of the clock that `startMs` was read from. */
  deadlineMs(time: MediaTime): number {
    return this.startMs + time / UNITS_PER_MS;
  }

  /** The media time that is due at `atMs`. */
  timeAt(atMs: number): MediaTime {
    return Math.max(0, Math.floor((atMs - this.startMs) * UNITS_PER_MS));
  }
}
