import type { FaceParameters } from '../../../server/face/parameters.ts';
import { type AvatarAssets, fetchAvatar } from './avatar-assets.ts';
import type { FaceDrawing, Renderer, RendererWish } from './face-drawing.ts';
import { FaceRenderer } from './face-renderer.ts';
import { FaceTimeline } from './face-timeline.ts';
import { LARGEST_SIDE_PX, pictureSize, type Size, smallerSide } from './picture-size.ts';
import { SteadyClock } from './steady-clock.ts';

export interface DrawnFaceOptions {
  readonly canvas: HTMLCanvasElement;
  /** The server. */
  readonly base: URL;
  /** Proportions of the picture that the server would draw. */
  readonly shape: () => Size;
  readonly renderer: RendererWish;
  /** Fetch little, for narrow links. */
  readonly light: boolean;
  /** Media time at the loudspeaker, milliseconds. */
  readonly soundMs: () => number | undefined;
  /** The first picture of an avatar is on the canvas. */
  readonly onPainted: (avatar: string) => void;
  /** The graphics card was lost, and nothing else can draw. */
  readonly onUnable: (cause: unknown) => void;
}

/** From a drawing to the light of the screen, about: half of a frame at 60 Hz. */
const DISPLAY_MS = 8;
/** 30 pictures a second: between the face's own 25 they are made by interpolation. */
const LEAST_INTERVAL_MS = 30;
/** Sound that is so far from the newest frame is on another clock. */
const PLAUSIBLE_MS = 3_000;
const RESIZE_AFTER_MS = 200;
/** Of the main thread's time, at 30 pictures a second. */
const TOO_SLOW_MS = 16;
const JUDGED_PICTURES = 60;

/**
 * The face, drawn in this page: follows the sound, and fills its canvas as sharply as the screen shows it. While the page is
 * hidden nothing is drawn.
 */
