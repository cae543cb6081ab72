import type { Ear, EarEvent } from '../hearing/contract.ts';

/** Understands what the test says. */
export class ScriptedEar implements Ear {
  readonly #listeners: ((event: EarEvent) => void)[] = [];
  /** Words that `endUtterance` is answered with; undefined: it is not answered. */
  finalText: string | undefined;
  utterances = 0;
  isOpen = false;
  drops = 0;
  closes = 0;
  samples = 0;

  get utteranceId(): string {
    return `u${this.utterances}`;
  }

  push(pcm: Int16Array): void {
    this.samples += pcm.length;
  }

  endUtterance(): void {
    const text = this.finalText;
    const utteranceId = this.utteranceId;
    this.isOpen = false;
    if (text !== undefined) queueMicrotask(() => this.hear({ type: 'final', utteranceId, text, atMs: 0, startMs: 0, endMs: 0 }));
  }

  dropUtterance(): void {
    this.isOpen = false;
    this.drops++;
  }

  onEvent(listener: (event: EarEvent) => void): void {
    this.#listeners.push(listener);
  }

  hear(event: EarEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  close(): Promise<void> {
    this.closes++;
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
