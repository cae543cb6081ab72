import type { Clock } from '../core/clock.ts';
import { Emitter } from '../core/events.ts';
import { MEDIA_RATE_HZ, type MediaTime, SPEECH_RATE_HZ } from '../core/media-time.ts';
import type { EncodedFrame, RenderingPlace } from '../core/video.ts';
import type { CallTransport, Pacer, TransportEvents } from './contract.ts';
import { Gain } from './gain.ts';
import { MediaClock } from './media-clock.ts';
import { SpeechTimeline } from './speech-timeline.ts';
import { sharedTicker } from './ticker.ts';

/** Where pictures come from. */
export interface FrameSource {
  /** The face at a media time; the array may be reused by the next call. */
  frameAt(time: MediaTime): Float32Array;
  /** Copies the parameters before it returns. `undefined`: there will be no picture for this time, or the visitor draws it. */
  render(parameters: Float32Array, time: MediaTime): Promise<EncodedFrame | undefined>;
  readonly framesPerS: number;
  /** How long before its deadline a frame is asked for. */
  readonly leadMs: number;
}

/** As much of a transport as is needed here. */
export interface PacedTransport extends Pick<CallTransport, 'sendAudio' | 'sendVideo' | 'isConnected' | 'isNarrow' | 'video'> {
  on<K extends keyof TransportEvents>(event: K, listener: (...args: TransportEvents[K]) => void): unknown;
  off<K extends keyof TransportEvents>(event: K, listener: (...args: TransportEvents[K]) => void): unknown;
}

export interface PacerOptions {
  readonly transport: PacedTransport;
  readonly frames?: FrameSource | undefined;
  /** The process's shared ticker when not given. */
  readonly clock?: Clock;
}

interface PacerEvents {
  started: [turnId: string, at: MediaTime];
  drained: [turnId: string, at: MediaTime];
  frameFailed: [error: unknown];
}

const TICK_MS = 20;
const TICK_UNITS = (MEDIA_RATE_HZ * TICK_MS) / 1000;
/** Samples of speech in one tick; the timeline counts them, media time counts two units for each. */
const TICK_SAMPLES = (SPEECH_RATE_HZ * TICK_MS) / 1000;
const UNITS_PER_SAMPLE = MEDIA_RATE_HZ / SPEECH_RATE_HZ;
/** On a narrow link, where the head of a packet may be larger than the sound in it, a frame is so many ticks long. */
const NARROW_TICKS = 3;
/** The start lies on the shared ticker's grid, so that no packet waits for it. */
const GRID_MS = 5;
/** After the event loop was held up: so many packets at once, then the next ones a grid step later. */
const MAX_BURST = 3;
/** Sound that is later than this is not worth sending any more. */
const MAX_BACKLOG_TICKS = 25;
/** Pictures that are being made at once. More would only queue behind a slow encoder. */
const MAX_IN_FLIGHT = 2;

/** Starts the call's media clock. */
export function createPacer(options: PacerOptions): Pacer {
  return new CallPacer(options);
}

/**
 * Sends sound and picture of one call, each at its deadline. Sound leaves every 20 ms whatever the picture does, or on a narrow
 * link as much as 60 ms of it at the time when the first of them are due: what is heard is not later for it. A picture is
 * asked for `leadMs` early and leaves at its deadline, or as soon after as it is ready, stamped with the time it shows.
 * While the encoder is busy with two, frames are left out before they are drawn (leaving one out after it was encoded would
 * break those that build on it).
 */
class CallPacer extends Emitter<PacerEvents> implements Pacer {
  readonly #transport: PacedTransport;
  readonly #frames: FrameSource | undefined;
  readonly #clock: Clock;
  readonly #media: MediaClock;
  readonly #timeline: SpeechTimeline;
  readonly #gain = new Gain(SPEECH_RATE_HZ);
  #audioTimer: Disposable | undefined;
  #nextTick = 0;
  #closed = false;

  #videoTimer: Disposable | undefined;
  readonly #sending = new Set<Disposable>();
  #place: RenderingPlace = 'server';
  /** What the bandwidth allows. */
  #target: { readonly videoBps: number; readonly framesPerS: number };
  /** What the call allows. */
  #limitPerS = Number.POSITIVE_INFINITY;
  #framesPerS: number;
  /** Frames are counted from here, so that their times are exact at any rate. */
  #videoOrigin: MediaTime = 0;
  #frameCount = 0;
  #inFlight = 0;
  #showing = false;
  #frameHasFailed = false;

