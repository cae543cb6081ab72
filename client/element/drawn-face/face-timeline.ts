import { type FaceParameters, PARAMETER_COUNT } from '../../../server/face/parameters.ts';

interface TimedFrame {
  readonly mediaMs: number;
  readonly parameters: FaceParameters;
}

/** Two and a half seconds at 25 frames a second: sound never waits that long for its turn. */
const KEPT_FRAMES = 64;
/** Over a longer hole the face rests first and moves late, as it does in pictures that freeze. */
const LONGEST_STEP_MS = 120;

/** The frames that have arrived, in the order of the time they show; and the face at any time between them. */
export class FaceTimeline {
  readonly #frames: TimedFrame[] = [];
  readonly #between: FaceParameters = new Float32Array(PARAMETER_COUNT);

  get newestMs(): number | undefined {
    return this.#frames.at(-1)?.mediaMs;
  }

  /** In any order; a frame that has come before is not taken again. */
  add(mediaMs: number, parameters: FaceParameters): void {
    let at = this.#frames.length;
    while (at > 0 && (this.#frames[at - 1] as TimedFrame).mediaMs >= mediaMs) at--;
    if (this.#frames[at]?.mediaMs === mediaMs) return;
    this.#frames.splice(at, 0, { mediaMs, parameters });
    if (this.#frames.length > KEPT_FRAMES) this.#frames.shift();
  }

  /** The face of that time; the nearest one there is beyond either end. Reused by the next call. */
  faceAt(mediaMs: number): FaceParameters | undefined {
    const next = this.#frames.findIndex((frame) => frame.mediaMs > mediaMs);
    if (next <= 0) return (next === 0 ? this.#frames[0] : this.#frames.at(-1))?.parameters;
    const after = this.#frames[next] as TimedFrame;
    const before = this.#frames[next - 1] as TimedFrame;
    const stepMs = Math.min(LONGEST_STEP_MS, after.mediaMs - before.mediaMs);
    const share = Math.max(0, 1 - (after.mediaMs - mediaMs) / stepMs);
    for (let i = 0; i < PARAMETER_COUNT; i++) {
      const from = before.parameters[i] as number;
      this.#between[i] = from + ((after.parameters[i] as number) - from) * share;
    }
    return this.#between;
  }
}
