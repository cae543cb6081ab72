import type { Call } from './call.ts';
import { DrawnFace } from './drawn-face/drawn-face.ts';
import type { Renderer, RendererWish } from './drawn-face/face-drawing.ts';
import type { CalledSession } from './events.ts';
import type { RenderingPlace } from './rendering-place.ts';

export interface FaceViewOptions {
  readonly call: Call;
  readonly base: URL;
  readonly video: HTMLVideoElement;
  readonly canvas: HTMLCanvasElement;
  /** What this page draws with. */
  readonly renderer: RendererWish;
  /** Fetch little. */
  readonly light: boolean;
  /** The picture comes from there now. */
  readonly onShown: (place: RenderingPlace) => void;
}

/** Until the server says how its pictures are. */
const UNKNOWN_SHAPE = { width: 1, height: 1 };

/**
 * Which picture of a call is seen: the video that the server sends, or the canvas that this page draws. Whatever is changed in
 * mid-call, the last picture of the old way stays until the first one of the new way is there.
 */
export class FaceView implements Disposable {
  readonly #options: FaceViewOptions;
  #session: CalledSession | undefined;
  #wanted: RenderingPlace = 'server';
  #drawn: DrawnFace | undefined;
  #shown: RenderingPlace = 'server';
  #received: MediaStream | undefined;
  #playable: MediaStream | undefined;
  #videoRequest: number | undefined;
  #closed = false;

  constructor(options: FaceViewOptions) {
    this.#options = options;
    const { call } = options;
    call.on('session', (session) => this.#onSession(session));
    call.on('face', ({ mediaMs, parameters }) => this.#drawn?.accept(mediaMs, parameters));
    this.#wanted = call.rendering;
    // While the connection is being set up.
    if (call.rendering === 'client' && call.avatar) void this.#draw(call.avatar);
  }

  /** Media time of the picture that this page draws; undefined while it draws none. */
  get shownMediaMs(): number | undefined {
    return this.#drawn?.shownMs;
  }

  /** What this page draws with; undefined while it draws nothing. */
  get renderer(): Renderer | undefined {
    return this.#drawn?.renderer;
  }

  /** Who is to draw from now on. */
  async want(place: RenderingPlace): Promise<void> {
    if (place === this.#wanted) return;
    this.#wanted = place;
    const { call } = this.#options;
    if (place === 'client' && this.#session && !(await this.#draw(this.#session.avatar))) return;
    if (!this.#closed && this.#wanted === place) call.rendering = place;
  }

  /**
   * What the video element should play. A video track on which nothing comes would keep browsers from playing the sound beside it,
   * so it joins when the server draws.
   */
  playable(received: MediaStream): MediaStream {
    if (this.#received !== received) {
      this.#received = received;
      this.#playable = this.#wanted === 'client' ? new MediaStream(received.getAudioTracks()) : received;
    }
    return this.#playable ?? received;
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#drawn?.close();
    if (this.#videoRequest !== undefined) this.#options.video.cancelVideoFrameCallback(this.#videoRequest);
  }

  #onSession(session: CalledSession): void {
    if (this.#closed) return;
    this.#session = session;
    if (session.rendering === 'client') void this.#draw(session.avatar).then(() => this.#drawn?.fit());
    else if (this.#shown === 'client' || this.#playable !== this.#received) this.#awaitVideo();
  }

  /** Resolves to whether this page can draw the avatar; if not, the server is asked to. */
  async #draw(avatar: string): Promise<boolean> {
    const { call, base, canvas, renderer, light } = this.#options;
    try {
      this.#drawn ??= new DrawnFace({
        canvas,
        base,
        renderer,
        light,
        shape: () => this.#session?.picture ?? UNKNOWN_SHAPE,
        soundMs: () => call.playoutMs(),
        onPainted: () => this.#show('client'),
        onUnable: (cause) => this.#leaveToServer(cause),
      });
      await this.#drawn.wear(avatar);
      return true;
    } catch (thrown) {
      this.#leaveToServer(thrown);
      return false;
    }
  }

  #leaveToServer(cause: unknown): void {
    if (this.#closed) return;
    console.warn('visavis: the server draws, since this page cannot', cause);
    this.#wanted = 'server';
    this.#options.call.rendering = 'server';
  }

  #awaitVideo(): void {
    if (this.#videoRequest !== undefined) return;
    for (const track of this.#received?.getVideoTracks() ?? []) this.#playable?.addTrack(track);
    this.#videoRequest = this.#options.video.requestVideoFrameCallback(() => {
      this.#videoRequest = undefined;
      if (this.#closed || this.#session?.rendering === 'client') return;
      this.#show('server');
      this.#drawn?.close();
      this.#drawn = undefined;
    });
  }

  #show(place: RenderingPlace): void {
    if (this.#closed || (place === 'client' && this.#session?.rendering === 'server')) return;
    this.#shown = place;
    this.#options.onShown(place);
  }
}
