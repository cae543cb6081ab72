import {
  PictureLossIndication,
  RTCPeerConnection,
  type RTCDtlsTransport,
  type RTCRtpTransceiver,
  RTCRtpCodecParameters,
  RTCRtpHeaderExtensionParameters,
  RtcpPayloadSpecificFeedback,
  type RtcpPacket,
  RtcpTransportLayerFeedback,
  type RtpPacket,
  TransportWideCC,
  useAbsSendTime,
  useFIR,
  useNACK,
  useOPUS,
  usePLI,
  useREMB,
  useSdesMid,
  useTransportWideCC,
  useTWCC,
} from 'werift';
import { after, type Clock, systemClock } from '../core/clock.ts';
import type { Config } from '../core/config-schema.ts';
import { Emitter } from '../core/events.ts';
import type { MediaTime } from '../core/media-time.ts';
import type { EncodedFrame, VideoCodec } from '../core/video.ts';
import { BandwidthEstimator, type DeliveredPacket } from './bandwidth.ts';
import type { TransportEvents, TransportStats, WebRtcTransport } from './contract.ts';
import { carriesDatagrams, DatagramChannel } from './datagram-channel.ts';
import { Gathering } from './gathering.ts';
import { Guard } from './guard.ts';
import { iceServersFor } from './ice-servers.ts';
import { Inbound } from './inbound.ts';
import { LinkWidth } from './link-width.ts';
import { MessageChannel } from './message-channel.ts';
import { isDtx, SPEECH_FRAME, SpeechEncoder } from './opus.ts';
import { PictureLadder } from './picture-ladder.ts';
import { deliverPromptly } from './prompt-streams.ts';
import { sendCloseNotify } from './close-notify.ts';
import { AudioOut, internalsOf, PLAYOUT_DELAY_URI, type RtpOutOptions, VideoOut } from './rtp-out.ts';
import {
  answerFragment,
  MAX_CANDIDATES,
  type Offer,
  type OfferedVideo,
  readFragment,
  readOffer,
  usableCandidate,
  wantsLittle,
  withCredentials,
  withSoundWishes,
} from './sdp.ts';
import { importSrtpKeys } from './srtp-keys.ts';
import { transportError } from './transport-error.ts';
import { SendHistory, twccResults } from './twcc.ts';

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
/**
 * Checks that reach the browser before the answer does are not answered, and back off for seconds. So the first ones wait a
 * little; when the browser's own checks come first, they show that it is ready.
 */
