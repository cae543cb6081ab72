import type { RTCDataChannel } from 'werift';
import { after, type Clock } from '../core/clock.ts';
import { DEFLATED_EVENTS_PROTOCOL } from '../core/deflated-events.ts';
import { DeflatedEvents } from './deflated-events.ts';

export interface MessageChannelOptions {
  readonly maxEventBytes: number;
  readonly onMessage: (text: string) => void;
  readonly isNarrow: () => boolean;
  readonly clock: Clock;
}

const MAX_CHANNELS = 8;
/** Before the channel opens: an answer's worth of events. */
const MAX_QUEUED = 512;
const MAX_QUEUED_BYTES = 4 * 1024 * 1024;
/** A visitor that takes no more events for so long a backlog does not get further ones. */
const MAX_BUFFERED_BYTES = 8 * 1024 * 1024;

/**
 * JSON events over data channels of any label. On a narrow link they leave deflated where the visitor can read that. What comes
 * in is text within the limit, or it is dropped.
 */
export class MessageChannel {
  readonly #options: MessageChannelOptions;
  readonly #channels = new Set<RTCDataChannel>();
  readonly #deflated = new Map<RTCDataChannel, DeflatedEvents>();
  readonly #queued: string[] = [];
  #queuedBytes = 0;
  /** Events that were not delivered: too large, binary, or too many. */
  dropped = 0;

  constructor(options: MessageChannelOptions) {
    this.#options = options;
  }

  add(channel: RTCDataChannel): void {
    if (this.#channels.size >= MAX_CHANNELS) {
      channel.close();
      return;
    }
    this.#channels.add(channel);
    channel.onMessage.subscribe((data) => this.#receive(data));
    channel.stateChanged.subscribe((state) => {
      if (state === 'open') this.#flush();
      else if (state === 'closed') this.#remove(channel);
    });
    if (channel.readyState === 'open') this.#flush();
  }

  send(text: string): void {
    const channel = this.#open();
    if (channel) {
      this.#say(channel, text);
      return;
    }
    const bytes = Buffer.byteLength(text);
    if (this.#queued.length < MAX_QUEUED && this.#queuedBytes + bytes <= MAX_QUEUED_BYTES) {
      this.#queued.push(text);
      this.#queuedBytes += bytes;
    } else {
      this.dropped++;
    }
  }

  /** Resolves when everything that was written has left, or after `withinMs`. Nothing can be said after that. */
  async drained(withinMs: number): Promise<void> {
    await Promise.all([...this.#deflated.values()].map((events) => events.finish()));
    const channel = this.#open();
    if (!channel || channel.bufferedAmount === 0) return;
    await new Promise<void>((resolve) => {
      const timer = after(this.#options.clock, withinMs, resolve);
      channel.bufferedAmountLow.once(() => {
        timer[Symbol.dispose]();
        resolve();
      });
    });
  }

  #open(): RTCDataChannel | undefined {
    for (const channel of this.#channels) if (channel.readyState === 'open') return channel;
    return undefined;
  }

  #flush(): void {
    const channel = this.#open();
    if (!channel) return;
    for (const text of this.#queued.splice(0)) this.#say(channel, text);
    this.#queuedBytes = 0;
  }

  #remove(channel: RTCDataChannel): void {
    this.#channels.delete(channel);
    this.#deflated.get(channel)?.[Symbol.dispose]();
    this.#deflated.delete(channel);
  }

  #say(channel: RTCDataChannel, text: string): void {
    const deflated = this.#deflatedOn(channel);
    if (!deflated) this.#write(channel, text);
    else if (!deflated.send(text)) this.dropped++;
  }

  /** Once begun, it goes on: what is said plainly would overtake what still waits. */
  #deflatedOn(channel: RTCDataChannel): DeflatedEvents | undefined {
    const { clock, isNarrow } = this.#options;
    let deflated = this.#deflated.get(channel);
    if (deflated || channel.protocol !== DEFLATED_EVENTS_PROTOCOL || !isNarrow()) return deflated;
    deflated = new DeflatedEvents({ clock, send: (piece) => this.#write(channel, piece) });
    this.#deflated.set(channel, deflated);
    return deflated;
  }

  #write(channel: RTCDataChannel, data: string | Buffer): void {
    if (channel.bufferedAmount > MAX_BUFFERED_BYTES) {
      this.dropped++;
      return;
    }
    try {
      channel.send(data);
    } catch {
      // Larger than the browser takes, or the channel closed this instant.
      this.dropped++;
    }
  }

  #receive(data: string | Buffer): void {
    // Limits are in bytes; a character is at least one, so that most of what is too large is seen without counting.
    const { maxEventBytes, onMessage } = this.#options;
    if (typeof data !== 'string' || data.length > maxEventBytes || Buffer.byteLength(data) > maxEventBytes) {
      this.dropped++;
      return;
    }
    onMessage(data);
  }
}
