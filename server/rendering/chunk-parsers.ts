/** Cuts a byte stream of encoded video into its pictures. */
export interface ChunkParser {
  push(bytes: Uint8Array): { data: Uint8Array; keyFrame: boolean }[];
}

const IVF_HEADER_BYTES = 32;
const IVF_FRAME_HEADER_BYTES = 12;

/** IVF with VP8: a 32-byte header, then each frame after 12 bytes, of which the first four are its size. */
export class IvfParser implements ChunkParser {
  #rest: Uint8Array = new Uint8Array(0);
  #headerRead = false;

  push(bytes: Uint8Array): { data: Uint8Array; keyFrame: boolean }[] {
    let rest = join(this.#rest, bytes);
    const frames: { data: Uint8Array; keyFrame: boolean }[] = [];
    if (!this.#headerRead && rest.length >= IVF_HEADER_BYTES) {
      rest = rest.subarray(IVF_HEADER_BYTES);
      this.#headerRead = true;
    }
    while (this.#headerRead && rest.length >= IVF_FRAME_HEADER_BYTES) {
      const size = new DataView(rest.buffer, rest.byteOffset).getUint32(0, true);
      const end = IVF_FRAME_HEADER_BYTES + size;
      if (rest.length < end) break;
      const data = rest.slice(IVF_FRAME_HEADER_BYTES, end);
      // RFC 6386, 9.1: the lowest bit of a key frame's tag is 0.
      frames.push({ data, keyFrame: ((data[0] ?? 1) & 1) === 0 });
      rest = rest.subarray(end);
    }
    this.#rest = rest.slice();
    return frames;
  }
}

const NAL_IDR = 5;
const NAL_DELIMITER = 9;

/** H.264 in Annex B with access unit delimiters: a picture is complete when the next delimiter begins. */
export class AccessUnitParser implements ChunkParser {
  #rest: Uint8Array = new Uint8Array(0);
  /** Where the search goes on; what is before holds no further delimiter. */
  #searched = 0;

  push(bytes: Uint8Array): { data: Uint8Array; keyFrame: boolean }[] {
    this.#rest = join(this.#rest, bytes);
    const units: { data: Uint8Array; keyFrame: boolean }[] = [];
    let start = 0;
    let i = Math.max(1, this.#searched);
    for (; i + 3 < this.#rest.length; i++) {
      if (
        this.#rest[i] !== 0 ||
        this.#rest[i + 1] !== 0 ||
        this.#rest[i + 2] !== 1 ||
        ((this.#rest[i + 3] as number) & 31) !== NAL_DELIMITER
      )
        continue;
      // A start code of four bytes belongs to the next unit as a whole.
      const end = this.#rest[i - 1] === 0 ? i - 1 : i;
      if (end <= start) continue;
      const data = this.#rest.slice(start, end);
      units.push({ data, keyFrame: hasNal(data, NAL_IDR) });
      start = end;
      i += 3;
    }
    this.#rest = this.#rest.slice(start);
    this.#searched = Math.max(0, i - start);
    return units;
  }
}

export function hasNal(unit: Uint8Array, type: number): boolean {
  for (let i = 0; i + 3 < unit.length; i++) {
    if (unit[i] === 0 && unit[i + 1] === 0 && unit[i + 2] === 1 && ((unit[i + 3] as number) & 31) === type) return true;
  }
  return false;
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b;
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}
