import { html, LitElement, nothing, type PropertyValues } from 'lit';
import type { PictureQuality } from '../../server/protocol/index.ts';
import { Call } from './call.ts';
import type { CaptionLine, Captions } from './captions.ts';
import type { Renderer, RendererWish } from './drawn-face/face-drawing.ts';
import { CallError } from './errors.ts';
import type { EngineList, Notice, Quality } from './events.ts';
import { FaceView } from './face-view.ts';
import { HeardCaptions, type Transcript } from './heard-captions.ts';
import type { TurnLatency } from './latency.ts';
import type { NetworkSample } from './playout.ts';
import { isNarrow, ownLink, type RenderingPlace, type RenderingWish, renderingPlace } from './rendering-place.ts';
import { type CallAction, type CallState, initialState, isBusy, reduceCall } from './state.ts';
import { avatarStyles } from './styles.ts';

export type Carrier = 'auto' | 'webrtc' | 'websocket';

/** What the element's events carry in `detail`. All of them bubble and cross shadow roots. */
export interface VisavisEventMap {
  state: CustomEvent<CallState>;
  transcript: CustomEvent<Transcript>;
  caption: CustomEvent<Captions>;
  latency: CustomEvent<TurnLatency>;
  network: CustomEvent<NetworkSample>;
  engines: CustomEvent<EngineList>;
  quality: CustomEvent<Quality>;
  notice: CustomEvent<Notice>;
  error: CustomEvent<CallError>;
}

/** The embed script's own server, unless `src` names another. */
const ownOrigin = (): URL => new URL('/', import.meta.url.startsWith('http') ? import.meta.url : document.baseURI);

/**
 * `<visavis-avatar>`: a face to talk with. It fills its box; the page around it gives the size and, in the default
 * slot, what lies over the picture.
 */
export class VisavisAvatar extends LitElement {
  static override styles = avatarStyles;

  static override properties = {
    src: { type: String },
    avatar: { type: String },
    voice: { type: String },
    language: { type: String },
    persona: { type: String },
    token: { type: String },
    carrier: { type: String },
    rendering: { type: String },
    renderer: { type: String },
    quality: { type: String },
    muted: { type: Boolean, reflect: true },
    greet: { converter: { fromAttribute: (value: string | null) => (value === null ? undefined : value !== 'false') } },
    captions: { type: Boolean },
    poster: { type: String },
    visitorLabel: { type: String, attribute: 'visitor-label' },
    avatarLabel: { type: String, attribute: 'avatar-label' },
    callState: { state: true },
    posterBroken: { state: true },
  };

  /** Address of the server; the one that served this script when empty. */
  declare src: string | undefined;
  declare avatar: string | undefined;
  declare voice: string | undefined;
  declare language: string | undefined;
  declare persona: string | undefined;
  declare token: string | undefined;
  declare carrier: Carrier;
  /** Who draws the face. `auto`: this browser where the link is known to be narrow, else the server. Can change in mid-call. */
  declare rendering: RenderingWish;
  /** What this browser draws with, where it draws. `auto`: its graphics card if that is a real one, else WebAssembly. */
  declare renderer: RendererWish;
  /** How good a picture the server draws; the server's choice when empty. Can change in mid-call. */
  declare quality: PictureQuality | undefined;
  declare muted: boolean;
  declare greet: boolean | undefined;
  /** Shows captions over the picture. */
  declare captions: boolean;
  /** Picture before the call; the avatar's own one when empty. */
  declare poster: string | undefined;
  /** What screen readers hear before a line of either side. */
  declare visitorLabel: string;
  declare avatarLabel: string;
  declare callState: CallState;
  declare posterBroken: boolean;

  #call: Call | undefined;
  #face: FaceView | undefined;
  readonly #heard = new HeardCaptions(() => this.#call?.playoutMs());
  #stream: MediaStream | undefined;
  /** The newest wish for a call counts, until it is taken back. */
  #wishes = 0;

