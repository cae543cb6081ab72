import { solveDense } from './linear-system.ts';

/**
 * Fisher's linear discriminant of two groups of samples: `project` is about +1 on the first group and -1 on the second;
 * `separation` is the distance of their means over the sum of their deviations.
 */
export interface Discriminant {
  readonly project: (sample: ArrayLike<number>) => number;
  readonly separation: number;
}

/** Keeps the scatter matrix solvable where a group is of one colour. */
const RIDGE = 2e-4;

export function fisherDiscriminant(first: readonly ArrayLike<number>[], second: readonly ArrayLike<number>[]): Discriminant {
  const size = first[0]!.length;
  const a = statistics(first, size);
  const b = statistics(second, size);
  const scatter = Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_, j) => a.covariance[i]![j]! + b.covariance[i]![j]! + (i === j ? RIDGE : 0)),
  );
  const axis = solveDense(
    scatter,
    a.mean.map((value, i) => [value - b.mean[i]!]),
  ).map(([weight]) => weight!);
  const along = (sample: ArrayLike<number>) => axis.reduce((sum, weight, i) => sum + weight * sample[i]!, 0);
  const [pa, pb] = [along(a.mean), along(b.mean)];
  const spread = (covariance: readonly number[][]) =>
    Math.sqrt(
      Math.max(
        0,
        axis.reduce((sum, wi, i) => sum + wi * axis.reduce((s, wj, j) => s + wj * covariance[i]![j]!, 0), 0),
      ),
    );
  const half = (pa - pb) / 2 + 1e-9;
  return {
    project: (sample) => (along(sample) - (pa + pb) / 2) / half,
    separation: (pa - pb) / (spread(a.covariance) + spread(b.covariance) + 1e-9),
  };
}

function statistics(samples: readonly ArrayLike<number>[], size: number): { mean: number[]; covariance: number[][] } {
  const mean = new Array<number>(size).fill(0);
  for (const sample of samples) for (let i = 0; i < size; i++) mean[i] = mean[i]! + sample[i]! / samples.length;
  const covariance = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  for (const sample of samples) {
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++)
        covariance[i]![j] = covariance[i]![j]! + ((sample[i]! - mean[i]!) * (sample[j]! - mean[j]!)) / Math.max(1, samples.length - 1);
  }
  return { mean, covariance };
}
