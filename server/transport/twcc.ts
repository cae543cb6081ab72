/**
 * Transport-wide congestion control (draft-holmer-rmcat-transport-wide-cc-extensions-01): every packet of both tracks
 * carries one running number, and the receiver reports when each arrived.
 */
export interface TwccFeedback {
  readonly baseSequenceNumber: number;
  readonly packetStatusCount: number;
  /** Multiples of 64 ms. */
  readonly referenceTime: number;
  readonly packetChunks: readonly TwccChunk[];
  /** Microseconds since the packet before. */
  readonly recvDeltas: readonly { readonly delta: number }[];
}

/** A run of one status, or a vector of statuses. */
export interface TwccChunk {
  readonly symbolList?: readonly number[];
  readonly runLength?: number;
  readonly packetStatus?: number;
}

export interface TwccResult {
  readonly sequenceNumber: number;
  /** On the receiver's clock; `undefined` when the packet did not arrive. */
  readonly arrivedAtMs: number | undefined;
}

const SMALL_DELTA = 1;
const LARGE_DELTA = 2;
/** The reference time has 24 bits and wraps after 12 days; unwrapping is left to whoever takes differences. */
const REFERENCE_MS = 64;

/** Walks the chunks of one report. Trailing statuses of a vector that exceed the count are padding. */
export function twccResults(feedback: TwccFeedback): TwccResult[] {
  const results: TwccResult[] = [];
  let sequenceNumber = feedback.baseSequenceNumber;
  let arrivedAtMs = feedback.referenceTime * REFERENCE_MS;
  let delta = 0;
  const add = (status: number) => {
    const received = status === SMALL_DELTA || status === LARGE_DELTA;
    if (received) arrivedAtMs += (feedback.recvDeltas[delta++]?.delta ?? 0) / 1000;
    results.push({ sequenceNumber: sequenceNumber & 0xffff, arrivedAtMs: received ? arrivedAtMs : undefined });
    sequenceNumber++;
  };
  for (const { symbolList, runLength = 0, packetStatus = 0 } of feedback.packetChunks) {
    const statuses = symbolList?.length ?? runLength;
    for (let i = 0; i < statuses && results.length < feedback.packetStatusCount; i++) add(symbolList?.[i] ?? packetStatus);
  }
  return results;
}

export interface SentPacket {
  readonly sentAtMs: number;
  readonly bytes: number;
}

/** Remembers what was sent under which number, for the few seconds until the report about it arrives. */
export class SendHistory {
  readonly #packets = new Map<number, SentPacket>();
  readonly #capacity: number;
  #sequenceNumber = 0;

  constructor(capacity = 4096) {
    this.#capacity = capacity;
  }

  /** The number for a packet that leaves now. */
  add(packet: SentPacket): number {
    this.#sequenceNumber = (this.#sequenceNumber + 1) & 0xffff;
    this.#packets.delete(this.#sequenceNumber);
    this.#packets.set(this.#sequenceNumber, packet);
    if (this.#packets.size > this.#capacity) this.#packets.delete(this.#packets.keys().next().value!);
    return this.#sequenceNumber;
  }

  /** Nothing that was sent so far counts any more. */
  clear(): void {
    this.#packets.clear();
  }

  /** What was sent under the number; each is told once, so that a repeated report counts once. */
  take(sequenceNumber: number, received: boolean): SentPacket | undefined {
    const packet = this.#packets.get(sequenceNumber);
    // A packet that is reported missing may still be reported later, when it was only out of order.
    if (received) this.#packets.delete(sequenceNumber);
    return packet;
  }
}
