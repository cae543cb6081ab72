import type { ClientEventInput, PictureQuality } from '../../server/protocol/index.ts';
import { DEFLATED_EVENTS_PROTOCOL } from '../../server/core/deflated-events.ts';
import type { FaceParameters } from '../../server/face/parameters.ts';
import type { CaptionAction } from './captions.ts';
import { FaceLink } from './drawn-face/face-link.ts';
import { CallError, toCallError } from './errors.ts';
import {
  type CalledSession,
  type CallSignal,
  type EngineList,
  faceChange,
  interruption,
  type Notice,
  type Quality,
  readEvent,
  qualityChange,
  renderingChange,
  sessionOf,
  typedMessage,
} from './events.ts';
import { credentialsOf, iceFragment, restartedDescription, type TrickledCandidate } from './ice-fragment.ts';
import { canInflate, InflatedEvents } from './inflated-events.ts';
import { type TurnLatency, waterfallOf } from './latency.ts';
import { Microphone } from './microphone.ts';
import { NetworkMeter, type NetworkSample, playedBy, PlayoutClock } from './playout.ts';
import type { RenderingPlace } from './rendering-place.ts';
import { QueueWatch } from './queue-watch.ts';
import { type CallWishes, Signalling } from './signalling.ts';
import type { CallAction } from './state.ts';
import { thriftySound } from './thrifty-sound.ts';
import { TypedEvents } from './typed-events.ts';

export interface CallOptions extends CallWishes {
  /** The server's origin, optionally with a path prefix that ends in a slash. */
  readonly base: URL;
  readonly token?: string | undefined;
  /** Typing only: the visitor's side is silence. */
  readonly typing: boolean;
  readonly muted: boolean;
  /** The link is known to be narrow: sound takes little room from the beginning. */
  readonly thrifty?: boolean;
}

export interface CallEvents {
  action: CallAction;
  caption: CaptionAction;
  latency: TurnLatency;
  network: NetworkSample;
  engines: EngineList;
  quality: Quality;
  notice: Notice;
  stream: MediaStream;
  session: CalledSession;
  /** A frame of the face, for a page that draws it. */
  face: { readonly mediaMs: number; readonly parameters: FaceParameters };
}

/** Candidates that are found within this time travel in one PATCH. */
const TRICKLE_BATCH_MS = 30;
/** `disconnected` often heals by itself within a second or two (a Wi-Fi hand-over). */
const RESTART_AFTER_MS = 1_500;
const RESTART_EVERY_MS = 4_000;
/** The server keeps a call without packets for 60 s. */
const GIVE_UP_AFTER_MS = 45_000;
const CONNECT_TIMEOUT_MS = 12_000;
const PLAYOUT_EVERY_MS = 200;
/** The same where every packet counts. */
const THRIFTY_PLAYOUT_EVERY_MS = 1_000;
const NETWORK_EVERY_MS = 1_000;
/** Every so many network samples the server is told, too. */
const STATS_EVERY_SAMPLES = 3;
/** Hanging up, the server still tells what was heard, and that the call has ended. */
const LAST_WORDS_MS = 1_000;
/** Events that were written before the channel opened. */
const MAX_QUEUED_EVENTS = 64;

/**
 * One RTCPeerConnection from its offer to its end. The offer is sent at once and candidates follow it; a lost network
 * is met with ICE restarts on the same call. `close` is final: a new call is a new Call.
 */
