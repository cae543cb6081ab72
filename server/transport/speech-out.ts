import type { MediaTime } from '../core/media-time.ts';
import { isDtx, SPEECH_FRAME, SpeechEncoder } from './opus.ts';
import type { AudioOut } from './rtp-out.ts';

/** A silent sender still says so this often (Opus DTX does the same). */
const KEEP_ALIVE_FRAMES = 20;
/** The encoder has settled into DTX by then and need not be asked any more. */
const SETTLED_FRAMES = 25;
const MIN_LOSS_PERCENT = 5;
const MAX_LOSS_PERCENT = 30;
const SILENCE = new Int16Array(SPEECH_FRAME);

/** The avatar's voice: Opus while there is sound, and in silence only what says that it goes on (DTX). */
export class SpeechOut {
  readonly #out: AudioOut;
  readonly #encoder: SpeechEncoder;
  /** Of 20 ms. */
  #silentFrames = 0;
  /** Frames of 20 ms that were not sent since a packet of sound left; the first after a pause carries the marker. */
  #unsentFrames = 0;
  /** The last packet that the encoder made said that silence goes on. */
  #toldSilence = false;

  constructor(out: AudioOut, bitrateBps: number) {
    this.#out = out;
    this.#encoder = new SpeechEncoder({ bitrateBps });
  }

  setBitrate(bitrateBps: number): void {
    this.#encoder.setBitrate(bitrateBps);
  }

  /** What is lost on the way is protected against, with a margin. */
  setLossShare(share: number): void {
    this.#encoder.setLossPercent(Math.max(MIN_LOSS_PERCENT, Math.min(MAX_LOSS_PERCENT, share * 150)));
  }

  /** 480, 960 or 1,440 samples; `undefined` for 20 ms of silence. */
  send(pcm: Int16Array | undefined, mediaTime: MediaTime, deadlineMs: number): void {
    const afterPause = this.#unsentFrames > 0;
    this.#unsentFrames += (pcm?.length ?? SPEECH_FRAME) / SPEECH_FRAME;
    this.#silentFrames = pcm ? 0 : this.#silentFrames + 1;
    const keepAliveDue = this.#unsentFrames >= KEEP_ALIVE_FRAMES;
    if (this.#silentFrames > SETTLED_FRAMES && !keepAliveDue) return;
    const packet = this.#encoder.encode(pcm ?? SILENCE);
    // The first packet of a silence tells the receiver that it begins; those after it would say nothing new.
    const alreadyTold = this.#toldSilence;
    this.#toldSilence = isDtx(packet);
    if (this.#toldSilence && alreadyTold && !keepAliveDue) return;
    this.#out.sendFrame(packet, mediaTime, deadlineMs, afterPause);
    this.#unsentFrames = 0;
  }
}
