import type { AvatarControls } from '../core/avatar-controls.ts';
import type { PictureQuality } from '../core/picture-steps.ts';
import type { RenderingPlace } from '../core/video.ts';
import type { IceServer } from '../transport/contract.ts';

/** What a visitor may ask for when a call begins; the configuration fills the rest. */
export interface CallRequest {
  readonly avatar?: string;
  /** Who draws the face; the server when absent. */
  readonly rendering?: RenderingPlace;
  /** Of a picture that the server draws; `auto` when absent. */
  readonly quality?: PictureQuality;
  readonly voice?: string;
  readonly language?: string;
  /** Replaces the persona's system prompt (Realtime: `session.instructions`). Only with an API key or a token that carries it. */
  readonly instructions?: string;
  readonly greet?: boolean;
  /** Only text replies (Realtime: `output_modalities: ['text']`). */
  readonly textOnly?: boolean;
  /** The avatar controller (`session.visavis.controls`). */
  readonly controls?: Partial<AvatarControls>;
}

/** Who calls, as far as signalling knows. */
export interface Caller {
  readonly address: string;
  /** Correlates log lines; says nothing about a person. */
  readonly requestId: string;
  /** What the caller may do beyond talking. */
  readonly permissions?: readonly ('instructions' | 'say')[];
}

export interface RunningCall {
  readonly callId: string;
  readonly carrier: 'webrtc' | 'websocket';
  /** Trickle ICE or ICE restart; resolves to the server's fragment on a restart. */
  patch(sdpFragment: string): Promise<string | undefined>;
  hangUp(reason: string): Promise<void>;
}

/** A WebSocket as the session needs it; signalling adapts `ws` to it. */
export interface EventSocket {
  send(text: string): void;
  /** Bytes accepted but not yet on the wire. */
  readonly bufferedBytes: number;
  close(code: number, reason: string): void;
  onMessage(listener: (text: string) => void): void;
  onClose(listener: () => void): void;
}

/** What signalling needs of the sessions. Implemented by session/calls.ts. */
export interface Calls extends AsyncDisposable {
  /** Throws `server_full` (503 with retryAfterS), `sdp_invalid`, `avatar_unknown`, `voice_unknown`, `shutting_down`. */
  createWebRtc(offerSdp: string, request: CallRequest, caller: Caller): Promise<RunningCall & { readonly answerSdp: string }>;
  /** The plain Realtime WebSocket: JSON events, base64 PCM16 at 24 kHz both ways. */
  createWebSocket(socket: EventSocket, request: CallRequest, caller: Caller): Promise<RunningCall>;
  find(callId: string): RunningCall | undefined;
  readonly active: number;
  /** Places: calls for which the server draws. Others take a third of one. */
  readonly limit: number;
  iceServersFor(callId: string): readonly IceServer[];
  /** No new calls from now on. */
  drain(): void;
  close(): Promise<void>;
}
