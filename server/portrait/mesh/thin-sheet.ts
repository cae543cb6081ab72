import { BandedCholesky, SymmetricMatrix } from '../numeric/banded-cholesky.ts';
import type { FaceMesh } from './face-mesh.ts';

/** How much the sheet also pulls itself together like a membrane: keeps movements near what moves them. */
const MEMBRANE = 0.01;

/**
 * Skin as a thin sheet: values given at some vertices spread over the others so that they bend least (L² + 0.01 L of the
 * mesh's Laplacian). Factored once, solved for every movement.
 */
export class ThinSheet {
  readonly #free: readonly number[];
  readonly #factor: BandedCholesky;
  readonly #toFixed: readonly (readonly (readonly [vertex: number, weight: number])[])[];

  constructor(mesh: FaceMesh, isFixed: Uint8Array) {
    const laplacian = new SymmetricMatrix(mesh.count);
    const { edges, x, y } = mesh;
    for (let e = 0; e < edges.length; e += 2) {
      const a = edges[e]!;
      const b = edges[e + 1]!;
      const weight = 1 / Math.max(1, Math.hypot(x[a]! - x[b]!, y[a]! - y[b]!));
      laplacian.add(a, a, weight);
      laplacian.add(b, b, weight);
      laplacian.add(a, b, -weight);
      laplacian.add(b, a, -weight);
    }
    // Numbered from top to bottom, so that neighbours have near numbers and the band stays narrow.
    this.#free = Array.from({ length: mesh.count }, (_, i) => i)
      .filter((i) => !isFixed[i])
      .sort((a, b) => rowKey(mesh, a) - rowKey(mesh, b));
    const numberOf = new Map(this.#free.map((vertex, n) => [vertex, n]));
    const matrix = new SymmetricMatrix(this.#free.length);
    const toFixed: (readonly [number, number])[][] = [];
    this.#free.forEach((vertex, n) => {
      const row = new Map<number, number>();
      const add = (j: number, value: number) => row.set(j, (row.get(j) ?? 0) + value);
      for (const [middle, a] of laplacian.rows[vertex]!) {
        for (const [j, b] of laplacian.rows[middle]!) add(j, a * b);
        add(middle, MEMBRANE * a);
      }
      const outside: (readonly [number, number])[] = [];
      for (const [j, value] of row) {
        const other = numberOf.get(j);
        if (other === undefined) outside.push([j, value]);
        else matrix.add(n, other, value);
      }
      toFixed.push(outside);
    });
    this.#toFixed = toFixed;
    this.#factor = new BandedCholesky(matrix);
  }

  /** Fills in the free vertices of `values`, whose fixed ones are given. */
  spread(values: Float64Array): Float64Array {
    const right = this.#toFixed.map((row) => -row.reduce((sum, [vertex, weight]) => sum + weight * values[vertex]!, 0));
    const solved = this.#factor.solve(right);
    const out = values.slice();
    this.#free.forEach((vertex, n) => {
      out[vertex] = solved[n]!;
    });
    return out;
  }
}

/** Rows first; a slit's lower copy comes right after its row. */
const rowKey = (mesh: FaceMesh, i: number): number => {
  const slitRow = mesh.upperLip[0]!;
  const own = mesh.lowerLip.indexOf(i);
  return own > 0 && own < mesh.lowerLip.length - 1 ? slitRow + own + 0.5 : i;
};
