import { after, type Clock, systemClock } from '../core/clock.ts';
import { toVisavisError, type VisavisError } from '../core/errors.ts';
import { GpuRenderer } from '../face/raster/webgpu/gpu-renderer.ts';
import type { FaceRenderer } from './contract.ts';
import type { OpenGpu } from './gpu-adapter.ts';

export interface FaceGpuOptions {
  readonly open: () => Promise<OpenGpu>;
  /** A card that is silent for so long counts as lost. */
  readonly timeoutMs: number;
  /** Who draws from now on, and why. */
  readonly onChange: (renderer: FaceRenderer) => void;
  readonly clock?: Clock;
}

/** Pauses before a lost device is asked for again; after the last one it is given up. */
const REOPEN_AFTER_MS = [0, 1_000, 5_000, 30_000];
/** A device that lasted so long may be lost as often again. */
const LASTING_MS = 60_000;

/**
 * The face process's graphics card. A lost device is opened anew in the background; what is to be drawn meanwhile, or
 * after it is given up, is for the WASM raster: `renderer` is undefined then.
 */
export class FaceGpu implements AsyncDisposable {
  readonly #options: FaceGpuOptions;
  readonly #clock: Clock;
  #renderer: GpuRenderer | undefined;
  #opening: Promise<void> | undefined;
  #reopen: Disposable | undefined;
  #losses = 0;
  #closed = false;

  constructor(options: FaceGpuOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  get renderer(): GpuRenderer | undefined {
    return this.#renderer;
  }

  get timeoutMs(): number {
    return this.#options.timeoutMs;
  }

  /** Never rejects: `onChange` tells how it went. */
  start(): Promise<void> {
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  /** Gives the device back when its last frames have arrived. Safe to call twice. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#reopen?.[Symbol.dispose]();
    await this.#opening;
    const renderer = this.#renderer;
    this.#renderer = undefined;
    await renderer?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #open(): Promise<void> {
    try {
      const { name, device } = await this.#options.open();
      const renderer = await GpuRenderer.create(device, { soon: setImmediate });
      this.#renderer = renderer;
      const openedMs = this.#clock.nowMs();
      void renderer.lost.then((error) => this.#onLost(renderer, error, openedMs));
      this.#options.onChange({ id: 'webgpu', adapter: name });
    } catch (error) {
      this.#retry(toVisavisError(error, 'rendering'));
    }
  }

  #onLost(renderer: GpuRenderer, error: VisavisError, openedMs: number): void {
    if (this.#closed || renderer !== this.#renderer) return;
    this.#renderer = undefined;
    if (this.#clock.nowMs() - openedMs >= LASTING_MS) this.#losses = 0;
    this.#retry(error);
  }

  #retry(error: VisavisError): void {
    const delayMs = REOPEN_AFTER_MS[this.#losses++];
    this.#options.onChange({ id: 'wasm', reason: error.message });
    if (delayMs === undefined || this.#closed) return;
    this.#reopen = after(this.#clock, delayMs, () => void this.start());
  }
}