  constructor() {
    super();
    this.carrier = 'auto';
    this.rendering = 'auto';
    this.renderer = 'auto';
    this.muted = false;
    this.captions = false;
    this.visitorLabel = 'You';
    this.avatarLabel = 'Avatar';
    this.callState = initialState;
    this.posterBroken = false;
    this.#heard.on('changed', (captions) => {
      this.requestUpdate();
      this.#tell('caption', captions);
    });
    this.#heard.on('line', (line) => this.#tell('transcript', line));
  }

  /** The call as it is now. */
  get state(): CallState {
    return this.callState;
  }

  /** Both sides' words so far. */
  get transcript(): Captions {
    return this.#heard.captions;
  }

  /**
   * Begins a call; call it from a click, so that browsers play the sound. With `typing` no microphone is asked for.
   * Failures are told by the `error` event and `state.error`.
   */
  async start(options: { readonly typing?: boolean } = {}): Promise<void> {
    if (isBusy(this.callState)) return;
    const typing = options.typing ?? false;
    this.#dispatchAction({ type: 'start', typing });
    this.#heard.apply({ type: 'clear' });
    // Started by its page before it was on the screen, it has no place for a picture yet.
    const wish = ++this.#wishes;
    await this.updateComplete;
    if (wish !== this.#wishes) return;
    const refusal = this.#refusal();
    if (refusal) {
      this.#dispatchAction({ type: 'failed', error: refusal });
      return;
    }
    const { avatar, voice, language, quality, greet, token, muted, base, persona: instructions } = this;
    const rendering = renderingPlace(this.rendering, ownLink());
    const thrifty = isNarrow(ownLink());
    const call = new Call({ base, token, avatar, voice, language, instructions, greet, muted, typing, rendering, quality, thrifty });
    this.#call = call;
    this.#view(call);
    const current =
      <T>(use: (detail: T) => void) =>
      (detail: T): void => {
        if (this.#call === call) use(detail);
      };
    call.on(
      'action',
      current((action) => this.#dispatchAction(action)),
    );
    call.on(
      'caption',
      current((action) => this.#heard.apply(action)),
    );
    call.on(
      'latency',
      current((detail) => this.#tell('latency', detail)),
    );
    call.on(
      'network',
      current((detail) => this.#tell('network', detail)),
    );
    call.on(
      'engines',
      current((detail) => this.#tell('engines', detail)),
    );
    call.on(
      'quality',
      current((detail) => this.#tell('quality', detail)),
    );
    call.on(
      'notice',
      current((detail) => this.#tell('notice', detail)),
    );
    call.on(
      'stream',
      current((stream) => this.#show(stream)),
    );
    await call.open();
  }

  /** Ends the call, or keeps it from beginning. */
  stop(): void {
    this.#wishes++;
    if (this.#call) this.#call.close();
    else this.#dispatchAction({ type: 'ended', reason: 'hangup' });
  }

  /** The avatar says exactly this. */
  say(text: string): void {
    if (text.trim() !== '') this.#call?.say(text);
  }

  /** The visitor says this by typing. */
  send(text: string): void {
    if (text.trim() !== '') this.#call?.type(text.trim());
  }

  /** Stops the running answer. */
  interrupt(): void {
    this.#call?.interrupt();
  }

  /** Starts the sound that the browser held back (`state.soundBlocked`); call it from a click. */
  async resumeSound(): Promise<void> {
    this.#call?.resumeSound();
    await this.#play();
  }

  /** Loudness of the visitor's microphone now, 0..1. */
  microphoneLevel(): number {
    return this.#call?.microphoneLevel() ?? 0;
  }

  /** The part of a line that has been heard; all of it for the visitor's own lines. */
  heardText(line: CaptionLine): string {
    return this.#heard.heardText(line);
  }

  /** Media time of the picture, milliseconds, while this page draws it: what is seen against what is heard. */
  get shownMediaMs(): number | undefined {
    return this.#face?.shownMediaMs;
  }

  /** What draws the face while this page does. */
  get drawnWith(): Renderer | undefined {
    return this.#face?.renderer;
  }

  get base(): URL {
    return new URL(this.src || ownOrigin(), document.baseURI);
  }

  get video(): HTMLVideoElement | null {
    return this.renderRoot.querySelector('video');
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('pagehide', this.#onPageHide);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('pagehide', this.#onPageHide);
    this.stop();
    this.#heard[Symbol.dispose]();
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('muted') && this.#call) this.#call.muted = this.muted;
    if (changed.has('avatar') && this.avatar && this.#call) this.#call.avatar = this.avatar;
    if (changed.has('quality') && this.#call) this.#call.quality = this.quality || 'auto';
    if (changed.has('rendering')) void this.#face?.want(renderingPlace(this.rendering, ownLink()));
    if (changed.has('avatar') || changed.has('poster')) this.posterBroken = false;
  }

  protected override render(): unknown {
    const { phase, activity, picture, drawnBy } = this.callState;
    const poster = this.poster || new URL(`avatars/${encodeURIComponent(this.avatar || 'mia')}/poster.jpg`, this.base).href;
    return html`
      <div class="stage" part="stage" data-phase=${phase} data-activity=${phase === 'live' ? activity : 'listening'} ?data-picture=${picture} data-drawn-by=${drawnBy}>
        <div class="backdrop" part="backdrop"></div>
        ${
          this.posterBroken
            ? nothing
            : html`<img class="poster" part="poster" alt="" src=${poster} @error=${() => {
                this.posterBroken = true;
              }} />`
        }
        <video part="video" autoplay playsinline disablepictureinpicture @loadeddata=${this.#onPicture}></video>
        <canvas part="video" aria-hidden="true"></canvas>
        <div class="ring" part="ring" aria-hidden="true"></div>
        ${this.captions ? this.#renderCaptions() : nothing}
        <slot></slot>
      </div>
    `;
  }

  #renderCaptions(): unknown {
    const { lines } = this.transcript;
    const complete = lines.filter((line) => this.#heard.isHeard(line)).slice(-20);
    const recent = lines.slice(-2).filter((line) => this.heardText(line) !== '');
    return html`<div class="hidden" role="log" aria-live="polite">
        ${complete.map((line) => html`<p dir="auto">${line.speaker === 'visitor' ? this.visitorLabel : this.avatarLabel}: ${line.text}</p>`)}
      </div>
      <div class="captions" part="captions" aria-hidden="true" ?hidden=${recent.length === 0}>
        ${recent.map(
          (line) => html`<p
            class=${`caption ${line.speaker}`}
            part=${`caption-${line.speaker}`}
            ?data-partial=${line.speaker === 'visitor' && line.state === 'partial'}
            dir="auto"
          >
            ${this.heardText(line)}
          </p>`,
        )}
      </div>`;
  }

  #refusal(): CallError | undefined {
    if (this.carrier === 'websocket') {
      return new CallError('carrier_unsupported', { detail: 'This version talks over WebRTC only; leave carrier at "auto"' });
    }
    return undefined;
  }

  #dispatchAction(action: CallAction): void {
    const before = this.callState;
    this.callState = reduceCall(before, action);
    if (this.callState === before) return;
    if (!isBusy(this.callState) && isBusy(before)) this.#finish();
    this.#tell('state', this.callState);
    if (this.callState.error && this.callState.error !== before.error) this.#tell('error', this.callState.error);
  }

  #finish(): void {
    this.#heard.finish();
    this.#call = undefined;
    this.#face?.[Symbol.dispose]();
    this.#face = undefined;
    this.#stream = undefined;
    const video = this.video;
    if (video) video.srcObject = null;
  }

  #view(call: Call): void {
    const { video } = this;
    const canvas = this.renderRoot.querySelector('canvas');
    if (!video || !canvas) return;
    const onShown = (drawnBy: RenderingPlace) => this.#dispatchAction({ type: 'picture', drawnBy });
    this.#face = new FaceView({ call, base: this.base, video, canvas, renderer: this.renderer, light: isNarrow(ownLink()), onShown });
  }

  #show(received: MediaStream): void {
    const stream = this.#face?.playable(received) ?? received;
    if (this.#stream === stream) return;
    this.#stream = stream;
    void this.#play();
  }

  async #play(): Promise<void> {
    const video = this.video;
    if (!video || !this.#stream) return;
    if (video.srcObject !== this.#stream) video.srcObject = this.#stream;
    try {
      await video.play();
      this.#dispatchAction({ type: 'sound-blocked', blocked: false });
    } catch (thrown) {
      // AbortError: a newer play() or the end of the call overtook this one.
      if (thrown instanceof DOMException && thrown.name === 'NotAllowedError')
        this.#dispatchAction({ type: 'sound-blocked', blocked: true });
    }
  }

  /** Somebody who leaves the page has hung up: the place is free for the next one at once. */
  #onPageHide = (): void => this.stop();

  #onPicture = (): void => {
    const video = this.video;
    if (!video || video.videoWidth === 0) return;
    // `loadeddata` also comes for sound alone; a frame that was presented is a picture.
    video.requestVideoFrameCallback(() => this.#dispatchAction({ type: 'picture', drawnBy: 'server' }));
  };

  #tell<K extends keyof VisavisEventMap>(type: K, detail: VisavisEventMap[K]['detail']): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'visavis-avatar': VisavisAvatar;
  }
}

if (!customElements.get('visavis-avatar')) customElements.define('visavis-avatar', VisavisAvatar);
