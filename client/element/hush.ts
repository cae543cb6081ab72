/** So often it is looked whether what is left of the old sound has passed. */
const LOOK_EVERY_MS = 20;
/**
 * The position is where sound leaves the jitter buffer, give or take a packet, and the server lets a cut word fade: so much
 * of it may still follow. An answer that began sooner would have to be made before.
 */
const TAIL_MS = 80;
/** More than jitter buffers hold, so that nothing can keep new sound away. */
const LONGEST_MS = 1_500;

export interface HushOptions {
  /** The avatar's sound, as it was received. */
  readonly track: Pick<MediaStreamTrack, 'enabled'>;
  /** Media time at the loudspeaker, milliseconds. */
  readonly positionMs: () => number | undefined;
}

/**
 * Silence as soon as the avatar is interrupted: when the server stops sending, the browser's jitter buffer still holds a
 * tenth of a second of its words, and more on a busy machine. They are kept from the loudspeaker until they have passed.
 */
export class Hush implements Disposable {
  readonly #options: HushOptions;
  #untilMs = 0;
  #looksLeft = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(options: HushOptions) {
    this.#options = options;
  }

  /** Sound of before this media time is not heard any more. */
  begin(untilMs: number): void {
    this.#untilMs = Math.max(this.#untilMs, untilMs + TAIL_MS);
    if (this.#hasPassed()) return;
    this.#looksLeft = LONGEST_MS / LOOK_EVERY_MS;
    this.#options.track.enabled = false;
    this.#timer ??= setInterval(() => this.#look(), LOOK_EVERY_MS);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    if (--this.#looksLeft > 0 && !this.#hasPassed()) return;
    this[Symbol.dispose]();
    this.#options.track.enabled = true;
  }

  #hasPassed(): boolean {
    return (this.#options.positionMs() ?? 0) >= this.#untilMs;
  }
}
