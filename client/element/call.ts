import { DEFLATED_EVENTS_PROTOCOL } from '../../server/core/deflated-events.ts';
import type { FaceParameters } from '../../server/face/parameters.ts';
import type { ClientEventInput, PictureQuality } from '../../server/protocol/index.ts';
import { CallReports } from './call-reports.ts';
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
  qualityChange,
  readEvent,
  renderingChange,
  sessionOf,
  typedMessage,
} from './events.ts';
import { Hush } from './hush.ts';
import { canInflate, InflatedEvents } from './inflated-events.ts';
import { type TurnLatency, waterfallOf } from './latency.ts';
import { Microphone } from './microphone.ts';
import { Negotiation } from './negotiation.ts';
import { type NetworkSample, playedBy, PlayoutClock } from './playout.ts';
import type { RenderingPlace } from './rendering-place.ts';
import { type CallWishes, Signalling } from './signalling.ts';
import type { CallAction } from './state.ts';
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

/** After hanging up: the server ends the connection in order, instead of losing it. */
const LAST_WORDS_MS = 1_000;
/** Events that were written before the channel opened. */
const MAX_QUEUED_EVENTS = 64;

/**
 * One RTCPeerConnection from its offer to its end: the microphone's sound up, the avatar's sound and picture down, events both ways.
 * `close` is final: a new call is a new Call.
 */
export class Call extends TypedEvents<CallEvents> {
  readonly #options: CallOptions;
  readonly #signalling: Signalling;
  readonly #abort = new AbortController();
  readonly #queued: string[] = [];
  #pc: RTCPeerConnection | undefined;
  #negotiation: Negotiation | undefined;
  #reports: CallReports | undefined;
  #channel: RTCDataChannel | undefined;
  #microphone: Microphone | undefined;
  #audioReceiver: RTCRtpReceiver | undefined;
  #hush: Hush | undefined;
  readonly #clock = new PlayoutClock(
    () => this.#audioReceiver && playedBy(this.#audioReceiver),
    () => performance.now(),
  );
  #muted: boolean;
  #avatar: string | undefined;
  #rendering: RenderingPlace;
  #faceLink: FaceLink | undefined;

  constructor(options: CallOptions) {
    super();
    this.#options = options;
    this.#muted = options.muted;
    this.#avatar = options.avatar;
    this.#rendering = options.rendering ?? 'server';
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
    if (this.closed || rendering === this.#rendering) return;
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

  /** Hangs up. The microphone is released at once; the connection stays until the server has closed its side, or a second. */
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
    this.#negotiation?.close();
    this.#reports?.close();
    this.#signalling.hangUp();
    this.#hush?.[Symbol.dispose]();
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
      this.#action({ type: 'microphone', state: this.#muted ? 'muted' : 'live' });
    });
  }

  async #connect(microphone: Microphone, iceServers: readonly RTCIceServer[]): Promise<void> {
    if (this.closed) return;
    const pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle', iceServers: [...iceServers] });
    this.#pc = pc;
    pc.addTransceiver(microphone.track, { direction: 'sendrecv', streams: [microphone.stream] });
    pc.addTransceiver('video', { direction: 'recvonly' });
    this.#openChannel(pc.createDataChannel('events', { ordered: true, ...(canInflate() && { protocol: DEFLATED_EVENTS_PROTOCOL }) }));
    this.#openFaceLink(pc);
    pc.ontrack = (event) => this.#onTrack(event);
    const negotiation = this.#negotiate(pc);
    const reports = this.#report(pc);
    await negotiation.begin(sessionOf(this.#options));
    reports.start(negotiation.isThrifty);
  }

  #negotiate(peer: RTCPeerConnection): Negotiation {
    const negotiation = new Negotiation(peer, this.#signalling, this.#options.thrifty ?? false);
    this.#negotiation = negotiation;
    negotiation.on('connected', () => {
      this.#reports?.onNewPath();
      this.#action({ type: 'connected' });
    });
    negotiation.on('interrupted', () => this.#action({ type: 'interrupted' }));
    negotiation.on('failed', (error) => this.#fail(error));
    return negotiation;
  }

  #report(peer: RTCPeerConnection): CallReports {
    const reports = new CallReports({
      peer,
      playoutMs: () => this.playoutMs(),
      send: (event) => {
        // What would have to wait is out of date by then.
        if (this.#channel?.readyState === 'open') this.#send(event);
      },
    });
    this.#reports = reports;
    reports.on('network', (sample) => this.emit('network', sample));
    reports.on('queue', () => void this.#becomeThrifty());
    return reports;
  }

  /** The link is narrow: less is sent. */
  async #becomeThrifty(): Promise<void> {
    if (await this.#negotiation?.becomeThrifty()) this.#reports?.start(true);
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
    if (track.kind === 'audio') {
      this.#audioReceiver = receiver;
      this.#hush = new Hush({ track, positionMs: () => this.playoutMs() });
    }
    const [stream] = streams;
    if (stream) this.emit('stream', stream);
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
        this.emit('latency', waterfallOf(signal.event, this.#reports?.networkMs));
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
      case 'cut':
        this.#hush?.begin(signal.mediaMs);
        break;
      case 'ended':
        this.close(signal.reason);
        break;
    }
  }

  #action(action: CallAction): void {
    this.emit('action', action);
  }
}
