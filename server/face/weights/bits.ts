/** Whole numbers as bits, most significant first. Small ones are short: Exp-Golomb codes of order k (ITU-T H.264, 9.1). */
export class BitWriter {
  readonly #bytes: Uint8Array;
  #bit = 0;

  /** `bytes` must be zero and large enough; what does not fit is lost without a trace. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Bytes begun so far. */
  get length(): number {
    return (this.#bit + 7) >> 3;
  }

  bits(value: number, count: number): void {
    for (let i = count - 1; i >= 0; i--, this.#bit++) {
      if ((value >> i) & 1) this.#bytes[this.#bit >> 3] = (this.#bytes[this.#bit >> 3] as number) | (0x80 >> (this.#bit & 7));
    }
  }

  /** `value` >= 0; about 2 log2(value / 2^order) + order + 1 bits. */
  unsigned(value: number, order: number): void {
    const shifted = value + (1 << order);
    const length = 32 - Math.clz32(shifted);
    this.bits(0, length - order - 1);
    this.bits(shifted, length);
  }

  signed(value: number, order: number): void {
    this.unsigned(value < 0 ? -2 * value - 1 : 2 * value, order);
  }

  align(): void {
    this.#bit = (this.#bit + 7) & ~7;
  }
}

/** Longest code that is read: no number on this wire needs more. */
const MAX_PREFIX_BITS = 16;

/** The other way. Reading behind the end, or a code longer than any that is written, gives -1 or NaN. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #bit = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#bit >= this.#bytes.length * 8;
  }

  /** -1 behind the end. */
  bits(count: number): number {
    if (this.#bit + count > this.#bytes.length * 8) return -1;
    let value = 0;
    for (let i = 0; i < count; i++, this.#bit++)
      value = value * 2 + (((this.#bytes[this.#bit >> 3] as number) >> (7 - (this.#bit & 7))) & 1);
    return value;
  }

  /** -1 for what is no code. */
  unsigned(order: number): number {
    let zeros = 0;
    for (;;) {
      const bit = this.bits(1);
      if (bit < 0 || zeros > MAX_PREFIX_BITS) return -1;
      if (bit === 1) break;
      zeros++;
    }
    const rest = this.bits(zeros + order);
    return rest < 0 ? -1 : 2 ** (zeros + order) + rest - 2 ** order;
  }

  /** NaN for what is no code. */
  signed(order: number): number {
    const value = this.unsigned(order);
    if (value < 0) return Number.NaN;
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
  }

  align(): void {
    this.#bit = (this.#bit + 7) & ~7;
  }
}
