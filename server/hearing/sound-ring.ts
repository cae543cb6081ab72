/** The last stretch of a microphone's sound, addressed by its position in the call. */
export class SoundRing {
  readonly #samples: Int16Array;
  /** Position one past the newest sample. */
  #end: number;
  /** Oldest position that is really there. */
  #begin: number;

  constructor(capacitySamples: number, fromSample = 0) {
    this.#samples = new Int16Array(Math.max(1, Math.ceil(capacitySamples)));
    this.#begin = this.#end = fromSample;
  }

  get beginSample(): number {
    return this.#begin;
  }

  get endSample(): number {
    return this.#end;
  }

  push(pcm: Int16Array): void {
    const capacity = this.#samples.length;
    const kept = pcm.length > capacity ? pcm.subarray(pcm.length - capacity) : pcm;
    this.#end += pcm.length - kept.length;
    const at = this.#end % capacity;
    const head = kept.subarray(0, capacity - at);
    this.#samples.set(head, at);
    this.#samples.set(kept.subarray(head.length), 0);
    this.#end += kept.length;
    this.#begin = Math.max(this.#begin, this.#end - capacity);
  }

  /** A copy of all sound from `fromSample` on, or from the oldest that is left. */
  since(fromSample: number): { readonly fromSample: number; readonly pcm: Int16Array } {
    const from = Math.min(this.#end, Math.max(this.#begin, Math.round(fromSample)));
    const capacity = this.#samples.length;
    const pcm = new Int16Array(this.#end - from);
    const at = from % capacity;
    const head = this.#samples.subarray(at, Math.min(capacity, at + pcm.length));
    pcm.set(head);
    pcm.set(this.#samples.subarray(0, pcm.length - head.length), head.length);
    return { fromSample: from, pcm };
  }

  /** Forgets everything; the next sample is at `fromSample`. */
  reset(fromSample: number): void {
    this.#begin = this.#end = fromSample;
  }
}
