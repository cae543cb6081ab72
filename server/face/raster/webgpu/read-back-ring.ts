import { BUFFER } from './flags.ts';

/** A buffer of the ring; `buffer` is replaced when a larger one is needed. */
export interface ReadBack {
  buffer: GPUBuffer;
}

/**
 * Buffers that carry frames back from the device. While one is being read the next is filled; when all are on their way,
 * whoever has more to draw waits, and so collects what falls due meanwhile. They end with the device.
 */
export class ReadBackRing {
  readonly #device: GPUDevice;
  readonly #free: ReadBack[];

  constructor(device: GPUDevice, depth: number) {
    this.#device = device;
    this.#free = Array.from({ length: depth }, () => ({ buffer: this.#create(1024) }));
  }

  get hasFree(): boolean {
    return this.#free.length > 0;
  }

  /** A free buffer of at least so many bytes; `hasFree` tells whether there is one. */
  take(bytes: number): ReadBack | undefined {
    const readBack = this.#free.pop();
    if (readBack && readBack.buffer.size < bytes) {
      readBack.buffer.destroy();
      readBack.buffer = this.#create(bytes);
    }
    return readBack;
  }

  /** Unmapped again. */
  give(readBack: ReadBack): void {
    this.#free.push(readBack);
  }

  #create(size: number): GPUBuffer {
    return this.#device.createBuffer({ size, usage: BUFFER.mapRead | BUFFER.copyTarget });
  }
}
