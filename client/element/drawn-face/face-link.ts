import { FACE_CHANNEL } from '../../../server/face/weights/format.ts';
import { FaceWeightsDecoder } from '../../../server/face/weights/decoder.ts';
import type { FaceParameters } from '../../../server/face/parameters.ts';
import { TimestampUnwrapper } from '../playout.ts';

const UNITS_PER_MS = 48;

/** The way of the face's frames: a data channel on which nothing waits for what was lost. */
export class FaceLink {
  readonly #channel: RTCDataChannel;
  readonly #decoder = new FaceWeightsDecoder();
  readonly #unwrapper = new TimestampUnwrapper();

  constructor(peer: RTCPeerConnection, onFrame: (mediaMs: number, parameters: FaceParameters) => void) {
    const channel = peer.createDataChannel(FACE_CHANNEL.label, { protocol: FACE_CHANNEL.protocol, ordered: false, maxRetransmits: 0 });
    channel.binaryType = 'arraybuffer';
    channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (data instanceof ArrayBuffer) this.#receive(new Uint8Array(data), onFrame);
    };
    this.#channel = channel;
  }

  #receive(packet: Uint8Array<ArrayBuffer>, onFrame: (mediaMs: number, parameters: FaceParameters) => void): void {
    try {
      const { frames, feedback } = this.#decoder.decode(packet);
      for (const { timestamp, parameters } of frames) onFrame(this.#unwrapper.unwrap(timestamp) / UNITS_PER_MS, parameters);
      if (feedback && this.#channel.readyState === 'open') this.#channel.send(feedback as Uint8Array<ArrayBuffer>);
    } catch (thrown) {
      // A packet of another version or of nobody: the face waits for the next one.
      console.warn('visavis: face weights were not understood', thrown);
    }
  }
}
