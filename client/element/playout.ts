/**
 * What the visitor has really heard. The RTP timestamp of the sound that leaves the jitter buffer now is the call's
 * media time at the loudspeaker: the server cuts its memory there when it is interrupted, and the captions follow it.
 */
const RTP_RATE_HZ = 48_000;

/** With DTX the server sends one packet every <= 400 ms in silence; longer without packets, the sound has stopped. */
const MAX_EXTRAPOLATION_MS = 500;

export interface PlayoutSample {
  /** 32 bits, 48 kHz. */
  readonly rtpTimestamp: number;
  /** When it was played, on the axis of `nowMs`. */
  readonly atMs: number;
}

/** Counts RTP timestamps on beyond 2^32 (about a day of sound), in both directions around the last one (RFC 3550 section 5.1). */
export class TimestampUnwrapper {
  #last: number | undefined;

  unwrap(timestamp: number): number {
    this.#last = this.#last === undefined ? timestamp >>> 0 : this.#last + ((timestamp - this.#last) | 0);
    return this.#last;
  }
}

/** RTP timestamps further ahead of the call's age than this don't count from the call's beginning. */
const PLAUSIBLE_LEAD_MS = 60_000;

/**
 * The server's audio timestamps are its media time. Where something in between has renumbered them, the first sound
 * that is heard stands for the beginning of the call.
 */
export class PlayoutClock {
  readonly #read: () => PlayoutSample | undefined;
  readonly #nowMs: () => number;
  readonly #unwrapper = new TimestampUnwrapper();
  readonly #bornMs: number;
  #origin: number | undefined;

  constructor(read: () => PlayoutSample | undefined, nowMs: () => number) {
    this.#read = read;
    this.#nowMs = nowMs;
    this.#bornMs = nowMs();
  }

  /** Media time that is heard now, milliseconds, or `undefined` before the first sound. */
  positionMs(): number | undefined {
    const sample = this.#read();
    if (!sample) return undefined;
    const timestamp = this.#unwrapper.unwrap(sample.rtpTimestamp);
    const ageMs = sample.atMs - this.#bornMs;
    this.#origin ??= msOf(timestamp) > ageMs + PLAUSIBLE_LEAD_MS ? timestamp : 0;
    const elapsedMs = Math.min(MAX_EXTRAPOLATION_MS, Math.max(0, this.#nowMs() - sample.atMs));
    return msOf(timestamp - this.#origin) + elapsedMs;
  }
}

const msOf = (timestamp: number): number => (timestamp / RTP_RATE_HZ) * 1000;

/** The newest played sample of a WebRTC audio receiver (WebRTC section 5.4, RTCRtpContributingSource). */
export function playedBy(receiver: RTCRtpReceiver): PlayoutSample | undefined {
  const sources = receiver.getSynchronizationSources();
  const newest = sources.reduce<RTCRtpSynchronizationSource | undefined>((a, b) => (a && a.timestamp >= b.timestamp ? a : b), undefined);
  // The timestamp's axis is the Unix epoch (performance.timeOrigin + performance.now()).
  return newest?.rtpTimestamp === undefined
    ? undefined
    : { rtpTimestamp: newest.rtpTimestamp, atMs: newest.timestamp - performance.timeOrigin };
}

export interface NetworkSample {
  readonly roundTripMs: number | undefined;
  /** Mean delay of sound in the jitter buffer since the last sample. */
  readonly jitterBufferMs: number | undefined;
  readonly framesPerS: number | undefined;
  readonly framesDropped: number | undefined;
  readonly freezes: number | undefined;
  /** Share of packets lost since the call began, 0..1. */
  readonly lossShare: number | undefined;
}

/** Reads what the waterfall calls "network" out of the connection's statistics (W3C webrtc-stats). */
export class NetworkMeter {
  #delayS = 0;
  #emitted = 0;

  read(report: ReadonlyMap<string, unknown>): NetworkSample {
    const stats = [...report.values()] as Record<string, unknown>[];
    const inbound = (kind: string) => stats.find((s) => s['type'] === 'inbound-rtp' && s['kind'] === kind);
    const pairs = stats.filter((s) => s['type'] === 'candidate-pair' && s['state'] === 'succeeded');
    const pair = pairs.find((s) => s['nominated'] === true) ?? pairs[0];
    const audio = inbound('audio');
    const video = inbound('video');
    const roundTripS = numberIn(pair, 'currentRoundTripTime');
    const lost = (numberIn(audio, 'packetsLost') ?? 0) + (numberIn(video, 'packetsLost') ?? 0);
    const received = (numberIn(audio, 'packetsReceived') ?? 0) + (numberIn(video, 'packetsReceived') ?? 0);
    return {
      roundTripMs: roundTripS === undefined ? undefined : roundTripS * 1000,
      jitterBufferMs: this.#bufferDelayMs(audio),
      framesPerS: numberIn(video, 'framesPerSecond'),
      framesDropped: numberIn(video, 'framesDropped'),
      freezes: numberIn(video, 'freezeCount'),
      // `packetsLost` falls below zero when packets arrive twice.
      lossShare: received > 0 ? Math.min(1, Math.max(0, lost) / (Math.max(0, lost) + received)) : undefined,
    };
  }

  #bufferDelayMs(audio: Record<string, unknown> | undefined): number | undefined {
    const delayS = numberIn(audio, 'jitterBufferDelay') ?? 0;
    const emitted = numberIn(audio, 'jitterBufferEmittedCount') ?? 0;
    const meanMs = emitted > this.#emitted ? ((delayS - this.#delayS) / (emitted - this.#emitted)) * 1000 : undefined;
    this.#delayS = delayS;
    this.#emitted = emitted;
    return meanMs;
  }
}

const numberIn = (stat: Record<string, unknown> | undefined, name: string): number | undefined =>
  typeof stat?.[name] === 'number' ? stat[name] : undefined;
