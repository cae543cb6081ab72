import { faceError } from '../face-error.ts';
import { type FaceParameters, PARAMETER_COUNT } from '../parameters.ts';
import { BitReader } from './bits.ts';
import {
  COUNT_ORDER,
  DIFFERENCE_ORDER,
  GAP_ORDER,
  isInRange,
  MAX_PACKET_BYTES,
  MAX_REFERENCE,
  type QuantisedFrame,
  REST,
  restore,
} from './format.ts';

export interface ReceivedFrame {
  /** Media time modulo 2^32, as in an RTP timestamp of the sound. */
  readonly timestamp: number;
  readonly parameters: FaceParameters;
}

export interface ReceivedPacket {
  readonly frames: readonly ReceivedFrame[];
  /** What to tell the sender now. */
  readonly feedback: Uint8Array | undefined;
}

/** So many packets may pass before the sender is told again what is held. */
const PACKETS_PER_FEEDBACK = 5;
const HELD_NONE = Uint8Array.of(0, 0);

/** Reads one call's face frames, in any order and with any of them missing. See format.ts. */
export class FaceWeightsDecoder {
  /** What has arrived, by sequence number; half a turn of them at most. */
  readonly #held: (QuantisedFrame | undefined)[] = new Array<undefined>(256);
  #newest: number | undefined;
  #sinceFeedback = PACKETS_PER_FEEDBACK;

  /**
   * Frames that build on one that was lost are left out.
   * @throws VisavisError `weights_invalid` for what no encoder has written
   */
  decode(packet: Uint8Array): ReceivedPacket {
    if (packet.length === 0 || packet.length > MAX_PACKET_BYTES) throw invalid(`holds ${packet.length} bytes`);
    const reader = new BitReader(packet);
    const frames: ReceivedFrame[] = [];
    let held: number | undefined;
    let isWhole = false;
    let isLost = false;
    while (!reader.isAtEnd) {
      const sequence = reader.bits(8);
      const distance = reader.bits(8);
      const timestamp = reader.bits(32);
      if (timestamp < 0) throw invalid('ends within the head of a frame');
      if (distance > MAX_REFERENCE) throw invalid(`refers ${distance} frames back`);
      const reference = distance === 0 ? REST : this.#held[(sequence - distance) & 255];
      const frame = readDifferences(reader, reference ?? REST);
      reader.align();
      if (!reference) {
        isLost = true;
        continue;
      }
      if (frame.some((value, parameter) => !isInRange(value, parameter))) throw invalid('holds a value beyond its range');
      this.#hold(sequence, frame);
      frames.push({ timestamp, parameters: restore(frame) });
      held = sequence;
      isWhole ||= distance === 0;
    }
    if (held === undefined || (++this.#sinceFeedback < PACKETS_PER_FEEDBACK && !isWhole))
      return { frames, feedback: isLost ? HELD_NONE : undefined };
    this.#sinceFeedback = 0;
    return { frames, feedback: Uint8Array.of(1, held) };
  }

  /** Forgets what is older than half a turn, whose numbers come again. */
  #hold(sequence: number, frame: QuantisedFrame): void {
    const ahead = (sequence - (this.#newest ?? sequence)) & 255;
    if (ahead < 128) {
      for (let i = 0; i < ahead; i++) this.#held[(sequence + 128 - i) & 255] = undefined;
      this.#newest = sequence;
    }
    this.#held[sequence] = frame;
  }
}

function readDifferences(reader: BitReader, reference: QuantisedFrame): QuantisedFrame {
  const frame = reference.slice();
  const count = reader.unsigned(COUNT_ORDER);
  if (count < 0 || count > PARAMETER_COUNT) throw invalid('does not say how many values differ');
  let parameter = -1;
  for (let i = 0; i < count; i++) {
    const gap = reader.unsigned(GAP_ORDER);
    parameter += 1 + gap;
    const difference = reader.signed(DIFFERENCE_ORDER);
    if (gap < 0 || parameter >= PARAMETER_COUNT || Number.isNaN(difference)) throw invalid('ends within a frame');
    frame[parameter] = (frame[parameter] as number) + difference + (difference >= 0 ? 1 : 0);
  }
  return frame;
}

const invalid = (problem: string) => faceError('weights_invalid', `A packet of face weights ${problem}`);
