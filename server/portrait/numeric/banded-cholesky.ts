/** A symmetric positive definite matrix given by its non-zero entries `(row, column, value)`; both halves, or one, summed. */
export class SymmetricMatrix {
  readonly size: number;
  readonly rows: Map<number, number>[];

  constructor(size: number) {
    this.size = size;
    this.rows = Array.from({ length: size }, () => new Map());
  }

  add(row: number, column: number, value: number): void {
    const entries = this.rows[row]!;
    entries.set(column, (entries.get(column) ?? 0) + value);
  }

  /** The square of this (symmetric) matrix. */
  squared(): SymmetricMatrix {
    const out = new SymmetricMatrix(this.size);
    for (let i = 0; i < this.size; i++) for (const [k, a] of this.rows[i]!) for (const [j, b] of this.rows[k]!) out.add(i, j, a * b);
    return out;
  }
}

/** Cholesky factor of a banded matrix, made once and solved often. */
export class BandedCholesky {
  readonly #size: number;
  readonly #band: number;
  /** Row i holds the entries of columns i - band .. i. */
  readonly #factor: Float64Array;

  /** @throws RangeError when the matrix is not positive definite. */
  constructor(matrix: SymmetricMatrix) {
    const n = matrix.size;
    let band = 0;
    for (let i = 0; i < n; i++) for (const j of matrix.rows[i]!.keys()) band = Math.max(band, i - j);
    const stride = band + 1;
    const factor = new Float64Array(n * stride);
    for (let i = 0; i < n; i++) for (const [j, value] of matrix.rows[i]!) if (j <= i) factor[i * stride + j - i + band] = value;
    for (let i = 0; i < n; i++) {
      const rowI = i * stride + band - i;
      const first = Math.max(0, i - band);
      for (let j = first; j <= i; j++) {
        const rowJ = j * stride + band - j;
        let sum = factor[rowI + j]!;
        for (let k = Math.max(first, j - band); k < j; k++) sum -= factor[rowI + k]! * factor[rowJ + k]!;
        if (j < i) factor[rowI + j] = sum / factor[rowJ + j]!;
        else if (sum > 0) factor[rowI + i] = Math.sqrt(sum);
        else throw new RangeError('The matrix is not positive definite');
      }
    }
    this.#size = n;
    this.#band = band;
    this.#factor = factor;
  }

  solve(right: ArrayLike<number>): Float64Array {
    const n = this.#size;
    const band = this.#band;
    const stride = band + 1;
    const L = this.#factor;
    const x = Float64Array.from(right);
    for (let i = 0; i < n; i++) {
      const row = i * stride + band - i;
      let sum = x[i]!;
      for (let k = Math.max(0, i - band); k < i; k++) sum -= L[row + k]! * x[k]!;
      x[i] = sum / L[row + i]!;
    }
    for (let i = n - 1; i >= 0; i--) {
      const row = i * stride + band - i;
      const value = x[i]! / L[row + i]!;
      x[i] = value;
      for (let k = Math.max(0, i - band); k < i; k++) x[k] = x[k]! - L[row + k]! * value;
    }
    return x;
  }
}
