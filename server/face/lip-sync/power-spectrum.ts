/**
 * Power spectrum of real frames by a complex FFT of half the length (two real samples packed into one complex one; Press et
 * al., "Numerical Recipes", 12.3).
 */
export class PowerSpectrum {
  readonly bins: number;
  readonly #half: number;
  readonly #re: Float64Array;
  readonly #im: Float64Array;
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;
  readonly #reversed: Uint16Array;

  /** `size` is a power of two, 8 to 65,536. */
  constructor(size: number) {
    const half = size / 2;
    this.#half = half;
    this.bins = half + 1;
    this.#re = new Float64Array(half);
    this.#im = new Float64Array(half);
    this.#cos = Float64Array.from({ length: half }, (_, i) => Math.cos((2 * Math.PI * i) / size));
    this.#sin = Float64Array.from({ length: half }, (_, i) => Math.sin((2 * Math.PI * i) / size));
    const bits = Math.log2(half);
    this.#reversed = Uint16Array.from({ length: half }, (_, i) => {
      let reversed = 0;
      for (let bit = 0; bit < bits; bit++) reversed |= ((i >> bit) & 1) << (bits - 1 - bit);
      return reversed;
    });
  }

  /** Writes |X_k|^2 of `frame` (`size` samples) into `out` (`bins` numbers). */
  of(frame: Float64Array, out: Float64Array): void {
    const half = this.#half;
    const re = this.#re;
    const im = this.#im;
    for (let i = 0; i < half; i++) {
      const to = this.#reversed[i] as number;
      re[to] = frame[2 * i] as number;
      im[to] = frame[2 * i + 1] as number;
    }
    this.#transform();
    for (let k = 0; k <= half; k++) {
      const a = k === half ? 0 : k;
      const b = k === 0 ? 0 : half - k;
      const evenRe = 0.5 * ((re[a] as number) + (re[b] as number));
      const evenIm = 0.5 * ((im[a] as number) - (im[b] as number));
      const oddRe = 0.5 * ((im[a] as number) + (im[b] as number));
      const oddIm = -0.5 * ((re[a] as number) - (re[b] as number));
      const c = k === half ? -1 : (this.#cos[k] as number);
      const s = k === half ? 0 : (this.#sin[k] as number);
      const x = evenRe + c * oddRe + s * oddIm;
      const y = evenIm + c * oddIm - s * oddRe;
      out[k] = x * x + y * y;
    }
  }

  /** Radix-2, decimation in time, on input in bit-reversed order. */
  #transform(): void {
    const re = this.#re;
    const im = this.#im;
    const half = this.#half;
    for (let span = 1; span < half; span *= 2) {
      // The tables hold the angles of the full length, twice as fine.
      const stride = half / span;
      for (let start = 0; start < half; start += 2 * span) {
        for (let k = 0; k < span; k++) {
          const c = this.#cos[k * stride] as number;
          const s = this.#sin[k * stride] as number;
          const i = start + k;
          const j = i + span;
          const xr = (re[j] as number) * c + (im[j] as number) * s;
          const xi = (im[j] as number) * c - (re[j] as number) * s;
          re[j] = (re[i] as number) - xr;
          im[j] = (im[i] as number) - xi;
          re[i] = (re[i] as number) + xr;
          im[i] = (im[i] as number) + xi;
        }
      }
    }
  }
}
