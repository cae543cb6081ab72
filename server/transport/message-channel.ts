import type { RTCDataChannel } from 'werift';
import { after, type Clock } from '../core/clock.ts';

export interface MessageChannelOptions {
  readonly maxEventBytes: number;
  readonly onMessage: (text: string) => void;
}

const MAX_CHANNELS = 8;
/** Before the channel opens: an answer's worth of events. */
const MAX_QUEUED = 512;
const MAX_QUEUED_BYTES = 4 * 1024 * 1024;
/** A visitor that takes no more events for so long a backlog does not get further ones. */
const MAX_BUFFERED_BYTES = 8 * 1024 * 1024;

/** JSON events over data channels of any label. What comes in is text within the limit, or it is dropped. */
export class MessageChannel {
  readonly #options: MessageChannelOptions;
  readonly #channels = new Set<RTCDataChannel>();
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
      else if (state === 'closed') this.#channels.delete(channel);
    });
    if (channel.readyState === 'open') this.#flush();
  }

  send(text: string): void {
    const channel = this.#open();
    if (channel) {
      this.#write(channel, text);
    } else if (this.#queued.length < MAX_QUEUED && this.#queuedBytes + text.length <= MAX_QUEUED_BYTES) {
      this.#queued.push(text);
      this.#queuedBytes += text.length;
    } else {
      this.dropped++;
    }
  }

  /** Resolves when everything that was written has left, or after `withinMs`. */
  drained(clock: Clock, withinMs: number): Promise<void> {
    const channel = this.#open();
    if (!channel || channel.bufferedAmount === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = after(clock, withinMs, resolve);
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
    for (const text of this.#queued.splice(0)) this.#write(channel, text);
    this.#queuedBytes = 0;
  }

  #write(channel: RTCDataChannel, text: string): void {
    if (channel.bufferedAmount > MAX_BUFFERED_BYTES) {
      this.dropped++;
      return;
    }
    try {
      channel.send(text);
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
