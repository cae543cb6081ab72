import type { Message } from '../thinking/contract.ts';

/** One message of the conversation, as the Realtime protocol counts them. */
export interface Item {
  readonly id: string;
  readonly role: 'user' | 'assistant' | 'system';
  /** Whether it was spoken or typed (`audio` items carry a transcript). */
  readonly medium: 'audio' | 'text';
  text: string;
  status: 'in_progress' | 'completed' | 'incomplete';
}

/**
 * The conversation's memory. It holds what was really said and heard: an answer that was cut off ends where the visitor
 * stopped hearing it, and an answer of which nothing was heard is not there at all.
 */
export class Conversation {
  readonly #items: Item[] = [];
  readonly #maxItems: number;

  constructor(maxItems: number) {
    this.#maxItems = Math.max(2, maxItems);
  }

  get items(): readonly Item[] {
    return this.#items;
  }

  find(id: string): Item | undefined {
    return this.#items.find((item) => item.id === id);
  }

  /** Appends, or inserts behind `afterId` (`root`: at the beginning). Returns the item before it. */
  add(item: Item, afterId?: string): string | undefined {
    const index =
      afterId === undefined ? this.#items.length : afterId === 'root' ? 0 : this.#items.findIndex(({ id }) => id === afterId) + 1;
    const previous = this.#items[index - 1]?.id;
    this.#items.splice(index, 0, item);
    // Old items leave memory in pairs' order; the model's window is cut separately in `history`.
    while (this.#items.length > this.#maxItems * 2) this.#items.shift();
    return previous;
  }

  remove(id: string): boolean {
    const index = this.#items.findIndex((item) => item.id === id);
    if (index < 0) return false;
    this.#items.splice(index, 1);
    return true;
  }

  lastOf(role: Item['role']): Item | undefined {
    return this.#items.findLast((item) => item.role === role);
  }

  /**
   * What a language model gets: everything before `beforeId`, newest `maxItems`, without empty messages. `unfinished` is
   * the answer that is being held back, with as much as was heard of it.
   */
  history(beforeId?: string, unfinished?: { readonly id: string; readonly heardText: string }): Message[] {
    const end = beforeId === undefined ? this.#items.length : this.#items.findIndex(({ id }) => id === beforeId);
    return this.#items
      .slice(0, end < 0 ? undefined : end)
      .map((item) => (item.id === unfinished?.id ? { ...item, text: unfinished.heardText, status: 'incomplete' as const } : item))
      .filter(({ text }) => text.trim() !== '')
      .slice(-this.#maxItems)
      .map(({ role, text, status }) => ({ role, text: status === 'incomplete' ? `${text.trimEnd()} …` : text }));
  }
}