export class DrawnFace implements Disposable {
  readonly #options: DrawnFaceOptions;
  readonly #timeline = new FaceTimeline();
  readonly #clock = new SteadyClock();
  readonly #renderer: FaceRenderer;
  readonly #observer: ResizeObserver;
  #assets: AvatarAssets | undefined;
  #avatar: string | undefined;
  #loading: AbortController | undefined;
  #drawing: FaceDrawing | undefined;
  /** The newest opening counts. */
  #openings = 0;
  #size: Size | undefined;
  #limitPx = LARGEST_SIDE_PX;
  #isPainted = false;
  #isReplacing = false;
  #shownMs: number | undefined;
  #lastDrawnMs = 0;
  #spentMs = 0;
  #pictures = 0;
  #frameRequest: number;
  #resizeTimer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(options: DrawnFaceOptions) {
    this.#options = options;
    this.#renderer = new FaceRenderer(options.canvas, options.renderer);
    this.#frameRequest = requestAnimationFrame(this.#onFrame);
    this.#observer = new ResizeObserver(() => {
      clearTimeout(this.#resizeTimer);
      this.#resizeTimer = setTimeout(() => void this.fit(), RESIZE_AFTER_MS);
    });
    this.#observer.observe(options.canvas);
  }

  /** Whose face is drawn, or will be. */
  get avatar(): string | undefined {
    return this.#avatar;
  }

  /** Media time that the picture shows. */
  get shownMs(): number | undefined {
    return this.#shownMs;
  }

  /** What draws. */
  get renderer(): Renderer | undefined {
    return this.#drawing?.renderer;
  }

  /** Loads somebody's face; the one before stays until it is there. The newest wish counts. @throws what keeps it from being drawn */
  async wear(avatar: string): Promise<void> {
    if (avatar === this.#avatar) return;
    this.#loading?.abort();
    const loading = new AbortController();
    this.#loading = loading;
    const before = this.#avatar;
    this.#avatar = avatar;
    try {
      const { base, light } = this.#options;
      const assets = await fetchAvatar(base, avatar, { light, signal: loading.signal });
      await this.#open(assets, loading.signal);
    } catch (thrown) {
      if (loading.signal.aborted) return;
      this.#avatar = before;
      throw thrown;
    } finally {
      if (this.#loading === loading) this.#loading = undefined;
    }
  }

  accept(mediaMs: number, parameters: FaceParameters): void {
    this.#timeline.add(mediaMs, parameters);
  }

  /** Draws at the size that is right now, where it is another one. */
  async fit(): Promise<void> {
    const { width, height } = this.#wantedSize();
    const assets = this.#assets;
    // A face that is being loaded is opened at the right size.
    if (this.#closed || !assets || this.#loading || (width === this.#size?.width && height === this.#size.height)) return;
    await this.#open(assets).catch((thrown: unknown) => console.warn('visavis: the face could not be drawn at another size', thrown));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#loading?.abort();
    cancelAnimationFrame(this.#frameRequest);
    clearTimeout(this.#resizeTimer);
    this.#observer.disconnect();
    this.#drawing?.[Symbol.dispose]();
    this.#renderer[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #open(assets: AvatarAssets, signal?: AbortSignal): Promise<void> {
    const size = this.#wantedSize();
    const opening = ++this.#openings;
    const drawing = await this.#renderer.open(assets, size);
    if (this.#closed || signal?.aborted || opening !== this.#openings) {
      drawing[Symbol.dispose]();
      return;
    }
    this.#drawing?.[Symbol.dispose]();
    this.#drawing = drawing;
    this.#size = size;
    this.#spentMs = 0;
    this.#pictures = 0;
    if (assets !== this.#assets) this.#isPainted = false;
    this.#assets = assets;
    this.#lastDrawnMs = 0;
  }

  /** Another renderer goes on where the graphics card was lost; its last picture stays meanwhile. */
  async #replace(assets: AvatarAssets): Promise<void> {
    this.#isReplacing = true;
    console.warn('visavis: the graphics card was lost');
    try {
      await this.#open(assets);
    } catch (thrown) {
      this.#drawing?.[Symbol.dispose]();
      this.#drawing = undefined;
      this.#options.onUnable(thrown);
    } finally {
      this.#isReplacing = false;
    }
  }

  #wantedSize(): Size {
    const { canvas, shape } = this.#options;
    const box = { width: canvas.clientWidth, height: canvas.clientHeight };
    return pictureSize(shape(), box, devicePixelRatio, this.#limitPx);
  }

  readonly #onFrame = (): void => {
    this.#frameRequest = requestAnimationFrame(this.#onFrame);
    if (this.#drawing?.isLost) {
      // A face that is being loaded is opened on what there is by then.
      if (this.#assets && !this.#loading && !this.#isReplacing) void this.#replace(this.#assets);
      return;
    }
    const nowMs = performance.now();
    const positionMs = this.#positionMs(nowMs);
    if (!this.#drawing || positionMs === undefined || nowMs - this.#lastDrawnMs < LEAST_INTERVAL_MS) return;
    const mediaMs = Math.min(positionMs + DISPLAY_MS, this.#timeline.newestMs ?? positionMs);
    const parameters = this.#timeline.faceAt(mediaMs);
    if (!parameters) return;
    this.#shownMs = mediaMs;
    this.#lastDrawnMs = nowMs;
    this.#drawing.draw(parameters);
    this.#judge(performance.now() - nowMs);
    if (this.#isPainted || !this.#avatar) return;
    this.#isPainted = true;
    this.#options.onPainted(this.#avatar);
  };

  /** Without sound to follow, what has come last is shown. */
  #positionMs(nowMs: number): number | undefined {
    const { newestMs } = this.#timeline;
    const soundMs = this.#options.soundMs();
    if (newestMs === undefined) return undefined;
    if (soundMs === undefined || Math.abs(soundMs - newestMs) > PLAUSIBLE_MS) return newestMs;
    return this.#clock.at(nowMs, soundMs);
  }

  /** A machine that needs too long gets a smaller picture. */
  #judge(tookMs: number): void {
    this.#spentMs += tookMs;
    if (++this.#pictures < JUDGED_PICTURES) return;
    const isSlow = this.#spentMs / this.#pictures > TOO_SLOW_MS;
    this.#spentMs = 0;
    this.#pictures = 0;
    if (!isSlow || !this.#size) return;
    this.#limitPx = smallerSide(Math.max(this.#size.width, this.#size.height));
    void this.fit();
  }
}