export class Call extends TypedEvents<CallEvents> {
  readonly #options: CallOptions;
  readonly #signalling: Signalling;
  readonly #abort = new AbortController();
  readonly #network = new NetworkMeter();
  readonly #queued: string[] = [];
  #pc: RTCPeerConnection | undefined;
  #channel: RTCDataChannel | undefined;
  #microphone: Microphone | undefined;
  #audioReceiver: RTCRtpReceiver | undefined;
  readonly #clock = new PlayoutClock(
    () => this.#audioReceiver && playedBy(this.#audioReceiver),
    () => performance.now(),
  );
  #candidates: TrickledCandidate[] = [];
  #gathered = false;
  #trickleTimer: ReturnType<typeof setTimeout> | undefined;
  #restartTimer: ReturnType<typeof setTimeout> | undefined;
  #giveUpTimer: ReturnType<typeof setTimeout> | undefined;
  #connectTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #intervals: ReturnType<typeof setInterval>[] = [];
  /** A new description is being agreed on. */
  #negotiating = false;
  #isThrifty: boolean;
  readonly #queue = new QueueWatch();
  #playoutTimer: ReturnType<typeof setInterval> | undefined;
  #created = false;
  #muted: boolean;
  #avatar: string | undefined;
  #rendering: RenderingPlace;
  #faceLink: FaceLink | undefined;
  #reportedMs = -1;
  #networkSample: NetworkSample | undefined;
  #networkSamples = 0;

  constructor(options: CallOptions) {
    super();
    this.#options = options;
    this.#muted = options.muted;
    this.#avatar = options.avatar;
    this.#rendering = options.rendering ?? 'server';
    this.#isThrifty = options.thrifty ?? false;
    this.#signalling = new Signalling(options.base, options.token);
  }

  get closed(): boolean {
    return this.#abort.signal.aborted;
  }

  get avatar(): string | undefined {
    return this.#avatar;
  }

  /** Another face from now on; the conversation goes on. A server that has no such avatar says so by a notice. */
  set avatar(avatar: string) {
    if (avatar === this.#avatar) return;
    this.#avatar = avatar;
    this.#send(faceChange(avatar));
  }

  /** Who is to draw the face. */
  get rendering(): RenderingPlace {
    return this.#rendering;
  }

  /** The server says by a `session` event when it is so. */
  set rendering(rendering: RenderingPlace) {
    if (rendering === this.#rendering) return;
    this.#rendering = rendering;
    if (this.#pc) this.#openFaceLink(this.#pc);
    this.#send(renderingChange(rendering));
  }

  /** How good the server's picture is to be from now on. */
  set quality(quality: PictureQuality) {
    this.#send(qualityChange(quality));
  }

  get muted(): boolean {
    return this.#muted;
  }

  set muted(muted: boolean) {
    this.#muted = muted;
    if (!this.#microphone || this.#options.typing) return;
    this.#microphone.muted = muted;
    this.#action({ type: 'microphone', state: muted ? 'muted' : 'live' });
  }

  /** 0..1, for a meter. */
  microphoneLevel(): number {
    return this.#microphone?.level() ?? 0;
  }

  /** Media time at the loudspeaker, milliseconds. */
  playoutMs(): number | undefined {
    return this.#clock.positionMs();
  }

  /** Begins the call. Whatever goes wrong arrives as a `failed` action; nothing is thrown. */
  async open(): Promise<void> {
    try {
      if (typeof RTCPeerConnection === 'undefined') throw new CallError('webrtc_missing');
      // The prompt for the microphone may stay open for long; a join token lives for a minute: so it is asked for afterwards.
      const microphone = this.#options.typing ? Microphone.silent() : await Microphone.open();
      if (this.closed) {
        microphone.close();
        return;
      }
      this.#adopt(microphone);
      this.#action({ type: 'connecting' });
      await this.#connect(microphone, await this.#signalling.join(this.#abort.signal));
    } catch (thrown) {
      this.#fail(toCallError(thrown));
    }
  }

  /** The visitor types. */
  type(text: string): void {
    const { itemId, events } = typedMessage(text);
    this.emit('caption', { type: 'visitor', id: itemId, text, final: true, typed: true });
    for (const event of events) this.#send(event);
  }

  /** The avatar says exactly this (the server asks for the permission `say`). */
  say(text: string): void {
    this.#send({ type: 'visavis.say', text });
  }

  /** Stops the answer that is being made or heard. */
  interrupt(): void {
    for (const event of interruption()) this.#send(event);
  }

  #send(event: ClientEventInput): void {
    if (this.closed) return;
    const text = JSON.stringify(event);
    if (this.#channel?.readyState === 'open') this.#channel.send(text);
    else if (this.#queued.length < MAX_QUEUED_EVENTS) this.#queued.push(text);
  }

  /** Browsers that hold sound back until the page is touched want this in the touch's handler. */
  resumeSound(): void {
    this.#microphone?.resume();
  }

  /** Hangs up. The microphone is released at once; the connection stays for the server's last words. */
  close(reason = 'hangup'): void {
    if (this.closed) return;
    this.#action({ type: 'ended', reason });
    this.#release(reason === 'hangup' ? LAST_WORDS_MS : 0);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #fail(error: CallError): void {
    if (this.closed) return;
    this.#action({ type: 'failed', error });
    this.#release(0);
  }

  #release(lingerMs: number): void {
    this.#abort.abort();
    for (const timer of [this.#trickleTimer, this.#restartTimer, this.#giveUpTimer, this.#connectTimer]) clearTimeout(timer);
    for (const interval of [this.#playoutTimer, ...this.#intervals]) clearInterval(interval);
    this.#signalling.hangUp();
    this.#microphone?.close();
    const pc = this.#pc;
    if (!pc) return;
    const channel = this.#channel;
    const timer = setTimeout(() => pc.close(), channel?.readyState === 'open' ? lingerMs : 0);
    if (!channel) return;
    channel.onmessage = null;
    channel.onclose = () => {
      clearTimeout(timer);
      pc.close();
    };
  }

  #adopt(microphone: Microphone): void {
    this.#microphone = microphone;
    microphone.resume();
    if (!this.#options.typing) {
      microphone.muted = this.#muted;
      this.#action({ type: 'microphone', state: this.#muted ? 'muted' : 'live' });
    }
    microphone.on('lost', () => this.#action({ type: 'microphone', state: 'lost' }));
    microphone.on('track', (track) => {
      const sender = this.#pc?.getSenders().find((s) => s.track?.kind === 'audio' || s.track === null);
      void sender?.replaceTrack(track);
    });
  }

  async #connect(microphone: Microphone, iceServers: readonly RTCIceServer[]): Promise<void> {
    const pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle', iceServers: [...iceServers] });
    this.#pc = pc;
    pc.addTransceiver(microphone.track, { direction: 'sendrecv', streams: [microphone.stream] });
    pc.addTransceiver('video', { direction: 'recvonly' });
    this.#openChannel(pc.createDataChannel('events', { ordered: true, ...(canInflate() && { protocol: DEFLATED_EVENTS_PROTOCOL }) }));
    this.#openFaceLink(pc);
    pc.ontrack = (event) => this.#onTrack(event);
    pc.onicecandidate = ({ candidate }) => this.#onCandidate(candidate);
    pc.onconnectionstatechange = () => this.#onConnectionState(pc.connectionState);
    pc.onicegatheringstatechange = () => {
      if (pc.iceGatheringState === 'gathering') this.#gathered = false;
    };
    // The machine has a network again: no need to wait for the next attempt.
    addEventListener(
      'online',
      () => {
        if (pc.connectionState !== 'connected') this.#restartIn(0);
      },
      { signal: this.#abort.signal },
    );
    this.#connectTimer = setTimeout(() => this.#fail(new CallError('connection_failed')), CONNECT_TIMEOUT_MS);

    await pc.setLocalDescription(await pc.createOffer());
    const offer = pc.localDescription?.sdp ?? '';
    const sent = this.#isThrifty ? thriftySound(offer) : offer;
    const created = await this.#signalling.create(sent, sessionOf(this.#options), this.#abort.signal);
    if (this.closed) return;
    this.#created = true;
    // Candidates of STUN and TURN servers that only the answer names are gathered by a restart, if host ones don't do.
    if (created.iceServers.length > 0) pc.setConfiguration({ bundlePolicy: 'max-bundle', iceServers: [...created.iceServers] });
    await pc.setRemoteDescription({ type: 'answer', sdp: created.answerSdp });
    this.#trickle();
    this.#setPlayoutInterval();
    this.#intervals.push(setInterval(() => void this.#readNetwork(), NETWORK_EVERY_MS));
  }

  #setPlayoutInterval(): void {
    clearInterval(this.#playoutTimer);
    this.#playoutTimer = setInterval(() => this.#reportPlayout(), this.#isThrifty ? THRIFTY_PLAYOUT_EVERY_MS : PLAYOUT_EVERY_MS);
  }

  /**
   * The link has turned out to be narrow: from now on, and for the rest of the call, sound takes little room on the way up, too.
   * Only this browser needs to know, since what it sends was agreed on before.
   */
  async #becomeThrifty(): Promise<void> {
    const pc = this.#pc;
    const before = pc?.currentRemoteDescription?.sdp;
    if (!pc || !before || this.closed || this.#isThrifty || this.#negotiating) return;
    this.#negotiating = true;
    try {
      await pc.setLocalDescription(await pc.createOffer());
      await pc.setRemoteDescription({ type: 'answer', sdp: thriftySound(before) });
      this.#isThrifty = true;
      this.#setPlayoutInterval();
    } catch (thrown) {
      if (this.closed) return;
      console.warn('visavis: sound goes on as it was', thrown);
      await this.#rollBack(pc);
    } finally {
      this.#negotiating = false;
    }
    if (this.closed) return;
    // What had to wait meanwhile.
    this.#trickle();
    if (pc.connectionState !== 'connected') this.#restartIn(RESTART_EVERY_MS);
  }

  async #rollBack(pc: RTCPeerConnection): Promise<void> {
    await pc.setLocalDescription({ type: 'rollback' }).catch(() => {
      // There was no offer to take back.
    });
  }

  #openChannel(channel: RTCDataChannel): void {
    this.#channel = channel;
    channel.binaryType = 'arraybuffer';
    channel.onopen = () => {
      channel.send(JSON.stringify({ type: 'visavis.hello', client: 'visavis-avatar', features: ['playout'] } satisfies ClientEventInput));
      for (const text of this.#queued.splice(0)) channel.send(text);
    };
    const onEvent = (text: string): void => {
      for (const signal of readEvent(text)) this.#onSignal(signal);
    };
    const inflated = channel.protocol === DEFLATED_EVENTS_PROTOCOL ? new InflatedEvents(onEvent) : undefined;
    channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (typeof data === 'string') onEvent(data);
      else if (data instanceof ArrayBuffer) inflated?.receive(data);
    };
    channel.onclose = () => {
      if (!this.closed && this.#pc?.connectionState === 'connected') this.close('server');
    };
  }

  /** Only for a face that is drawn here; it stays open for the next time. */
  #openFaceLink(pc: RTCPeerConnection): void {
    if (this.#rendering !== 'client' || this.#faceLink) return;
    this.#faceLink = new FaceLink(pc, (mediaMs, parameters) => {
      if (!this.closed) this.emit('face', { mediaMs, parameters });
    });
  }

  #onTrack({ track, receiver, streams }: RTCTrackEvent): void {
    // A conversation wants the newest sound and picture, not the smoothest.
    if ('jitterBufferTarget' in receiver) receiver.jitterBufferTarget = 0;
    if (track.kind === 'audio') this.#audioReceiver = receiver;
    const [stream] = streams;
    if (stream) this.emit('stream', stream);
  }

  #onCandidate(candidate: RTCIceCandidate | null): void {
    if (candidate && candidate.candidate !== '') this.#candidates.push({ candidate: candidate.candidate, sdpMid: candidate.sdpMid });
    else this.#gathered = true;
    clearTimeout(this.#trickleTimer);
    this.#trickleTimer = setTimeout(() => this.#trickle(), this.#gathered ? 0 : TRICKLE_BATCH_MS);
  }

  /** Sends the candidates found so far; those that are found before the call has its address wait for it. */
  #trickle(): void {
    const local = this.#pc?.localDescription?.sdp;
    if (!this.#created || this.closed || this.#negotiating || !local) return;
    if (this.#candidates.length === 0 && !this.#gathered) return;
    const batch = this.#candidates.splice(0);
    const complete = this.#gathered;
    this.#gathered = false;
    if (batch.length === 0 && !complete) return;
    this.#signalling.patch(iceFragment(local, batch, complete), false, this.#abort.signal).catch((thrown: unknown) => {
      // The connection may stand without these candidates; if it does not, the connect timer or a restart says so.
      if (!this.closed) console.warn('visavis: candidates were not accepted', toCallError(thrown).message);
    });
  }

  #onConnectionState(state: RTCPeerConnectionState): void {
    if (this.closed) return;
    if (state === 'connected') {
      clearTimeout(this.#connectTimer);
      clearTimeout(this.#restartTimer);
      clearTimeout(this.#giveUpTimer);
      this.#giveUpTimer = undefined;
      this.#queue.restart();
      this.#action({ type: 'connected' });
    } else if (state === 'disconnected' || state === 'failed') {
      this.#action({ type: 'interrupted' });
      this.#giveUpTimer ??= setTimeout(() => this.#fail(new CallError('connection_lost')), GIVE_UP_AFTER_MS);
      this.#restartIn(state === 'failed' ? 0 : RESTART_AFTER_MS);
    }
  }

  #restartIn(delayMs: number): void {
    clearTimeout(this.#restartTimer);
    this.#restartTimer = setTimeout(() => void this.#restart(), delayMs);
  }

  async #restart(): Promise<void> {
    const pc = this.#pc;
    if (!pc || this.closed || this.#negotiating || !this.#created) return;
    this.#negotiating = true;
    const before = pc.currentRemoteDescription?.sdp;
    try {
      this.#candidates = [];
      await pc.setLocalDescription(await pc.createOffer({ iceRestart: true }));
      const local = pc.localDescription?.sdp ?? '';
      const fragment = await this.#signalling.patch(iceFragment(local, [], false), true, this.#abort.signal);
      if (!fragment || !before || !credentialsOf(fragment))
        throw new CallError('connection_lost', { detail: 'The server did not answer the restart' });
      await pc.setRemoteDescription({ type: 'answer', sdp: restartedDescription(before, fragment) });
    } catch (thrown) {
      if (this.closed) return;
      const error = toCallError(thrown, 'connection_lost');
      // Without a way to the server the next try is due when the network is back; a server that has no such call won't get one.
      if (error.code !== 'server_unreachable' && error.code !== 'server_error') {
        this.#fail(new CallError('connection_lost', { cause: error, ...(error.detail ? { detail: error.detail } : {}) }));
        return;
      }
      await this.#rollBack(pc);
    } finally {
      this.#negotiating = false;
    }
    this.#trickle();
    if (this.closed) return;
    // A path that came back by itself in the meantime is no change of state, and no event.
    if (pc.connectionState === 'connected') this.#onConnectionState('connected');
    else this.#restartIn(RESTART_EVERY_MS);
  }

  #onSignal(signal: CallSignal): void {
    if (this.closed) return;
    switch (signal.type) {
      case 'action':
        this.#action(signal.action);
        break;
      case 'caption':
        this.emit('caption', signal.caption);
        break;
      case 'latency':
        this.emit('latency', waterfallOf(signal.event, this.#ownNetworkMs()));
        break;
      case 'engines':
        this.emit('engines', signal.engines);
        break;
      case 'quality':
        this.emit('quality', signal.quality);
        if (signal.quality.narrow) void this.#becomeThrifty();
        break;
      case 'notice':
        this.emit('notice', signal.notice);
        break;
      case 'session':
        this.emit('session', signal.session);
        break;
      case 'ended':
        this.close(signal.reason);
        break;
    }
  }

  #reportPlayout(): void {
    const positionMs = this.playoutMs();
    if (positionMs === undefined || this.#channel?.readyState !== 'open') return;
    const rounded = Math.round(positionMs);
    if (rounded < 0 || rounded === this.#reportedMs) return;
    this.#reportedMs = rounded;
    const jitterMs = this.#networkSample?.jitterBufferMs;
    this.#send({
      type: 'visavis.playout',
      played_media_ms: rounded,
      ...(jitterMs !== undefined && { jitter_buffer_ms: Math.round(jitterMs) }),
    });
  }

  async #readNetwork(): Promise<void> {
    const pc = this.#pc;
    if (!pc || this.closed) return;
    const report = await pc.getStats();
    if (this.closed) return;
    const sample = this.#network.read(report as unknown as Map<string, unknown>);
    this.#networkSample = sample;
    this.emit('network', sample);
    if (this.#queue.sees(sample.roundTripMs)) void this.#becomeThrifty();
    if (++this.#networkSamples % STATS_EVERY_SAMPLES === 0) this.#send({ type: 'visavis.client_stats', ...statsOf(sample) });
  }

  /** From the server's packet to the loudspeaker: half a round trip and the wait in the jitter buffer. */
  #ownNetworkMs(): number | undefined {
    const { roundTripMs, jitterBufferMs } = this.#networkSample ?? {};
    if (roundTripMs === undefined && jitterBufferMs === undefined) return undefined;
    return (roundTripMs ?? 0) / 2 + (jitterBufferMs ?? 0);
  }

  #action(action: CallAction): void {
    this.emit('action', action);
  }
}

function statsOf(sample: NetworkSample): object {
  const { roundTripMs, framesPerS, framesDropped, freezes, lossShare } = sample;
  return {
    ...(roundTripMs !== undefined && { round_trip_ms: roundTripMs }),
    ...(framesPerS !== undefined && { frames_per_s: framesPerS }),
    ...(framesDropped !== undefined && { frames_dropped: framesDropped }),
    ...(freezes !== undefined && { freezes }),
    ...(lossShare !== undefined && { loss_share: lossShare }),
  };
}
