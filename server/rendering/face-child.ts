import { type ChildMessage, type ParentLink, serveParent } from '../core/child.ts';
import type { VideoCodec } from '../core/video.ts';
import { buildRaster } from '../face/raster/build-raster.ts';
import { listAvatars } from './avatar-folder.ts';
import { CallPicture } from './call-picture.ts';
import type { AvatarSummary, FaceRenderer, FaceSessionOptions } from './contract.ts';
import { availableEncoders, type EncoderEngine, loadEncoderEngines, openEncoder } from './encoder.ts';
import { FaceGpu } from './face-gpu.ts';
import { FaceStore } from './face-store.ts';
import { type AcceptedGpu, openGpu } from './gpu-adapter.ts';
import { renderingError } from './rendering-error.ts';

/** The face process: draws and encodes for the calls that rendering.ts places here. */
export interface FaceChildInit {
  readonly avatarsDir: string;
  /** `auto`, or the id of one engine. */
  readonly encoder: string;
  readonly stallTimeoutMs: number;
  readonly acceptedGpu: AcceptedGpu;
  readonly gpuTimeoutMs: number;
  /** Loaded before the first call asks for it. */
  readonly warm?: { readonly avatar: string; readonly widthPx: number; readonly heightPx: number };
}

export interface FaceChildInfo {
  readonly avatars: readonly AvatarSummary[];
  readonly broken: readonly { readonly name: string; readonly problem: string }[];
  readonly encoders: Readonly<Record<VideoCodec, string | undefined>>;
}

/** What rendering.ts asks and tells. */
export type FaceChildMessage = ChildMessage &
  (
    | { kind: 'open'; id: number; session: FaceSessionOptions }
    | { kind: 'render'; id: number; parameters: Float32Array; mediaTime: number; resting: boolean }
    | { kind: 'avatar'; id: number; avatar: string }
    | { kind: 'keyFrame'; id: number }
    | { kind: 'bitrate'; id: number; bitrateBps: number }
    | { kind: 'size'; id: number; widthPx: number; heightPx: number }
    | { kind: 'close'; id: number }
    /** Draw on the graphics card from now on. */
    | { kind: 'useGpu' }
  );

/** What it tells of itself. */
export type FaceChildEvent = { kind: 'health'; id: number; message: string | undefined } | { kind: 'renderer'; renderer: FaceRenderer };

class FaceChild {
  readonly #pictures = new Map<number, CallPicture>();
  #init: FaceChildInit | undefined;
  #store: FaceStore | undefined;
  #gpu: FaceGpu | undefined;
  #engines: readonly EncoderEngine[] = [];
  #parent: ParentLink | undefined;

  async start(init: FaceChildInit, parent: ParentLink): Promise<FaceChildInfo> {
    this.#init = init;
    this.#parent = parent;
    const broken: { name: string; problem: string }[] = [];
    const [program, encoders, avatars] = await Promise.all([
      buildRaster().then(({ bytes }) => WebAssembly.compile(bytes)),
      this.#findEncoders(init.encoder),
      listAvatars(init.avatarsDir, (name, error) => broken.push({ name, problem: error.message })),
    ]);
    this.#store = new FaceStore(init.avatarsDir, program);
    this.#gpu = new FaceGpu({
      open: () => openGpu(init.acceptedGpu),
      timeoutMs: init.gpuTimeoutMs,
      onChange: (renderer) => this.#tellParent({ kind: 'renderer', renderer }),
    });
    if (init.warm && avatars.some(({ name }) => name === init.warm?.avatar)) await this.#warm(init.warm);
    return { avatars, broken, encoders };
  }

  async ask(message: FaceChildMessage): Promise<unknown> {
    switch (message.kind) {
      case 'open':
        return this.#open(message.id, message.session);
      case 'render':
        return this.#pictures.get(message.id)?.render(message.parameters, message.mediaTime, message);
      case 'avatar':
        return this.#pictures.get(message.id)?.setAvatar(message.avatar);
      default:
        throw renderingError('encoder_failed', `The face process knows no question "${message.kind}"`);
    }
  }

  tell(message: FaceChildMessage): void {
    if (message.kind === 'useGpu') {
      void this.#gpu?.start();
      return;
    }
    const picture = this.#pictures.get(message.id);
    if (!picture) return;
    switch (message.kind) {
      case 'keyFrame':
        picture.requestKeyFrame();
        break;
      case 'bitrate':
        picture.setBitrate(message.bitrateBps);
        break;
      case 'size':
        picture.setSize(message.widthPx, message.heightPx).catch((error: Error) => this.#health(message.id, error));
        break;
      case 'close':
        this.#pictures.delete(message.id);
        void picture.close();
        break;
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#pictures.values()].map((picture) => picture.close()));
    await this.#gpu?.close();
  }

  /** The ones that will be used: those behind them are loaded when one fails. */
  async #findEncoders(wanted: string): Promise<FaceChildInfo['encoders']> {
    this.#engines = (await loadEncoderEngines()).filter((engine) => wanted === 'auto' || engine.id === wanted);
    const bestFor = async (codec: VideoCodec) => (await availableEncoders(this.#engines, codec).next()).value?.id;
    const [vp8, h264] = await Promise.all([bestFor('vp8'), bestFor('h264')]);
    return { vp8, h264 };
  }

  async #open(id: number, session: FaceSessionOptions): Promise<void> {
    const { stallTimeoutMs } = this.#init as FaceChildInit;
    const picture = new CallPicture({
      store: this.#store as FaceStore,
      gpu: this.#gpu,
      openEncoder: (options) => openEncoder(this.#engines, options),
      session,
      stallTimeoutMs,
      onHealth: (error) => this.#health(id, error),
    });
    await picture.open();
    await this.#pictures.get(id)?.close();
    this.#pictures.set(id, picture);
  }

  /** A broken avatar is told when a call wants it; it must not keep the process from starting. */
  async #warm(warm: { avatar: string; widthPx: number; heightPx: number }): Promise<void> {
    const store = this.#store as FaceStore;
    await store.acquire(warm.avatar, warm.widthPx, warm.heightPx).then(
      (face) => store.release(face),
      () => undefined,
    );
  }

  #tellParent(event: FaceChildEvent): void {
    this.#parent?.emit(event);
  }

  #health(id: number, error: Error | undefined): void {
    this.#tellParent({ kind: 'health', id, message: error?.message });
  }
}

const child = new FaceChild();
serveParent<FaceChildInit>({
  start: (init, parent) => child.start(init, parent),
  ask: (message) => child.ask(message as FaceChildMessage),
  tell: (message) => child.tell(message as FaceChildMessage),
  stop: () => child.stop(),
});
