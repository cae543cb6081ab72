import type { DrawList } from '../../evaluator.ts';
import type { VisavisError } from '../../../core/errors.ts';
import type { FramePlace } from './gpu-face.ts';
import type { I420Face } from './i420-face.ts';

/** A frame that was asked for. */
export interface Due {
  readonly face: I420Face;
  readonly list: DrawList;
  /** Where the I420 picture goes. */
  readonly frame: Uint8Array;
  readonly resolve: () => void;
  readonly reject: (error: VisavisError) => void;
}

interface Placed extends FramePlace {
  readonly due: Due;
  readonly frameOffsetBytes: number;
}

/** What one submit holds: its frames by face, and the sizes of its buffers. */
export interface Submit {
  readonly byFace: ReadonlyMap<I420Face, readonly Placed[]>;
  readonly placed: readonly Placed[];
  readonly vertexBytes: number;
  readonly opacityCount: number;
  readonly frameBytes: number;
  /** The buffer of frames reaches so far behind the last of them. */
  readonly slackBytes: number;
}

/** How many of those that are due, from the first on, stay within the limit: at least one. */
export function countWithin(due: readonly Due[], maxBytes: number): number {
  let bytes = 0;
  const excess = due.findIndex(({ face }, i) => (bytes += face.strideBytes) > maxBytes && i > 0);
  return excess < 0 ? due.length : excess;
}

/** Gives every frame its place in the buffers; frames of one face lie side by side. */
export function composeSubmit(due: readonly Due[]): Submit {
  const placed: Placed[] = [];
  const byFace = new Map<I420Face, readonly Placed[]>();
  let vertexBytes = 0;
  let opacityCount = 0;
  let frameBytes = 0;
  let slackBytes = 0;
  for (const [face, ofFace] of Map.groupBy(due, (frame) => frame.face)) {
    const start = frameBytes;
    const places = ofFace.map(
      (frame, i): Placed => ({
        due: frame,
        vertexOffsetBytes: vertexBytes + i * face.vertexBytes,
        firstOpacity: opacityCount + i * face.model.rig.layers.length,
        frameOffsetBytes: start + face.frameOffsetBytes(i),
      }),
    );
    byFace.set(face, places);
    placed.push(...places);
    vertexBytes += ofFace.length * face.vertexBytes;
    opacityCount += ofFace.length * face.model.rig.layers.length;
    frameBytes += face.framesBytes(ofFace.length);
    slackBytes = Math.max(slackBytes, face.slackBytes);
  }
  return { byFace, placed, vertexBytes, opacityCount, frameBytes, slackBytes };
}
