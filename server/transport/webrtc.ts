import {
  PictureLossIndication,
  RTCPeerConnection,
  type RTCDtlsTransport,
  type RTCRtpTransceiver,
  RtcpPayloadSpecificFeedback,
  type RtcpPacket,
  RtcpTransportLayerFeedback,
  type RtpPacket,
  TransportWideCC,
} from 'werift';
import { after, type Clock, systemClock } from '../core/clock.ts';
import type { Config } from '../core/config-schema.ts';
import { Emitter } from '../core/events.ts';
import type { MediaTime } from '../core/media-time.ts';
import type { EncodedFrame, VideoCodec } from '../core/video.ts';
import { sendCloseNotify } from './close-notify.ts';
import type { TransportEvents, TransportStats, WebRtcTransport } from './contract.ts';
import { carriesDatagrams, DatagramChannel } from './datagram-channel.ts';
import { Gathering } from './gathering.ts';
import { Guard } from './guard.ts';
import { Inbound } from './inbound.ts';
import { KeyFrameRequests } from './key-frame-requests.ts';
import { MessageChannel } from './message-channel.ts';
import { peerConfig } from './peer-config.ts';
import { deliverPromptly } from './prompt-streams.ts';
import { AudioOut, internalsOf, type RtpOutOptions, VideoOut } from './rtp-out.ts';
import { type Offer, readFragment, readOffer, withSoundWishes } from './sdp.ts';
import { SpeechOut } from './speech-out.ts';
import { importSrtpKeys } from './srtp-keys.ts';
import { transportError } from './transport-error.ts';
import { VisitorIce } from './visitor-ice.ts';
import { VisitorLink } from './visitor-link.ts';

export interface WebRtcOptions {
  readonly callId: string;
  readonly config: Config['transport'];
  /** Frame rate of a picture with all the bandwidth that it wants. */
  readonly framesPerS?: number;
  readonly maxEventBytes?: number;
  /** For watchdogs and housekeeping. Sound in ticks by the shared ticker. */
  readonly clock?: Clock;
  readonly ticker?: Clock;
  readonly log?: (message: string, fields?: Readonly<Record<string, unknown>>) => void;
}

const HOUSEKEEPING_MS = 1_000;
/** So long may the last events take to leave, once the call has ended. */
const LAST_WORDS_MS = 500;
/** Nothing at all was heard for so long: media does not flow. RTCP alone comes more often. */
const SILENT_AFTER_MS = 6_000;
/** Of the time to connect, what the answer may wait for the server's own STUN and TURN servers. */
const GATHERING_SHARE = 0.2;
const FULL_INTRA_REQUEST = 4;

/**
 * Answers a browser's offer. Throws `sdp_invalid` (400) naming what is wrong with it; the caller has checked its size.
 */
export async function createWebRtcTransport(offerSdp: string, options: WebRtcOptions): Promise<WebRtcTransport> {
  const offer = readOffer(offerSdp);
  const call = new WebRtcCall(offer, options);
  try {
    await call.negotiate();
  } catch (error) {
    await call.close('negotiation failed');
    throw transportError('sdp_invalid', 'The offer could not be answered', { cause: error });
  }
  return call;
}

