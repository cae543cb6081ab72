import { Emitter } from '../core/events.ts';
import { type ServerEvent, serverEventSchemas } from '../protocol/server-events.ts';
import type { CallTransport, TransportEvents, TransportStats } from '../transport/contract.ts';

/** A way to a visitor that keeps what is sent. */
export class ScriptedTransport extends Emitter<TransportEvents> implements CallTransport {
  readonly kind: 'webrtc' | 'websocket';
  readonly video: CallTransport['video'];
  readonly events: ServerEvent[] = [];
  /** Frames of 20 ms with sound in them that have left. */
  soundFrames = 0;
  /** The loudest sample of the last frame that left, 0 in silence. */
  level = 0;
  readonly closedBy: string[] = [];
  isConnected: boolean;
  roundTripMs: number | undefined;
  packetsSent = 0;
  packetsLost = 0;
  onSound: (pcm: Int16Array) => void = () => undefined;

  constructor({ kind = 'webrtc', video, connected = true }: { kind?: 'webrtc' | 'websocket'; video?: 'vp8'; connected?: boolean } = {}) {
    super();
    this.kind = kind;
    this.video = video;
    this.isConnected = connected;
  }

  connect(): void {
    this.isConnected = true;
    this.emit('connected');
  }

  sendAudio(pcm: Int16Array | undefined): void {
    this.level = pcm ? pcm.reduce((most, value) => Math.max(most, Math.abs(value)), 0) : 0;
    if (!pcm) return;
    this.soundFrames++;
    this.onSound(pcm);
  }

  sendVideo(): void {
    // Pictures are looked at elsewhere.
  }

  readonly datagrams: Uint8Array[] = [];
  /** A data channel for datagrams is open. */
  takesDatagrams = true;
  isNarrow = false;

  sendDatagram(data: Uint8Array): boolean {
    if (this.takesDatagrams) this.datagrams.push(data);
    return this.takesDatagrams;
  }

  /** Whatever the session says must be an event of the protocol. */
  sendMessage(text: string): void {
    const event = JSON.parse(text) as ServerEvent;
    serverEventSchemas[event.type].parse(event);
    this.events.push(event);
  }

  stats(): TransportStats {
    const { packetsSent, packetsLost, roundTripMs } = this;
    return { packetsSent, packetsLost, roundTripMs, availableBps: undefined, inboundConcealedShare: 0 };
  }

  close(reason: string): Promise<void> {
    this.closedBy.push(reason);
    this.isConnected = false;
    // As the real ones do: the session hears of what it closed itself.
    if (this.closedBy.length === 1) this.emit('closed', reason);
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close('disposed');
  }
}
