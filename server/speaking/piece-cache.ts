import type { SpokenPiece } from '../core/speech.ts';

/** Pieces said again and again (greeting, fillers, apologies), least recently used ones dropped beyond `maxBytes` of sound. */
export class PieceCache {
  readonly #maxBytes: number;
  readonly #pieces = new Map<string, SpokenPiece>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): SpokenPiece | undefined {
    const piece = this.#pieces.get(key);
    if (!piece) return undefined;
    this.#pieces.delete(key);
    this.#pieces.set(key, piece);
    return piece;
  }

  set(key: string, piece: SpokenPiece): void {
    if (piece.pcm.byteLength > this.#maxBytes || this.#pieces.has(key)) return;
    this.#pieces.set(key, piece);
    this.#bytes += piece.pcm.byteLength;
    for (const [oldest, { pcm }] of this.#pieces) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#pieces.delete(oldest);
      this.#bytes -= pcm.byteLength;
    }
  }
}
