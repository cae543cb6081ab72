import type { MediaTime } from '../core/media-time.ts';
import type { EncodedFrame, RenderingPlace, VideoCodec } from '../core/video.ts';

export interface IceServer {
  readonly urls: readonly string[];
  readonly username?: string;
  readonly credential?: string;
}

export interface TransportStats {
  readonly packetsSent: number;
  readonly packetsLost: number;
  readonly roundTripMs: number | undefined;
  readonly availableBps: number | undefined;
  readonly inboundConcealedShare: number;
}

export interface TransportEvents {
  /** Media can flow (ICE and DTLS done, or the WebSocket is open). */
  connected: [];
  /** Media stopped flowing but may come back; the session lives on. */
  interrupted: [];
  /** For good: closed by the other side, or never connected within the deadline. */
  closed: [reason: string];
  /** The visitor's sound in order and without holes: mono HEARING_RATE_HZ, 20 ms each. */
  audio: [pcm: Int16Array];
  /** One JSON event of the visitor, already size-checked but not parsed. */
  message: [text: string];
  /** Bytes that came the way of `sendDatagram`. */
  datagram: [data: Uint8Array];
  /** The receiver needs a key frame (rate-limited). */
  keyFrame: [];
  /** `isNarrow` has changed. */
  width: [];
  /** How the picture should be made now, from the bandwidth estimate. `videoBps` 0: no picture. */
  target: [target: { videoBps: number; framesPerS: number; scale: number }];
}

/** One way to one visitor: WebRTC, or a WebSocket. Sound is given as PCM, pictures encoded; both stamped with media time. */
export interface CallTransport extends AsyncDisposable {
  readonly kind: 'webrtc' | 'websocket';
  /** The negotiated picture, if the visitor wants one. */
  readonly video: VideoCodec | undefined;
  /** The way to the visitor carries little: every packet's head counts, and sound is sent in longer frames. May change in mid-call. */
  readonly isNarrow?: boolean;
  /** Media can flow now (between `connected` and `interrupted` or `closed`). Absent: it always can. */
  readonly isConnected?: boolean;
  on<K extends keyof TransportEvents>(event: K, listener: (...args: TransportEvents[K]) => void): this;
  off<K extends keyof TransportEvents>(event: K, listener: (...args: TransportEvents[K]) => void): this;
  /**
   * 20 ms of mono sound at SPEECH_RATE_HZ (480 samples), 40 or 60 ms while `isNarrow`, or `undefined` for 20 ms of silence between
   * turns (comfort noise / DTX).
   * `deadlineMs` (performance.now axis) is when it is due; sender reports derive from it.
   */
  sendAudio(pcm: Int16Array | undefined, mediaTime: MediaTime, deadlineMs: number): void;
  sendVideo(frame: EncodedFrame, deadlineMs: number): void;
  /** A JSON event to the visitor; queued until the channel is open, within limits. */
  sendMessage(text: string): void;
  /**
   * Bytes that may get lost or overtake each other, and are never late: over a data channel that the visitor has opened
   * without retransmissions (`maxRetransmits: 0`). False: there is none, or it is congested, and nothing was sent.
   */
  sendDatagram(data: Uint8Array): boolean;
  stats(): TransportStats;
  close(reason: string): Promise<void>;
}

/** Extra of WebRTC: what HTTP signalling needs. */
export interface WebRtcTransport extends CallTransport {
  readonly answerSdp: string;
  /**
   * A trickle-ice-sdpfrag (RFC 8840) from PATCH: candidates, or new credentials for an ICE restart. Resolves to the
   * server's fragment on a restart, else `undefined`. Throws `sdp_invalid`.
   */
  patch(sdpFragment: string): Promise<string | undefined>;
}

/** Sound and picture of one call, each at its deadline, on one media clock. */
export interface Pacer extends AsyncDisposable {
  /** Media time that is being sent now. */
  now(): MediaTime;
  /** Earliest media time at which new sound can still start. */
  earliestStart(): MediaTime;
  /**
   * Queues a turn's sound behind what is already queued for that turn (or at `earliestStart`). Returns when it starts;
   * exact, since nothing can delay sound.
   */
  speak(turnId: string, pcm: Int16Array): { readonly startsAt: MediaTime; readonly endsAt: MediaTime };
  /** Drops the turn's sound within one tick, with a fade of a few ms instead of a click. Returns how much of it was sent. */
  cancel(turnId: string): { readonly stoppedAt: MediaTime; readonly sentMs: number };
  /** Holds the turn's sound (false interruption may resume it); `resume` goes on where it stopped, with a short fade-in. */
  pause(turnId: string): { readonly stoppedAt: MediaTime; readonly sentMs: number };
  resume(turnId: string): { readonly startsAt: MediaTime };
  /** Lowers the avatar's sound smoothly while somebody may be interrupting; 0 ends it. */
  duck(gainDb: number): void;
  /** From now on this side draws. For the visitor's side every frame is asked for, at the full rate, whatever room there is for video. */
  drawnBy(place: RenderingPlace): void;
  /** Pictures that the server draws come no faster than this, whatever room there is. */
  limitRate(framesPerS: number): void;
  /** Sound still queued, milliseconds. */
  queuedMs(turnId: string): number;
  /** First and last sample of a turn's sound leaving: for latency figures and the ledger. */
  on(event: 'started', listener: (turnId: string, at: MediaTime) => void): this;
  on(event: 'drained', listener: (turnId: string, at: MediaTime) => void): this;
  /** The first frame of the call that could not be made, though nothing was known to be wrong. */
  on(event: 'frameFailed', listener: (error: unknown) => void): this;
  close(): Promise<void>;
}
