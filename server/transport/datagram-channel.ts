import type { RTCDataChannel } from 'werift';

/** With so much unsent, the way is slower than what is sent: what is newer then is worth more. */
const MAX_BUFFERED_BYTES = 2_048;
/** Larger ones would be cut into several packets, and be lost with any of them. */
const MAX_DATAGRAM_BYTES = 1_100;

/** Partially reliable (RFC 8832, section 5.1) to the point that nothing is sent twice. Its label does not matter. */
export const carriesDatagrams = ({ maxRetransmits }: RTCDataChannel): boolean => maxRetransmits === 0;

/** Datagrams over the newest data channel that was opened for them. */
export class DatagramChannel {
  readonly #onDatagram: (data: Uint8Array) => void;
  #channel: RTCDataChannel | undefined;

  constructor(onDatagram: (data: Uint8Array) => void) {
    this.#onDatagram = onDatagram;
  }

  add(channel: RTCDataChannel): void {
    this.#channel?.close();
    this.#channel = channel;
    channel.onMessage.subscribe((data) => {
      if (channel === this.#channel && typeof data !== 'string' && data.length <= MAX_DATAGRAM_BYTES) this.#onDatagram(data);
    });
    channel.stateChanged.subscribe((state) => {
      if (state === 'closed' && channel === this.#channel) this.#channel = undefined;
    });
  }

  send(data: Uint8Array): boolean {
    const channel = this.#channel;
    if (channel?.readyState !== 'open' || channel.bufferedAmount > MAX_BUFFERED_BYTES || data.length > MAX_DATAGRAM_BYTES) return false;
    try {
      channel.send(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
      return true;
    } catch {
      // It closed this instant.
      return false;
    }
  }
}
