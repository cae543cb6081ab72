/**
 * As much of WASI preview 1 as a command-line program needs that reads its arguments, prints, and writes files: all in
 * memory. Node's own WASI leaks a descriptor per run and has crashed with this use. Numbers are those of the
 * specification (github.com/WebAssembly/WASI, legacy/preview1/docs.md).
 */
const ERRNO = { success: 0, badFile: 8, invalid: 28, notFound: 44, notSupported: 52 };
const OPEN = { create: 1, truncate: 8 };
const FILE_TYPE = { character: 2, directory: 3, regular: 4 };
const ALL_RIGHTS = 0xffff_ffff_ffffn;
const ROOT_DESCRIPTOR = 3;

class Exit extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`exit ${status}`);
    this.status = status;
  }
}

class MemoryFile {
  #bytes = new Uint8Array(1 << 14);
  #length = 0;
  position = 0;

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  truncate(): void {
    this.#length = 0;
    this.position = 0;
  }

  write(chunk: Uint8Array): void {
    const end = this.position + chunk.length;
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(end, this.#bytes.length * 2));
      grown.set(this.bytes);
      this.#bytes = grown;
    }
    this.#bytes.set(chunk, this.position);
    this.position = end;
    this.#length = Math.max(this.#length, end);
  }

  read(target: Uint8Array): number {
    const chunk = this.bytes.subarray(this.position, this.position + target.length);
    target.set(chunk);
    this.position += chunk.length;
    return chunk.length;
  }

  seek(offset: number, whence: number): boolean {
    const from = whence === 0 ? 0 : whence === 1 ? this.position : this.#length;
    if (from + offset < 0) return false;
    this.position = from + offset;
    return true;
  }
}

export interface ProgramResult {
  readonly status: number;
  /** What it wrote to stdout and stderr. */
  readonly printed: string;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** Runs a program once, to its end, on this thread. A trap inside it is thrown. */
export function runProgram(module: WebAssembly.Module, args: readonly string[]): ProgramResult {
  const run = new Run(args);
  const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: run.imports });
  return run.start(instance);
}

class Run {
  readonly #args: Uint8Array[];
  readonly #files = new Map<string, MemoryFile>();
  readonly #open = new Map<number, MemoryFile>();
  readonly #decoder = new TextDecoder();
  #printed = '';
  #nextDescriptor = ROOT_DESCRIPTOR + 1;
  #memory!: WebAssembly.Memory;

  constructor(args: readonly string[]) {
    this.#args = args.map((arg) => new TextEncoder().encode(`${arg.replaceAll('\0', ' ')}\0`));
  }

  start(instance: WebAssembly.Instance): ProgramResult {
    this.#memory = instance.exports['memory'] as WebAssembly.Memory;
    let status = 0;
    try {
      (instance.exports['_start'] as () => void)();
    } catch (thrown) {
      if (!(thrown instanceof Exit)) throw thrown;
      status = thrown.status;
    }
    return { status, printed: this.#printed, files: new Map([...this.#files].map(([name, file]) => [name, file.bytes])) };
  }

  // Memory may grow between two calls, which detaches earlier views.
  get #view(): DataView {
    return new DataView(this.#memory.buffer);
  }

  #bytesAt(pointer: number, length: number): Uint8Array {
    return new Uint8Array(this.#memory.buffer, pointer, length);
  }

  /** The buffers of a scatter/gather list. */
  *#vectors(pointer: number, count: number): Generator<Uint8Array> {
    for (let i = 0; i < count; i++) {
      const at = pointer + 8 * i;
      yield this.#bytesAt(this.#view.getUint32(at, true), this.#view.getUint32(at + 4, true));
    }
  }

