/** Sound that waits, in pieces of any length; taken in other lengths, in order. */
export class SoundQueue {
  readonly #pieces: Int16Array[] = [];
  #samples = 0;

  /** How many wait. */
  get samples(): number {
    return this.#samples;
  }

  push(pcm: Int16Array): void {
    this.#pieces.push(pcm);
    this.#samples += pcm.length;
  }

  /** Before everything that waits. */
  putBack(pieces: readonly Int16Array[]): void {
    this.#pieces.unshift(...pieces);
    for (const { length } of pieces) this.#samples += length;
  }

  /** A copy of so many samples, or of all where there are fewer. */
  take(mostSamples: number): Int16Array {
    const pcm = new Int16Array(Math.min(mostSamples, this.#samples));
    let filled = 0;
    while (filled < pcm.length) {
      const first = this.#pieces[0]!;
      const taken = first.subarray(0, pcm.length - filled);
      pcm.set(taken, filled);
      filled += taken.length;
      if (taken.length === first.length) this.#pieces.shift();
      else this.#pieces[0] = first.subarray(taken.length);
    }
    this.#samples -= pcm.length;
    return pcm;
  }

  clear(): void {
    this.#pieces.length = 0;
    this.#samples = 0;
  }
}
