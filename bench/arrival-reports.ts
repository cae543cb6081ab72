import { RecvDelta, RtcpHeader, RtcpTransportLayerFeedback, RunLengthChunk, TransportWideCC } from 'werift';

const STATUS = { missing: 0, smallDelta: 1, largeDelta: 2 } as const;
const TICK_US = 250;
const REFERENCE_US = 64_000;
/** The fixed part of the message, from the sender's SSRC to the first chunk. */
const FIXED_BYTES = 16;
const CHUNK_BYTES = 2;
const MAX_RUN = 0x1fff;

/**
 * What a browser reports of all that arrives on both tracks (draft-holmer-rmcat-transport-wide-cc-extensions-01). werift's own
 * reports count each track by itself, although the tracks share one sequence of numbers.
 */
export class ArrivalReports {
  /** Arrivals that are still to be reported, microseconds by unwrapped number. */
  readonly #arrivalsUs = new Map<number, number>();
  #newest: number | undefined;
  /** The first number that no report has told of. */
  #next: number | undefined;
  #reports = 0;

  arrived(sequenceNumber: number, atMs: number): void {
    const newest = this.#newest ?? sequenceNumber;
    const number = newest + (((sequenceNumber - newest) << 16) >> 16);
    this.#newest = Math.max(newest, number);
    this.#next ??= number;
    this.#arrivalsUs.set(number, Math.round(atMs * 1_000));
  }

  /** A report on everything since the last one; nothing has arrived: undefined. */
  take(): RtcpTransportLayerFeedback | undefined {
    const numbers = [...this.#arrivalsUs.keys()].sort((a, b) => a - b);
    const last = numbers.at(-1);
    if (last === undefined || this.#next === undefined) return undefined;
    // One that came after a report had told that it was missing.
    const first = Math.min(this.#next, numbers[0]!);
    const referenceTime = Math.floor(this.#arrivalsUs.get(numbers[0]!)! / REFERENCE_US);
    const recvDeltas: RecvDelta[] = [];
    const packetChunks: RunLengthChunk[] = [];
    let deltaBytes = 0;
    let clockUs = referenceTime * REFERENCE_US;
    for (let number = first; number <= last; number++) {
      const atUs = this.#arrivalsUs.get(number);
      let packetStatus: number = STATUS.missing;
      if (atUs !== undefined) {
        const ticks = Math.max(-0x8000, Math.min(0x7fff, Math.round((atUs - clockUs) / TICK_US)));
        clockUs += ticks * TICK_US;
        packetStatus = ticks >= 0 && ticks <= 0xff ? STATUS.smallDelta : STATUS.largeDelta;
        deltaBytes += packetStatus;
        recvDeltas.push(new RecvDelta({ type: packetStatus, delta: ticks * TICK_US }));
      }
      const run = packetChunks.at(-1);
      if (run && run.packetStatus === packetStatus && run.runLength < MAX_RUN) run.runLength++;
      else packetChunks.push(new RunLengthChunk({ packetStatus, runLength: 1 }));
    }
    this.#arrivalsUs.clear();
    this.#next = last + 1;
    const padding = (FIXED_BYTES + packetChunks.length * CHUNK_BYTES + deltaBytes) % 4 !== 0;
    return new RtcpTransportLayerFeedback({
      feedback: new TransportWideCC({
        header: new RtcpHeader({ type: RtcpTransportLayerFeedback.type, count: TransportWideCC.count, version: 2, padding }),
        // Of no track alone.
        senderSsrc: 0,
        mediaSourceSsrc: 0,
        baseSequenceNumber: first & 0xffff,
        packetStatusCount: last - first + 1,
        referenceTime: referenceTime & 0xff_ffff,
        fbPktCount: this.#reports++ & 0xff,
        recvDeltas,
        packetChunks,
      }),
    });
  }
}
