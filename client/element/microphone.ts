import { CallError } from './errors.ts';
import { TypedEvents } from './typed-events.ts';

/** The browser's own echo canceller, noise suppression and gain: the avatar's voice comes out of the same machine. */
const CONSTRAINTS: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };

/** Speech lies between these levels (dB of full scale) once the gain control has settled. */
const FLOOR_DB = -60;
const CEILING_DB = -14;

export interface MicrophoneEvents {
  /** The device went away and no other one took its place; `track` tells when one has. */
  lost: undefined;
  /** The track to send has changed: another device. */
  track: MediaStreamTrack;
}

/**
 * The visitor's sound for one call: a microphone, or silence for a visitor who types. Owns its tracks and its audio
 * context; `close` releases both, so that the browser's recording light goes out.
 */
export class Microphone extends TypedEvents<MicrophoneEvents> {
  readonly #context: AudioContext;
  readonly #stream: MediaStream;
  #track: MediaStreamTrack;
  #source: MediaStreamAudioSourceNode | undefined;
  #analyser: AnalyserNode | undefined;
  #samples = new Float32Array(0);
  #muted = false;
  readonly #end = new AbortController();

  private constructor(context: AudioContext, track: MediaStreamTrack, stream: MediaStream, real: boolean) {
    super();
    this.#context = context;
    this.#track = track;
    this.#stream = stream;
    if (real) this.#listenTo(track);
  }

  /** Asks for the microphone. Throws `insecure_context`, `microphone_refused`, `microphone_missing` or `microphone_busy`. */
  static async open(): Promise<Microphone> {
    const track = await acquire();
    return new Microphone(new AudioContext(), track, new MediaStream([track]), true);
  }

  /** A track of silence: the call has a visitor's side that nobody speaks into. */
  static silent(): Microphone {
    const context = new AudioContext();
    const stream = context.createMediaStreamDestination().stream;
    const [track] = stream.getAudioTracks();
    if (!track) throw new CallError('webrtc_missing');
    return new Microphone(context, track, stream, false);
  }

  get track(): MediaStreamTrack {
    return this.#track;
  }

  get stream(): MediaStream {
    return this.#stream;
  }

  get muted(): boolean {
    return this.#muted;
  }

  set muted(muted: boolean) {
    this.#muted = muted;
    this.#track.enabled = !muted;
  }

  /** 0 (silence) .. 1 (loud speech), on a scale of decibels as ears have it. */
  level(): number {
    if (!this.#analyser || this.#muted) return 0;
    if (this.#samples.length !== this.#analyser.fftSize) this.#samples = new Float32Array(this.#analyser.fftSize);
    this.#analyser.getFloatTimeDomainData(this.#samples as Float32Array<ArrayBuffer>);
    return levelOf(this.#samples);
  }

  /** Some browsers start audio contexts only after the visitor has touched the page. */
  resume(): void {
    if (this.#context.state === 'suspended') void this.#context.resume().catch(() => {});
  }

  close(): void {
    if (this.#closed) return;
    this.#end.abort();
    this.#track.onended = null;
    this.#track.stop();
    this.#source?.disconnect();
    void this.#context.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  get #closed(): boolean {
    return this.#end.signal.aborted;
  }

  #listenTo(track: MediaStreamTrack): void {
    this.#track = track;
    track.enabled = !this.#muted;
    track.onended = () => void this.#replace();
    this.#source?.disconnect();
    this.#analyser = this.#context.createAnalyser();
    this.#analyser.fftSize = 512;
    this.#source = this.#context.createMediaStreamSource(new MediaStream([track]));
    this.#source.connect(this.#analyser);
  }

  /** A headset was unplugged, say: go on with the device that the system offers now. */
  async #replace(): Promise<void> {
    try {
      const track = await acquire();
      if (this.#closed) {
        track.stop();
        return;
      }
      this.#listenTo(track);
      this.emit('track', track);
    } catch {
      // Whatever the reason is, there is no microphone any more: that is what the visitor is told.
      if (this.#closed) return;
      this.emit('lost', undefined);
      navigator.mediaDevices.addEventListener('devicechange', () => void this.#replace(), { once: true, signal: this.#end.signal });
    }
  }
}

/** Loudness of samples in -1..1 as 0..1 between the floor of a quiet room and loud speech. */
export function levelOf(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const db = 10 * Math.log10(sum / Math.max(1, samples.length) + 1e-12);
  return Math.min(1, Math.max(0, (db - FLOOR_DB) / (CEILING_DB - FLOOR_DB)));
}

/** Maps what getUserMedia throws (Media Capture and Streams, section 10.2) to what the visitor can do about it. */
export function microphoneError(thrown: unknown): CallError {
  const name = thrown instanceof Error ? thrown.name : '';
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return new CallError('microphone_missing', { cause: thrown });
  if (name === 'NotReadableError' || name === 'AbortError') return new CallError('microphone_busy', { cause: thrown });
  return new CallError('microphone_refused', { cause: thrown });
}

async function acquire(): Promise<MediaStreamTrack> {
  // `mediaDevices` exists in secure contexts only; localhost counts as one.
  if (!globalThis.isSecureContext || !navigator.mediaDevices) throw new CallError('insecure_context');
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: CONSTRAINTS, video: false });
    const [track] = stream.getAudioTracks();
    if (!track) throw new CallError('microphone_missing');
    return track;
  } catch (thrown) {
    throw thrown instanceof CallError ? thrown : microphoneError(thrown);
  }
}
