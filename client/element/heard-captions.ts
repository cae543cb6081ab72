import { type CaptionAction, type CaptionLine, type Captions, heardChars, noCaptions, reduceCaptions } from './captions.ts';
import { TypedEvents } from './typed-events.ts';

/** A line of the conversation as far as it has been heard. */
export interface Transcript {
  readonly id: string;
  readonly speaker: 'visitor' | 'avatar';
  readonly text: string;
  readonly final: boolean;
}

export interface HeardCaptionsEvents {
  /** What is to be shown has changed: a line, or how far it has been heard. */
  changed: Captions;
  line: Transcript;
}

/** How often it is looked whether another word has been heard. */
const REVEAL_EVERY_MS = 40;

/** Both sides' lines, the avatar's as far as they have been heard. */
export class HeardCaptions extends TypedEvents<HeardCaptionsEvents> {
  /** Media time at the loudspeaker, milliseconds; undefined where nothing is played: then everything counts as heard. */
  readonly #playoutMs: () => number | undefined;
  /** Characters, by line. */
  readonly #heard = new Map<string, number>();
  #captions: Captions = noCaptions;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(playoutMs: () => number | undefined) {
    super();
    this.#playoutMs = playoutMs;
  }

  get captions(): Captions {
    return this.#captions;
  }

  /** The part of a line that has been heard; all of it for the visitor's own lines. */
  heardText(line: CaptionLine): string {
    return line.text.slice(0, this.#heardChars(line));
  }

  isHeard(line: CaptionLine): boolean {
    return line.state !== 'partial' && this.#heardChars(line) >= line.text.length;
  }

  apply(action: CaptionAction): void {
    const before = this.#captions;
    this.#captions = reduceCaptions(before, action);
    if (this.#captions === before) return;
    if (action.type === 'clear') this.#heard.clear();
    const changed = 'id' in action ? this.#captions.lines.find((line) => line.id === action.id) : undefined;
    if (changed?.speaker === 'visitor') this.#tellLine(changed, changed.text);
    this.#timer ??= setInterval(() => this.#reveal(), REVEAL_EVERY_MS);
    this.emit('changed', this.#captions);
    this.#reveal();
  }

  /** The call is over: what was not heard by now never will be. */
  finish(): void {
    for (const line of this.#captions.lines) {
      if (line.speaker === 'avatar' && this.#heardChars(line) < line.text.length) {
        this.apply({ type: 'cut', id: line.id, text: this.heardText(line) });
      }
    }
    this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #heardChars(line: CaptionLine): number {
    if (line.speaker === 'visitor') return line.text.length;
    return Math.min(line.text.length, this.#heard.get(line.id) ?? 0);
  }

  /** Moves the avatar's lines on to what is heard now; never back, though the playout position may jitter. */
  #reveal(): void {
    const playoutMs = this.#playoutMs() ?? Number.POSITIVE_INFINITY;
    let hasChanged = false;
    let isWaiting = false;
    for (const line of this.#captions.lines) {
      if (line.speaker !== 'avatar') continue;
      const before = this.#heard.get(line.id) ?? -1;
      const chars = Math.max(before, heardChars(line, playoutMs));
      if (line.state === 'partial' || chars < line.text.length) isWaiting = true;
      if (chars === before) continue;
      this.#heard.set(line.id, chars);
      hasChanged = true;
      this.#tellLine(line, line.text.slice(0, chars));
    }
    if (hasChanged) this.emit('changed', this.#captions);
    if (!isWaiting) this[Symbol.dispose]();
  }

  #tellLine(line: CaptionLine, text: string): void {
    const final = line.state !== 'partial' && text.length >= line.text.length;
    if (text !== '') this.emit('line', { id: line.id, speaker: line.speaker, text, final });
  }
}
