import type { ClientEventInput } from '../../server/protocol/index.ts';
import { NetworkMeter, type NetworkSample } from './playout.ts';
import { QueueWatch } from './queue-watch.ts';
import { TypedEvents } from './typed-events.ts';

export interface CallReportEvents {
  network: NetworkSample;
  /** The way up is too narrow for what is sent. */
  queue: undefined;
}

export interface CallReportOptions {
  readonly peer: RTCPeerConnection;
  /** Media time at the loudspeaker, milliseconds. */
  readonly playoutMs: () => number | undefined;
  /** Tells the server; nothing where it cannot be told just now. */
  readonly send: (event: ClientEventInput) => void;
}

const PLAYOUT_EVERY_MS = 200;
/** The same where every packet counts. */
const THRIFTY_PLAYOUT_EVERY_MS = 1_000;
const NETWORK_EVERY_MS = 1_000;
/** Every so many network samples the server is told, too. */
const STATS_EVERY_SAMPLES = 3;

/** What only this side of a call can measure: how far its sound has been heard, and how the network does. */
export class CallReports extends TypedEvents<CallReportEvents> {
  readonly #options: CallReportOptions;
  readonly #meter = new NetworkMeter();
  readonly #queue = new QueueWatch();
  #playoutTimer: ReturnType<typeof setInterval> | undefined;
  #networkTimer: ReturnType<typeof setInterval> | undefined;
  #reportedMs = -1;
  #sample: NetworkSample | undefined;
  #samples = 0;
  #isClosed = false;

  constructor(options: CallReportOptions) {
    super();
    this.#options = options;
  }

  /** Begins, or goes on more sparsely. */
  start(isThrifty: boolean): void {
    if (this.#isClosed) return;
    clearInterval(this.#playoutTimer);
    this.#playoutTimer = setInterval(() => this.#reportPlayout(), isThrifty ? THRIFTY_PLAYOUT_EVERY_MS : PLAYOUT_EVERY_MS);
    this.#networkTimer ??= setInterval(() => void this.#readNetwork(), NETWORK_EVERY_MS);
  }

  /** Packets take another way: what was measured of the one before says nothing. */
  onNewPath(): void {
    this.#queue.restart();
  }

  /** From the server's packet to the loudspeaker, milliseconds: half a round trip and the wait in the jitter buffer. */
  get networkMs(): number | undefined {
    const { roundTripMs, jitterBufferMs } = this.#sample ?? {};
    if (roundTripMs === undefined && jitterBufferMs === undefined) return undefined;
    return (roundTripMs ?? 0) / 2 + (jitterBufferMs ?? 0);
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#playoutTimer);
    clearInterval(this.#networkTimer);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #reportPlayout(): void {
    const playedMs = Math.round(this.#options.playoutMs() ?? -1);
    if (playedMs < 0 || playedMs === this.#reportedMs) return;
    this.#reportedMs = playedMs;
    const jitterMs = this.#sample?.jitterBufferMs;
    this.#options.send({
      type: 'visavis.playout',
      played_media_ms: playedMs,
      ...(jitterMs !== undefined && { jitter_buffer_ms: Math.round(jitterMs) }),
    });
  }

  async #readNetwork(): Promise<void> {
    const report = await this.#options.peer.getStats();
    if (this.#isClosed) return;
    const sample = this.#meter.read(report as unknown as Map<string, unknown>);
    this.#sample = sample;
    this.emit('network', sample);
    if (this.#queue.sees(sample.roundTripMs)) this.emit('queue', undefined);
    if (++this.#samples % STATS_EVERY_SAMPLES === 0) this.#options.send({ type: 'visavis.client_stats', ...statsOf(sample) });
  }
}

function statsOf({ roundTripMs, framesPerS, framesDropped, freezes, lossShare }: NetworkSample): object {
  return {
    ...(roundTripMs !== undefined && { round_trip_ms: roundTripMs }),
    ...(framesPerS !== undefined && { frames_per_s: framesPerS }),
    ...(framesDropped !== undefined && { frames_dropped: framesDropped }),
    ...(freezes !== undefined && { freezes }),
    ...(lossShare !== undefined && { loss_share: lossShare }),
  };
}
