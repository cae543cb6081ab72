/** One example: numbers, 1 or 0, and how much it counts. */
export interface Example {
  readonly x: readonly number[];
  readonly y: 0 | 1;
  readonly weight: number;
}

export interface LogisticModel {
  readonly weights: readonly number[];
  readonly bias: number;
}

const MAX_STEPS = 50;
const CONVERGED = 1e-9;

export const logit = ({ weights, bias }: LogisticModel, x: readonly number[]): number =>
  weights.reduce((sum, weight, i) => sum + weight * x[i]!, bias);

/** Logistic regression by Newton's method with a quadratic penalty on the weights (not on the bias). */
export function fitLogistic(examples: readonly Example[], penalty: number): LogisticModel {
  const size = (examples[0]?.x.length ?? 0) + 1;
  let solution: number[] = Array(size).fill(0);
  for (let step = 0; step < MAX_STEPS; step++) {
    const gradient = solution.map((value, i) => (i < size - 1 ? penalty * value : 0));
    const curvature = Array.from({ length: size }, (_, i) =>
      Array.from({ length: size }, (_, k) => (i !== k ? 0 : i < size - 1 ? penalty : 1e-6)),
    );
    for (const { x, y, weight } of examples) {
      const row = [...x, 1];
      const p = 1 / (1 + Math.exp(-row.reduce((sum, value, i) => sum + value * solution[i]!, 0)));
      for (let i = 0; i < size; i++) {
        gradient[i]! += weight * (p - y) * row[i]!;
        for (let k = 0; k < size; k++) curvature[i]![k]! += weight * p * (1 - p) * row[i]! * row[k]!;
      }
    }
    const change = solve(curvature, gradient);
    solution = solution.map((value, i) => value - change[i]!);
    if (Math.max(...change.map(Math.abs)) < CONVERGED) break;
  }
  return { weights: solution.slice(0, -1), bias: solution.at(-1)! };
}

/** Solves a positive definite system by Gaussian elimination. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]!]);
  for (const [i, pivot] of rows.entries()) {
    for (const row of rows.slice(i + 1)) {
      const factor = row[i]! / pivot[i]!;
      for (let k = i; k < row.length; k++) row[k]! -= factor * pivot[k]!;
    }
  }
  const out: number[] = Array(rows.length).fill(0);
  for (let i = rows.length - 1; i >= 0; i--) {
    const row = rows[i]!;
    let sum = row.at(-1)!;
    for (let k = i + 1; k < rows.length; k++) sum -= row[k]! * out[k]!;
    out[i] = sum / row[i]!;
  }
  return out;
}

/** Chance that an example of 1 has a higher score than one of 0. */
export function areaUnderCurve(scored: readonly { readonly score: number; readonly y: 0 | 1 }[]): number {
  const ones = scored.filter(({ y }) => y === 1);
  const zeros = scored.filter(({ y }) => y === 0);
  let won = 0;
  for (const one of ones) for (const zero of zeros) won += one.score > zero.score ? 1 : one.score === zero.score ? 0.5 : 0;
  return won / (ones.length * zeros.length);
}
