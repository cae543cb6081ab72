/** Whether this browser can read events as they come on a narrow link (see server/core/deflated-events.ts). */
export function canInflate(): boolean {
  try {
    return new DecompressionStream('deflate-raw') !== undefined;
  } catch {
    // Without the class, or without this format.
    return false;
  }
}

/** Reads the server's events out of one deflated stream; they come in order, one at a time. */
export class InflatedEvents {
  readonly #writer: WritableStreamDefaultWriter<BufferSource>;

  constructor(onEvent: (text: string) => void) {
    const stream = new DecompressionStream('deflate-raw');
    this.#writer = stream.writable.getWriter();
    this.#read(stream.readable, onEvent).catch(warn);
  }

  receive(bytes: ArrayBuffer): void {
    this.#writer.write(bytes).catch(warn);
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>, onEvent: (text: string) => void): Promise<void> {
    const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
    let unfinished = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const lines = (unfinished + value).split('\n');
      unfinished = lines.pop() ?? '';
      for (const line of lines) onEvent(line);
    }
  }
}

const warn = (thrown: unknown): void => console.warn('visavis: events of the server were not understood', thrown);