class WebRtcCall extends Emitter<TransportEvents> implements WebRtcTransport {
  readonly kind = 'webrtc';
  readonly video: VideoCodec | undefined;
  readonly #offer: Offer;
  readonly #options: WebRtcOptions;
  readonly #clock: Clock;
  readonly #peer: RTCPeerConnection;
  readonly #guard: Guard;
  readonly #gathering: Gathering;
  readonly #messages: MessageChannel;
  readonly #datagrams = new DatagramChannel((data) => this.#onDatagram(data));
  readonly #inbound: Inbound | undefined;
  readonly #link: VisitorLink;
  readonly #ice: VisitorIce;
  readonly #keyFrames: KeyFrameRequests;
  #speechOut: SpeechOut | undefined;
  #videoOut: VideoOut | undefined;
  #answerSdp = '';
  #state: 'connecting' | 'connected' | 'interrupted' | 'closed' = 'connecting';
  #everConnected = false;
  #lastHeardMs: number;
  readonly #timers = new Set<Disposable>();
  #patching: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(offer: Offer, options: WebRtcOptions) {
    super();
    const { config, framesPerS = 25, maxEventBytes = 256 * 1024, ticker } = options;
    this.#offer = offer;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#lastHeardMs = this.#clock.nowMs();
    this.video = offer.video?.codec;
    this.#peer = new RTCPeerConnection(peerConfig(offer, { callId: options.callId, config, maxMessageSize: maxEventBytes }));
    this.#guard = new Guard(this.#peer);
    this.#gathering = new Gathering(this.#peer, {
      usesStun: config.useTurnOnServer && config.stunUrls.length > 0,
      timeoutMs: config.connectTimeoutMs * GATHERING_SHARE,
      clock: this.#clock,
      onMissed: () => this.#log('a STUN or TURN server did not answer in time'),
    });
    this.#messages = new MessageChannel({
      maxEventBytes,
      onMessage: (text) => this.#onMessage(text),
      isNarrow: () => this.isNarrow,
      clock: this.#clock,
    });
    const { opusPayloadType, redPayloadType, sends } = offer.audio;
    if (sends) {
      this.#inbound = new Inbound({
        opusPayloadType,
        redPayloadType,
        reorderMs: config.inboundReorderMs,
        patienceMs: config.inboundPatienceMs,
        maxDepthMs: config.inboundMaxDepthMs,
        onFrame: (pcm) => this.emit('audio', pcm),
        ...(ticker && { clock: ticker }),
      });
    }
    this.#link = new VisitorLink({ config, audio: offer.audio, framesPerS });
    this.#ice = new VisitorIce({
      peer: this.#peer,
      offer,
      answer: (sdp) => this.#answer(sdp),
      after: (delayMs, fn) => this.#after(delayMs, fn),
      log: (message, fields) => this.#log(message, fields),
    });
    this.#keyFrames = new KeyFrameRequests({
      clock: this.#clock,
      intervalMs: config.keyFrameIntervalMs,
      onDue: () => this.emit('keyFrame'),
    });
  }

  get answerSdp(): string {
    return this.#answerSdp;
  }

  get isNarrow(): boolean {
    return this.#link.isNarrow;
  }

  get isConnected(): boolean {
    return this.#state === 'connected';
  }

  async negotiate(): Promise<void> {
    const peer = this.#peer;
    peer.onDataChannel.subscribe((channel) => (carriesDatagrams(channel) ? this.#datagrams : this.#messages).add(channel));
    peer.iceConnectionStateChange.subscribe((state) => this.#onIceState(state));
    await this.#answer(this.#offer.sdp);
    deliverPromptly(peer);
    for (const dtls of peer.dtlsTransports) {
      dtls.onStateChange.subscribe((state) => this.#onDtlsState(dtls, state));
      dtls.onRtp.subscribe((packet) => this.#onRtp(packet));
      dtls.onRtcp.subscribe((packet) => this.#onRtcp(packet));
    }
    this.#ice.begin();
    this.#answerSdp = withSoundWishes(peer.localDescription!.sdp, this.#offer.audio);
    this.#after(this.#options.config.connectTimeoutMs, () => {
      if (!this.#everConnected) void this.close('the connection was not established in time');
    });
    this.#housekeep();
  }

  sendAudio(pcm: Int16Array | undefined, mediaTime: MediaTime, deadlineMs: number): void {
    if (this.#state !== 'closed') this.#speechOut?.send(pcm, mediaTime, deadlineMs);
  }

  sendVideo(frame: EncodedFrame, deadlineMs: number): void {
    if (this.#state === 'closed') return;
    this.#videoOut?.sendFrame(frame.data, frame.mediaTime, deadlineMs);
  }

  sendMessage(text: string): void {
    if (this.#state !== 'closed') this.#messages.send(text);
  }

  sendDatagram(data: Uint8Array): boolean {
    return this.#state === 'connected' && this.#datagrams.send(data);
  }

  stats(): TransportStats {
    const senders = this.#peer.getSenders().map(internalsOf);
    const sum = (of: (sender: (typeof senders)[number]) => number) => senders.reduce((total, sender) => total + of(sender), 0);
    const roundTripS = senders.find((sender) => sender.rtt !== undefined)?.rtt;
    return {
      packetsSent: sum((sender) => sender.packetCount),
      packetsLost: sum((sender) => Math.max(0, sender.remotePacketsLost ?? 0)),
      roundTripMs: roundTripS === undefined ? undefined : roundTripS * 1000,
      availableBps: this.#everConnected ? this.#link.availableBps : undefined,
      inboundConcealedShare: this.#inbound?.concealedShare ?? 0,
    };
  }

  /** One after another: two restarts at once would answer each other's offers. */
  patch(sdpFragment: string): Promise<string | undefined> {
    const patched = this.#patching.then(() => this.#patch(sdpFragment));
    this.#patching = patched.catch(() => undefined);
    return patched;
  }

  close(reason: string): Promise<void> {
    if (this.#closing) return this.#closing;
    // Known before it begins: who hears that the call is closed closes it again.
    const closing = Promise.withResolvers<void>();
    this.#closing = closing.promise;
    closing.resolve(this.#close(reason));
    return closing.promise;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close('disposed');
  }

  async #answer(offerSdp: string): Promise<void> {
    const peer = this.#peer;
    await peer.setRemoteDescription({ type: 'offer', sdp: offerSdp });
    for (const transceiver of peer.getTransceivers()) transceiver.setDirection(this.#directionOf(transceiver));
    this.#fitSound();
    for (const dtls of peer.dtlsTransports) {
      // As a client, werift loses a handshake in three under loss and does not notice.
      if (dtls.role === 'auto') dtls.role = this.#offer.passive ? 'client' : 'server';
    }
    await this.#gathering.prepare();
    await peer.setLocalDescription(await peer.createAnswer());
    this.#guard.refresh();
  }

  /** As many bits, and as often, as the link allows; frames are as long as the pacer makes them. */
  #fitSound(): void {
    this.#speechOut?.setBitrate(this.#link.opusBps);
    for (const sender of this.#peer.getSenders()) sender.redDistance = this.#link.redundantFrames;
  }

  #directionOf({ mid }: RTCRtpTransceiver): 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive' {
    const { audio, video } = this.#offer;
    if (mid === video?.mid) return 'sendonly';
    if (mid !== audio.mid) return 'inactive';
    if (audio.sends) return audio.receives ? 'sendrecv' : 'recvonly';
    return audio.receives ? 'sendonly' : 'inactive';
  }

  async #patch(sdpFragment: string): Promise<string | undefined> {
    const fragment = readFragment(sdpFragment);
    if (this.#state === 'closed') throw transportError('transport_closed', 'The call has ended');
    this.#lastHeardMs = this.#clock.nowMs();
    return this.#ice.take(fragment);
  }

  async #close(reason: string): Promise<void> {
    this.#state = 'closed';
    for (const timer of this.#timers) timer[Symbol.dispose]();
    this.#timers.clear();
    this.#keyFrames[Symbol.dispose]();
    this.#inbound?.[Symbol.dispose]();
    this.#log('transport closed', { reason, drops: { ...this.#guard.drops, messages: this.#messages.dropped } });
    this.emit('closed', reason);
    const { dtlsTransports } = this.#peer;
    const steps = [
      () => this.#messages.drained(LAST_WORDS_MS),
      () => Promise.all(dtlsTransports.filter(({ state }) => state === 'connected').map(sendCloseNotify)),
      () => this.#gathering.release(),
      () => this.#peer.close(),
    ];
    // Whatever goes wrong with one, sockets are closed at the end.
    for (const step of steps) await step().catch((error: unknown) => this.#log('not closed cleanly', { error: String(error) }));
  }

  #onIceState(state: string): void {
    this.#guard.refresh();
    if (this.#state === 'closed' || !this.#everConnected) return;
    this.#log('ice', { state });
    // Never the end of the call: a restart, or the same path, may bring it back until the visitor counts as vanished.
    if (state === 'disconnected' || state === 'failed') this.#interrupt();
    else if (state === 'connected') {
      this.#link.restart();
      this.#flow();
      // What was sent while there was no path is lost; asked by itself, the browser would wait for seconds.
      if (this.#videoOut) this.#keyFrames.request();
    }
  }

  #onDtlsState(dtls: RTCDtlsTransport, state: RTCDtlsTransport['state']): void {
    this.#guard.refresh();
    // The socket that is to be guarded is made right after this event.
    queueMicrotask(() => this.#guard.refresh());
    if (state === 'connected') {
      importSrtpKeys(dtls);
      this.#connect();
    } else if (state === 'closed') void this.close('the visitor hung up');
    else if (state === 'failed') void this.close('the connection could not be secured');
    if (state !== 'connecting') this.#log('dtls', { state, role: dtls.role });
  }

  #connect(): void {
    if (this.#everConnected || this.#state === 'closed') return;
    const { audio, video } = this.#offer;
    const sender = (mid: string) => this.#peer.getTransceivers().find((transceiver) => transceiver.mid === mid)?.sender;
    const out = (mid: string): RtpOutOptions | undefined => {
      const found = sender(mid);
      const nowMs = () => this.#clock.nowMs();
      // Deadlines are on the clock's axis, sender reports on that of Unix.
      return found && { sender: found, history: this.#link.history, nowMs, originMs: Date.now() - nowMs() };
    };
    const audioOut = audio.receives ? out(audio.mid) : undefined;
    const videoOut = video ? out(video.mid) : undefined;
    this.#speechOut = audioOut && new SpeechOut(new AudioOut(audioOut), this.#link.opusBps);
    this.#videoOut = video && videoOut && new VideoOut(video.codec, { ...videoOut, originMs: audioOut?.originMs ?? videoOut.originMs });
    this.#everConnected = true;
    this.#inbound?.start();
    this.#flow();
  }

  #flow(): void {
    if (this.#state !== 'connecting' && this.#state !== 'interrupted') return;
    this.#state = 'connected';
    this.#lastHeardMs = this.#clock.nowMs();
    this.emit('connected');
    // Whatever was sent before is lost to the visitor.
    if (this.#videoOut) this.#keyFrames.request();
  }

  #interrupt(): void {
    if (this.#state !== 'connected') return;
    this.#state = 'interrupted';
    this.emit('interrupted');
  }

  #heard(): void {
    this.#lastHeardMs = this.#clock.nowMs();
    if (this.#state === 'interrupted' && this.#peer.iceConnectionState === 'connected') this.#flow();
  }

  #onMessage(text: string): void {
    this.#heard();
    if (this.#state !== 'closed') this.emit('message', text);
  }

  #onDatagram(data: Uint8Array): void {
    this.#heard();
    if (this.#state !== 'closed') this.emit('datagram', data);
  }

  #onRtp({ header, payload }: RtpPacket): void {
    this.#heard();
    const { payloadType, sequenceNumber, timestamp, ssrc } = header;
    if (this.#state !== 'closed') this.#inbound?.receive({ payloadType, sequenceNumber, timestamp, ssrc, payload });
  }

  #onRtcp(packet: RtcpPacket): void {
    this.#heard();
    if (packet.type === RtcpTransportLayerFeedback.type) {
      const { feedback } = packet as RtcpTransportLayerFeedback;
      if (feedback instanceof TransportWideCC) this.#onFeedback(feedback);
    } else if (packet.type === RtcpPayloadSpecificFeedback.type) {
      const { feedback } = packet as RtcpPayloadSpecificFeedback;
      const kind = (feedback as { count?: number } | undefined)?.count;
      if (kind === PictureLossIndication.count || kind === FULL_INTRA_REQUEST) this.#keyFrames.request();
    }
  }

  #onFeedback(feedback: TransportWideCC): void {
    const nowMs = this.#clock.nowMs();
    if (this.#link.report(feedback, nowMs)) {
      this.#log('the link has become', { width: this.#link.isNarrow ? 'narrow' : 'wide' });
      this.#fitSound();
      this.emit('width');
    }
    if (!this.#videoOut) return;
    const target = this.#link.nextTarget(nowMs);
    if (target) this.emit('target', target);
  }

  #housekeep(): void {
    this.#after(HOUSEKEEPING_MS, () => {
      const silentMs = this.#clock.nowMs() - this.#lastHeardMs;
      if (this.#everConnected && silentMs > this.#options.config.vanishedAfterMs) return void this.close('the visitor vanished');
      if (this.#guard.dataFlooded) return void this.close('the visitor sent more data than allowed');
      if (silentMs > SILENT_AFTER_MS) this.#interrupt();
      this.#speechOut?.setLossShare(this.#link.lossShare);
      this.#housekeep();
    });
  }

  #after(delayMs: number, fn: () => void): void {
    if (this.#state === 'closed') return;
    const timer = after(this.#clock, delayMs, () => {
      this.#timers.delete(timer);
      fn();
    });
    this.#timers.add(timer);
  }

  #log(message: string, fields: Readonly<Record<string, unknown>> = {}): void {
    this.#options.log?.(message, { callId: this.#options.callId, ...fields });
  }
}
