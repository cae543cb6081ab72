/** Long enough not to click, short enough that nobody hears more of the word. */
const FADE_MS = 5;
/** Turns whose sent time is remembered. */
const MAX_TURNS = 32;

interface Clip {
  readonly turn: Turn;
  readonly start: number;
  readonly pcm: Int16Array;
}

interface Turn {
  readonly id: string;
  /** Samples that have left. */
  sent: number;
  started: boolean;
  /** Held back by a pause. */
  held: Int16Array | undefined;
}

export interface TimelineListener {
  started(turnId: string, at: number): void;
  drained(turnId: string, at: number): void;
}

/**
 * What the avatar says, laid out in time to the sample. Sound of one turn follows on itself without a gap; another turn's
 * begins behind it, since a mouth says one thing at a time. What was placed stays where it is.
 */
export class SpeechTimeline {
  readonly #listener: TimelineListener;
  readonly #fade: number;
  readonly #turns = new Map<string, Turn>();
  /** In order of time, without overlap. */
  #clips: Clip[] = [];
  /** The dying away of sound that was stopped. */
  #tail: { readonly start: number; readonly pcm: Int16Array } | undefined;

  constructor(sampleRateHz: number, listener: TimelineListener) {
    this.#listener = listener;
    this.#fade = (sampleRateHz * FADE_MS) / 1000;
  }

  /** Places sound behind all that is queued, at `earliest` at the earliest. To a paused turn it is added as if it resumed now. */
  add(turnId: string, pcm: Int16Array, earliest: number): { start: number; end: number } {
    const turn = this.#turn(turnId);
    const start = this.#freeFrom(earliest);
    if (turn.held) {
      turn.held = concat([turn.held, pcm]);
      return { start: start + turn.held.length - pcm.length, end: start + turn.held.length };
    }
    if (pcm.length > 0) this.#clips.push({ turn, start, pcm });
    return { start, end: start + pcm.length };
  }

  /** Drops everything of the turn from `at` on. */
  cancel(turnId: string, at: number): { at: number; sent: number } {
    const turn = this.#turns.get(turnId);
    if (turn) {
      this.#removeFrom(turn, at);
      turn.held = undefined;
    }
    return { at, sent: turn?.sent ?? 0 };
  }

  /** The same, but it is kept for `resume`. */
  pause(turnId: string, at: number): { at: number; sent: number } {
    const turn = this.#turns.get(turnId);
    if (turn && !turn.held) turn.held = concat(this.#removeFrom(turn, at));
    return { at, sent: turn?.sent ?? 0 };
  }

  /** Goes on where the pause began; says when. */
  resume(turnId: string, earliest: number): number {
    const turn = this.#turns.get(turnId);
    const start = this.#freeFrom(earliest);
    if (!turn?.held) return start;
    const pcm = turn.held;
    turn.held = undefined;
    if (turn.started) for (let i = 0; i < Math.min(this.#fade, pcm.length); i++) pcm[i] = Math.round((pcm[i]! * i) / this.#fade);
    if (pcm.length > 0) this.#clips.push({ turn, start, pcm });
    return start;
  }

  /** Samples of the turn that have not left. */
  queued(turnId: string, from: number): number {
    const turn = this.#turns.get(turnId);
    if (!turn) return 0;
    let samples = turn.held?.length ?? 0;
    for (const clip of this.#clips)
      if (clip.turn === turn) samples += Math.max(0, clip.start + clip.pcm.length - Math.max(from, clip.start));
    return samples;
  }

  isSilent(at: number, samples: number): boolean {
    const first = this.#clips[0];
    return !this.#tail && (!first || first.start >= at + samples);
  }

  /** Where the sound that begins before `at + samples`, and goes on without a pause of so many, ends as far as it is known. */
  soundingUntil(at: number, samples: number): number {
    let end = at;
    if (this.#tail) end = Math.max(end, this.#tail.start + this.#tail.pcm.length);
    for (const { start, pcm } of this.#clips) {
      if (start >= end + samples) break;
      end = Math.max(end, start + pcm.length);
    }
    return end;
  }

  /** The sound of `[at, at + samples)`, which now leaves for good; `undefined` when there is none. Asked for in order. */
  take(at: number, samples: number): Int16Array | undefined {
    if (this.isSilent(at, samples)) return undefined;
    const frame = new Int16Array(samples);
    if (this.#tail) {
      mix(frame, this.#tail.pcm, this.#tail.start - at);
      if (this.#tail.start + this.#tail.pcm.length <= at + samples) this.#tail = undefined;
    }
    const events: (() => void)[] = [];
    while (this.#clips[0] && this.#clips[0].start < at + samples) {
      const clip = this.#clips[0];
      const { turn } = clip;
      mix(frame, clip.pcm, clip.start - at);
      const end = clip.start + clip.pcm.length;
      turn.sent += Math.min(end, at + samples) - Math.max(clip.start, at);
      if (!turn.started) events.push(() => this.#listener.started(turn.id, clip.start));
      turn.started = true;
      if (end > at + samples) break;
      this.#clips.shift();
      if (!this.#clips.some((other) => other.turn === turn)) events.push(() => this.#listener.drained(turn.id, end));
    }
    for (const event of events) event();
    return frame;
  }

  #turn(id: string): Turn {
    let turn = this.#turns.get(id);
    if (turn) return turn;
    turn = { id, sent: 0, started: false, held: undefined };
    this.#turns.set(id, turn);
    if (this.#turns.size > MAX_TURNS) this.#turns.delete(this.#turns.keys().next().value!);
    return turn;
  }

  #freeFrom(earliest: number): number {
    const last = this.#clips.at(-1);
    return last ? Math.max(earliest, last.start + last.pcm.length) : earliest;
  }

  /** Takes the turn's sound from `at` on off the timeline, leaving a tail where it was sounding. */
  #removeFrom(turn: Turn, at: number): Int16Array[] {
    const removed: Int16Array[] = [];
    for (const { turn: owner, start, pcm } of this.#clips) {
      if (owner !== turn) continue;
      const rest = pcm.slice(Math.max(0, at - start));
      if (start < at) this.#tail = { start: at, pcm: this.#fadeOut(rest) };
      removed.push(rest);
    }
    this.#clips = this.#clips.filter((clip) => clip.turn !== turn);
    return removed;
  }

  #fadeOut(pcm: Int16Array): Int16Array {
    const tail = pcm.slice(0, this.#fade);
    for (let i = 0; i < tail.length; i++) tail[i] = Math.round(tail[i]! * (1 - (i + 1) / (tail.length + 1)));
    return tail;
  }
}

/** Adds `sound`, which begins `offset` samples into the frame (or before it), limiting what gets too loud. */
function mix(frame: Int16Array, sound: Int16Array, offset: number): void {
  const from = Math.max(0, offset);
  const to = Math.min(frame.length, offset + sound.length);
  for (let i = from; i < to; i++) frame[i] = Math.max(-32_768, Math.min(32_767, frame[i]! + sound[i - offset]!));
}

function concat(pieces: readonly Int16Array[]): Int16Array {
  const joined = new Int16Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}
