import { randomNumbers } from './mathematics.ts';

/** A mixture of Gaussians with diagonal covariances, found by k-means. */
export interface Mixture {
  readonly centres: readonly Float64Array[];
  readonly variances: readonly Float64Array[];
  readonly shares: readonly number[];
}

const SAMPLES = 4_000;
const ROUNDS = 8;
/** Added to each variance: the sensor's noise and JPEG's. */
const NOISE_VARIANCE = 20;

/** `samples`: three numbers each. */
export function fitMixture(samples: Float32Array, components: number, seed = 1): Mixture {
  const random = randomNumbers(seed);
  const count = samples.length / 3;
  const used = Math.min(SAMPLES, count);
  const drawn = Float32Array.from({ length: used * 3 });
  for (let i = 0; i < used; i++) {
    const from = used === count ? i : Math.floor(random() * count);
    drawn.set(samples.subarray(from * 3, from * 3 + 3), i * 3);
  }
  const centres = Array.from({ length: components }, () => {
    const from = Math.floor(random() * used) * 3;
    return Float64Array.from(drawn.subarray(from, from + 3));
  });
  const owner = new Uint8Array(used);
  for (let round = 0; round <= ROUNDS; round++) {
    for (let i = 0; i < used; i++) {
      let best = Number.POSITIVE_INFINITY;
      for (let k = 0; k < components; k++) {
        const c = centres[k]!;
        const d = (drawn[i * 3]! - c[0]!) ** 2 + (drawn[i * 3 + 1]! - c[1]!) ** 2 + (drawn[i * 3 + 2]! - c[2]!) ** 2;
        if (d < best) {
          best = d;
          owner[i] = k;
        }
      }
    }
    if (round === ROUNDS) break;
    for (let k = 0; k < components; k++) {
      const sum = [0, 0, 0];
      let n = 0;
      for (let i = 0; i < used; i++) {
        if (owner[i] !== k) continue;
        n++;
        for (let c = 0; c < 3; c++) sum[c] = sum[c]! + drawn[i * 3 + c]!;
      }
      if (n > 0) for (let c = 0; c < 3; c++) centres[k]![c] = sum[c]! / n;
    }
  }
  const variances: Float64Array[] = [];
  const shares: number[] = [];
  for (let k = 0; k < components; k++) {
    const squares = new Float64Array(3);
    let n = 0;
    for (let i = 0; i < used; i++) {
      if (owner[i] !== k) continue;
      n++;
      for (let c = 0; c < 3; c++) squares[c] = squares[c]! + (drawn[i * 3 + c]! - centres[k]![c]!) ** 2;
    }
    variances.push(n > 3 ? squares.map((s) => s / n + NOISE_VARIANCE) : new Float64Array(3).fill(400));
    shares.push(n / used + 1e-4);
  }
  return { centres, variances, shares };
}

const costs = new Float64Array(32);

/** Negative log-likelihood of a colour, up to the constant of (2 pi). */
export function unlikeliness({ centres, variances, shares }: Mixture, r: number, g: number, b: number): number {
  let smallest = Number.POSITIVE_INFINITY;
  for (let k = 0; k < centres.length; k++) {
    const c = centres[k]!;
    const v = variances[k]!;
    const [dr, dg, db] = [r - c[0]!, g - c[1]!, b - c[2]!];
    const cost = 0.5 * ((dr * dr) / v[0]! + (dg * dg) / v[1]! + (db * db) / v[2]! + Math.log(v[0]! * v[1]! * v[2]!)) - Math.log(shares[k]!);
    costs[k] = cost;
    if (cost < smallest) smallest = cost;
  }
  let sum = 0;
  for (let k = 0; k < centres.length; k++) sum += Math.exp(smallest - costs[k]!);
  return smallest - Math.log(sum);
}
