import type { MediaTime } from '../../core/media-time.ts';
import { type FaceParameters, PARAMETER_COUNT } from '../parameters.ts';
import { BitWriter } from './bits.ts';
import { COUNT_ORDER, DIFFERENCE_ORDER, GAP_ORDER, MAX_REFERENCE, type QuantisedFrame, quantise, REST } from './format.ts';

/** More than the largest frame: every value changed by its whole range. */
const MAX_FRAME_BYTES = 512;

/** Codes one call's face frames for one receiver. See format.ts. */
export class FaceWeightsEncoder {
  /** What was sent, by sequence number. */
  readonly #sent: (QuantisedFrame | undefined)[] = new Array<undefined>(256);
  #sequence = 0;
  /** Frames since the one that the receiver holds. */
  #distance = Number.POSITIVE_INFINITY;

  /** `follows`: shares its packet with the frame before, which the receiver will hold when it reads this one. */
  encode(parameters: FaceParameters, mediaTime: MediaTime, { follows = false } = {}): Uint8Array {
    const frame = quantise(parameters);
    const nearest = follows ? 1 : this.#distance;
    const distance = nearest <= MAX_REFERENCE ? nearest : 0;
    const reference = (distance > 0 && this.#sent[(this.#sequence - distance) & 255]) || REST;
    const bytes = new Uint8Array(MAX_FRAME_BYTES);
    const writer = new BitWriter(bytes);
    writer.bits(this.#sequence, 8);
    writer.bits(reference === REST ? 0 : distance, 8);
    const time = mediaTime % 2 ** 32;
    writer.bits(Math.floor(time / 2 ** 16), 16);
    writer.bits(time % 2 ** 16, 16);
    writeDifferences(writer, frame, reference);
    this.#sent[this.#sequence] = frame;
    this.#sequence = (this.#sequence + 1) & 255;
    this.#distance++;
    return bytes.slice(0, writer.length);
  }

  /** What the receiver says. Anything else than feedback is ignored. */
  receive(feedback: Uint8Array): void {
    if (feedback.length !== 2) return;
    const [kind, sequence = 0] = feedback;
    if (kind === 0) this.#distance = Number.POSITIVE_INFINITY;
    if (kind !== 1) return;
    const distance = (this.#sequence - sequence) & 255;
    if (distance > 0 && distance < Math.min(this.#distance, MAX_REFERENCE) && this.#sent[sequence]) this.#distance = distance;
  }
}

function writeDifferences(writer: BitWriter, frame: QuantisedFrame, reference: QuantisedFrame): void {
  const changed: number[] = [];
  for (let i = 0; i < PARAMETER_COUNT; i++) if (frame[i] !== reference[i]) changed.push(i);
  writer.unsigned(changed.length, COUNT_ORDER);
  let next = 0;
  for (const parameter of changed) {
    writer.unsigned(parameter - next, GAP_ORDER);
    const difference = (frame[parameter] as number) - (reference[parameter] as number);
    // 0 is not among them: the numbers above it move up.
    writer.signed(difference > 0 ? difference - 1 : difference, DIFFERENCE_ORDER);
    next = parameter + 1;
  }
}