  readonly #onConnected = () => this.#show(true);
  readonly #onInterrupted = () => this.#show(false);
  readonly #onTarget = (target: { videoBps: number; framesPerS: number }) => {
    this.#target = target;
    this.#retarget();
  };

  constructor({ transport, frames, clock = sharedTicker }: PacerOptions) {
    super();
    this.#transport = transport;
    this.#clock = clock;
    this.#frames = frames;
    this.#framesPerS = frames?.framesPerS ?? 25;
    this.#target = { videoBps: Number.POSITIVE_INFINITY, framesPerS: this.#framesPerS };
    this.#media = new MediaClock(Math.ceil(clock.nowMs() / GRID_MS) * GRID_MS);
    this.#timeline = new SpeechTimeline(SPEECH_RATE_HZ, {
      started: (turnId, at) => this.emit('started', turnId, at * UNITS_PER_SAMPLE),
      drained: (turnId, at) => this.emit('drained', turnId, at * UNITS_PER_SAMPLE),
    });
    this.#armAudio(this.#media.deadlineMs(0));
    if (!this.#frames) return;
    transport.on('connected', this.#onConnected);
    transport.on('interrupted', this.#onInterrupted);
    transport.on('target', this.#onTarget);
    if (transport.isConnected !== false) this.#show(true);
  }

  now(): MediaTime {
    return this.#media.timeAt(this.#clock.nowMs());
  }

  earliestStart(): MediaTime {
    // After a stall, ticks may be due that are in the past; nothing new begins there.
    const due = Math.ceil((this.#clock.nowMs() - this.#media.startMs) / TICK_MS);
    return Math.max(this.#nextTick, due) * TICK_UNITS;
  }

  speak(turnId: string, pcm: Int16Array): { startsAt: MediaTime; endsAt: MediaTime } {
    const { start, end } = this.#timeline.add(turnId, pcm, this.#earliestSample);
    return { startsAt: start * UNITS_PER_SAMPLE, endsAt: end * UNITS_PER_SAMPLE };
  }

  cancel(turnId: string): { stoppedAt: MediaTime; sentMs: number } {
    return this.#stopped(this.#timeline.cancel(turnId, this.#nextSample));
  }

  pause(turnId: string): { stoppedAt: MediaTime; sentMs: number } {
    return this.#stopped(this.#timeline.pause(turnId, this.#nextSample));
  }

  resume(turnId: string): { startsAt: MediaTime } {
    return { startsAt: this.#timeline.resume(turnId, this.#earliestSample) * UNITS_PER_SAMPLE };
  }

  duck(gainDb: number): void {
    this.#gain.fadeTo(gainDb);
  }

  drawnBy(place: RenderingPlace): void {
    this.#place = place;
    this.#retarget();
  }

  limitRate(framesPerS: number): void {
    this.#limitPerS = framesPerS;
    this.#retarget();
  }

  queuedMs(turnId: string): number {
    return (this.#timeline.queued(turnId, this.#nextSample) * 1000) / SPEECH_RATE_HZ;
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#audioTimer?.[Symbol.dispose]();
    this.#show(false);
    for (const timer of this.#sending) timer[Symbol.dispose]();
    this.#sending.clear();
    this.#transport.off('connected', this.#onConnected);
    this.#transport.off('interrupted', this.#onInterrupted);
    this.#transport.off('target', this.#onTarget);
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #nextSample(): number {
    return this.#nextTick * TICK_SAMPLES;
  }

  get #earliestSample(): number {
    return this.earliestStart() / UNITS_PER_SAMPLE;
  }

  #stopped({ at, sent }: { at: number; sent: number }): { stoppedAt: MediaTime; sentMs: number } {
    return { stoppedAt: at * UNITS_PER_SAMPLE, sentMs: (sent * 1000) / SPEECH_RATE_HZ };
  }

  #armAudio(atMs: number): void {
    this.#audioTimer = this.#clock.at(atMs, () => this.#tick());
  }

  #tick(): void {
    const nowMs = this.#clock.nowMs();
    const dueTicks = () => Math.floor((nowMs - this.#media.startMs) / TICK_MS + 1e-6) - this.#nextTick + 1;
    while (dueTicks() > MAX_BURST && (this.#timeline.isSilent(this.#nextSample, TICK_SAMPLES) || dueTicks() > MAX_BACKLOG_TICKS)) {
      this.#timeline.take(this.#nextSample, TICK_SAMPLES);
      this.#nextTick++;
    }
    let packets = 0;
    // A timer may come a little early; its tick is meant all the same.
    do this.#sendSound();
    while (++packets < MAX_BURST && dueTicks() > 0 && !this.#closed);
    if (this.#closed) return;
    const nextMs = this.#media.deadlineMs(this.#nextTick * TICK_UNITS);
    this.#armAudio(nextMs > nowMs ? nextMs : nowMs + GRID_MS);
  }

  #sendSound(): void {
    const mediaTime = this.#nextTick * TICK_UNITS;
    const ticks = this.#frameTicks;
    const pcm = this.#timeline.take(this.#nextSample, ticks * TICK_SAMPLES);
    this.#nextTick += ticks;
    this.#transport.sendAudio(this.#gain.apply(pcm, ticks * TICK_SAMPLES), mediaTime, this.#media.deadlineMs(mediaTime));
  }

  /** Never longer than the sound that is known, so that what comes next follows at once. */
  get #frameTicks(): number {
    if (!this.#transport.isNarrow) return 1;
    const samples = this.#timeline.soundingUntil(this.#nextSample, TICK_SAMPLES) - this.#nextSample;
    return Math.max(1, Math.min(NARROW_TICKS, Math.ceil(samples / TICK_SAMPLES)));
  }

  #retarget(): void {
    const framesPerS = this.#place === 'client' ? (this.#frames?.framesPerS ?? 0) : Math.min(this.#limitPerS, this.#target.framesPerS);
    if (framesPerS > 0 && framesPerS !== this.#framesPerS) {
      this.#videoOrigin = this.#frameTime;
      this.#frameCount = 0;
      this.#framesPerS = framesPerS;
    }
    this.#show(this.#transport.isConnected !== false);
  }

  #show(possible: boolean): void {
    const show = possible && this.#wanted && !this.#closed;
    if (show === this.#showing) return;
    this.#showing = show;
    this.#videoTimer?.[Symbol.dispose]();
    this.#videoTimer = undefined;
    if (show) this.#armVideo();
  }

  get #wanted(): boolean {
    if (!this.#frames) return false;
    return this.#place === 'client' || (this.#transport.video !== undefined && this.#target.videoBps > 0);
  }

  get #frameTime(): MediaTime {
    return this.#videoOrigin + Math.round((this.#frameCount * MEDIA_RATE_HZ) / this.#framesPerS);
  }

  /** Sets the alarm for the next frame that can still be drawn in time. */
  #armVideo(): void {
    const { leadMs } = this.#frames!;
    const nowMs = this.#clock.nowMs();
    const intervalMs = 1000 / this.#framesPerS;
    const lateMs = nowMs - (this.#media.deadlineMs(this.#frameTime) - leadMs);
    if (lateMs > intervalMs) this.#frameCount += Math.floor(lateMs / intervalMs);
    const askAtMs = this.#media.deadlineMs(this.#frameTime) - leadMs;
    this.#videoTimer = this.#clock.at(Math.max(nowMs, askAtMs), () => this.#draw());
  }

  #draw(): void {
    const time = this.#frameTime;
    this.#frameCount++;
    if (this.#inFlight < MAX_IN_FLIGHT) {
      this.#inFlight++;
      void this.#render(time)
        .catch((error) => this.#onFailedFrame(error))
        .finally(() => this.#inFlight--);
    }
    this.#armVideo();
  }

  async #render(time: MediaTime): Promise<void> {
    const frames = this.#frames!;
    const frame = await frames.render(frames.frameAt(time), time);
    if (!frame || this.#closed) return;
    const deadlineMs = this.#media.deadlineMs(time);
    if (this.#clock.nowMs() >= deadlineMs) {
      this.#send(frame, time, deadlineMs);
      return;
    }
    const timer = this.#clock.at(deadlineMs, () => {
      this.#sending.delete(timer);
      this.#send(frame, time, deadlineMs);
    });
    this.#sending.add(timer);
  }

  #send(frame: EncodedFrame, time: MediaTime, deadlineMs: number): void {
    this.#transport.sendVideo({ ...frame, mediaTime: time }, deadlineMs);
  }

  /** Sound and all later frames go on. Told once: what is broken fails 25 times a second. */
  #onFailedFrame(error: unknown): void {
    if (this.#frameHasFailed || this.#closed) return;
    this.#frameHasFailed = true;
    this.emit('frameFailed', error);
  }
}