  readonly imports = {
    args_sizes_get: (countAt: number, sizeAt: number) => {
      this.#view.setUint32(countAt, this.#args.length, true);
      this.#view.setUint32(
        sizeAt,
        this.#args.reduce((size, arg) => size + arg.length, 0),
        true,
      );
      return ERRNO.success;
    },
    args_get: (pointersAt: number, textAt: number) => {
      let at = textAt;
      for (const [index, arg] of this.#args.entries()) {
        this.#view.setUint32(pointersAt + 4 * index, at, true);
        this.#bytesAt(at, arg.length).set(arg);
        at += arg.length;
      }
      return ERRNO.success;
    },
    fd_prestat_get: (descriptor: number, at: number) => {
      if (descriptor !== ROOT_DESCRIPTOR) return ERRNO.badFile;
      this.#view.setUint8(at, 0);
      this.#view.setUint32(at + 4, 1, true);
      return ERRNO.success;
    },
    fd_prestat_dir_name: (_descriptor: number, at: number) => {
      this.#view.setUint8(at, '.'.charCodeAt(0));
      return ERRNO.success;
    },
    fd_fdstat_get: (descriptor: number, at: number) => {
      const type =
        descriptor < ROOT_DESCRIPTOR ? FILE_TYPE.character : descriptor === ROOT_DESCRIPTOR ? FILE_TYPE.directory : FILE_TYPE.regular;
      this.#bytesAt(at, 24).fill(0);
      this.#view.setUint8(at, type);
      this.#view.setBigUint64(at + 8, ALL_RIGHTS, true);
      this.#view.setBigUint64(at + 16, ALL_RIGHTS, true);
      return ERRNO.success;
    },
    fd_fdstat_set_flags: () => ERRNO.success,
    path_open: (
      _directory: number,
      _lookup: number,
      nameAt: number,
      nameLength: number,
      flags: number,
      _base: bigint,
      _inheriting: bigint,
      _descriptorFlags: number,
      openedAt: number,
    ) => {
      const name = this.#decoder.decode(this.#bytesAt(nameAt, nameLength));
      let file = this.#files.get(name);
      if (!file) {
        if (!(flags & OPEN.create)) return ERRNO.notFound;
        file = new MemoryFile();
        this.#files.set(name, file);
      }
      if (flags & OPEN.truncate) file.truncate();
      file.position = 0;
      const descriptor = this.#nextDescriptor++;
      this.#open.set(descriptor, file);
      this.#view.setUint32(openedAt, descriptor, true);
      return ERRNO.success;
    },
    fd_write: (descriptor: number, vectors: number, count: number, writtenAt: number) => {
      const file = this.#open.get(descriptor);
      if (!file && descriptor >= ROOT_DESCRIPTOR) return ERRNO.badFile;
      let written = 0;
      for (const chunk of this.#vectors(vectors, count)) {
        if (file) file.write(chunk);
        else this.#printed += Buffer.from(chunk).toString('latin1');
        written += chunk.length;
      }
      this.#view.setUint32(writtenAt, written, true);
      return ERRNO.success;
    },
    fd_read: (descriptor: number, vectors: number, count: number, readAt: number) => {
      const file = this.#open.get(descriptor);
      let read = 0;
      if (file) for (const chunk of this.#vectors(vectors, count)) read += file.read(chunk);
      this.#view.setUint32(readAt, read, true);
      return ERRNO.success;
    },
    fd_seek: (descriptor: number, offset: bigint, whence: number, positionAt: number) => {
      const file = this.#open.get(descriptor);
      if (!file) return ERRNO.badFile;
      if (!file.seek(Number(offset), whence)) return ERRNO.invalid;
      this.#view.setBigUint64(positionAt, BigInt(file.position), true);
      return ERRNO.success;
    },
    fd_close: (descriptor: number) => {
      this.#open.delete(descriptor);
      return ERRNO.success;
    },
    clock_time_get: (_clock: number, _precision: bigint, at: number) => {
      this.#view.setBigUint64(at, process.hrtime.bigint(), true);
      return ERRNO.success;
    },
    proc_exit: (status: number) => {
      throw new Exit(status);
    },
  };
}
