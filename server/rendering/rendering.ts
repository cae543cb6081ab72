import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { SupervisedChild } from '../core/child.ts';
import { coreError, toVisavisError } from '../core/errors.ts';
import type { MediaTime } from '../core/media-time.ts';
import { NICENESS } from '../core/niceness.ts';
import type { EncodedFrame } from '../core/video.ts';
import type { AvatarSummary, FaceRenderer, FaceSession, FaceSessionOptions, Rendering } from './contract.ts';
import type { FaceChildEvent, FaceChildInfo, FaceChildInit, FaceChildMessage } from './face-child.ts';
import { probeGpu } from './gpu-probe.ts';
import { renderingError } from './rendering-error.ts';

export interface RenderingOptions {
  /** Folder of avatars. */
  readonly avatarsDir: string;
  /** Loaded at start, at this size. */
  readonly avatar: string;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Face processes; 0: one per two cores. */
  readonly workers: number;
  /** `auto`, or one engine's id. */
  readonly encoder: string;
  readonly stallTimeoutMs: number;
  /** `auto`: a real graphics card where there is one; `webgpu`: also a computed one; `wasm`: the processor. */
  readonly renderer: 'auto' | 'wasm' | 'webgpu';
  /** A graphics card that is silent for so long counts as lost. */
  readonly gpuTimeoutMs: number;
  /** Who draws, at the start and whenever it changes: for the log. */
  readonly onRenderer?: (renderer: FaceRenderer) => void;
  /** Processes that were lost, avatars that are broken: for the log. */
  readonly onIncident?: (incident: { readonly process?: string; readonly avatar?: string; readonly problem: string }) => void;
}

/** A frame waits for at most one before it; what comes on top is dropped, because late pictures are worthless. */
const MAX_IN_FLIGHT = 2;
/** A process that was lost so often while a graphics card drew in it goes on without one. */
const MAX_LOSSES_WITH_GPU = 2;

/** Starts the face processes. @throws VisavisError when none starts */
export async function startRendering(options: RenderingOptions): Promise<Rendering> {
  const rendering = new ProcessRendering(options);
  await rendering.start();
  return rendering;
}

class ProcessRendering implements Rendering {
  readonly #options: RenderingOptions;
  readonly #children: readonly SupervisedChild[];
  readonly #sessions = new Map<number, ProcessFaceSession>();
  /** By process; who is not in it draws by the WASM raster. */
  readonly #gpuUsers = new Map<SupervisedChild, FaceRenderer>();
  #renderer: FaceRenderer = { id: 'wasm' };
  #hasGpu = false;
  #lossesWithGpu = 0;
  #info: FaceChildInfo | undefined;
  #nextId = 1;
  readonly #closing = new AbortController();

