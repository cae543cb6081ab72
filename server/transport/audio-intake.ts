import type { Clock } from '../core/clock.ts';
import { SPEECH_RATE_HZ } from '../core/media-time.ts';
import { SoundQueue } from '../core/sound-queue.ts';
import { FRAME_MS, HEARING_FRAME } from './opus.ts';
import { SpeechToHearing } from './resample.ts';

/** Late by so much, and the client counts as having stopped. */
const STOPPED_MS = 120;
/** Sound that came early postpones that by as long as it lasts, within these; longer pieces are no live stream. */
const MIN_LEAD_MS = 200;
const MAX_LEAD_MS = 1_000;
/** A whole recording at once is passed on at 25 times its speed, not in one breath. */
const FRAMES_PER_TICK = 25;
const MAX_WAITING_MS = 60_000;

/**
 * Sound that a client appends whenever it likes, as frames for the ear: what comes is passed on at once, in order; when
 * nothing comes, silence follows in real time, so that a turn can end and a wait can time out.
 */
export class AudioIntake implements Disposable {
  readonly #clock: Clock;
  readonly #onFrame: (pcm: Int16Array) => void;
  readonly #resampler = new SpeechToHearing();
  readonly #waiting = new SoundQueue();
  /** How much more sound was passed on than time went by. */
  #leadMs = 0;
  #mostLeadMs = MIN_LEAD_MS;
  readonly #startMs: number;
  #ticks = 0;
  #timer: Disposable;

  constructor(clock: Clock, onFrame: (pcm: Int16Array) => void) {
    this.#clock = clock;
    this.#onFrame = onFrame;
    this.#startMs = clock.nowMs();
    this.#timer = this.#arm();
  }

  /** Mono 24 kHz. False when so much is waiting already that it was dropped. */
  append(pcm: Int16Array): boolean {
    const samples = this.#resampler.convert(pcm);
    const waitingMs = (this.#waiting.samples / HEARING_FRAME) * FRAME_MS;
    if (waitingMs > MAX_WAITING_MS) return false;
    this.#waiting.push(samples);
    const durationMs = (pcm.length / SPEECH_RATE_HZ) * 1000;
    this.#mostLeadMs = durationMs > MAX_LEAD_MS ? MIN_LEAD_MS : Math.max(MIN_LEAD_MS, durationMs);
    this.#leadMs = Math.max(0, this.#leadMs);
    this.#pass(FRAMES_PER_TICK);
    return true;
  }

  /** Forgets what was appended and not yet passed on. */
  clear(): void {
    this.#waiting.clear();
  }

  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]();
    this.clear();
  }

  #arm(): Disposable {
    return this.#clock.at(this.#startMs + (this.#ticks + 1) * FRAME_MS, () => this.#tick());
  }

  #tick(): void {
    const due = Math.max(1, Math.floor((this.#clock.nowMs() - this.#startMs) / FRAME_MS + 1e-6) - this.#ticks);
    this.#ticks += due;
    this.#timer = this.#arm();
    this.#leadMs -= due * FRAME_MS;
    if (this.#pass(FRAMES_PER_TICK) > 0) return;
    while (this.#leadMs <= -STOPPED_MS) {
      // What is left of a frame is heard before the silence that completes it.
      this.#onFrame(this.#takeFrame());
      this.#leadMs += FRAME_MS;
    }
  }

  #pass(most: number): number {
    let frames = 0;
    while (frames < most && this.#waiting.samples >= HEARING_FRAME) {
      this.#onFrame(this.#takeFrame());
      frames++;
    }
    this.#leadMs = Math.min(this.#mostLeadMs, this.#leadMs + frames * FRAME_MS);
    return frames;
  }

  /** The next frame, filled with silence where nothing is waiting. */
  #takeFrame(): Int16Array {
    const frame = new Int16Array(HEARING_FRAME);
    frame.set(this.#waiting.take(HEARING_FRAME));
    return frame;
  }
}
