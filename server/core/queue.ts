import { coreError } from './errors.ts';

/**
 * A bounded queue between two stages. `push` resolves when there is room, and that wait is the back-pressure;
 * `offer` refuses instead of waiting. Iterating takes items until the queue is closed and empty, or aborted.
 */
export class BoundedQueue<T> implements AsyncIterable<T> {
  readonly capacity: number;
  readonly #items: T[] = [];
  readonly #takers: { resolve: (r: IteratorResult<T>) => void; reject: (e: unknown) => void }[] = [];
  readonly #givers: { item: T; resolve: () => void; reject: (e: unknown) => void }[] = [];
  #closed = false;
  #failure: { error: unknown } | undefined;

  constructor(capacity: number) {
    if (!(capacity >= 1)) throw new RangeError('A queue holds at least one item');
    this.capacity = capacity;
  }

  get length(): number {
    return this.#items.length;
  }

  /** Waits for room. Rejects when the queue is closed or failed. */
  push(item: T): Promise<void> {
    if (this.offer(item)) return Promise.resolve();
    if (this.#closed) return Promise.reject(this.#failure?.error ?? coreError('aborted', 'The queue is closed'));
    return new Promise((resolve, reject) => this.#givers.push({ item, resolve, reject }));
  }

  /** Takes the item if there is room now; says whether it did. */
  offer(item: T): boolean {
    if (this.#closed) return false;
    const taker = this.#takers.shift();
    if (taker) taker.resolve({ value: item, done: false });
    else if (this.#items.length < this.capacity) this.#items.push(item);
    else return false;
    return true;
  }

  /** No more items; those inside are still delivered. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const giver of this.#givers.splice(0)) giver.reject(coreError('aborted', 'The queue is closed'));
    for (const taker of this.#takers.splice(0)) taker.resolve({ value: undefined, done: true });
  }

  /** Drops what is inside and ends the iteration with `error`. */
  fail(error: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#failure = { error };
    this.#items.length = 0;
    for (const giver of this.#givers.splice(0)) giver.reject(error);
    for (const taker of this.#takers.splice(0)) taker.reject(error);
  }

  next(): Promise<IteratorResult<T>> {
    if (this.#items.length > 0) {
      const value = this.#items.shift() as T;
      const giver = this.#givers.shift();
      if (giver) {
        this.#items.push(giver.item);
        giver.resolve();
      }
      return Promise.resolve({ value, done: false });
    }
    if (this.#failure) return Promise.reject(this.#failure.error);
    if (this.#closed) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve, reject) => this.#takers.push({ resolve, reject }));
  }

  [Symbol.asyncIterator](): AsyncIterator<T> {
    return {
      next: () => this.next(),
      return: () => {
        this.close();
        return Promise.resolve({ value: undefined, done: true });
      },
    };
  }
}