const ANSWER_DELAY_MS = 80;
/** Of the time to connect, what the answer may wait for the server's own STUN and TURN servers. */
const GATHERING_SHARE = 0.2;
const RESTART_POLL_MS = 20;
const RESTART_LATEST_MS = 400;
/** A silent sender still says so this often (Opus DTX does the same). */
const KEEP_ALIVE_FRAMES = 20;
/** The encoder has settled into DTX by then and need not be asked any more. */
const SETTLED_FRAMES = 25;
const MIN_LOSS_PERCENT = 5;
const MAX_LOSS_PERCENT = 30;
/** Heads of the packets of sound, which the picture may not use. */
const AUDIO_OVERHEAD_BPS = 30_000;
/** The frame before comes again with each one (RED); on a narrow link there is no room for it. */
const REDUNDANT_FRAMES = 1;
const FULL_INTRA_REQUEST = 4;
const SILENCE = new Int16Array(SPEECH_FRAME);

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
  readonly #encoder: SpeechEncoder;
  readonly #history = new SendHistory();
  readonly #estimator: BandwidthEstimator;
  readonly #ladder: PictureLadder;
  readonly #width = new LinkWidth();
  #audioOut: AudioOut | undefined;
  #videoOut: VideoOut | undefined;
  #answerSdp = '';
  #iceUfrag: string;
  #candidates = 0;
  /** Candidates of a restart that overtook the request for it. */
  readonly #early: { ufrag: string; candidate: string; sdpMid: string }[] = [];
  #state: 'connecting' | 'connected' | 'interrupted' | 'closed' = 'connecting';
  #everConnected = false;
  #lastHeardMs: number;
  /** Of 20 ms. */
  #silentFrames = 0;
  /** Frames of 20 ms that were not sent since a packet of sound left; the first after a pause carries the marker. */
  #unsentFrames = 0;
  /** The last packet that the encoder made said that silence goes on. */
  #toldSilence = false;
  #lastKeyFrameMs = Number.NEGATIVE_INFINITY;
  #keyFrameTimer: Disposable | undefined;
  readonly #timers = new Set<Disposable>();
  #patching: Promise<unknown> = Promise.resolve();

  constructor(offer: Offer, options: WebRtcOptions) {
    super();
    const { config, framesPerS = 25, maxEventBytes = 256 * 1024, ticker } = options;
    this.#offer = offer;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#lastHeardMs = this.#clock.nowMs();
    this.#iceUfrag = offer.iceUfrag;
    this.video = offer.video?.codec;
    this.#peer = new RTCPeerConnection(peerConfig(offer, options, maxEventBytes));
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
    this.#encoder = new SpeechEncoder({ bitrateBps: this.#opusBps });
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
    this.#estimator = new BandwidthEstimator({
      startBps: config.startVideoBps + this.#audioBps,
      minBps: this.#audioBps,
      maxBps: config.maxVideoBps + this.#audioBps,
    });
    this.#ladder = new PictureLadder({ ...config, framesPerS });
  }

  get answerSdp(): string {
    return this.#answerSdp;
  }

  get isNarrow(): boolean {
    return wantsLittle(this.#offer.audio) || this.#width.isNarrow;
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
    this.#after(ANSWER_DELAY_MS, () => {
      for (const { candidate, mid } of this.#offer.candidates) this.#addCandidate(candidate, mid);
    });
    this.#answerSdp = withSoundWishes(peer.localDescription!.sdp, this.#offer.audio);
    this.#after(this.#options.config.connectTimeoutMs, () => {
      if (!this.#everConnected) void this.close('the connection was not established in time');
    });
    this.#housekeep();
  }

  sendAudio(pcm: Int16Array | undefined, mediaTime: MediaTime, deadlineMs: number): void {
    if (this.#state === 'closed' || !this.#audioOut) return;
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
    this.#audioOut.sendFrame(packet, mediaTime, deadlineMs, afterPause);
    this.#unsentFrames = 0;
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
      availableBps: this.#everConnected ? this.#estimator.availableBps : undefined,
      inboundConcealedShare: this.#inbound?.concealedShare ?? 0,
    };
  }

  /** One after another: two restarts at once would answer each other's offers. */
  patch(sdpFragment: string): Promise<string | undefined> {
    const patched = this.#patching.then(() => this.#patch(sdpFragment));
    this.#patching = patched.catch(() => undefined);
    return patched;
  }

  async close(reason: string): Promise<void> {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    for (const timer of this.#timers) timer[Symbol.dispose]();
    this.#timers.clear();
    this.#keyFrameTimer?.[Symbol.dispose]();
    this.#inbound?.[Symbol.dispose]();
    this.#log('transport closed', { reason, drops: { ...this.#guard.drops, messages: this.#messages.dropped } });
    this.emit('closed', reason);
    await this.#messages.drained(LAST_WORDS_MS);
    for (const dtls of this.#peer.dtlsTransports) if (dtls.state === 'connected') await sendCloseNotify(dtls);
    await this.#gathering.release();
    await this.#peer.close();
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

  get #audioBps(): number {
    return this.#opusBps * (this.#offer.audio.redPayloadType === undefined ? 1 : 1 + REDUNDANT_FRAMES) + AUDIO_OVERHEAD_BPS;
  }

  get #opusBps(): number {
    const { audioBitrateBps, narrowAudioBitrateBps } = this.#options.config;
    const mostBps = this.isNarrow ? Math.min(audioBitrateBps, narrowAudioBitrateBps) : audioBitrateBps;
    return Math.min(mostBps, this.#offer.audio.maxBitrateBps ?? Number.POSITIVE_INFINITY);
  }

  /** As many bits, and as often, as the link allows; frames are as long as the pacer makes them. */
  #fitSound(): void {
    this.#encoder.setBitrate(this.#opusBps);
    for (const sender of this.#peer.getSenders()) sender.redDistance = this.isNarrow ? 0 : REDUNDANT_FRAMES;
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
    const { iceUfrag, icePwd, candidates } = fragment;
    const restarts = iceUfrag !== undefined && iceUfrag !== this.#iceUfrag;
    if (restarts) await this.#restartIce(iceUfrag, icePwd!);
    for (const { candidate, mid } of candidates) this.#addCandidate(candidate, mid ?? this.#offer.audio.mid);
    return restarts ? answerFragment(this.#peer.localDescription!.sdp) : undefined;
  }

  async #restartIce(ufrag: string, pwd: string): Promise<void> {
    this.#iceUfrag = ufrag;
    this.#candidates = 0;
    const early = this.#early.splice(0).filter((candidate) => candidate.ufrag === ufrag);
    try {
      await this.#answer(withCredentials(this.#offer.sdp, ufrag, pwd));
    } catch (error) {
      throw transportError('sdp_invalid', 'ICE could not be restarted', { cause: error });
    }
    this.#log('ice restart');
    for (const { candidate, sdpMid } of early) this.#addCandidate(candidate, sdpMid);
    this.#after(ANSWER_DELAY_MS, () => this.#startIce(ufrag, ANSWER_DELAY_MS));
  }

  /** With DTLS up, werift does not start ICE again by itself, and no state change would tell. */
  #startIce(ufrag: string, waitedMs: number): void {
    if (this.#iceUfrag !== ufrag) return;
    for (const { iceTransport, state } of this.#peer.dtlsTransports) {
      if (state !== 'connected' || iceTransport.state === 'connected' || iceTransport.state === 'closed') continue;
      const { earlyChecks } = iceTransport.connection as unknown as { readonly earlyChecks: readonly unknown[] };
      if (earlyChecks.length === 0 && waitedMs < RESTART_LATEST_MS) {
        this.#after(RESTART_POLL_MS, () => this.#startIce(ufrag, waitedMs + RESTART_POLL_MS));
        return;
      }
      iceTransport.start().catch((error) => this.#log('ice restart failed', { error: String(error) }));
    }
  }

  /** Never awaited: werift may look names up for seconds, though none should be left after the filter. */
  #addCandidate(candidate: string, sdpMid: string): void {
    if (this.#candidates >= MAX_CANDIDATES || !usableCandidate(candidate)) return;
    this.#candidates++;
    const ufrag = / ufrag (\S+)/.exec(candidate)?.[1];
    if (ufrag !== undefined && ufrag !== this.#iceUfrag) {
      this.#early.push({ ufrag, candidate, sdpMid });
      return;
    }
    this.#peer.addIceCandidate({ candidate, sdpMid }).catch((error) => this.#log('candidate refused', { error: String(error) }));
  }

  #onIceState(state: string): void {
    this.#guard.refresh();
    if (this.#state === 'closed' || !this.#everConnected) return;
    this.#log('ice', { state });
    // Never the end of the call: a restart, or the same path, may bring it back until the visitor counts as vanished.
    if (state === 'disconnected' || state === 'failed') this.#interrupt();
    else if (state === 'connected') {
      this.#history.clear();
      this.#estimator.restart();
      this.#flow();
      // What was sent while there was no path is lost; asked by itself, the browser would wait for seconds.
      if (this.#videoOut) this.#requestKeyFrame();
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
    if (this.#everConnected) return;
    const { audio, video } = this.#offer;
    const sender = (mid: string) => this.#peer.getTransceivers().find((transceiver) => transceiver.mid === mid)?.sender;
    const out = (mid: string): RtpOutOptions | undefined => {
      const found = sender(mid);
      const nowMs = () => this.#clock.nowMs();
      // Deadlines are on the clock's axis, sender reports on that of Unix.
      return found && { sender: found, history: this.#history, nowMs, originMs: Date.now() - nowMs() };
    };
    const audioOut = audio.receives ? out(audio.mid) : undefined;
    const videoOut = video ? out(video.mid) : undefined;
    this.#audioOut = audioOut && new AudioOut(audioOut);
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
    if (this.#videoOut) this.#requestKeyFrame();
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
      if (kind === PictureLossIndication.count || kind === FULL_INTRA_REQUEST) this.#requestKeyFrame();
    }
  }

  #onFeedback(feedback: TransportWideCC): void {
    const delivered: DeliveredPacket[] = [];
    for (const { sequenceNumber, arrivedAtMs } of twccResults(feedback)) {
      const sent = this.#history.take(sequenceNumber, arrivedAtMs !== undefined);
      if (sent) delivered.push({ ...sent, arrivedAtMs });
    }
    const nowMs = this.#clock.nowMs();
    this.#estimator.report(delivered, nowMs);
    if (this.#width.update(this.#estimator, nowMs)) {
      this.#log('the link has become', { width: this.#width.isNarrow ? 'narrow' : 'wide' });
      this.#fitSound();
      this.emit('width');
    }
    if (!this.#videoOut) return;
    if (!this.#width.isNarrow && this.#ladder.retry(this.#estimator.congested, nowMs))
      this.#estimator.probe(this.#audioBps + this.#options.config.minVideoBps * 1.3);
    const target = this.#ladder.update(this.#estimator.availableBps - this.#audioBps, nowMs);
    if (target) this.emit('target', target);
  }

  /** At once when the last one is long enough ago, else when it will be; requests in between are one. */
  #requestKeyFrame(): void {
    if (this.#keyFrameTimer || this.#state === 'closed') return;
    const waitMs = this.#lastKeyFrameMs + this.#options.config.keyFrameIntervalMs - this.#clock.nowMs();
    const ask = () => {
      this.#keyFrameTimer = undefined;
      this.#lastKeyFrameMs = this.#clock.nowMs();
      this.emit('keyFrame');
    };
    if (waitMs <= 0) ask();
    else this.#keyFrameTimer = after(this.#clock, waitMs, ask);
  }

  #housekeep(): void {
    this.#after(HOUSEKEEPING_MS, () => {
      const silentMs = this.#clock.nowMs() - this.#lastHeardMs;
      if (this.#everConnected && silentMs > this.#options.config.vanishedAfterMs) return void this.close('the visitor vanished');
      if (this.#guard.dataFlooded) return void this.close('the visitor sent more data than allowed');
      if (silentMs > SILENT_AFTER_MS) this.#interrupt();
      const lossPercent = this.#estimator.lossShare * 100;
      this.#encoder.setLossPercent(Math.max(MIN_LOSS_PERCENT, Math.min(MAX_LOSS_PERCENT, lossPercent * 1.5)));
      this.#housekeep();
    });
  }

  #after(delayMs: number, fn: () => void): void {
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

function peerConfig(
  offer: Offer,
  { callId, config }: WebRtcOptions,
  maxMessageSize: number,
): ConstructorParameters<typeof RTCPeerConnection>[0] {
  const { opusPayloadType, redPayloadType } = offer.audio;
  const opus = useOPUS({ payloadType: opusPayloadType, parameters: 'minptime=10;useinbandfec=1;usedtx=1' });
  const red = redPayloadType === undefined ? [] : [redCodec(redPayloadType, opusPayloadType)];
  const { portMin, portMax } = config;
  return {
    // werift takes one URL of each kind, and without relaying a server's own address is all that it needs to know.
    iceServers: config.useTurnOnServer ? iceServersFor(callId, config).map(({ urls, ...rest }) => ({ ...rest, urls: [...urls] })) : [],
    iceUseIpv6: false,
    iceAdditionalHostAddresses: ['127.0.0.1', ...config.hostAddresses],
    icePortRange: portMin > 0 && portMax > portMin ? [portMin, portMax] : undefined,
    bundlePolicy: 'max-bundle',
    maxMessageSize,
    // RED comes first, so that it is what is sent (RFC 2198 around Opus).
    codecs: { audio: [...red, opus], video: offer.video ? videoCodecs(offer.video) : [] },
    headerExtensions: {
      // How wide a link is that the visitor calls narrow is not measured: reports about each packet, and the packets that browsers
      // try it with, would take a good part of it.
      audio: wantsLittle(offer.audio) ? [useSdesMid()] : [useSdesMid(), useAbsSendTime(), useTransportWideCC()],
      video: [useSdesMid(), useAbsSendTime(), useTransportWideCC(), new RTCRtpHeaderExtensionParameters({ uri: PLAYOUT_DELAY_URI })],
    },
  };
}

const redCodec = (payloadType: number, opusPayloadType: number) =>
  new RTCRtpCodecParameters({
    mimeType: 'audio/red',
    clockRate: 48_000,
    channels: 2,
    payloadType,
    parameters: `${opusPayloadType}/${opusPayloadType}`,
  });

function videoCodecs({ codec, payloadType, rtxPayloadType, parameters }: OfferedVideo): RTCRtpCodecParameters[] {
  const picture = new RTCRtpCodecParameters({
    mimeType: codec === 'vp8' ? 'video/VP8' : 'video/H264',
    clockRate: 90_000,
    payloadType,
    rtcpFeedback: [useNACK(), usePLI(), useFIR(), useREMB(), useTWCC()],
    ...(parameters && { parameters }),
  });
  if (rtxPayloadType === undefined) return [picture];
  return [
    picture,
    new RTCRtpCodecParameters({ mimeType: 'video/rtx', clockRate: 90_000, payloadType: rtxPayloadType, parameters: `apt=${payloadType}` }),
  ];
}