  constructor(options: RenderingOptions) {
    this.#options = options;
    const { avatar, widthPx, heightPx, encoder, stallTimeoutMs, renderer, gpuTimeoutMs } = options;
    const acceptedGpu = renderer === 'webgpu' ? 'any' : 'real';
    const init: FaceChildInit = {
      avatarsDir: resolve(options.avatarsDir),
      encoder,
      stallTimeoutMs,
      acceptedGpu,
      gpuTimeoutMs,
      warm: { avatar, widthPx, heightPx },
    };
    const count = options.workers || Math.max(1, Math.floor(availableParallelism() / 2));
    this.#children = Array.from({ length: count }, (_, i) => {
      const child = new SupervisedChild({
        name: `face-${i + 1}`,
        modulePath: new URL('./face-child.ts', import.meta.url),
        init,
        niceness: NICENESS.perFrame,
        // To give back buffers of the size of a picture, frame by frame, costs more than it saves.
        env: { MALLOC_MMAP_THRESHOLD_: '1048576', MALLOC_TRIM_THRESHOLD_: '4194304' },
      });
      child.on('event', (event) => this.#onEvent(child, event as FaceChildEvent));
      child.on('lost', (reason) => this.#onLost(child, reason));
      child.on('ready', (info, restarts) => this.#onReady(child, info as FaceChildInfo, restarts));
      return child;
    });
  }

  async start(): Promise<void> {
    try {
      await Promise.all(this.#children.map((child) => child.start()));
    } catch (error) {
      await this.close();
      throw error;
    }
    void this.#findGpu();
  }

  async open(options: FaceSessionOptions): Promise<FaceSession> {
    if (this.#isClosed) throw coreError('child_unavailable', 'Rendering is closed');
    if (!this.#info?.encoders[options.codec]) throw renderingError('encoder_missing', `No encoder here can make ${options.codec}`);
    for (const side of [options.widthPx, options.heightPx]) checkSide(side);
    const id = this.#nextId++;
    const session = new ProcessFaceSession(id, options, () => this.#sessions.delete(id));
    this.#sessions.set(id, session);
    try {
      await session.placeOn(this.#leastLoaded());
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  avatars(): readonly AvatarSummary[] {
    return this.#info?.avatars ?? [];
  }

  encoders(): readonly string[] {
    const ids = Object.values(this.#info?.encoders ?? {});
    return [...new Set(ids)].filter((id) => id !== undefined);
  }

  renderer(): FaceRenderer {
    return this.#renderer;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#closing.abort();
    await Promise.all([...this.#sessions.values()].map((session) => session.close()));
    await Promise.all(this.#children.map((child) => child.close()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  #leastLoaded(): SupervisedChild {
    const load = (child: SupervisedChild) => [...this.#sessions.values()].filter((session) => session.child === child).length;
    const ready = this.#children.filter((child) => child.isReady).sort((a, b) => load(a) - load(b));
    if (!ready[0]) throw coreError('child_unavailable', 'No face process is running');
    return ready[0];
  }

  /** In the background: calls need not wait for it, because the WASM raster draws until then. */
  async #findGpu(): Promise<void> {
    const { renderer } = this.#options;
    if (renderer === 'wasm') return this.#tellRenderer({ id: 'wasm', reason: 'face.renderer says so' });
    const { name, problem } = await probeGpu(renderer === 'webgpu' ? 'any' : 'real', this.#closing.signal);
    if (this.#isClosed) return;
    if (name === undefined) return this.#tellRenderer({ id: 'wasm', reason: problem });
    this.#hasGpu = true;
    for (const child of this.#children) child.tell({ kind: 'useGpu' });
  }

  #tellRenderer(renderer: FaceRenderer): void {
    this.#renderer = renderer;
    this.#options.onRenderer?.(renderer);
  }

  #onReady(child: SupervisedChild, info: FaceChildInfo, restarts: number): void {
    this.#info = info;
    if (this.#hasGpu) child.tell({ kind: 'useGpu' });
    if (restarts === 0) for (const { name, problem } of info.broken) this.#options.onIncident?.({ avatar: name, problem });
    this.#placeHomeless();
  }

  #onLost(child: SupervisedChild, reason: string): void {
    this.#options.onIncident?.({ process: child.name, problem: reason });
    if (this.#gpuUsers.delete(child) && ++this.#lossesWithGpu >= MAX_LOSSES_WITH_GPU) this.#leaveGpu();
    for (const session of this.#sessions.values()) if (session.child === child) session.lose();
    this.#placeHomeless();
  }

  /** Calls whose process was lost go to another one at once, or wait for the restart. */
  #placeHomeless(): void {
    for (const session of this.#sessions.values()) {
      if (session.child || this.#isClosed || !this.#children.some((child) => child.isReady)) continue;
      session.placeOn(this.#leastLoaded()).catch((error: unknown) => session.tellHealth(toVisavisError(error, 'rendering')));
    }
  }

  /** A driver that ends processes is worse than none. Those that it has not ended yet keep it. */
  #leaveGpu(): void {
    this.#hasGpu = false;
    this.#tellRenderer({ id: 'wasm', reason: 'Face processes were lost while the graphics card drew' });
  }

  #onEvent(child: SupervisedChild, event: FaceChildEvent): void {
    if (event.kind === 'renderer') {
      if (event.renderer.id === 'webgpu') this.#gpuUsers.set(child, event.renderer);
      else this.#gpuUsers.delete(child);
      this.#tellRenderer(event.renderer);
      return;
    }
    this.#sessions.get(event.id)?.tellHealth(event.message === undefined ? undefined : renderingError('encoder_failed', event.message));
  }
}

class ProcessFaceSession implements FaceSession {
  readonly #id: number;
  readonly #onClose: () => void;
  readonly #listeners: ((error: Error | undefined) => void)[] = [];
  #state: FaceSessionOptions;
  #child: SupervisedChild | undefined;
  #isOpen = false;
  #inFlight = 0;
  #closed = false;

  constructor(id: number, options: FaceSessionOptions, onClose: () => void) {
    this.#id = id;
    this.#state = options;
    this.#onClose = onClose;
  }

  get child(): SupervisedChild | undefined {
    return this.#child;
  }

  /** Opens the call's picture in a process, with the state that it has by now; it begins with a key frame. */
  async placeOn(child: SupervisedChild): Promise<void> {
    this.#child = child;
    const state = this.#state;
    try {
      await this.#ask(child, { kind: 'open', id: this.#id, session: state });
    } catch (error) {
      // Lost again while opening: `lose` or the next `ready` has taken over.
      if (this.#child !== child) return;
      this.#child = undefined;
      throw error;
    }
    if (this.#closed) {
      child.tell({ kind: 'close', id: this.#id });
      return;
    }
    if (this.#child !== child) return;
    this.#isOpen = true;
    // What changed while the answer was on its way.
    if (this.#state.bitrateBps !== state.bitrateBps) this.setBitrate(this.#state.bitrateBps);
    if (this.#state.widthPx !== state.widthPx || this.#state.heightPx !== state.heightPx)
      this.setSize(this.#state.widthPx, this.#state.heightPx);
  }

  lose(): void {
    this.#child = undefined;
    this.#isOpen = false;
  }

  tellHealth(error: Error | undefined): void {
    for (const listener of this.#listeners) listener(error);
  }

  async render(parameters: Float32Array, mediaTime: MediaTime, { resting = false } = {}): Promise<EncodedFrame | undefined> {
    const child = this.#child;
    if (this.#closed || !child || !this.#isOpen || this.#inFlight >= MAX_IN_FLIGHT) return undefined;
    this.#inFlight++;
    try {
      // The message is serialised before `ask` returns, which is the promised copy.
      return await this.#ask<EncodedFrame | undefined>(child, { kind: 'render', id: this.#id, parameters, mediaTime, resting });
    } catch {
      // A lost frame is a dropped frame; `lost` and `health` tell the rest.
      return undefined;
    } finally {
      this.#inFlight--;
    }
  }

  requestKeyFrame(): void {
    this.#tell({ kind: 'keyFrame', id: this.#id });
  }

  setBitrate(bitrateBps: number): void {
    this.#state = { ...this.#state, bitrateBps };
    this.#tell({ kind: 'bitrate', id: this.#id, bitrateBps });
  }

  setSize(widthPx: number, heightPx: number): void {
    for (const side of [widthPx, heightPx]) checkSide(side);
    if (widthPx === this.#state.widthPx && heightPx === this.#state.heightPx) return;
    this.#state = { ...this.#state, widthPx, heightPx };
    this.#tell({ kind: 'size', id: this.#id, widthPx, heightPx });
  }

  async setAvatar(avatar: string): Promise<void> {
    if (this.#closed) return;
    if (!this.#child || !this.#isOpen) throw coreError('child_unavailable', 'The face process is being restarted');
    await this.#ask(this.#child, { kind: 'avatar', id: this.#id, avatar });
    this.#state = { ...this.#state, avatar };
  }

  onHealth(listener: (error: Error | undefined) => void): void {
    this.#listeners.push(listener);
  }

  close(): Promise<void> {
    if (!this.#closed) {
      this.#tell({ kind: 'close', id: this.#id });
      this.#closed = true;
      this.#onClose();
    }
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #ask<Answer>(child: SupervisedChild, message: FaceChildMessage): Promise<Answer> {
    return child.ask<Answer>(message);
  }

  #tell(message: FaceChildMessage): void {
    if (!this.#closed && this.#isOpen) this.#child?.tell(message);
  }
}

function checkSide(sidePx: number): void {
  if (!Number.isInteger(sidePx) || sidePx % 2 !== 0 || sidePx < 64 || sidePx > 1920) {
    throw renderingError('size_invalid', `A picture's sides are even numbers from 64 to 1920, not ${sidePx}`);
  }
}
