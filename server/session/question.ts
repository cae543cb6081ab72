import { newId } from '../protocol/common.ts';
import type { Conversation, Item } from './conversation.ts';
import type { Listening } from './listening.ts';
import type { Wire } from './wire.ts';

export interface QuestionOptions {
  readonly conversation: Conversation;
  readonly wire: Wire;
  readonly listening: Listening;
}

/** What the visitor is saying now: the item that it will be, and when it was said. Milliseconds of the call, but for `startMs`. */
export class Question {
  readonly #options: QuestionOptions;
  #itemId = newId('item');
  /** The visitor's last sound. */
  endMs = 0;
  /** It was taken as over. */
  endpointMs = 0;
  /** Its last words were understood. */
  finalMs = 0;
  /** The visitor's first sound, on the ear's axis. */
  startMs = 0;

  constructor(options: QuestionOptions) {
    this.#options = options;
  }

  get itemId(): string {
    return this.#itemId;
  }

  /** The words become part of the conversation; what is said from now on is another question. Returns the item's id. */
  add(text: string): string {
    const { conversation, wire, listening } = this.#options;
    const item: Item = { id: this.#itemId, role: 'user', medium: 'audio', text, status: 'completed' };
    const previous = conversation.add(item);
    this.#itemId = newId('item');
    wire.transcript(item, previous, Math.max(0, this.endMs - listening.offsetMs - this.startMs) / 1000);
    return item.id;
  }
}
