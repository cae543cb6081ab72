import { type FaceParameters, P, PARAMETER_COUNT } from '../parameters.ts';

/**
 * Face frames on the wire: what a browser that draws the face itself gets instead of pictures. One packet holds one or
 * more frames, each of which is aligned to a byte:
 *
 *   8 bits   sequence number, counts every frame
 *   8 bits   reference: 0 the face at rest, 1..63 the frame so many before this one
 *   32 bits  media time, as in the RTP timestamps of the sound
 *   then     number of values that differ from the reference, and for each the step from the one before it in the order
 *            of PARAMETERS, and the difference, in Exp-Golomb codes
 *
 * A frame refers only to what the receiver has said it holds (feedback), or to the one before it in the same packet, so that a lost
 * packet costs its own frame and no other. Without feedback every frame is whole: that is how a call, a join and a lost history
 * begin.
 *
 * Feedback: [1, sequence number] "I hold this frame"; [0, 0] "I hold none".
 */
export const FACE_CHANNEL = { label: 'visavis.face', protocol: 'visavis.face.1' } as const;

/** Frames that a reference may lie back. */
export const MAX_REFERENCE = 63;
/** Largest packet that is read, bytes; a whole frame has about 60. */
export const MAX_PACKET_BYTES = 1_100;

/** Steps per 1.0. The head and the eyes move slowly and far; a finer step keeps them smooth. */
const STEPS = Float32Array.from({ length: PARAMETER_COUNT }, (_, i) => (i >= P.headYaw && i <= P.gazeY ? 1000 : 250));
const LOWEST = Int16Array.from({ length: PARAMETER_COUNT }, (_, i) => (i >= P.headYaw && i <= P.gazeY ? -1000 : 0));

/** Exp-Golomb orders, by the cost of real speech (bench/face-link.ts). */
export const COUNT_ORDER = 4;
export const GAP_ORDER = 0;
export const DIFFERENCE_ORDER = 4;

export type QuantisedFrame = Int16Array;
export const REST: QuantisedFrame = new Int16Array(PARAMETER_COUNT);

export function quantise(parameters: FaceParameters): QuantisedFrame {
  const frame = new Int16Array(PARAMETER_COUNT);
  for (let i = 0; i < PARAMETER_COUNT; i++) {
    const steps = STEPS[i] as number;
    // NaN becomes 0: Int16Array takes it for that.
    frame[i] = Math.min(steps, Math.max(LOWEST[i] as number, Math.round((parameters[i] as number) * steps)));
  }
  return frame;
}

export function restore(frame: QuantisedFrame): FaceParameters {
  const parameters = new Float32Array(PARAMETER_COUNT);
  for (let i = 0; i < PARAMETER_COUNT; i++) parameters[i] = (frame[i] as number) / (STEPS[i] as number);
  return parameters;
}

export const isInRange = (value: number, parameter: number): boolean =>
  value >= (LOWEST[parameter] as number) && value <= (STEPS[parameter] as number);
